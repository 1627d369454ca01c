/** How the chart looks, beside the data: theme, hatchings, fonts. */

import type { Hatching, Paint } from './surface.ts'
import type { Theme } from './theme.ts'

export interface ChartStyle {
  readonly theme: Theme
  /** Made by the owner of the canvas: a pattern belongs to a canvas and a device ratio. */
  readonly hatch: Readonly<Record<Hatching, Paint>>
  /** CSS font families. */
  readonly font: string
}

/** Families with the metrics of Helvetica: the widths of `text.ts` are theirs. */
export const CHART_FONT = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", Arimo, sans-serif'
