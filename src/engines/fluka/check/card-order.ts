/** Check 5 of fluka.md 9.2: the cards that must be there once, and their order. */

import type { Card } from '../deck/card.ts'
import { activeCards, activeGeometries, type Deck } from '../deck/deck.ts'
import { type DeckFinding, finding, numberOf } from './deck-finding.ts'

/** FLUKA's seeds are below this (fluka.md 2, RANDOMIZ). */
export const SEED_LIMIT = 900_000_000

const ONCE = ['BEAM', 'RANDOMIZ', 'START'] as const

export function checkOrder(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const at = (command: string): number => cards.findIndex((card) => card.command === command)
  return [
    ...ONCE.flatMap((command) => once(cards, command)),
    ...geometries(deck),
    ...defaultsFirst(cards),
    ...(at('RANDOMIZ') > at('START') && at('START') >= 0
      ? [finding('DECK_ORDER', cards[at('RANDOMIZ')]!, 'It stands after START; the seed must come before.')]
      : []),
    ...cards.filter(({ command }) => command === 'RANDOMIZ').flatMap(seed),
    ...cards.filter(({ command }) => command === 'START').flatMap(primaries),
  ]
}

function once(cards: readonly Card[], command: string): readonly DeckFinding[] {
  const found = cards.filter((card) => card.command === command)
  if (found.length === 0) return [finding('DECK_CARD_MISSING', null, `The deck has no ${command} card.`)]
  return found
    .slice(1)
    .map((card) => finding('DECK_CARD_TWICE', card, 'It is the second card of its kind; one is read.'))
}

function geometries(deck: Deck): readonly DeckFinding[] {
  const found = activeGeometries(deck)
  if (found.length === 0) return [finding('DECK_CARD_MISSING', null, 'The deck has no geometry (GEOBEGIN to GEOEND).')]
  return found
    .slice(1)
    .map(({ place }) => finding('DECK_CARD_TWICE', place, 'A second geometry begins here; one is read.'))
}

/** GLOBAL may stand before DEFAULTS; nothing else that does something. */
function defaultsFirst(cards: readonly Card[]): readonly DeckFinding[] {
  const defaults = cards.find(({ command }) => command === 'DEFAULTS')
  const first = cards.find(({ command }) => command !== 'GLOBAL')
  if (!defaults || first === defaults) return []
  return [
    finding('DECK_ORDER', defaults, `It must be the first card (after GLOBAL); ${first!.command} stands before it.`),
  ]
}

function seed(card: Card): readonly DeckFinding[] {
  const value = numberOf(card, 2)
  // Blank: FLUKA's own seed, the same in every run.
  if (value === null || (value > 0 && value < SEED_LIMIT && Number.isInteger(value))) return []
  if (value === 0) {
    return [finding('DECK_SEED_MISSING', card, 'There is no seed: every run would repeat the same numbers.', 2)]
  }
  return [
    finding('DECK_SEED_RANGE', card, `The seed is ${value}; it must be a whole number from 1 to ${SEED_LIMIT - 1}.`, 2),
  ]
}

function primaries(card: Card): readonly DeckFinding[] {
  const value = numberOf(card, 1)
  if (value === null || (value >= 0 && Number.isInteger(value))) return []
  return [finding('DECK_PRIMARIES', card, `${value} primaries; it must be a whole number.`, 1)]
}
