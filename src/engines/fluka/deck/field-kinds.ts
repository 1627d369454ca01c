/** Which fields of a card take numbers only: from the one description of the cards. */

import type { Card } from './card.ts'
import { cardHelp } from './card-help.ts'

/** Numbers of the WHATs of a card that may not be names. Empty for cards whose fields are not described. */
export function numbersExpected(card: Card): ReadonlySet<number> {
  const help = cardHelp(card.command, card.sdum)
  if (help === undefined) return new Set()
  return new Set(help.whats.flatMap((field, index) => (field.takes === 'number' ? [index + 1] : [])))
}
