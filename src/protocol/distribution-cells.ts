/**
 * A view of a mesh as bytes: half the size of JSON's digits to send, and nothing to parse.
 *
 *     0  u32 length of the head     4  the head, JSON in ASCII, filled up with blanks so that the numbers begin at a
 *     multiple of 8                 then values and errors, float32 little-endian; NaN: no error known
 *
 * Float32 has seven digits: more than any sampled value, and not for adding up (that is what the stored sums are for).
 */

import { binsOf, type DistributionLayout, type DistributionTally } from '#results/distribution.ts'
import { type DistributionView, errorKindOf, totalOf, unitOf, type ViewChoice } from '#results/distribution-view.ts'
import {
  type DistributionHead,
  type DistributionSummary,
  type DistributionViewBody,
  distributionHeadSchema,
} from './distribution-shapes.ts'

const FIXED = 4

/** What a view is of, as it goes over the wire. */
export function headOf(view: DistributionView): DistributionHead {
  const { name, kind, quantity, particle, where, layer, direction } = view.layout
  const { unit, batches, histories, errorKind } = view
  return {
    ...{ name, kind, quantity, particle, where, layer, direction, unit, batches, histories, errorKind },
    axes: view.axes.map((axis) => ({ ...axis, edges: [...axis.edges] })),
    cut: view.cut.map(({ axis: { name, unit, edges }, bin }) => ({
      ...{ name, unit, bin },
      from: edges[bin]!,
      to: edges[bin + 1]!,
    })),
    summed: view.summed.map(({ name, unit, edges }) => ({ name, unit, from: edges[0]!, to: edges.at(-1)! })),
  }
}

/** A distribution in a few numbers. */
export function summaryOf(tally: DistributionTally): DistributionSummary {
  const { layout, batches, histories } = tally
  const { axes, extent: _, ...what } = layout
  return {
    ...what,
    unit: unitOf(layout, []),
    batches,
    histories,
    errorKind: errorKindOf(tally, true),
    axes: axes.map((axis) => ({
      name: axis.name,
      unit: axis.unit,
      scale: axis.scale,
      bins: binsOf(axis),
      from: axis.edges[0]!,
      to: axis.edges.at(-1)!,
    })),
    total: totalOf(tally),
  }
}

/** Axes that are shown where nothing is said: along the beam and across it, or all of a spectrum. */
export function usualAxes({
  kind,
  where,
  axes,
}: Pick<DistributionLayout, 'kind' | 'where' | 'axes'>): readonly string[] {
  if (kind === 'spectrum') return axes.map(({ name }) => name)
  return where === 'xyz' ? ['z', 'x'] : ['z', 'r']
}

/** What a query asks for; its forms were checked by its schema, what exists is checked by the view. */
export function choiceOf(
  layout: DistributionLayout,
  {
    axes,
    at,
    range,
  }: { readonly axes?: string | undefined; readonly at?: string | undefined; readonly range?: string | undefined },
): ViewChoice {
  const pairs = (text: string | undefined) =>
    text ? text.split(',').map((one) => one.split(':') as [string, string]) : []
  return {
    axes: axes === undefined ? usualAxes(layout) : axes === '' ? [] : axes.split(','),
    at: Object.fromEntries(pairs(at).map(([axis, bin]) => [axis, Number(bin)])),
    range: Object.fromEntries(
      pairs(range).map(([axis, bins]) => {
        const [from, to] = (bins ?? '').split('-').map(Number)
        return [axis, { from: from!, to: to! }]
      }),
    ),
  }
}

export function bodyOf(view: DistributionView): DistributionViewBody {
  return {
    ...headOf(view),
    values: [...view.values],
    errors: Array.from(view.errors, (error) => (Number.isNaN(error) ? null : error)),
  }
}

export function encodeCells(view: DistributionView): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(headOf(view))
  const start = Math.ceil((FIXED + text.length) / 8) * 8
  const { values, errors } = view
  const bytes = new Uint8Array(start + 4 * (values.length + errors.length))
  bytes.fill(0x20, FIXED, start)
  for (let i = 0; i < text.length; i++) bytes[FIXED + i] = text.charCodeAt(i)
  const data = new DataView(bytes.buffer)
  data.setUint32(0, start - FIXED, true)
  let at = start
  for (const numbers of [values, errors]) {
    for (let i = 0; i < numbers.length; i++, at += 4) data.setFloat32(at, numbers[i]!, true)
  }
  return bytes
}

export interface Cells {
  readonly head: DistributionHead
  readonly values: Float32Array
  /** NaN where no error is known. */
  readonly errors: Float32Array
}

/** @throws RangeError when the bytes are not those of a view: a proxy's page, or cut off. */
export function decodeCells(buffer: ArrayBuffer): Cells {
  const data = new DataView(buffer)
  const start = buffer.byteLength >= FIXED ? FIXED + data.getUint32(0, true) : Number.POSITIVE_INFINITY
  if (start > buffer.byteLength) throw new RangeError('The answer is not a view of a mesh: its head is not whole.')
  const parts: string[] = []
  for (let at = FIXED; at < start; at += 4096) {
    parts.push(String.fromCharCode(...new Uint8Array(buffer, at, Math.min(4096, start - at))))
  }
  let read: unknown
  try {
    read = JSON.parse(parts.join(''))
  } catch {
    throw new RangeError('The answer is not a view of a mesh: its head cannot be read.')
  }
  const head = distributionHeadSchema.safeParse(read)
  if (!head.success) throw new RangeError('The answer is not a view of a mesh: its head has another form.')
  const cells = head.data.axes.reduce((product, { edges }) => product * (edges.length - 1), 1)
  if (buffer.byteLength !== start + 8 * cells) {
    throw new RangeError(`The answer should have ${start + 8 * cells} bytes and has ${buffer.byteLength}.`)
  }
  const numbers = (from: number): Float32Array =>
    Float32Array.from({ length: cells }, (_, i) => data.getFloat32(from + 4 * i, true))
  return { head: head.data, values: numbers(start), errors: numbers(start + 4 * cells) }
}
