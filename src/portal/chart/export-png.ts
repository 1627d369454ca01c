/** The chart as PNG, drawn anew at the wanted scale: never a blown-up copy of the screen. Needs the DOM. */

import type { Overlay } from './draw-overlay.ts'
import { hatchPatterns } from './hatch-pattern.ts'
import { type Caption, drawPicture, pictureSize } from './picture.ts'
import type { Scene } from './scene.ts'
import { CHART_FONT, type ChartStyle } from './style.ts'
import type { Theme } from './theme.ts'
import type { View } from './view.ts'

/** Device pixels to a CSS pixel that are offered. */
export const PNG_SCALES = [1, 2, 4] as const
export type PngScale = (typeof PNG_SCALES)[number]

/** Thrown when the browser gives no picture, for example for lack of memory. */
export class ChartPictureError extends Error {
  readonly code = 'CHART_PICTURE_FAILED'
}

/** PNG of a picture with title, legend and caption. Throws {@link ChartPictureError}. */
export async function exportPng(
  document: Document,
  view: View,
  data: { scene: Scene; overlay: Overlay },
  theme: Theme,
  caption: Caption,
  scale: PngScale,
): Promise<Blob> {
  const { width, height } = pictureSize(view)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) throw new ChartPictureError(`The browser gave no canvas of ${canvas.width} x ${canvas.height} pixels.`)
  context.setTransform(scale, 0, 0, scale, 0, 0)
  const style: ChartStyle = { theme, font: CHART_FONT, hatch: hatchPatterns(document, theme, scale) }
  drawPicture(context, { ...view, ratio: scale }, data, style, caption)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) {
    throw new ChartPictureError(
      `The browser made no PNG of ${canvas.width} x ${canvas.height} pixels; try a smaller scale, or SVG.`,
    )
  }
  return blob
}
