import type { ProgramEngine } from '#engines/engine/engine.ts'
import { setupSchema } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { describeProgramEngineContract } from '#test/contracts/program-engine.ts'
import { toyExpectation } from './toy-distributions.ts'
import { createEngines } from './toy-engines.ts'

const engineNamed = (id: string) => createEngines().find(({ identity }) => identity.id === id) as ProgramEngine
const { setup } = presetById('spes-uc4')!.document

describeProgramEngineContract('the toy program that workers are tested with', () => ({
  engine: engineNamed('toy-program'),
  setup,
}))

describeProgramEngineContract('the toy program with one batch a task and a seed', () => ({
  engine: engineNamed('toy-program-seeded'),
  setup,
}))

const scoring = {
  meshes: [
    { name: 'heat', zBins: 20, rBins: 4 },
    { name: 'flux', quantity: 'neutron-fluence', geometry: 'xyz', xBins: 3, yBins: 3, zBins: 5 },
  ],
  spectra: [{ name: 'behind', layer: 'disc7', energyBins: 12 }],
}
const scored = setupSchema.parse({ ...setup, scoring })

describeProgramEngineContract('the toy program that scores meshes and spectra', () => ({
  engine: engineNamed('toy-program'),
  setup: scored,
  expectation: (layout) => toyExpectation(layout, scored),
}))

describeProgramEngineContract('the toy program that scores them, one batch a task', () => ({
  engine: engineNamed('toy-program-seeded'),
  setup: scored,
  expectation: (layout) => toyExpectation(layout, scored),
}))
