/** Build-up and decay by FLUKA itself: RADDECAY, IRRPROFI, DCYTIMES, DCYSCORE (fluka.md 2.2). */

import { type Card, card } from '../deck/card.ts'
import type { DeckUnit } from './manifest.ts'

export interface DecayRequest {
  /** Seconds of irradiation at constant intensity. */
  readonly irradiationSeconds: number
  readonly primariesPerSecond: number
  /** Times after the end of irradiation, ascending; at least one. */
  readonly coolingSeconds: readonly number[]
}

const TIMES_PER_CARD = 6

/** @param units of the whole deck; those of decay scores are tied to their cooling times. */
export function decayCards(decay: DecayRequest, units: readonly DeckUnit[]): readonly Card[] {
  const { irradiationSeconds, primariesPerSecond, coolingSeconds } = decay
  const times: Card[] = []
  for (let at = 0; at < coolingSeconds.length; at += TIMES_PER_CARD) {
    times.push(card('DCYTIMES', coolingSeconds.slice(at, at + TIMES_PER_CARD)))
  }
  return [
    // 1: activities at requested times; the default of three replicas of each decay.
    card('RADDECAY', [1, null, 3]),
    card('IRRPROFI', [irradiationSeconds, primariesPerSecond]),
    ...times,
    ...scoreCards(coolingSeconds, units),
  ]
}

/** One card a detector: ranges of detectors depend on the order of cards, which a user's template may change. */
function scoreCards(coolingSeconds: readonly number[], units: readonly DeckUnit[]): readonly Card[] {
  return units
    .filter(({ decay }) => decay)
    .flatMap(({ detectors }) => detectors)
    .flatMap((detector) => {
      if (detector.kind !== 'yields' || detector.coolingSeconds === null) return []
      const index = coolingSeconds.indexOf(detector.coolingSeconds) + 1
      return [card('DCYSCORE', [index, null, null, detector.name], 'RESNUCLE')]
    })
}
