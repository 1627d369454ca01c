/** What the checks of a deck say, in the form of the reader's problems (deck/deck-problem.ts has all codes). */

import { type Card, nameIn, numberIn, whatText } from '../deck/card.ts'
import { type DeckProblem, type DeckProblemCode, deckProblem } from '../deck/deck-problem.ts'
import { type Place, placeText } from '../deck/place.ts'

/** A broken rule, or a problem of the reader: callers compare codes, never messages. */
export type DeckFinding = DeckProblem

/** Where something was found: at a card, at a line, or nowhere in the text. */
export type FoundAt = Card | Place | null

/** A card by its place, command and SDUM: `card 37 (line 52) ASSIGNMA UC4`. */
export function cardText(card: Card): string {
  const where = placeText(card.place)
  return [where, card.command, card.sdum].filter((part) => part !== '').join(' ')
}

/** A finding; the severity is the code's. `field`: number of the WHAT that it is about. */
export function finding(code: DeckProblemCode, at: FoundAt, message: string, field?: number): DeckFinding {
  const card = at !== null && 'kind' in at ? at : null
  const place = card ? card.place : (at as Place | null)
  const command = card ? [card.command, card.sdum].join(' ').trim() : undefined
  return deckProblem(code, place, message, {
    ...(command === undefined ? {} : { command }),
    ...(field === undefined ? {} : { what: field }),
  })
}

/** By their place in the text; what has none comes last. */
export const inTextOrder = (findings: readonly DeckFinding[]): DeckFinding[] =>
  findings.toSorted((a, b) => (a.place?.line ?? Number.POSITIVE_INFINITY) - (b.place?.line ?? Number.POSITIVE_INFINITY))

/** WHAT(n) of a card as a name, or `null`. */
export const nameOf = (card: Card, number: number): string | null => nameIn(card.whats[number - 1] ?? { kind: 'blank' })

/** WHAT(n) of a card as a number; blank is 0, as FLUKA has it; `null` where a name or something unread stands. */
export function numberOf(card: Card, number: number): number | null {
  const field = card.whats[number - 1] ?? { kind: 'blank' as const }
  return field.kind === 'blank' ? 0 : numberIn(field)
}

/** A field as it stands, for messages. */
export const fieldText = (card: Card, number: number): string => {
  const text = whatText(card.whats[number - 1] ?? { kind: 'blank' })
  return text === '' ? 'blank' : text
}
