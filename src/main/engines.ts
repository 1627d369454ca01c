/** The engines of this installation. Worker threads load this module by its address. */

import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine } from '#engines/engine/engine.ts'

export const createEngines = (): readonly Engine[] => [builtinEngine]
