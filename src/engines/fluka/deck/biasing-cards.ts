/** Which cards of a deck give particles weights other than 1, as FLUKA sees them: of our decks and of anybody's. */

import { type Card, numberIn, what } from './card.ts'
import { activeCards, type Deck } from './deck.ts'

/**
 * Cards that bias, and whether one of them does: a factor of 1, or a field that FLUKA ignores, changes no weight. Of the others
 * being there is enough. Source: FLUKA manual, BIASING, EMF-BIAS, EXPTRANS, LAM-BIAS, LOW-BIAS, LOW-DOWN, WW-FACTOr,
 * WW-PROFI, WW-THRESh.
 */
const BIASES: Readonly<Record<string, (card: Card) => boolean>> = {
  // Russian roulette at interactions, importance of regions.
  BIASING: (card) => hasFactor(card, [2, 3]),
  'EMF-BIAS': () => true,
  EXPTRANS: () => true,
  // Mean life, length of interaction.
  'LAM-BIAS': (card) => hasFactor(card, [1, 2]),
  'LOW-BIAS': () => true,
  'LOW-DOWN': () => true,
  'WW-FACTO': () => true,
  'WW-PROFI': () => true,
  'WW-THRES': () => true,
}

/** Whether a field is there that is no factor of 1 (of either sign: the sign says how the weight is dealt out). */
const hasFactor = (card: Card, fields: readonly number[]): boolean =>
  fields.some((field) => {
    const given = what(card, field)
    if (given.kind === 'blank') return false
    const factor = numberIn(given)
    return factor === null || (factor !== 0 && Math.abs(factor) !== 1)
  })

/** The cards of a deck that bias, in their order; none where every score has the weight of nature. */
export const biasingCards = (deck: Deck): readonly Card[] =>
  activeCards(deck).filter((card) => BIASES[card.command]?.(card) ?? false)
