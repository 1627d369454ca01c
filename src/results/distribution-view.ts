/** From sums to what people read: a slice or a projection of a distribution, with units and errors. */

import { type Axis, binsOf, blockOf, type DistributionLayout, type DistributionTally, sizeOf } from './distribution.ts'
import { TallyError } from './errors.ts'

/**
 * Where an error comes from: squares of single histories, the spread of batches, or nowhere (one batch tells none: it is
 * never shown as 0).
 */
export type DistributionErrorKind = 'histories' | 'batches' | 'not-known'

/** Bins `from .. to` (half-open) of an axis that is shown. */
export interface AxisRange {
  readonly from: number
  readonly to: number
}

export interface ViewChoice {
  /** Names of the axes that are shown, in the order in which they run; the first one runs fastest. */
  readonly axes: readonly string[]
  /** Bin of an axis at which the distribution is cut. Axes neither shown nor cut are summed over. */
  readonly at?: Readonly<Record<string, number>>
  /** Part of a shown axis; all of it where nothing is said. */
  readonly range?: Readonly<Record<string, AxisRange>>
}

export interface DistributionView {
  readonly layout: DistributionLayout
  /** The axes that are shown, cut to their ranges. */
  readonly axes: readonly Axis[]
  readonly cut: readonly { readonly axis: Axis; readonly bin: number }[]
  /** Axes that were summed over: a mesh is averaged over them, a spectrum integrated. */
  readonly summed: readonly Axis[]
  /** Unit of the values, to be read with "per primary". */
  readonly unit: string
  readonly batches: number
  readonly histories: number
  readonly errorKind: DistributionErrorKind
  /** Per primary; 0 where nothing was scored. */
  readonly values: Float64Array
  /** One standard error of the mean; NaN where nothing was scored and where it is not known. */
  readonly errors: Float64Array
}

/**
 * Values and errors of a part of a distribution.
 *
 * The error is sqrt((sum w x^2 / W - mean^2) / (N - 1)) over N batches of w histories (the formula of FLUKA's own
 * merging programs, verified on its samples), or the same over single histories where their squares are known. Sums over
 * axes have errors of their own and not the sum in quadrature of their bins, which are correlated.
 * @throws TallyError `TALLY_UNKNOWN_CELL` for an axis or a bin that the distribution does not have
 */
export function distributionView(tally: DistributionTally, choice: ViewChoice): DistributionView {
  const { layout } = tally
  const at = choice.at ?? {}
  const shown = choice.axes.map((name) => indexOf(layout, name))
  const cut = Object.keys(at).map((name) => indexOf(layout, name))
  if (new Set([...shown, ...cut]).size !== shown.length + cut.length) {
    throw unknown(layout, 'an axis is asked for twice')
  }
  const block = blockOf(layout, [...shown, ...cut])
  const ranges = shown.map((axis) => rangeOf(layout, axis, choice.range?.[layout.axes[axis]!.name]))
  const isFull = block.length === sizeOf(layout)
  const strides = new Map<number, number>()
  let stride = 1
  for (const axis of block.keep) {
    strides.set(axis, stride)
    stride *= binsOf(layout.axes[axis]!)
  }
  let origin = block.start
  // The measure of a bin is a product over its axes: what is cut or summed over is the same for all.
  let constant = scaleOf(layout)
  for (const axis of cut) {
    const bin = at[layout.axes[axis]!.name]!
    if (!(Number.isInteger(bin) && bin >= 0 && bin < binsOf(layout.axes[axis]!))) {
      throw unknown(layout, `bin ${bin} of axis ${layout.axes[axis]!.name}; it has ${binsOf(layout.axes[axis]!)}`)
    }
    origin += bin * strides.get(axis)!
    constant *= widthOf(layout.axes[axis]!, bin, bin + 1)
  }
  const summed = layout.axes.filter((_, axis) => !shown.includes(axis) && !cut.includes(axis))
  if (layout.kind === 'mesh') for (const axis of summed) constant *= widthOf(axis, 0, binsOf(axis))

  const size = ranges.reduce((product, { from, to }) => product * (to - from), 1)
  const values = new Float64Array(size)
  const errors = new Float64Array(size)
  const squares = isFull ? tally.historySquares : null
  const widths = shown.map((axis, i) =>
    Float64Array.from({ length: ranges[i]!.to - ranges[i]!.from }, (_, k) =>
      widthOf(layout.axes[axis]!, ranges[i]!.from + k, ranges[i]!.from + k + 1),
    ),
  )
  const errorOf = errorFunction(tally, squares)
  for (let cell = 0; cell < size; cell++) {
    let rest = cell
    let place = origin
    let measure = constant
    for (let i = 0; i < shown.length; i++) {
      const { from, to } = ranges[i]!
      const k = rest % (to - from)
      rest = (rest - k) / (to - from)
      place += (from + k) * strides.get(shown[i]!)!
      measure *= widths[i]![k]!
    }
    values[cell] = tally.sums[place]! / tally.histories / measure
    errors[cell] = errorOf(place) / measure
  }
  return {
    layout,
    axes: shown.map((axis, i) => cutAxis(layout.axes[axis]!, ranges[i]!)),
    cut: cut.map((axis) => ({ axis: layout.axes[axis]!, bin: at[layout.axes[axis]!.name]! })),
    summed,
    unit: unitOf(layout, summed),
    batches: tally.batches,
    histories: tally.histories,
    errorKind: errorKindOf(tally, squares !== null),
    values,
    errors,
  }
}

/** Where the errors of single bins come from. */
export const errorKindOf = (tally: DistributionTally, full: boolean): DistributionErrorKind => {
  if (full && tally.historySquares && tally.histories > 1) return 'histories'
  return tally.batches > 1 ? 'batches' : 'not-known'
}

/** Standard error of the content per primary at a place of the arrays; NaN where none is known. */
function errorFunction(tally: DistributionTally, squares: Float64Array | null): (place: number) => number {
  const { sums, histories, batches, batchSquares } = tally
  const from =
    squares && histories > 1 ? { squares, n: histories } : batchSquares && { squares: batchSquares, n: batches }
  if (!from) return () => Number.NaN
  return (place) => {
    const mean = sums[place]! / histories
    if (mean === 0) return Number.NaN
    // Rounding may leave the difference of equal numbers just below zero.
    const variance = Math.max(0, from.squares[place]! / histories - mean * mean)
    return Math.sqrt(variance / (from.n - 1))
  }
}

/** The sum of everything, per primary: contents for deposited energy, the mean over the box for a fluence mesh. */
export function totalOf(tally: DistributionTally): { value: number; error: number | null; unit: string } {
  const { layout } = tally
  const view = distributionView(tally, { axes: [] })
  const [value, error] = [view.values[0]!, view.errors[0]!]
  if (layout.quantity !== 'energy-deposition')
    return { value, error: Number.isNaN(error) ? null : error, unit: view.unit }
  const measure = layout.axes.reduce((product, axis) => product * widthOf(axis, 0, binsOf(axis)), scaleOf(layout))
  return { value: value * measure, error: Number.isNaN(error) ? null : error * measure, unit: 'MeV' }
}

/** Unit of a value per primary. A spectrum that is summed over an axis is integrated over it. */
export function unitOf(layout: DistributionLayout, summed: readonly Axis[]): string {
  if (layout.kind === 'mesh') return layout.quantity === 'energy-deposition' ? 'MeV/cm3' : '1/cm2'
  const parts = [layout.quantity === 'fluence' ? 'cm2' : '']
  for (const { name, unit } of layout.axes) if (!summed.some((axis) => axis.name === name)) parts.push(unit)
  const below = parts.filter((part) => part !== '')
  return below.length === 0 ? '1' : `1/${below.join('/')}`
}

/**
 * What the content of every bin of the full distribution is divided by: cm3, or MeV (sr) times the area or volume. An
 * engine that hands over densities multiplies them by it.
 */
export function measuresOf(layout: DistributionLayout): Float64Array {
  let product = Float64Array.of(scaleOf(layout))
  for (const axis of layout.axes) {
    const before = product
    product = new Float64Array(before.length * binsOf(axis))
    for (let bin = 0; bin < binsOf(axis); bin++) {
      const width = widthOf(axis, bin, bin + 1)
      for (let i = 0; i < before.length; i++) product[bin * before.length + i] = before[i]! * width
    }
  }
  return product
}

/** Factor that makes a product of widths a volume in cm3, or an area or volume times energy. */
const scaleOf = ({ where, extent, quantity }: DistributionLayout): number => {
  // mm3 to cm3; a ring has pi (r2^2 - r1^2) dz, a sector half of (r2^2 - r1^2) dphi dz.
  if (where === 'xyz') return 1e-3
  if (where === 'rz') return Math.PI * 1e-3
  if (where === 'rphiz') return 0.5e-3
  return quantity === 'current' ? 1 : extent
}

const widthOf = ({ name, edges }: Axis, from: number, to: number): number => {
  const [low, high] = [edges[from]!, edges[to]!]
  return name === 'r' ? (high - low) * (high + low) : high - low
}

const indexOf = (layout: DistributionLayout, name: string): number => {
  const index = layout.axes.findIndex((axis) => axis.name === name)
  if (index < 0) throw unknown(layout, `axis "${name}"; it has ${layout.axes.map((axis) => axis.name).join(', ')}`)
  return index
}

function rangeOf(layout: DistributionLayout, axis: number, range: AxisRange | undefined): AxisRange {
  const { name } = layout.axes[axis]!
  const bins = binsOf(layout.axes[axis]!)
  const { from, to } = range ?? { from: 0, to: bins }
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= bins) return { from, to }
  throw unknown(layout, `bins ${from} to ${to} of axis ${name}; it has ${bins}`)
}

const cutAxis = (axis: Axis, { from, to }: AxisRange): Axis =>
  from === 0 && to === binsOf(axis) ? axis : { ...axis, edges: axis.edges.slice(from, to + 1) }

const unknown = ({ name }: DistributionLayout, what: string): TallyError =>
  new TallyError('TALLY_UNKNOWN_CELL', `${name} has no such part: ${what}.`)
