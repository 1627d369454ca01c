/** The estimate beside the Monte Carlo. */

import { useMemo } from 'react'
import type { ResultDocument } from '#results/document.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { setupAt } from '#simulation/scan.ts'
import { useEstimate } from '../compose/use-estimate.ts'

/** The estimate of the shown point and region, to set beside the Monte Carlo. */
export function usePointEstimate(
  document: SimulationDocument | null,
  point: number,
  region: string,
): ResultDocument | null {
  const at = useMemo(() => {
    const scan = document?.job.scan
    const value = scan?.values[point]
    if (!document || !scan || value === undefined) return document
    return { ...document, setup: setupAt(document.setup, scan.parameter, value) }
  }, [document, point])
  const { answer, isOld } = useEstimate(at, region)
  return isOld ? null : (answer?.result ?? null)
}
