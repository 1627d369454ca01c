/** What a user chooses about the picture. Theme, size and device ratio belong to the page, not to the choice. */

import type { Rate, Residual } from '#results/document.ts'
import type { ColourMapName } from './colour-maps.ts'

/** What the colour says, in the order in which the keys [ and ] go through. */
export const CHART_MODES = ['half-life', 'particles', 'decay', 'error', 'model-error'] as const
export type ChartMode = (typeof CHART_MODES)[number]

export const MODE_LABELS: Readonly<Record<ChartMode, string>> = {
  'half-life': 'Half-life',
  particles: 'Particles',
  decay: 'Decay mode',
  error: 'Statistical error',
  'model-error': 'Model error',
}

/** Born as such, or with the decay of short-lived precursors. */
export const YIELD_KINDS = ['independent', 'cumulative'] as const
export type YieldKind = (typeof YIELD_KINDS)[number]

/** What a rate is normalised to. */
export const NORMALISATIONS = ['second', 'primary', 'microcoulomb'] as const
export type Normalisation = (typeof NORMALISATIONS)[number]

export const UNIT_LABELS: Readonly<Record<Normalisation, string>> = {
  second: '1/s',
  primary: '1/primary',
  microcoulomb: '1/µC',
}

export interface ChartSettings {
  readonly mode: ChartMode
  readonly yield: YieldKind
  readonly per: Normalisation
  /** Colour limits of the particles, in the unit of `per`; `null` follows the data: [max/1e8, max]. Set = locked. */
  readonly limits: { readonly min: number; readonly max: number } | null
  /** Below this a cell is pale, in the unit of `per`; `null` is the lower colour limit. */
  readonly floor: number | null
  readonly colourMap: ColourMapName
  /** Turns the colour map round. */
  readonly reversed: boolean
  /** Isomers shorter than this have no sub-cell, seconds. */
  readonly isomersFromSeconds: number
  /** Cells with a larger relative statistical error are marked. */
  readonly errorLimit: number
  /** Filter: only cells that were scored. */
  readonly onlyScored: boolean
  /** Filter: only cells with a relative statistical error up to this; `null` is no filter. */
  readonly largestError: number | null
  /** Filter: only nuclides that live at least this long, seconds; `null` is no filter. */
  readonly shortestHalfLife: number | null
}

/** Decades shown when the limits follow the data. */
const DEFAULT_SPAN = 1e8

export const DEFAULT_SETTINGS: ChartSettings = {
  mode: 'half-life',
  yield: 'independent',
  per: 'second',
  limits: null,
  floor: null,
  colourMap: 'cividis',
  reversed: false,
  isomersFromSeconds: 1,
  errorLimit: 0.3,
  onlyScored: false,
  largestError: null,
  shortestHalfLife: null,
}

export const rateOf = (residual: Residual, kind: YieldKind): Rate => residual[kind]

/** The mean in the chosen normalisation, or `null` where there is none. */
export function meanOf(rate: Rate, per: Normalisation): number | null {
  if (per === 'second') return rate.perSecond
  return per === 'primary' ? rate.perPrimary : rate.perMicrocoulomb
}

/** Relative statistical error, or `null` where it is not known or there is none. */
export function relativeError(rate: Rate): number | null {
  if (rate.statisticalError === null || rate.perPrimary === null || rate.perPrimary <= 0) return null
  return rate.statisticalError / rate.perPrimary
}

/** Limits that follow the data: eight decades below the greatest value; `null` where nothing was produced. */
export function limitsOfData(
  residuals: readonly Residual[],
  settings: Pick<ChartSettings, 'yield' | 'per'>,
): { min: number; max: number } | null {
  let max = 0
  for (const residual of residuals) {
    max = Math.max(max, meanOf(rateOf(residual, settings.yield), settings.per) ?? 0)
  }
  return max > 0 ? { min: max / DEFAULT_SPAN, max } : null
}
