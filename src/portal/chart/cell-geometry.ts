/** Where cells and their stripes lie on the screen, and from which size on they show what. */

import type { Scene } from './scene.ts'
import { cellRect, type ScreenRect, snap, type View } from './view.ts'

/** Edges of a cell, CSS pixels, at which the drawing gains detail (specification of the chart, 3.3). */
export const DETAIL = {
  gaps: 5,
  massNumber: 12,
  symbol: 22,
  value: 40,
  lines: 60,
  everything: 90,
} as const

/** Upper share in black of a radioactive nuclide that occurs in nature. */
export const PRIMORDIAL_SHARE = 0.5

/** Outlines of the cells in sight, four numbers each, gaps taken off; width 0 where a cell is out of sight. */
export interface VisibleRects {
  /** Indices of the visible cells, equal colours beside each other. */
  readonly cells: readonly number[]
  readonly x: Float64Array
  readonly y: Float64Array
  readonly width: Float64Array
  readonly height: Float64Array
}

/** Gap between cells, CSS pixels: none below 5 px, then one device pixel, then growing gently. */
export function gapOf(view: View): number {
  if (view.edge < DETAIL.gaps) return 0
  return Math.max(1 / view.ratio, snap(Math.min(3, view.edge * 0.035), view.ratio))
}

/** The outlines of all cells in sight. */
export function visibleRects(view: View, scene: Scene): VisibleRects {
  const { extent } = scene.layout
  const gap = gapOf(view)
  const columns = edgesOf(extent.nMin, extent.nMax, (n) => snap(view.edge * n + view.offsetX, view.ratio))
  const rows = edgesOf(extent.zMin, extent.zMax + 1, (z) => snap(view.edge * (119 - z) + view.offsetY, view.ratio))
  const count = scene.cells.length
  const rects = {
    cells: [] as number[],
    x: new Float64Array(count),
    y: new Float64Array(count),
    width: new Float64Array(count),
    height: new Float64Array(count),
  }
  for (const i of scene.order) {
    const { n, z } = scene.cells[i]!
    const left = columns[n - extent.nMin]!
    const right = columns[n - extent.nMin + 1]!
    // Row z lies between the edges of z + 1 (above) and z (below).
    const top = rows[z - extent.zMin + 1]!
    const bottom = rows[z - extent.zMin]!
    if (right <= 0 || left >= view.width || bottom <= 0 || top >= view.height) continue
    rects.cells.push(i)
    rects.x[i] = left
    rects.y[i] = top
    rects.width[i] = right - left - gap
    rects.height[i] = bottom - top - gap
  }
  return rects
}

function edgesOf(first: number, last: number, at: (value: number) => number): Float64Array {
  const edges = new Float64Array(last - first + 2)
  for (let i = 0; i < edges.length; i++) edges[i] = at(first + i)
  return edges
}

/** Share of a cell that one stripe takes, and all stripes together at most; more where they carry words. */
function stripeShares(edge: number): { readonly one: number; readonly all: number } {
  if (edge < DETAIL.value) return { one: 0.13, all: 0.22 }
  return edge < DETAIL.everything ? { one: 0.15, all: 0.32 } : { one: 0.18, all: 0.42 }
}

/** Where the stripes of a cell lie, from below; picking and drawing share it. Heights in CSS pixels. */
export function stripeHeights(edge: number, count: number): { readonly each: number; readonly all: number } {
  if (count === 0 || edge < DETAIL.symbol) return { each: 0, all: 0 }
  const shares = stripeShares(edge)
  const all = Math.min(shares.all, shares.one * count) * edge
  return { each: all / count, all }
}

/** Outline of a stripe, the first one lowest; snapped to device pixels. */
export function stripeRect(view: View, visible: VisibleRects, cell: number, rank: number, count: number): ScreenRect {
  const { each } = stripeHeights(view.edge, count)
  const bottom = visible.y[cell]! + visible.height[cell]!
  const top = snap(bottom - each * (rank + 1), view.ratio)
  const end = snap(bottom - each * rank, view.ratio)
  return { x: visible.x[cell]!, y: top, width: visible.width[cell]!, height: end - top }
}

/** Outline of one cell without its gap, for callers outside the frame loop. */
export function innerRect(view: View, n: number, z: number): ScreenRect {
  const rect = cellRect(view, { n, z })
  const gap = gapOf(view)
  return { ...rect, width: rect.width - gap, height: rect.height - gap }
}

/** Border of a value that is not a fact, CSS pixels: wide enough to carry its colour, narrow enough for the words. */
export const hollowWidth = (view: View): number =>
  Math.max(1 / view.ratio, snap(Math.min(6, view.edge * (view.edge < DETAIL.symbol ? 0.14 : 0.075)), view.ratio))

/** Size of a dot of the dotted corner, CSS pixels, and how many stand in its first row. */
export function dotsOf(view: View): { readonly dot: number; readonly rows: number } {
  const largest = view.edge < DETAIL.value ? 1 : view.edge < DETAIL.lines ? 1.5 : 2
  const dot = Math.max(1 / view.ratio, snap(Math.min(largest, view.edge * 0.07), view.ratio))
  return { dot, rows: view.edge < DETAIL.massNumber ? 1 : view.edge < DETAIL.lines ? 2 : 3 }
}
