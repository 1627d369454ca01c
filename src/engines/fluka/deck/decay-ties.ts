/** Which detectors a deck ties to decay: those that a DCYSCORE speaks of. Source: FLUKA manual, DCYSCORE. */

import { type Card, numberIn, what } from './card.ts'

export interface DecayTie {
  /** The DCYSCORE. */
  readonly score: Card
  /** Detectors of its class from the first to the last that it names, in its steps, in the order of their cards. */
  readonly detectors: readonly Card[]
}

/** Commands are told apart by eight letters. */
const COMMAND_LETTERS = 8

/**
 * @param cards of a deck that FLUKA sees, in their order. Detectors are named, or numbered from 1 within their class; without a
 *   first one FLUKA takes number 1, without a last one the first. A wild card stands for the last.
 */
export function decayTies(cards: readonly Card[]): readonly DecayTie[] {
  return cards
    .filter(({ command }) => command === 'DCYSCORE')
    .map((score) => {
      const kind = score.sdum.slice(0, COMMAND_LETTERS).toUpperCase()
      const detectors = cards.filter(({ command }) => command === kind)
      const from = placeOf(score, 4, detectors) ?? 1
      const to = placeOf(score, 5, detectors) ?? from
      const step = Math.max(1, Math.round(numberIn(what(score, 6)) ?? 1))
      return {
        score,
        detectors: detectors.filter((_, at) => at + 1 >= from && at + 1 <= to && (at + 1 - from) % step === 0),
      }
    })
}

/** Number of the detector that a field means, from 1; 0 for one that is not there, `null` where the field says nothing. */
function placeOf(score: Card, field: number, detectors: readonly Card[]): number | null {
  const said = what(score, field)
  if (said.kind !== 'name') return numberIn(said)
  if (said.name.startsWith('@')) return detectors.length
  return detectors.findIndex(({ sdum }) => sdum === said.name) + 1
}
