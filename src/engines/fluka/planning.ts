/** How long FLUKA takes, as a guess before anything was run: for cutting jobs and for telling their cost. */

import type { PlanningFacts } from '#engines/engine/engine.ts'
import type { Setup } from '#simulation/document.ts'

/** Protons a second of one core at 40 MeV in a target of some grams: a guess, and fewer for more energy. */
const GUESSED_PER_SECOND = 500
const GUESSED_AT_MEV = 40
/** Below it a proton takes no less time for being slower. */
const LEAST_MEV = 10

export function flukaPlanning({ beam, engine }: Setup): PlanningFacts {
  const bias = engine.id === 'fluka' ? engine.interactionBias : 1
  const perSecond = (GUESSED_PER_SECOND * GUESSED_AT_MEV) / Math.max(beam.energyMeV, LEAST_MEV) / Math.sqrt(bias)
  return { historiesPerSecond: Math.max(1, perSecond), oneBatchPerTask: true, seeds: true, licensed: true }
}
