/**
 * Draws the chart. One pure function for the screen, for PNG, for SVG and for tests: what it is given decides every
 * call. The screen keeps two canvases, so the scene and what moves over it (selection, hover, hits, marks) can be drawn
 * apart; `draw` is both.
 */

import type { Fill } from './cell-fill.ts'
import {
  DETAIL,
  dotsOf,
  hollowWidth,
  PRIMORDIAL_SHARE,
  stripeHeights,
  stripeRect,
  type VisibleRects,
  visibleRects,
} from './cell-geometry.ts'
import { type Hex, mix } from './contrast.ts'
import { drawGrid, drawRulers } from './draw-grid.ts'
import { drawOverlay, type Overlay } from './draw-overlay.ts'
import { drawTexts } from './draw-text.ts'
import type { Scene, SceneCell } from './scene.ts'
import type { ChartStyle } from './style.ts'
import { HATCH_PERIOD, HATCHINGS, type Hatching, type Surface } from './surface.ts'
import type { Theme } from './theme.ts'
import { type ScreenRect, snap, type View } from './view.ts'

/** Draws scene and overlay. `surface` is in CSS pixels; nothing of it needs to be cleared before. */
export function draw(surface: Surface, view: View, data: { scene: Scene; overlay: Overlay }, style: ChartStyle): void {
  drawScene(surface, view, data.scene, style)
  drawOverlay(surface, view, data.overlay, style)
}

/** Draws paper, cells, words, magic lines and rulers. */
export function drawScene(surface: Surface, view: View, scene: Scene, style: ChartStyle): void {
  const { theme } = style
  surface.fillStyle = theme.paper
  surface.fillRect(0, 0, view.width, view.height)
  const visible = visibleRects(view, scene)
  drawGrounds(surface, view, scene, visible, style)
  if (view.edge >= DETAIL.symbol) drawStripes(surface, view, scene, visible, style)
  drawMarks(surface, view, scene, visible, style)
  drawGrid(surface, view, scene, style)
  drawTexts(surface, view, scene, visible, style)
  drawRulers(surface, view, scene, style)
}

function drawGrounds(surface: Surface, view: View, scene: Scene, visible: VisibleRects, style: ChartStyle): void {
  const { x, y, width, height } = visible
  const bordered = view.edge >= DETAIL.gaps
  const line = lineWidth(view)
  let last = ''
  const hatched: Record<Hatching, number[]> = { 'not-scored': [], unknown: [], 'isomer-not-resolved': [] }
  for (const i of visible.cells) {
    const { fill } = scene.cells[i]!
    if (fill.hatching) {
      hatched[fill.hatching].push(i)
    } else if (fill.line && bordered) {
      if (last !== fill.line) surface.fillStyle = last = fill.line
      surface.fillRect(x[i]!, y[i]!, width[i]!, height[i]!)
      const inset = fill.hollow ? hollowWidth(view) : line
      surface.fillStyle = last = fill.colour
      surface.fillRect(x[i]! + inset, y[i]! + inset, width[i]! - 2 * inset, height[i]! - 2 * inset)
    } else {
      // Without room for a border its colour, thinned, stands for the cell, so that it is not lost on the paper.
      const colour = fill.line ? thinned(fill) : fill.colour
      if (last !== colour) surface.fillStyle = last = colour
      surface.fillRect(x[i]!, y[i]!, width[i]!, height[i]!)
    }
  }
  for (const hatching of HATCHINGS) {
    const cells = hatched[hatching]
    if (cells.length === 0) continue
    const outlines =
      view.edge < DETAIL.massNumber ? runsOf(scene, visible, cells) : cells.map((i) => rectOf(visible, i))
    surface.fillStyle = scene.cells[cells[0]!]!.fill.colour
    for (const one of outlines) surface.fillRect(one.x, one.y, one.width, one.height)
    withHatching(surface, view, style, hatching, (dx, dy) => {
      for (const one of outlines) surface.fillRect(one.x - dx, one.y - dy, one.width, one.height)
    })
  }
}

const rectOf = ({ x, y, width, height }: VisibleRects, i: number): ScreenRect => ({
  x: x[i]!,
  y: y[i]!,
  width: width[i]!,
  height: height[i]!,
})

/** Neighbours in a row as one rectangle: small hatched cells need no gaps, and a pattern is slow to start. */
function runsOf(scene: Scene, visible: VisibleRects, cells: readonly number[]): ScreenRect[] {
  const place = (i: number): number => scene.cells[i]!.z * 1000 + scene.cells[i]!.n
  const runs: { x: number; y: number; width: number; height: number }[] = []
  let before = Number.NaN
  for (const i of [...cells].sort((a, b) => place(a) - place(b))) {
    const rect = rectOf(visible, i)
    const run = runs.at(-1)
    if (run && place(i) === before + 1) run.width = rect.x + rect.width - run.x
    else runs.push({ ...rect })
    before = place(i)
  }
  return runs
}

/** Lets the hatching travel with the cells: without it the lines would swim under a moving chart. */
function withHatching(
  surface: Surface,
  view: View,
  style: ChartStyle,
  hatching: Hatching,
  fill: (dx: number, dy: number) => void,
): void {
  const dx = snap(view.offsetX % HATCH_PERIOD, view.ratio)
  const dy = snap(view.offsetY % HATCH_PERIOD, view.ratio)
  surface.translate(dx, dy)
  surface.fillStyle = style.hatch[hatching]
  fill(dx, dy)
  surface.translate(-dx, -dy)
}

/** Border of a cell, CSS pixels: one device pixel on small cells, up to two on large ones. */
const lineWidth = (view: View): number => snap(Math.min(2, Math.max(1 / view.ratio, view.edge * 0.03)), view.ratio)

const thinnedCache = new WeakMap<Fill, Hex>()

function thinned(fill: Fill): Hex {
  let colour = thinnedCache.get(fill)
  if (!colour) {
    colour = mix(fill.colour, fill.line!, fill.hollow ? 0.5 : 0.3)
    thinnedCache.set(fill, colour)
  }
  return colour
}

function drawStripes(surface: Surface, view: View, scene: Scene, visible: VisibleRects, style: ChartStyle): void {
  const separator = Math.max(1 / view.ratio, snap(view.edge * 0.012, view.ratio))
  const hatched: Record<Hatching, ScreenRect[]> = { 'not-scored': [], unknown: [], 'isomer-not-resolved': [] }
  for (const i of visible.cells) {
    const { stripes } = scene.cells[i]!
    for (const [rank, { fill }] of stripes.entries()) {
      const { x, y, width, height } = stripeRect(view, visible, i, rank, stripes.length)
      surface.fillStyle = style.theme.paper
      surface.fillRect(x, y, width, separator)
      const rest = { x, y: y + separator, width, height: height - separator }
      surface.fillStyle = fill.line ?? fill.colour
      surface.fillRect(rest.x, rest.y, rest.width, rest.height)
      if (fill.line) {
        const inset = fill.hollow ? Math.max(1 / view.ratio, snap(rest.height * 0.25, view.ratio)) : 1 / view.ratio
        surface.fillStyle = fill.colour
        surface.fillRect(x + inset, rest.y + inset, width - 2 * inset, rest.height - 2 * inset)
      }
      if (fill.hatching) hatched[fill.hatching].push(rest)
    }
  }
  for (const hatching of HATCHINGS) {
    if (hatched[hatching].length === 0) continue
    withHatching(surface, view, style, hatching, (dx, dy) => {
      for (const one of hatched[hatching]) surface.fillRect(one.x - dx, one.y - dy, one.width, one.height)
    })
  }
}

/** Marks that lie on the ground: nature's black half, second modes, rings, error dots, estimates, unknown products. */
function drawMarks(surface: Surface, view: View, scene: Scene, visible: VisibleRects, style: ChartStyle): void {
  if (view.edge < DETAIL.gaps) return
  const thin = 1 / view.ratio
  for (const i of visible.cells) {
    const cell = scene.cells[i]!
    const x = visible.x[i]!
    const y = visible.y[i]!
    const width = visible.width[i]!
    const height = visible.height[i]! - stripeHeights(view.edge, cell.stripes.length).all
    if (cell.primordial) {
      surface.fillStyle = style.theme.stable
      surface.fillRect(x, y, width, snap(height * PRIMORDIAL_SHARE, view.ratio))
    }
    if (cell.triangle) drawTriangle(surface, cell.triangle, x, y, width, height)
    if (cell.ring) frame(surface, cell.ring, x, y, width, height, Math.max(thin, snap(view.edge * 0.025, view.ratio)))
    if (cell.onlyEstimated) {
      const inset = snap(Math.max(thin, view.edge * 0.07), view.ratio)
      frame(surface, estimateLine(cell, style.theme), x + inset, y + inset, width - 2 * inset, height - 2 * inset, thin)
    }
    if (cell.foreign) drawForeign(surface, cell, style.theme, x, y, width, height)
    if (cell.uncertain) drawDots(surface, view, cell, x, y, width)
  }
}

/** A thin line that is seen on the ground and does not shout: a third of the way to the ink. */
function estimateLine(cell: SceneCell, theme: Theme): Hex {
  if (cell.fill.line || cell.fill.hatching || cell.faded) return theme.belowFloorLine
  return mix(cell.fill.colour, cell.fill.ink, 0.55)
}

function frame(surface: Surface, colour: Hex, x: number, y: number, width: number, height: number, line: number): void {
  surface.fillStyle = colour
  surface.fillRect(x, y, width, line)
  surface.fillRect(x, y + height - line, width, line)
  surface.fillRect(x, y + line, line, height - 2 * line)
  surface.fillRect(x + width - line, y + line, line, height - 2 * line)
}

function drawTriangle(
  surface: Surface,
  triangle: NonNullable<SceneCell['triangle']>,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const size = Math.min(width, height) * (triangle.large ? 0.45 : 0.24)
  surface.fillStyle = triangle.colour
  surface.beginPath()
  surface.moveTo(x + width, y + height)
  surface.lineTo(x + width - size, y + height)
  surface.lineTo(x + width, y + height - size)
  surface.closePath()
  surface.fill()
}

/** A product that the table does not list: a notch at the upper left, in the accent colour where it matters. */
function drawForeign(
  surface: Surface,
  cell: SceneCell,
  theme: Theme,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const size = Math.min(width, height) * 0.34
  surface.fillStyle = cell.condition === 'above-floor' ? theme.accent : theme.belowFloorLine
  surface.beginPath()
  surface.moveTo(x, y)
  surface.lineTo(x + size, y)
  surface.lineTo(x, y + size)
  surface.closePath()
  surface.fill()
}

/** Dotted corner at the upper right: one dot on a small cell, a triangle of six on a large one. */
function drawDots(surface: Surface, view: View, cell: SceneCell, x: number, y: number, width: number): void {
  surface.fillStyle = cell.fill.ink
  const { dot, rows } = dotsOf(view)
  const pitch = 2 * dot
  const inset = dot + (cell.fill.hollow ? hollowWidth(view) : 0)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < rows - row; column++) {
      surface.fillRect(x + width - inset - dot - column * pitch, y + inset + row * pitch, dot, dot)
    }
  }
}
