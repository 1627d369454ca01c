/**
 * What is wrong with a deck that can be read: a rule is broken, or it is not what was asked for. What is wrong with its
 * text the reader says (deck/deck-problem.ts); both have the same form.
 */

import { type Card, nameIn, numberIn, whatText } from '../deck/card.ts'
import type { DeckProblemCode } from '../deck/deck-problem.ts'
import { type Place, placeText } from '../deck/place.ts'

/** Stable codes, one a cause. */
export type RuleCode =
  | 'DECK_LINE_TOO_LONG'
  | 'DECK_NOT_ASCII'
  | 'DECK_NUMBER_LOST'
  | 'DECK_NAME_INVALID'
  | 'DECK_NAME_TWICE'
  | 'DECK_NAME_RESERVED'
  | 'DECK_REGION_UNKNOWN'
  | 'DECK_MATERIAL_UNKNOWN'
  | 'DECK_BODY_UNKNOWN'
  | 'DECK_REGION_WITHOUT_MATERIAL'
  | 'DECK_NO_BLACK_BODY'
  | 'DECK_WORLD_INFINITE'
  | 'DECK_UNIT_RESERVED'
  | 'DECK_UNIT_SHARED'
  | 'DECK_UNIT_TEXT'
  | 'DECK_CONTINUATION_MISSING'
  | 'DECK_RANGE_EMPTY'
  | 'DECK_CARD_MISSING'
  | 'DECK_CARD_TWICE'
  | 'DECK_ORDER'
  | 'DECK_SEED_RANGE'
  | 'DECK_PRIMARIES'
  | 'DECK_DECAY_INCOMPLETE'
  | 'DECK_DECAY_TIME_UNKNOWN'
  | 'DECK_DETECTOR_UNKNOWN'
  | 'DECK_RESIDUALS_WITHOUT_MODEL'
  | 'DECK_RESIDUALS_TOO_NARROW'
  | 'DECK_GEOMETRY_OVERLAP'
  | 'DECK_GEOMETRY_GAP'
  | 'DECK_GEOMETRY_NOT_EVALUATED'
  | 'DECK_VOLUME_DIFFERS'
  | 'DECK_DIFFERS'

/** A finding of a rule or of the reader: callers compare codes, never messages. */
export interface DeckFinding {
  readonly code: RuleCode | DeckProblemCode
  /** `error`: FLUKA stops, or its result is not what was asked. `warning`: it runs, and somebody should look. */
  readonly severity: 'error' | 'warning'
  /** Where in the text; `null` for what has no place, or was never text. */
  readonly place: Place | null
  readonly message: string
}

/** A card by its place, command and SDUM: `card 37 (line 52) ASSIGNMA UC4`. */
export function cardText(card: Card): string {
  const where = placeText(card.place)
  return [where, card.command, card.sdum].filter((part) => part !== '').join(' ')
}

export const error = (code: RuleCode, place: Place | null, message: string): DeckFinding => ({
  code,
  severity: 'error',
  place,
  message,
})

export const warning = (code: RuleCode, place: Place | null, message: string): DeckFinding => ({
  code,
  severity: 'warning',
  place,
  message,
})

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
