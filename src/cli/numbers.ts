/** Numbers on the command line: exact, with a range, never half-parsed. */

import { CliError } from './exit-codes.ts'

/** A parser for commander: a whole number within the range, `1e7` allowed. */
export function wholeNumber(flag: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?(e\+?\d+)?$/i.test(text) ? Number(text) : Number.NaN
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new CliError(
        'BAD_INPUT',
        'NUMBER_INVALID',
        `${flag} takes a whole number from ${min} to ${max}, not "${text}".`,
      )
    }
    return value
  }
}
