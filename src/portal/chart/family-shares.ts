/** Into which families of decay a state goes. */

import type { NuclideState } from '#nuclides/states.ts'
import type { Atlas } from './atlas.ts'
import { type DecayFamily, familyOfMode } from './decay-families.ts'

export interface FamilyShare {
  readonly family: DecayFamily
  readonly percent: number | null
}

/** Decay families of a state, the main one first. Never empty. */
export function familiesOf(state: NuclideState | null, modes: ReturnType<Atlas['modes']>): FamilyShare[] {
  if (state?.halfLife.kind === 'stable') return [{ family: 'stable', percent: null }]
  const shares = new Map<DecayFamily, number | null>()
  for (const { mode, percent } of modes) {
    const family = familyOfMode(mode)
    const before = shares.get(family)
    // Delayed emission (B-n) is part of its beta decay in the list: the larger number already holds the smaller one.
    if (before === undefined || (percent ?? -1) > (before ?? -1)) shares.set(family, percent)
  }
  const sorted = [...shares].map(([family, percent]) => ({ family, percent }))
  // With no number at all the evaluators' order stands: the first is the likeliest.
  sorted.sort((a, b) => (b.percent ?? -1) - (a.percent ?? -1))
  return sorted.length > 0 ? sorted : [{ family: 'unknown', percent: null }]
}
