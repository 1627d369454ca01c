/** Which meshes and spectra of the parameters a user's own deck scores just as the written deck does. */

import type { Setup } from '#simulation/document.ts'
import { scoredThings } from '#simulation/scored-axes.ts'
import type { DeckUnit } from './compose/manifest.ts'
import { scoringCards } from './compose/scoring-cards.ts'
import { alterations } from './deck/altered-scores.ts'
import { type Card, numberIn, type What, what, whatText } from './deck/card.ts'
import { activeCards, type Deck } from './deck/deck.ts'
import { UNIT_FIELD } from './deck/unit-field.ts'
import { FIXED_FORM_TOLERANCE } from './deck/write-deck.ts'

export interface OwnScores {
  /** Units whose files hold what was asked for, so that they can be read. */
  readonly kept: readonly DeckUnit[]
  /** Users' names of what is asked for and not scored so. */
  readonly missing: readonly string[]
}

/**
 * @param setup that the parameters say; @param asked units of the deck that is written from the parameters. Those of residual nuclei are another matter
 *   (own-deck.ts): they are left out here. A file is read whole or not at all, so one other card in its unit is enough.
 */
export function ownScores(deck: Deck, setup: Setup, asked: readonly DeckUnit[]): OwnScores {
  const cards = activeCards(deck)
  const scored = asked.filter(({ estimator }) => estimator !== 'RESNUCLEi')
  const kept = scored.filter((unit) => isScoredAsAsked(cards, unit))
  const names = new Set(
    kept
      .flatMap(({ detectors }) => detectors)
      .map((one) => (one.kind === 'mesh' ? one.mesh : one.kind === 'yields' ? '' : one.spectrum)),
  )
  const missing = scoredThings(setup).flatMap(({ name }) => (names.has(name) ? [] : [name]))
  return { kept, missing }
}

function isScoredAsAsked(cards: readonly Card[], unit: DeckUnit): boolean {
  const wanted = scoringCards([unit])
  const found = cardsOfUnit(cards, unit.unit)
  return (
    found.length === wanted.length &&
    found.every((card, index) => isSame(card, wanted[index]!) && alterations(cards, card).length === 0)
  )
}

/** Detectors that write to the file of a unit, in their order, of whatever class. */
export const cardsOfUnit = (cards: readonly Card[], unit: number): readonly Card[] =>
  cards.filter((card) => {
    const field = UNIT_FIELD[card.command]
    return field !== undefined && Math.abs(numberIn(what(card, field)) ?? 0) === unit
  })

/** Whether two cards ask for the same. Fields of fixed form may have lost digits; a blank is nothing. */
export function isSame(a: Card, b: Card): boolean {
  if (a.command !== b.command || a.sdum !== b.sdum) return false
  const fields = Math.max(a.whats.length, b.whats.length)
  return Array.from({ length: fields }, (_, at) => at + 1).every((at) => isSameField(what(a, at), what(b, at)))
}

function isSameField(a: What, b: What): boolean {
  const [x, y] = [a, b].map((field) => (field.kind === 'blank' ? 0 : numberIn(field)))
  if (x == null || y == null) return whatText(a) === whatText(b)
  return Math.abs(x - y) <= FIXED_FORM_TOLERANCE * Math.max(Math.abs(x), Math.abs(y))
}
