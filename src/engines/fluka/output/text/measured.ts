/** A value and its error in percent, as the summing programs print them. */

import type { Measured } from './fluka-text.ts'
import { NUMBER, type TextLines } from './text-lines.ts'

/** `value +/- error %`, two groups of a pattern. */
export const PAIR = `(${NUMBER})\\s*\\+/-\\s*(${NUMBER})\\s*%`

/** @throws FlukaReadError when one of them is no number. */
export function measured(lines: TextLines, value: string | undefined, percent: string | undefined): Measured {
  return { value: lines.number(value, 'a value'), error: lines.number(percent, 'an error in percent') / 100 }
}
