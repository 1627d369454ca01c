/** Where things are on a drawn map: plot, axes, ticks, cells, outlines of layers. Numbers in, CSS pixels out; no DOM. */

import type { DistributionHead } from '#protocol/distribution-shapes.ts'
import type { Layer } from '#simulation/document.ts'
import { placeLayers } from '#simulation/geometry.ts'

type ViewAxis = DistributionHead['axes'][number]

export interface Frame {
  readonly width: number
  readonly height: number
  /** The plot itself. */
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  /** The colour scale beside it. */
  readonly scaleLeft: number
  readonly scaleRight: number
}

const SCALE_WIDTH = 14

/**
 * @param head of the view: a plane across the beam has one scale for both directions, so that discs are round
 * @param top room for a heading, in a picture that is taken away
 */
export function frameOf(
  width: number,
  height: number,
  { axes: [horizontal, vertical] }: Pick<DistributionHead, 'axes'>,
  top = 10,
): Frame {
  const narrow = width < 560
  const left = narrow ? 46 : 60
  const widest = width - (narrow ? 72 : 96)
  const lowest = height - 46
  const isAcross = horizontal?.name === 'x' && vertical?.name === 'y'
  // Width over height of what is shown; a plane along the beam fills the place that there is.
  const shape = isAcross ? spanOf(horizontal) / spanOf(vertical) : (widest - left) / (lowest - top)
  const right = Math.min(widest, left + (lowest - top) * shape)
  const bottom = Math.min(lowest, top + (widest - left) / shape)
  return {
    width,
    height,
    left,
    top,
    right,
    bottom,
    scaleLeft: right + (narrow ? 12 : 20),
    scaleRight: right + (narrow ? 12 : 20) + SCALE_WIDTH,
  }
}

const spanOf = ({ edges }: ViewAxis): number => edges.at(-1)! - edges[0]!

/** Pixels of a place along an axis; the vertical one grows upwards. */
export interface Projected {
  x(value: number): number
  y(value: number): number
  /** Bins under a point; `null` outside the plot. */
  cellAt(px: number, py: number): { readonly column: number; readonly row: number } | null
}

export function projected(frame: Frame, horizontal: ViewAxis, vertical: ViewAxis): Projected {
  const [h0, h1] = [horizontal.edges[0]!, horizontal.edges.at(-1)!]
  const [v0, v1] = [vertical.edges[0]!, vertical.edges.at(-1)!]
  const x = (value: number) => frame.left + ((value - h0) / (h1 - h0)) * (frame.right - frame.left)
  const y = (value: number) => frame.bottom - ((value - v0) / (v1 - v0)) * (frame.bottom - frame.top)
  return {
    x,
    y,
    cellAt(px, py) {
      if (px < frame.left || px >= frame.right || py <= frame.top || py > frame.bottom) return null
      const u = h0 + ((px - frame.left) / (frame.right - frame.left)) * (h1 - h0)
      const v = v0 + ((frame.bottom - py) / (frame.bottom - frame.top)) * (v1 - v0)
      return { column: binAt(horizontal.edges, u), row: binAt(vertical.edges, v) }
    },
  }
}

/** The bin that holds a value; the ends hold what lies beyond them. */
export function binAt(edges: readonly number[], value: number): number {
  let low = 0
  let high = edges.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (edges[middle]! <= value) low = middle
    else high = middle
  }
  return low
}

/** Round values for an axis, about so many. */
export function linearTicks(from: number, to: number, about: number): readonly number[] {
  const raw = (to - from) / Math.max(1, about)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((n) => n * power).find((one) => one >= raw * 0.999)!
  const ticks: number[] = []
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + step * 1e-9; n++)
    ticks.push(Number((n * step).toPrecision(12)))
  return ticks
}

/** A layer as it is met by the shown plane. */
export interface Outline {
  readonly name: string
  readonly role: Layer['role']
  readonly kind: 'box' | 'circle'
  /** Corners in mm along the two axes; of a circle those of its box. */
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
}

/** Outlines over a map. Across the beam all layers lie behind each other: each size is drawn once. */
export function outlinesOf(layers: readonly Layer[], horizontal: string, vertical: string): readonly Outline[] {
  const along = horizontal === 'z'
  if (along && ['r', 'x', 'y'].includes(vertical)) {
    return placeLayers(layers).map(({ layer, frontMm, backMm }) => {
      const radius = layer.diameterMm / 2
      return {
        name: layer.name,
        role: layer.role,
        kind: 'box',
        from: [frontMm, vertical === 'r' ? 0 : -radius],
        to: [backMm, radius],
      }
    })
  }
  if (horizontal === 'x' && vertical === 'y') {
    const seen = new Map<number, Layer>()
    for (const layer of layers) if (!seen.has(layer.diameterMm)) seen.set(layer.diameterMm, layer)
    return [...seen].map(([diameter, { name, role }]) => ({
      name,
      role,
      kind: 'circle',
      from: [-diameter / 2, -diameter / 2],
      to: [diameter / 2, diameter / 2],
    }))
  }
  return []
}

/** Planes that a mesh can be looked at in: horizontal and vertical axis. The first is the usual one. */
export function planesOf(where: DistributionHead['where']): readonly (readonly [string, string])[] {
  if (where === 'rz') return [['z', 'r']]
  if (where === 'rphiz') {
    return [
      ['z', 'r'],
      ['z', 'phi'],
      ['phi', 'r'],
    ]
  }
  return [
    ['z', 'x'],
    ['z', 'y'],
    ['x', 'y'],
  ]
}
