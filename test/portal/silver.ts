/** What the panel of 111Ag says of the SPES target, whatever random numbers the run had. */

import { expect } from 'vitest'

/** Fluctuations of a counted number beyond this come once in two million runs. */
const SIGMAS = 5

/**
 * Looks at the row `cumulative` of the panel: the rate (1.857e11 /s by the estimate at 200 uA), a statistical error, a
 * factor of the model, and the ratio to the estimate, which must be 1 within its own error.
 * @param row its text, cells without anything in between
 */
export function expectSilver(row: string | null): void {
  const cells = /^cumulative(\d\.\d).×.10¹¹±.*%×\/÷.\d\.\d\d?(\d\.\d+) ± (\d\.\d+)$/.exec(row ?? '')
  expect(cells, `not a row of rate, error, model and ratio: ${row}`).not.toBeNull()
  const [rate, ratio, error] = cells!.slice(1).map(Number) as [number, number, number]
  expect(Math.abs(ratio - 1), `${ratio} ± ${error} is not 1`).toBeLessThan(SIGMAS * error)
  // The rate has two digits: half a unit of the last one.
  expect(Math.abs(rate / ratio - 1.857)).toBeLessThan(0.06)
}
