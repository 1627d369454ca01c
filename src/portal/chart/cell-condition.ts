/** What can be said of a cell in a result: the ground on which it is drawn, and the words for it. */

import type { Nuclide } from '#nuclides/nuclide.ts'
import { unseenState } from '#results/coverage.ts'
import type { Residual, ResultDocument } from '#results/document.ts'
import { type ChartSettings, meanOf, rateOf } from './settings.ts'

/**
 * `above-floor`, `below-floor`: scored at least once (or estimated above zero). `zero`: scored and never hit.
 * `not-scored`: outside what the engine scores. `isomer-not-resolved`: contained in the number of the ground state.
 * `no-result`: there is no result to say anything.
 */
export type CellCondition = 'above-floor' | 'below-floor' | 'zero' | 'not-scored' | 'isomer-not-resolved' | 'no-result'

/**
 * The condition of a state. A nuclide that the document does not list lies either inside what was scored (then it is a
 * zero) or outside (then it was not scored): the coverage decides, never the mere absence.
 */
export function conditionOf(
  result: ResultDocument | null,
  nuclide: Nuclide,
  residual: Residual | undefined,
  settings: Pick<ChartSettings, 'yield' | 'per'>,
  floor: number | null,
): CellCondition {
  if (!result) return 'no-result'
  if (residual) {
    // The two kinds of yield are judged apart: a nuclide that is never born itself may still be fed.
    const mean = meanOf(rateOf(residual, settings.yield), settings.per)
    if (mean !== null && mean > 0) return floor !== null && mean < floor ? 'below-floor' : 'above-floor'
    return residual.state === 'scored' ? 'zero' : residual.state
  }
  return unseenState(result.coverage, nuclide)
}
