/** From a setup to the result document of the deterministic estimate. */

import { type ResultChoice, type ResultOrigin, reportContext } from '#engines/engine/describe-result.ts'
import { describeResult } from '#inventory/report.ts'
import type { ResultDocument } from '#results/document.ts'
import type { Operation, Setup } from '#simulation/document.ts'
import { builtinEngine, estimateSetup } from './engine.ts'

/**
 * The estimate of the built-in model, or `null` where it can give none.
 * @param activities build-up and decay cost a tenth of a second when a list of nuclides comes for the first time; the form,
 *   which wants its first numbers at once, leaves them out
 */
export function describeEstimate(
  setup: Setup,
  operation: Operation,
  choice: ResultChoice,
  origin: ResultOrigin,
  activities: 'with' | 'without' = 'with',
): ResultDocument | null {
  const { estimate, remarks } = estimateSetup(setup)
  if (!estimate) return null
  const notes = remarks.map((remark) => remark.message)
  const context = reportContext(builtinEngine, setup, operation, choice, origin, notes)
  return describeResult({ estimate, ...context, ...(activities === 'with' ? { operation } : {}) })
}
