/** What a deck needs to run, and why. */

import type { Card } from './card.ts'
import { activeCards, type Deck } from './deck.ts'

export interface MissingCard {
  readonly command: string
  readonly reason: string
}

const NEEDED: readonly MissingCard[] = [
  { command: 'GEOBEGIN', reason: 'Without a geometry FLUKA has no space to work in.' },
  { command: 'ASSIGNMA', reason: 'Without it no region has a material.' },
  {
    command: 'RANDOMIZ',
    reason: 'Without it every task takes the same random numbers, so that adding tasks would repeat one result.',
  },
  { command: 'START', reason: 'Without it FLUKA reads the deck and ends without a single primary.' },
]

/** Cards that are missing among those that FLUKA sees. A SOURCE routine stands for BEAM. */
export function missingCards(deck: Deck): MissingCard[] {
  const cards = activeCards(deck)
  const has = (command: string) => cards.some((card) => card.command === command)
  const missing = NEEDED.filter(({ command }) => !has(command))
  if (!has('BEAM') && !has('SOURCE') && !has('SPECSOUR')) {
    missing.unshift({ command: 'BEAM', reason: 'Without BEAM or SOURCE there are no primaries to speak of.' })
  }
  return missing
}

/** Cards that stand more than once though they may not: RANDOMIZ and START would each override the one before. */
export function repeatedCards(deck: Deck): readonly Card[] {
  const seen = new Set<string>()
  const single = new Set(['START', 'RANDOMIZ', 'GEOBEGIN', 'DEFAULTS', 'GLOBAL'])
  return activeCards(deck).filter((card) => {
    if (!single.has(card.command)) return false
    if (seen.has(card.command)) return true
    seen.add(card.command)
    return false
  })
}
