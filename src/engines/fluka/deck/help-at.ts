/** What stands under the pointer in the text of a deck: for the help beside it. Fixed form only: there columns tell. */

import type { Flavour } from '../flavour.ts'
import { type CardHelp, COMMANDS, cardHelp, type WhatHelp } from './card-help.ts'
import { FIELD_WIDTH } from './number-field.ts'
import { commandOf, withoutRemark } from './read-fields.ts'

export interface HelpAt {
  readonly command: string
  readonly card: CardHelp
  readonly part: 'command' | 'what' | 'sdum'
  /** Number of the WHAT, from 1; on an `&` line from 7. `null` for command and text field. */
  readonly what: number | null
  /** `null` when the fields of the card are not described, or for command and text field. */
  readonly field: WhatHelp | null
  /** First and last column of the part, from 1. */
  readonly columns: readonly [number, number]
}

/**
 * Help for a place in a deck.
 *
 * @param lines of the deck
 * @param line from 1
 * @param column from 1
 * @returns `undefined` where no card of a known command stands
 */
export function helpAt(lines: readonly string[], line: number, column: number, flavour?: Flavour): HelpAt | undefined {
  const whole = lines[line - 1]
  if (whole === undefined || /^[*!#$\s]/u.test(whole)) return undefined
  const { text } = withoutRemark(whole)
  const command = commandOf(text.slice(0, FIELD_WIDTH))
  if (!COMMANDS.has(command) || column < 1 || column > 80) return undefined
  const above = linesAbove(lines, line, command)
  const first = withoutRemark(lines[line - 1 - above.distance] ?? '').text
  const sdum = first.slice(70, 80).trim()
  const card = cardHelp(command, sdum, flavour)
  if (card === undefined) return undefined
  if (column <= FIELD_WIDTH) {
    return { command, card, part: 'command', what: null, field: null, columns: [1, FIELD_WIDTH] }
  }
  if (column > 70) return { command, card, part: 'sdum', what: null, field: null, columns: [71, 80] }
  const index = Math.floor((column - 1) / FIELD_WIDTH)
  const what = index + 6 * above.continued
  const columns = [index * FIELD_WIDTH + 1, (index + 1) * FIELD_WIDTH] as const
  return { command, card, part: 'what', what, field: card.whats[what - 1] ?? null, columns }
}

/** How far above the first line of the card stands, and the how-manieth `&` line this is (0: it is the first line). */
function linesAbove(lines: readonly string[], line: number, command: string): { distance: number; continued: number } {
  let continued = 0
  let index = line - 1
  while (index > 0 && isContinuation(lines[index] ?? '')) {
    continued++
    index--
    while (index > 0 && /^\*/u.test(lines[index] ?? '')) index--
    if (commandOf((lines[index] ?? '').slice(0, FIELD_WIDTH)) !== command) return { distance: 0, continued: 0 }
  }
  return { distance: line - 1 - index, continued }
}

const isContinuation = (line: string): boolean => withoutRemark(line).text.slice(70, 78).includes('&')
