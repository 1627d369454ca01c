/** The engines of this installation. Worker threads load this module by its address. */

import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine, MissingEngine } from '#engines/engine/engine.ts'
import { findFluka } from './fluka-site.ts'

/**
 * Found once, when the module is loaded: FLUKA's part is large, and who has none need not wait for it. In the thread of
 * function engines the environment is empty, and so there is no FLUKA: it has no use for programs.
 */
const fluka = findFluka(process.env)
const programs: readonly Engine[] =
  fluka.kind === 'site' ? [(await import('#engines/fluka/engine.ts')).flukaEngine(fluka.site)] : []

/** Engines that this installation could have and does not, with the reason and what to do. */
export const missingEngines = (): readonly MissingEngine[] =>
  fluka.kind === 'site'
    ? []
    : [{ id: 'fluka', label: 'FLUKA', reason: fluka.kind === 'none' ? NO_FLUKA : fluka.reasons.join(' ') }]

const NO_FLUKA =
  'There is no FLUKA in this installation. Whoever has a licence sets ISOLARIO_FLUKA to the folder of FLUKA and starts the service again; "isolario doctor" says what it finds. ISOLARIO_FLUKA=stand-in tries the way without it. Decks can be written and checked all the same.'

export const createEngines = (): readonly Engine[] => [builtinEngine, ...programs]
