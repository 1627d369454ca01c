/** What a page and a mounted chart say to each other. */

import type { Zai } from '#nuclides/nuclide.ts'
import type { ResultDocument } from '#results/document.ts'
import type { Atlas } from './atlas.ts'
import type { ColourLimits } from './cell-fill.ts'
import type { CellDescription, TooltipContent } from './describe-cell.ts'
import type { PngScale } from './export-png.ts'
import type { ScreenPoint } from './layout.ts'
import type { Legend } from './legend.ts'
import type { Caption } from './picture.ts'
import type { ChartSettings } from './settings.ts'
import type { ChartState } from './state-url.ts'
import type { ThemeName } from './theme.ts'

/** What lies under the pointer, and where. */
export interface ChartHover {
  readonly zai: Zai
  readonly content: TooltipContent
  /** Middle of the upper edge of the cell, CSS pixels from the host's upper left corner: where a tooltip points to. */
  readonly at: ScreenPoint
  /** Edge of the cell, CSS pixels: how far a tooltip must stand off when it goes below. */
  readonly edge: number
}

/** What a search found; `states` holds the hits, shown on the chart. */
export type ChartSearchOutcome =
  | { readonly kind: 'found'; readonly zais: readonly Zai[]; readonly note: string | null }
  | { readonly kind: 'refused'; readonly reason: string }

export interface ChartOptions {
  readonly atlas: Atlas
  readonly result?: ResultDocument | null
  readonly theme?: ThemeName
  readonly state?: ChartState
  /** Nuclides that always carry their name; 111Ag by default. */
  readonly marked?: readonly Zai[]
  /** Name of the chart for a screen reader. */
  readonly label?: string
  /** A nuclide was chosen (click, keyboard, search), or `null` where the selection was given up. */
  readonly onSelect?: (zai: Zai | null) => void
  readonly onHover?: (hover: ChartHover | null) => void
  /** Mode, limits, view, selection or filters changed; at most once a frame. */
  readonly onState?: (state: ChartState) => void
  /** A key asks the page for something: its search field, its panel, its table, or the way back. */
  readonly onRequest?: (request: 'search' | 'panel' | 'table' | 'back') => void
}

export interface Chart {
  /** Shows another result, or the same one with more statistics. Selection, view and choices stay. */
  setData(result: ResultDocument | null): void
  setTheme(theme: ThemeName): void
  /** Changes some of the choices: mode, yield, limits, floor, colour map, filters. */
  setStyle(settings: Partial<ChartSettings>): void
  /** Goes to a place, or to the whole chart with `null`. */
  setView(camera: ChartState['camera'], animated?: boolean): void
  /** Takes over everything a link says. */
  setState(state: ChartState): void
  setMarked(marked: readonly Zai[]): void
  /** Selects a state and brings it into sight; `null` gives the selection up. */
  select(zai: Zai | null): void
  /** Finds nuclides and shows them. A single hit is selected. Gamma lines are loaded when an energy is asked for. */
  search(text: string): Promise<ChartSearchOutcome>
  clearSearch(): void
  /** Arrows of the decay chain of a state; `null` takes them away. */
  showChain(zai: Zai | null, direction?: 'forward' | 'backward'): void
  zoomBy(factor: number): void
  resetView(): void
  /** Brings everything that was produced into the picture. */
  showProduced(): void
  exportPng(caption: Caption, scale: PngScale): Promise<Blob>
  /** `visible` exports what is seen, `whole` the whole chart with 24 px cells. */
  exportSvg(caption: Caption, part: 'visible' | 'whole'): string
  state(): ChartState
  /** Colour limits and floor in use: for the fields of a form while they follow the data. */
  limits(): (ColourLimits & { readonly floor: number }) | null
  legend(): Legend
  /** Sets the colour limits to what was scored, in whole decades: all of the colour map is used, and it is locked. */
  fitLimits(): void
  /** The legend as an SVG element. */
  legendSvg(width: number): string
  describe(zai: Zai): CellDescription
  focus(): void
  /** Number of frames drawn and time of the last one, ms: for benchmarks. */
  statistics(): { readonly frames: number; readonly lastSceneMs: number; readonly lastBuildMs: number }
  destroy(): void
}
