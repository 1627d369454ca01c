/** A picture to keep: title, chart, legend and what it rests on, on one surface. Used for PNG and SVG alike. */

import { draw } from './draw.ts'
import type { Overlay } from './draw-overlay.ts'
import { drawLegend, LEGEND_HEIGHT } from './legend.ts'
import type { Scene } from './scene.ts'
import type { ChartStyle } from './style.ts'
import type { Surface } from './surface.ts'
import type { View } from './view.ts'

/** What is printed with a picture, so that it can be traced back. */
export interface Caption {
  readonly title: string
  /** Name or number of the run; empty without one. */
  readonly run: string
  /** Histories behind the numbers; `null` for an estimate or without a result. */
  readonly histories: number | null
  /** True for a deterministic estimate. */
  readonly estimate: boolean
  /** Data set with its version, for example `NUBASE2020`. */
  readonly nuclearData: string
  /** Moment the rates belong to and the beam current, in words; empty without a result. */
  readonly circumstances: string
}

const HEADER_HEIGHT = 52
const PADDING = 20

/** Size of the whole picture around a chart of this size, CSS pixels. */
export const pictureSize = (view: View): { width: number; height: number } => ({
  width: view.width,
  height: HEADER_HEIGHT + view.height + LEGEND_HEIGHT + PADDING,
})

/** The second line of a picture: run, histories, data. */
export function captionLine(caption: Caption): string {
  const histories = caption.estimate
    ? 'deterministic estimate, no histories'
    : caption.histories === null
      ? ''
      : `${caption.histories.toLocaleString('en-GB')} histories`
  return [caption.run && `run ${caption.run}`, histories, caption.circumstances, caption.nuclearData]
    .filter((part) => part !== '')
    .join('  ·  ')
}

/** Draws title, chart and legend. Selection and hover are left out by giving an overlay without them. */
export function drawPicture(
  surface: Surface,
  view: View,
  data: { scene: Scene; overlay: Overlay },
  style: ChartStyle,
  caption: Caption,
): void {
  const { theme, font } = style
  const { width, height } = pictureSize(view)
  surface.translate(0, HEADER_HEIGHT)
  draw(surface, view, data, style)
  surface.translate(0, -HEADER_HEIGHT)
  // What the chart drew beyond its frame (names, labels) is covered by the bands.
  surface.fillStyle = theme.paper
  surface.fillRect(0, 0, width, HEADER_HEIGHT)
  surface.fillRect(0, HEADER_HEIGHT + view.height, width, height - HEADER_HEIGHT - view.height)
  surface.textAlign = 'left'
  surface.textBaseline = 'middle'
  surface.fillStyle = theme.ink
  surface.font = `600 17px ${font}`
  surface.fillText(caption.title, PADDING, 19)
  surface.fillStyle = theme.softInk
  surface.font = `12px ${font}`
  surface.fillText(captionLine(caption), PADDING, 40)
  drawLegend(surface, data.scene, style, PADDING, HEADER_HEIGHT + view.height + 8, width - 2 * PADDING)
}
