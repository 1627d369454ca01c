/** The rows of the table: the same nuclides that the chart shows, filtered and sorted the same way. */

import { elementName } from '#nuclides/elements.ts'
import { formatHalfLife } from '#nuclides/half-life.ts'
import { nuclideLabel } from '#nuclides/names.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { stateOf } from '#nuclides/states.ts'
import type { ChartSettings } from '#portal/chart/settings.ts'
import { relativeError } from '#portal/chart/settings.ts'
import type { Residual, ResultDocument } from '#results/document.ts'
import type { SortOrder } from '../grid/grid.tsx'

export interface NuclideRow {
  readonly zai: Zai
  readonly residual: Residual
  readonly label: string
  readonly halfLife: string
  /** For sorting and filtering: stable nuclides are infinite, what is not known is `null`. */
  readonly halfLifeSeconds: number | null
  /** Rate per primary of the estimate, in both kinds. */
  readonly estimate: Residual | undefined
}

export type SortKey = 'nuclide' | 'halfLife' | 'independent' | 'cumulative' | 'error' | 'counts' | 'ratio'

export function rowsOf(result: ResultDocument, estimate: ResultDocument | null): readonly NuclideRow[] {
  const estimated = new Map(estimate?.residuals.map((one) => [one.nuclide, one]))
  return result.residuals.map((residual) => {
    const zai = zaiOf(residual.z, residual.a, residual.m)
    const state = stateOf(zai)
    return {
      zai,
      residual,
      label: nuclideLabel(residual),
      halfLife: state ? formatHalfLife(state.halfLife) : 'not in NUBASE2020',
      halfLifeSeconds: state ? secondsOf(state.halfLife) : null,
      estimate: estimated.get(residual.nuclide),
    }
  })
}

function secondsOf(halfLife: { readonly kind: string; readonly seconds?: number | null }): number | null {
  if (halfLife.kind === 'stable') return Number.POSITIVE_INFINITY
  return halfLife.seconds ?? null
}

/**
 * Keeps the rows that the filters of the chart keep and whose name begins like the text: `ag`, `Ag-111`, `111`, `silver`.
 */
export function filterRows(rows: readonly NuclideRow[], settings: ChartSettings, text: string): readonly NuclideRow[] {
  const wanted = text
    .trim()
    .toLowerCase()
    .replace(/[\s^-]/g, '')
  return rows.filter((row) => {
    const rate = row.residual[settings.yield]
    if (settings.onlyScored && rate.perPrimary === null) return false
    if (settings.largestError !== null) {
      const error = relativeError(rate)
      if (error === null || error > settings.largestError) return false
    }
    if (settings.shortestHalfLife !== null) {
      if (row.halfLifeSeconds === null || row.halfLifeSeconds < settings.shortestHalfLife) return false
    }
    return wanted === '' || matches(row.residual, wanted)
  })
}

function matches({ nuclide, z, a }: Residual, wanted: string): boolean {
  const plain = nuclide.toLowerCase().replace('-', '')
  const symbol = plain.replace(/\d.*$/, '')
  return (
    plain.startsWith(wanted) ||
    `${a}${symbol}`.startsWith(wanted) ||
    elementName(z).startsWith(wanted) ||
    `a=${a}` === wanted ||
    `z=${z}` === wanted ||
    `n=${a - z}` === wanted
  )
}

/** Rows in another order. What has no value stands at the end in both orders. */
export function sortRows(rows: readonly NuclideRow[], key: SortKey, order: SortOrder, kind: ChartSettings['yield']) {
  const value = (row: NuclideRow): number | null => {
    switch (key) {
      case 'nuclide':
        return row.zai
      case 'halfLife':
        return row.halfLifeSeconds
      case 'independent':
      case 'cumulative':
        return row.residual[key].perPrimary
      case 'error':
        return relativeError(row.residual[kind])
      case 'counts':
        return row.residual.independent.counts
      case 'ratio':
        return ratioOf(row, kind)
    }
  }
  const sign = order === 'asc' ? 1 : -1
  const keyed = rows.map((row) => ({ row, value: value(row) }))
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
    return sign * (a.value - b.value) || a.row.zai - b.row.zai
  })
  return keyed.map((one) => one.row)
}

/** Monte Carlo over estimate; `null` where one of them has no number. */
export function ratioOf(row: NuclideRow, kind: ChartSettings['yield']): number | null {
  const sampled = row.residual[kind].perPrimary
  const estimated = row.estimate?.[kind].perPrimary
  return sampled === null || !estimated ? null : sampled / estimated
}
