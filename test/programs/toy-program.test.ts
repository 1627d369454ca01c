import type { ProgramEngine } from '#engines/engine/engine.ts'
import { presetById } from '#simulation/presets.ts'
import { describeProgramEngineContract } from '#test/contracts/program-engine.ts'
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
