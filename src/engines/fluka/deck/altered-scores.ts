/**
 * Cards that make a detector's numbers mean something else than its own card says: a cooling time, a filter, a factor of a
 * user's routine. Source: FLUKA manual, DCYSCORE, AUXSCORE, USERWEIG.
 */

import { type Card, numberIn, type What, what } from './card.ts'
import { decayTies } from './decay-ties.ts'

export interface Alteration {
  readonly by: Card
  /** The WHAT that does it; `null` where the card itself does. */
  readonly field: number | null
  /** What it makes of the numbers: `an activity after cooling instead of ...`. */
  readonly words: string
}

/** AUXSCORE WHAT(1); residual nuclei have no number there. Its default is USRBIN. */
const AUXSCORE_CLASS: Readonly<Record<string, number>> = { USRBDX: 1, USRBIN: 2, USRTRACK: 3, USRCOLL: 4 }
const AUXSCORE_DEFAULT = 2
/** USERWEIG: the fields whose routines touch a class. */
const USERWEIG_FIELDS: Readonly<Record<string, readonly number[]>> = {
  RESNUCLE: [5],
  USRBDX: [3],
  USRTRACK: [3],
  USRCOLL: [3],
  USRBIN: [3, 6],
}

/** @param cards of the deck that FLUKA sees; @param detector one of them */
export function alterations(cards: readonly Card[], detector: Card): readonly Alteration[] {
  const { command } = detector
  const ties = decayTies(cards).filter(({ detectors }) => detectors.includes(detector))
  const filters = cards.filter(
    (card) => card.command === 'AUXSCORE' && (number(what(card, 1)) || AUXSCORE_DEFAULT) === AUXSCORE_CLASS[command],
  )
  const weights = cards
    .filter((card) => card.command === 'USERWEIG')
    .flatMap((card) =>
      (USERWEIG_FIELDS[command] ?? [])
        .filter((field) => number(what(card, field)) > 0)
        .map((field) => ({ card, field })),
    )
  return [
    ...ties.map(({ score }) => ({ by: score, field: null, words: 'what has decayed and not what is made, in Bq' })),
    ...filters.map((card) => ({ by: card, field: null, words: 'only some particles, or a dose' })),
    ...weights.map(({ card, field }) => ({
      by: card,
      field,
      words: 'scores that a routine of the user has multiplied or moved',
    })),
  ]
}

const number = (field: What): number => numberIn(field) ?? 0
