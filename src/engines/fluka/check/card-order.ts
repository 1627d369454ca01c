/** Check 5 of fluka.md 9.2: the cards that must be there once, and their order. */

import type { Card } from '../deck/card.ts'
import { activeCards, activeGeometries, type Deck } from '../deck/deck.ts'
import { isActive } from '../deck/place.ts'
import { cardText, type DeckFinding, error, numberOf, warning } from './deck-finding.ts'

/** FLUKA's seeds are below this (fluka.md 2, RANDOMIZ). */
export const SEED_LIMIT = 900_000_000

const ONCE = ['BEAM', 'RANDOMIZ', 'START'] as const

export function checkOrder(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const at = (command: string): number => cards.findIndex((card) => card.command === command)
  return [
    ...ONCE.flatMap((command) => once(cards, command)),
    ...geometries(deck),
    ...titleProblems(deck),
    ...defaultsFirst(cards),
    ...(at('RANDOMIZ') > at('START') && at('START') >= 0
      ? [error('DECK_ORDER', cards[at('RANDOMIZ')]!.place, 'RANDOMIZ stands after START; the seed must come before.')]
      : []),
    ...stop(deck, cards),
    ...cards.filter(({ command }) => command === 'RANDOMIZ').flatMap(seed),
    ...cards.filter(({ command }) => command === 'START').flatMap(primaries),
  ]
}

function once(cards: readonly Card[], command: string): readonly DeckFinding[] {
  const found = cards.filter((card) => card.command === command)
  if (found.length === 0) return [error('DECK_CARD_MISSING', null, `The deck has no ${command} card.`)]
  return found
    .slice(1)
    .map((card) =>
      error('DECK_CARD_TWICE', card.place, `${cardText(card)} is the second ${command} card; one is read.`),
    )
}

function geometries(deck: Deck): readonly DeckFinding[] {
  const found = activeGeometries(deck)
  if (found.length === 0) return [error('DECK_CARD_MISSING', null, 'The deck has no geometry (GEOBEGIN to GEOEND).')]
  return found
    .slice(1)
    .map(({ place }) => error('DECK_CARD_TWICE', place, 'A second geometry begins here; one is read.'))
}

/** The line below TITLE is the title whatever it is (fluka.md 1.1). */
function titleProblems(deck: Deck): readonly DeckFinding[] {
  return deck.nodes
    .filter((node) => node.kind === 'title')
    .filter(isActive)
    .flatMap(({ text, place }) =>
      /^[*!#]/u.test(text)
        ? [
            warning(
              'DECK_ORDER',
              place,
              `The line below TITLE is "${text.slice(0, 40)}"; it becomes the title, whatever it looks like.`,
            ),
          ]
        : [],
    )
}

/** GLOBAL may stand before DEFAULTS; nothing else that does something. */
function defaultsFirst(cards: readonly Card[]): readonly DeckFinding[] {
  const defaults = cards.find(({ command }) => command === 'DEFAULTS')
  const first = cards.find(({ command }) => command !== 'GLOBAL')
  if (!defaults || first === defaults) return []
  return [
    error(
      'DECK_ORDER',
      defaults.place,
      `${cardText(defaults)} must be the first card (after GLOBAL); ${first!.command} stands before it.`,
    ),
  ]
}

function stop(deck: Deck, cards: readonly Card[]): readonly DeckFinding[] {
  const after = deck.nodes.filter((node) => node.kind === 'after-stop' && /^[A-Z]/u.test(node.text))
  const found: DeckFinding[] = after.map(({ place }) =>
    error('DECK_ORDER', place, 'Cards behind STOP are not read. Move them before START.'),
  )
  if (cards.at(-1)?.command !== 'STOP') {
    found.push(warning('DECK_CARD_MISSING', null, 'The deck does not end with STOP.'))
  }
  return found
}

function seed(card: Card): readonly DeckFinding[] {
  const value = numberOf(card, 2)
  // Blank: FLUKA's own seed, the same in every run.
  if (value === null || (value > 0 && value < SEED_LIMIT && Number.isInteger(value))) return []
  if (value === 0) {
    return [
      warning(
        'DECK_SEED_RANGE',
        card.place,
        'RANDOMIZ has no seed in WHAT(2): every run would repeat the same numbers.',
      ),
    ]
  }
  return [
    error(
      'DECK_SEED_RANGE',
      card.place,
      `${cardText(card)}: the seed is ${value}; it must be a whole number from 1 to ${SEED_LIMIT - 1}.`,
    ),
  ]
}

function primaries(card: Card): readonly DeckFinding[] {
  const value = numberOf(card, 1)
  if (value === null || (value >= 0 && Number.isInteger(value))) return []
  return [error('DECK_PRIMARIES', card.place, `${cardText(card)}: ${value} primaries; it must be a whole number.`)]
}
