/** Checks 1 and 10 of fluka.md 9.2: the text itself. */

import type { NumberLoss } from '../deck/write-deck.ts'
import { type DeckFinding, finding } from './deck-finding.ts'

/** Body lines may be longer than a card (fluka.md 1.3). */
const GEOMETRY_LINE_WIDTH = 132
/** A number may lose this much in its ten columns before somebody must hear of it. */
export const LOST_DIGITS_TOLERANCE = 1e-4

const placeOf = (line: number) => ({ line, card: null, active: true, file: null })

/** Characters of every line and length of those of the geometry; of cards the reader tells it. Comments may hold anything. */
export function checkLines(text: string): readonly DeckFinding[] {
  let inGeometry = false
  return text.split(/\r?\n/u).flatMap((line, index): DeckFinding[] => {
    if (/^GEOBEGIN/u.test(line)) inGeometry = true
    if (/^GEOEND/u.test(line)) inGeometry = false
    const found: DeckFinding[] = []
    const isComment = /^[*!]/u.test(line)
    if (inGeometry && line.trimEnd().length > GEOMETRY_LINE_WIDTH && !isComment) {
      found.push(
        finding(
          'DECK_LINE_TOO_LONG',
          placeOf(index + 1),
          `The line has ${line.trimEnd().length} columns; FLUKA reads ${GEOMETRY_LINE_WIDTH}. What stands behind is lost: make the line shorter.`,
        ),
      )
    }
    const strange = /[^\t -~]/u.exec(line)
    if (strange && !isComment) {
      found.push(
        finding(
          'DECK_NOT_ASCII',
          placeOf(index + 1),
          `Column ${strange.index + 1} has the character "${strange[0]}"; FLUKA reads plain ASCII. Write it in other letters.`,
        ),
      )
    }
    return found
  })
}

/** Numbers whose columns were too few. */
export function checkLosses(losses: readonly NumberLoss[]): readonly DeckFinding[] {
  return losses
    .filter(({ relativeLoss }) => relativeLoss > LOST_DIGITS_TOLERANCE)
    .map(({ command, sdum, what, requested, written }) =>
      finding(
        'DECK_NUMBER_LOST',
        null,
        `${[command, sdum].join(' ').trim()}: WHAT(${what}) should be ${requested}, and its ten columns hold ${written}. Round the parameter to fewer digits.`,
      ),
    )
}
