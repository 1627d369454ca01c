/** Draws a map on a canvas: cells, outlines of layers, axes, colour scale, the cell in hand. On screen and for a picture. */

import { colourRamp, rampColour } from '#portal/chart/colour-maps.ts'
import type { Cells } from '#protocol/distribution-cells.ts'
import { significant } from '../words/amounts.ts'
import { type Frame, linearTicks, type Outline, projected } from './map-layout.ts'
import type { MapScale } from './map-scale.ts'
import { AXIS_WORDS } from './quantities.ts'

export interface MapPicture {
  readonly frame: Frame
  readonly head: Cells['head']
  /** In the unit that is shown, the horizontal axis running fastest; not above 0: nothing to paint. */
  readonly values: ArrayLike<number>
  readonly scale: MapScale | null
  readonly unit: string
  readonly outlines: readonly Outline[]
  readonly cell: { readonly column: number; readonly row: number } | null
  readonly theme: 'light' | 'dark'
  /** Lines above the plot, of a picture that is taken away. */
  readonly heading: readonly string[]
}

interface Ink {
  readonly paper: string
  readonly text: string
  readonly soft: string
  readonly line: string
  readonly outline: string
  readonly halo: string
  readonly cursor: string
}

const INKS: Readonly<Record<MapPicture['theme'], Ink>> = {
  light: {
    paper: '#ffffff',
    text: '#15212a',
    soft: '#4c5b66',
    line: '#dbe1e4',
    outline: '#15212a',
    halo: '#ffffffb0',
    cursor: '#d6006c',
  },
  dark: {
    paper: '#182024',
    text: '#e3eaed',
    soft: '#a3b2bb',
    line: '#2b363c',
    outline: '#e3eaed',
    halo: '#182024b0',
    cursor: '#ff6db0',
  },
}

const THINNEST_WITH_HALO = 16
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'

export function drawMap(ctx: CanvasRenderingContext2D, picture: MapPicture): void {
  const { frame, theme, heading } = picture
  const ink = INKS[theme]
  ctx.save()
  ctx.fillStyle = ink.paper
  ctx.fillRect(0, 0, frame.width, frame.height)
  ctx.font = FONT
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  for (const [index, line] of heading.entries()) {
    ctx.fillStyle = index === 0 ? ink.text : ink.soft
    ctx.fillText(line, 10, 8 + 17 * index)
  }
  ctx.textBaseline = 'alphabetic'
  drawCells(ctx, picture)
  drawOutlines(ctx, picture, ink)
  drawAxes(ctx, picture, ink)
  drawScale(ctx, picture, ink)
  drawCursor(ctx, picture, ink)
  ctx.restore()
}

/** One pixel a bin, drawn up without smoothing: a million bins cost no more than a thousand. */
function drawCells(ctx: CanvasRenderingContext2D, { frame, head, values, scale, theme }: MapPicture): void {
  const columns = head.axes[0]!.edges.length - 1
  const rows = head.axes[1]!.edges.length - 1
  const ramp = colourRamp('viridis', theme, false).map((hex) => Number.parseInt(hex.slice(1), 16))
  const image = new ImageData(columns, rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const share = scale?.share(values[column + columns * row]!) ?? null
      if (share === null) continue
      const colour = ramp[Math.round(Math.min(1, share) * (ramp.length - 1))]!
      const at = 4 * (column + columns * (rows - 1 - row))
      image.data[at] = colour >> 16
      image.data[at + 1] = (colour >> 8) & 0xff
      image.data[at + 2] = colour & 0xff
      image.data[at + 3] = 255
    }
  }
  const small = document.createElement('canvas')
  small.width = columns
  small.height = rows
  small.getContext('2d')!.putImageData(image, 0, 0)
  ctx.imageSmoothingEnabled = false
  ctx.drawImage(small, frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top)
}

function drawOutlines(ctx: CanvasRenderingContext2D, { frame, head, outlines }: MapPicture, ink: Ink): void {
  const { x, y } = projected(frame, head.axes[0]!, head.axes[1]!)
  ctx.save()
  ctx.beginPath()
  ctx.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top)
  ctx.clip()
  for (const [style, width] of [
    [ink.halo, 3],
    [ink.outline, 1],
  ] as const) {
    ctx.strokeStyle = style
    ctx.lineWidth = width
    for (const { kind, from, to } of outlines) {
      const [x0, x1, y0, y1] = [x(from[0]), x(to[0]), y(to[1]), y(from[1])]
      // A halo in a thin disc would hide what is in it.
      if (width > 1 && x1 - x0 < THINNEST_WITH_HALO) continue
      ctx.beginPath()
      if (kind === 'circle') ctx.ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2, 0, 0, 2 * Math.PI)
      else ctx.rect(x0, y0, x1 - x0, y1 - y0)
      ctx.stroke()
    }
  }
  ctx.restore()
}

function drawAxes(ctx: CanvasRenderingContext2D, { frame, head }: MapPicture, ink: Ink): void {
  const [horizontal, vertical] = [head.axes[0]!, head.axes[1]!]
  const { x, y } = projected(frame, horizontal, vertical)
  ctx.strokeStyle = ink.soft
  ctx.lineWidth = 1
  ctx.strokeRect(frame.left - 0.5, frame.top - 0.5, frame.right - frame.left + 1, frame.bottom - frame.top + 1)
  ctx.fillStyle = ink.text
  ctx.textAlign = 'center'
  const about = (length: number, each: number) => Math.max(2, Math.floor(length / each))
  for (const tick of linearTicks(horizontal.edges[0]!, horizontal.edges.at(-1)!, about(frame.right - frame.left, 80))) {
    line(ctx, x(tick), frame.bottom, x(tick), frame.bottom + 4)
    ctx.fillText(significant(tick, 4), x(tick), frame.bottom + 17)
  }
  ctx.textAlign = 'right'
  for (const tick of linearTicks(vertical.edges[0]!, vertical.edges.at(-1)!, about(frame.bottom - frame.top, 55))) {
    line(ctx, frame.left - 4, y(tick), frame.left, y(tick))
    ctx.fillText(significant(tick, 4), frame.left - 7, y(tick) + 4)
  }
  ctx.fillStyle = ink.soft
  ctx.textAlign = 'center'
  ctx.fillText(`${AXIS_WORDS[horizontal.name]} (${horizontal.unit})`, (frame.left + frame.right) / 2, frame.bottom + 36)
  ctx.save()
  ctx.translate(13, (frame.top + frame.bottom) / 2)
  ctx.rotate(-Math.PI / 2)
  ctx.fillText(`${AXIS_WORDS[vertical.name]} (${vertical.unit})`, 0, 0)
  ctx.restore()
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath()
  ctx.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5)
  ctx.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5)
  ctx.stroke()
}

function drawScale(ctx: CanvasRenderingContext2D, { frame, scale, theme, unit }: MapPicture, ink: Ink): void {
  if (!scale) return
  const ramp = colourRamp('viridis', theme, false)
  const { scaleLeft, scaleRight, top, bottom } = frame
  const height = bottom - top
  for (let i = 0; i < height; i++) {
    ctx.fillStyle = rampColour(ramp, 1 - i / height)
    ctx.fillRect(scaleLeft, top + i, scaleRight - scaleLeft, 1.5)
  }
  ctx.strokeStyle = ink.soft
  ctx.strokeRect(scaleLeft - 0.5, top - 0.5, scaleRight - scaleLeft + 1, height + 1)
  ctx.fillStyle = ink.text
  ctx.textAlign = 'left'
  for (const tick of scale.ticks) {
    const share = tick === 0 ? 0 : (scale.share(tick) ?? 0)
    const at = bottom - share * height
    line(ctx, scaleRight, at, scaleRight + 3, at)
    ctx.fillText(significant(tick, 2), scaleRight + 6, at + 4)
  }
  ctx.fillStyle = ink.soft
  ctx.textAlign = 'center'
  ctx.fillText(unit, (scaleLeft + scaleRight) / 2 + 12, bottom + 36)
}

function drawCursor(ctx: CanvasRenderingContext2D, { frame, head, cell }: MapPicture, ink: Ink): void {
  if (!cell) return
  const [horizontal, vertical] = [head.axes[0]!, head.axes[1]!]
  const { x, y } = projected(frame, horizontal, vertical)
  const [x0, x1] = [x(horizontal.edges[cell.column]!), x(horizontal.edges[cell.column + 1]!)]
  const [y0, y1] = [y(vertical.edges[cell.row + 1]!), y(vertical.edges[cell.row]!)]
  ctx.strokeStyle = ink.cursor
  ctx.lineWidth = 2
  ctx.strokeRect(x0 - 1, y0 - 1, Math.max(2, x1 - x0 + 2), Math.max(2, y1 - y0 + 2))
}
