import type { ProgramEngine } from '#engines/engine/engine.ts'
import { presetById } from '#simulation/presets.ts'
import { describeProgramEngineContract } from '#test/contracts/program-engine.ts'
import { createEngines } from './toy-engines.ts'

describeProgramEngineContract('the toy program that workers are tested with', () => ({
  engine: createEngines().find(({ identity }) => identity.id === 'toy-program') as ProgramEngine,
  setup: presetById('spes-uc4')!.document.setup,
}))
