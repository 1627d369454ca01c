/** The chart as SVG: the visible part or the whole chart, text as text, for papers. */

import type { Overlay } from './draw-overlay.ts'
import type { Extent } from './layout.ts'
import { drawLegend, LEGEND_HEIGHT } from './legend.ts'
import { type Caption, captionLine, drawPicture, pictureSize } from './picture.ts'
import type { Scene } from './scene.ts'
import type { ChartStyle } from './style.ts'
import { SVG_HATCH, SvgSurface, svgHatchings } from './svg-surface.ts'
import type { Theme } from './theme.ts'
import { fitView, type View } from './view.ts'

/** Cells of an exported whole chart, CSS pixels: symbol and mass number are written. */
const WHOLE_EXPORT_EDGE = 24

/** The whole chart with cells of exactly {@link WHOLE_EXPORT_EDGE}, and a margin for labels on every side. */
export function wholeChartView(extent: Extent): View {
  const width = Math.round((extent.nMax - extent.nMin + 1) * WHOLE_EXPORT_EDGE + 160)
  const height = Math.round((extent.zMax - extent.zMin + 1) * WHOLE_EXPORT_EDGE + 120)
  return fitView(width, height, 1, extent, WHOLE_EXPORT_EDGE)
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

/** SVG document of a picture with title, legend and caption. */
export function exportSvg(
  view: View,
  data: { scene: Scene; overlay: Overlay },
  theme: Theme,
  font: string,
  caption: Caption,
): string {
  const surface = new SvgSurface()
  const style: ChartStyle = { theme, font, hatch: SVG_HATCH }
  drawPicture(surface, view, data, style, caption)
  const { width, height } = pictureSize(view)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(caption.title)}</title>`,
    `<desc>${escaped(captionLine(caption))}</desc>`,
    `<defs>${svgHatchings(theme)}</defs>`,
    surface.text(),
    '</svg>',
    '',
  ].join('\n')
}

/** The legend alone, for a page: an SVG element as text. `width` in CSS pixels. */
export function legendSvg(scene: Scene, theme: Theme, font: string, width: number): string {
  const surface = new SvgSurface()
  drawLegend(surface, scene, { theme, font, hatch: SVG_HATCH }, 0, 0, width)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LEGEND_HEIGHT}" role="img" aria-label="Legend">` +
    `<defs>${svgHatchings(theme)}</defs>${surface.text()}</svg>`
  )
}
