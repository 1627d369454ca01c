/** The engines of this installation. Worker threads load this module by its address. */

import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { flukaEngine } from '#engines/fluka/engine.ts'
import { findFluka } from './fluka-site.ts'

/** @param variables empty in the thread of function engines, which has no use for programs */
export function createEngines(variables: NodeJS.ProcessEnv = process.env): readonly Engine[] {
  const fluka = findFluka(variables)
  return [builtinEngine, ...(fluka.kind === 'site' ? [flukaEngine(fluka.site)] : [])]
}
