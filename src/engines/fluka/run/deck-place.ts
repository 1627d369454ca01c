/** Where in the deck FLUKA was when it stopped reading: the last card that its listing repeats. */

import { checkReferences } from '../check/references.ts'
import type { Card } from '../deck/card.ts'
import { activeCards } from '../deck/deck.ts'
import { readDeck } from '../deck/read-deck.ts'

/** A card of the deck. */
export interface DeckPlace {
  /** Counted from 1 over command cards, as the reader of decks does; continuation lines belong to their card. */
  readonly number: number
  readonly line: number
  readonly command: string
  /** The first line of the card as it stands in the deck. */
  readonly text: string
}

/** Commands are told apart by eight letters. */
const ECHO = /\*{3,}\s*Next control card\s*\*{3,}\s+(\S+)\s+(.*)$/
const COMMAND_WIDTH = 8

function cardsOf(deck: string): readonly DeckPlace[] {
  const lines = deck.split('\n')
  return readCards(deck).flatMap(({ command, place }) =>
    place?.card == null || place.file !== null
      ? []
      : [{ number: place.card, line: place.line, command, text: (lines[place.line - 1] ?? '').trimEnd() }],
  )
}

/** Empty for what is no deck: the tail of a long one, or a template's own mistake. It is not ours to judge here. */
function readCards(deck: string): readonly Card[] {
  try {
    return activeCards(readDeck(deck).deck)
  } catch {
    return []
  }
}

/**
 * The card that the listing repeats last. FLUKA reads a deck in several passes and repeats cards out of order, so the
 * numbers of the card are compared, not only its command.
 */
export function lastCardTaken(deck: string, listing: string): DeckPlace | null {
  const echoed = listing.split('\n').flatMap((line) => {
    const match = ECHO.exec(line)
    return match ? [{ command: match[1]!.slice(0, COMMAND_WIDTH).toUpperCase(), fields: match[2]! }] : []
  })
  const last = echoed.at(-1)
  if (!last) return null
  const candidates = cardsOf(deck).filter(({ command }) => command === last.command)
  const before = echoed.filter(({ command }) => command === last.command).length
  const same = candidates.filter(({ text }) => sameFields(text, last.fields))
  return same[0] ?? candidates[Math.min(before, candidates.length) - 1] ?? null
}

/** Whether the words and numbers of an echo are those of a card; an echo fills blanks with zeros. */
function sameFields(card: string, echo: string): boolean {
  const values = (text: string) =>
    text
      .split(/\s+/)
      .flatMap((item) => (item === '' || Number(item) === 0 ? [] : [Number.isNaN(Number(item)) ? item : Number(item)]))
  const [asked, told] = [values(card.slice(COMMAND_WIDTH)), values(echo)]
  return asked.length > 0 && asked.every((value, i) => sameValue(value, told[i]))
}

const sameValue = (a: number | string, b: number | string | undefined): boolean =>
  typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) <= 1e-3 * Math.abs(a) : a === b

/** What our own check finds wrong with this card, as `region DISC8 does not exist`; `null` for nothing. */
export function wrongReference(deck: string, { line }: DeckPlace): string | null {
  try {
    const finding = checkReferences(readDeck(deck).deck).find(({ place }) => place?.line === line)
    return finding ? finding.message.replace(/^card \d+[^:]*:\s*/i, '').replace(/\.$/, '') : null
  } catch {
    return null
  }
}

export const placeInWords = (place: DeckPlace | null): string =>
  place ? ` at card ${place.number} ${place.command} (line ${place.line}: "${place.text.trim()}")` : ''
