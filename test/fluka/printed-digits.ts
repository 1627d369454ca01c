/** Compares a printed number with what it was printed from, in every digit that was printed. */

import { expect } from 'vitest'

/** How Fortran printed a number: significant digits, or decimals. */
export type Format =
  | { readonly significant: number }
  | { readonly decimals: number }
  /** G editing: `significant` digits from 0.1 up to 10^significant, one more in the form with an exponent. */
  | { readonly general: number }

/** Counts what it compared, so that a test can say how much it has seen. */
export class PrintedDigits {
  compared = 0
  readonly #wrong: string[] = []

  /** @param exact the float32, or a number of it (100 x error), which the program printed. */
  compare(where: string, printed: number, exact: number, format: Format): void {
    this.compared++
    const unit = lastDigit(exact, format)
    // Half a unit of the last digit, and what single precision can lose on the way to percent.
    const tolerance = unit * 0.5 * (1 + 1e-6) + Math.abs(exact) * 2 ** -23
    if (Math.abs(printed - exact) <= tolerance) return
    this.#wrong.push(`${where}: printed ${printed}, is ${exact}`)
  }

  /** Fails with the first differences; `least` is how many comparisons there must have been. */
  finish(count: number): void {
    expect(this.#wrong.slice(0, 20)).toEqual([])
    expect(this.compared).toBe(count)
  }
}

function lastDigit(exact: number, format: Format): number {
  if ('decimals' in format) return 10 ** -format.decimals
  const size = Math.abs(exact)
  if (size === 0) return Number.MIN_VALUE
  const exponent = Math.floor(Math.log10(size))
  if ('significant' in format) return 10 ** (exponent - format.significant + 1)
  const digits = size >= 0.1 && size < 10 ** format.general ? format.general : format.general + 1
  return 10 ** (exponent - digits + 1)
}
