/** What can be said of a cell in a result: the ground on which it is drawn. The rules are those of `cell-state.ts`. */

import type { Nuclide } from '#nuclides/nuclide.ts'
import { perMicrocoulomb, perSecond } from '#quantities/conversions.ts'
import type { Microamperes, PerPrimary } from '#quantities/units.ts'
import { type CellCertainty, type CellExistence, type CellFill, cellState } from '#results/cell-state.ts'
import type { Residual, ResultDocument } from '#results/document.ts'
import type { ChartSettings, Normalisation } from './settings.ts'

/**
 * `above-floor`, `below-floor`: scored at least once (or estimated above zero). `zero`: scored and never hit.
 * `not-scored`: outside what the engine scores. `isomer-not-resolved`: contained in the number of the ground state.
 * `no-result`: there is no result to say anything.
 */
export type CellCondition = Exclude<CellFill, 'data' | 'absent'> | 'no-result'

export interface Finding {
  readonly condition: CellCondition
  readonly certainty: CellCertainty
}

/** A value per primary in the chosen normalisation, at the document's own beam current. */
export function inNormalisation(perPrimary: number, result: ResultDocument, per: Normalisation): number {
  if (per === 'primary') return perPrimary
  const value = perPrimary as PerPrimary
  return per === 'microcoulomb' ? perMicrocoulomb(value) : perSecond(value, result.currentMicroampere as Microamperes)
}

/** The finding for a state. `floor` is in the unit of the normalisation; `null` is no floor. */
export function findingOf(
  result: ResultDocument | null,
  nuclide: Nuclide,
  existence: CellExistence,
  residual: Residual | undefined,
  settings: Pick<ChartSettings, 'yield' | 'per' | 'errorLimit'>,
  floor: number | null,
): Finding {
  if (!result) return { condition: 'no-result', certainty: 'none' }
  const state = cellState({
    ...nuclide,
    residual,
    coverage: result.coverage,
    existence,
    mode: 'particles',
    kind: settings.yield,
    floorPerSecond:
      floor === null ? 0 : (floor / inNormalisation(1, result, settings.per)) * inNormalisation(1, result, 'second'),
    errorLimit: settings.errorLimit,
  })
  // A cell whose isomer alone was produced, and that no table lists, has nothing to say of its ground state.
  const condition = state.fill === 'absent' || state.fill === 'data' ? 'not-scored' : state.fill
  return { condition, certainty: state.certainty }
}
