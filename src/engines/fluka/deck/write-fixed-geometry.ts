/**
 * Bodies and regions in the old fixed form, for decks that were read in it: bodies `2X, A3, I5, 6D10.3` (or three numbers of
 * 22 columns), regions `2X, A3, I5, 9(A2, I5)`. What this program composes is always in the form with names.
 */

import { card, whatText } from './card.ts'
import { DeckTextError } from './deck-text-error.ts'
import { type Body, type Region, type RegionTree, simplified } from './geometry.ts'
import { numberField } from './number-field.ts'
import { oneLine } from './printable.ts'
import type { CardWriter } from './write-deck.ts'

const PAIRS = 9

export function fixedBodyLines(of: Body, debugFlag: number, writer: CardWriter): string[] {
  const width = debugFlag === -10 || debugFlag === -100 ? 22 : 10
  const perLine = width === 10 ? 6 : 3
  const fields = of.parameters.map((field, index) => {
    if (field.kind !== 'number') return oneLine(whatText(field)).slice(0, width).padStart(width)
    const { text, value, relativeLoss } = numberField(field.value, width)
    if (relativeLoss > 0) writer.lost(card(of.code, [], ''), index + 1, field.value, value, relativeLoss)
    return text.padStart(width)
  })
  const lines: string[] = []
  for (let start = 0; start === 0 || start < fields.length; start += perLine) {
    const head = start === 0 ? `  ${of.code.padEnd(3)}${of.name.padStart(5)}` : ' '.repeat(10)
    lines.push(head + fields.slice(start, start + perLine).join(''))
  }
  return lines
}

/** @throws {DeckTextError} for brackets, which the fixed form does not have. */
export function fixedRegionLines(of: Region): string[] {
  const points = simplified(of.points)
  const zones = points.kind === 'or' ? points.of : [points]
  const pairs = zones.flatMap((zone) =>
    (zone.kind === 'and' ? zone.of : [zone]).map((term, index) => {
      const operator = zones.length > 1 && index === 0 ? 'OR' : '  '
      return operator + signedNumber(term, of.name).padStart(5)
    }),
  )
  const lines: string[] = []
  for (let start = 0; start < pairs.length; start += PAIRS) {
    const head = start === 0 ? `  ${of.name.slice(0, 3).padEnd(3)}${String(of.neighbours).padStart(5)}` : ' '.repeat(10)
    lines.push(head + pairs.slice(start, start + PAIRS).join(''))
  }
  return lines
}

function signedNumber(term: RegionTree, region: string): string {
  if (term.kind === 'body') return `+${term.name}`
  if (term.kind === 'not' && term.of.kind === 'body') return `-${term.of.name}`
  throw new DeckTextError(`Region ${region} has brackets; the fixed form of the geometry knows none.`)
}
