/** Where the points of a job stand against its goal. */

import type { ResultDocument } from '#results/document.ts'
import type { NuclideProgress, PointProgress } from '#simulation/goal.ts'

/** Counts that a known relative error stands for, where a sum of cells has no count of its own. */
const countsBehind = (relativeError: number | null): number => (relativeError ? Math.floor(1 / relativeError ** 2) : 0)

/** @param names canonical names of the goal's nuclides */
export function pointProgress(result: ResultDocument, names: readonly string[], elapsedSeconds: number): PointProgress {
  const nuclides = new Map<string, NuclideProgress>()
  for (const residual of result.residuals) {
    if (!names.includes(residual.nuclide)) continue
    const { perPrimary, statisticalError, counts } = residual.cumulative
    const relativeError = perPrimary && statisticalError !== null ? statisticalError / perPrimary : null
    nuclides.set(residual.nuclide, { counts: counts ?? countsBehind(relativeError), relativeError })
  }
  return { historiesDone: result.primaries ?? 0, batchesDone: result.batches ?? 0, elapsedSeconds, nuclides }
}
