/**
 * The door of the chart of nuclides: no React, no fetch, no knowledge of pages. `createChart` mounts it; the rest is
 * plain data for panel, tooltip, legend and link.
 */

export type { Atlas } from './atlas.ts'
export type { CellCondition } from './cell-condition.ts'
export type { Chart, ChartHover, ChartOptions, ChartSearchOutcome } from './chart-contract.ts'
export { COLOUR_MAPS, type ColourMapName, colourMapLabel, isSafeColourMap } from './colour-maps.ts'
export { createChart } from './controller.ts'
export type { CellDescription, IsomerWords, RateWords, Relative, TooltipContent } from './describe-cell.ts'
export { ChartPictureError, PNG_SCALES, type PngScale } from './export-png.ts'
export { KEY_HELP } from './keyboard.ts'
export type { Legend, LegendSign, LegendStep } from './legend.ts'
export { nubaseAtlas } from './nubase-atlas.ts'
export { type Caption, captionLine } from './picture.ts'
export {
  CHART_MODES,
  type ChartMode,
  type ChartSettings,
  DEFAULT_SETTINGS,
  MODE_LABELS,
  NORMALISATIONS,
  type Normalisation,
  UNIT_LABELS,
  YIELD_KINDS,
  type YieldKind,
} from './settings.ts'
export {
  CHART_PARAMETERS,
  type ChartParameter,
  type ChartState,
  ChartStateError,
  type ChartStateErrorCode,
  DEFAULT_STATE,
  stateFromParameters,
  stateFromQuery,
  stateToParameters,
  stateToQuery,
} from './state-url.ts'
export { type ThemeName, themeOf } from './theme.ts'
