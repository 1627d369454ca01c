/**
 * Where a nuclide stands. Three frames, never mixed: **cell** (N and Z, whole numbers), **world** (cell edges as unit,
 * y down, so that screen arithmetic needs no sign), **screen** (CSS pixels from the canvas's upper left corner). Device
 * pixels exist only inside the drawing, behind one `setTransform`.
 */

import type { Zai } from '#nuclides/nuclide.ts'

declare const frame: unique symbol

/** A point in the world: the unit is one cell edge; x grows with N, y falls with Z. */
export interface WorldPoint {
  readonly x: number
  readonly y: number
  readonly [frame]?: 'world'
}

/** A point on the screen, CSS pixels from the upper left corner of the canvas. */
export interface ScreenPoint {
  readonly x: number
  readonly y: number
  readonly [frame]?: 'screen'
}

/** A place on the chart. */
export interface CellPoint {
  /** Neutron number. */
  readonly n: number
  /** Charge number. */
  readonly z: number
  readonly [frame]?: 'cell'
}

/** Neutron and proton numbers with closed shells. */
export const MAGIC_NUMBERS: readonly number[] = [2, 8, 20, 28, 50, 82, 126]

/** World row 0 is this charge number: the world does not move when a product beyond the table joins. */
const TOP_Z = 118

export const cellPoint = (n: number, z: number): CellPoint => ({ n, z })
export const screenPoint = (x: number, y: number): ScreenPoint => ({ x, y })

/** Upper left corner of a cell. */
export const worldOfCell = (cell: CellPoint): WorldPoint => ({ x: cell.n, y: TOP_Z - cell.z })

/** Middle of a cell. */
export const worldMiddle = (cell: CellPoint): WorldPoint => ({ x: cell.n + 0.5, y: TOP_Z - cell.z + 0.5 })

/** The cell that holds a point of the world; the picture needs no search because the grid is regular. */
export const cellOfWorld = (point: WorldPoint): CellPoint => ({
  n: Math.floor(point.x),
  z: TOP_Z - Math.floor(point.y),
})

/** Place of the cell that holds a state. */
export function cellOf(zai: Zai): CellPoint {
  const z = Math.floor(zai / 10_000)
  return { n: Math.floor((zai % 10_000) / 10) - z, z }
}

/** Edges of the occupied part of the chart, in cells, both ends included. */
export interface Extent {
  readonly nMin: number
  readonly nMax: number
  readonly zMin: number
  readonly zMax: number
}

/** Which cells exist, with the look-ups that drawing, picking and the keyboard need. */
export interface Layout {
  readonly extent: Extent
  /** Index of the cell in the list the layout was made from, or -1 where nothing stands. */
  indexAt(n: number, z: number): number
  /** Neutron numbers of the nuclides of an element, ascending; empty where there is none. */
  row(z: number): readonly number[]
  /** Charge numbers of the nuclides with this neutron number, ascending. */
  column(n: number): readonly number[]
}

/** Builds the look-ups of a list of cells. Where two entries claim a cell, the first one keeps it. */
export function buildLayout(cells: readonly CellPoint[]): Layout {
  const extent = { nMin: Infinity, nMax: -Infinity, zMin: Infinity, zMax: -Infinity }
  for (const { n, z } of cells) {
    extent.nMin = Math.min(extent.nMin, n)
    extent.nMax = Math.max(extent.nMax, n)
    extent.zMin = Math.min(extent.zMin, z)
    extent.zMax = Math.max(extent.zMax, z)
  }
  if (cells.length === 0) Object.assign(extent, { nMin: 0, nMax: 0, zMin: 0, zMax: 0 })
  const width = extent.nMax - extent.nMin + 1
  const height = extent.zMax - extent.zMin + 1
  const index = new Int32Array(width * height).fill(-1)
  const rows = new Map<number, number[]>()
  const columns = new Map<number, number[]>()
  cells.forEach(({ n, z }, i) => {
    const at = (z - extent.zMin) * width + (n - extent.nMin)
    if (index[at] !== -1) return
    index[at] = i
    const row = rows.get(z)
    if (row) row.push(n)
    else rows.set(z, [n])
    const column = columns.get(n)
    if (column) column.push(z)
    else columns.set(n, [z])
  })
  for (const row of rows.values()) row.sort((a, b) => a - b)
  for (const column of columns.values()) column.sort((a, b) => a - b)
  const none: readonly number[] = []
  return {
    extent,
    indexAt: (n, z) =>
      n < extent.nMin || n > extent.nMax || z < extent.zMin || z > extent.zMax
        ? -1
        : (index[(z - extent.zMin) * width + (n - extent.nMin)] ?? -1),
    row: (z) => rows.get(z) ?? none,
    column: (n) => columns.get(n) ?? none,
  }
}
