/** The engines of this installation. Worker threads load this module by its address. */

import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { findFluka } from './fluka-site.ts'

/**
 * Found once, when the module is loaded: FLUKA's part is large, and who has none need not wait for it. In the thread of
 * function engines the environment is empty, and so there is no FLUKA: it has no use for programs.
 */
const fluka = findFluka(process.env)
const programs: readonly Engine[] =
  fluka.kind === 'site' ? [(await import('#engines/fluka/engine.ts')).flukaEngine(fluka.site)] : []

export const createEngines = (): readonly Engine[] => [builtinEngine, ...programs]
