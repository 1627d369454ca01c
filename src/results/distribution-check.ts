/** What layouts and tallies of distributions promise, and what tells two layouts apart, in words. */

import { type Axis, binsOf, type DistributionLayout, type DistributionTally, lengthOf, sizeOf } from './distribution.ts'
import { TallyError } from './errors.ts'

/** More bins than any layout has: what a damaged file says is not believed. Documents allow less (scoring.ts). */
export const MOST_BINS = 4_000_000

const AXES: Readonly<Record<Axis['name'], Axis['unit']>> = {
  x: 'mm',
  y: 'mm',
  z: 'mm',
  r: 'mm',
  phi: 'rad',
  energy: 'MeV',
  angle: 'sr',
}

const AXES_OF: Readonly<Record<DistributionLayout['where'], readonly string[]>> = {
  xyz: ['x,y,z'],
  rz: ['r,z'],
  rphiz: ['r,phi,z'],
  face: ['energy', 'energy,angle'],
  volume: ['energy'],
}

/** @throws TallyError `TALLY_INVALID` unless axes, place and quantity fit each other. */
export function checkLayout(layout: DistributionLayout): void {
  const { name, kind, where, quantity, particle, axes, extent } = layout
  const invalid = (message: string): never => {
    throw new TallyError('TALLY_INVALID', `Distribution ${name}: ${message}`)
  }
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name)) invalid('its name is not one of a mesh or spectrum.')
  const isMesh = where === 'xyz' || where === 'rz' || where === 'rphiz'
  if ((kind === 'mesh') !== isMesh) invalid(`a ${kind} cannot be over ${where}.`)
  const names = axes.map((axis) => axis.name).join()
  if (!AXES_OF[where]?.includes(names)) invalid(`axes ${names} over ${where}.`)
  if ((quantity === 'energy-deposition') !== (particle === null))
    invalid(`${quantity} of ${particle ?? 'no particle'}.`)
  if (isMesh ? quantity === 'current' : quantity === 'energy-deposition') invalid(`a ${kind} of ${quantity}.`)
  if (!(extent > 0 && Number.isFinite(extent))) invalid(`extent ${extent}.`)
  for (const axis of axes) {
    if (axis.unit !== AXES[axis.name]) invalid(`axis ${axis.name} in ${axis.unit}.`)
    if (axis.edges.length < 2) invalid(`axis ${axis.name} has no bin.`)
    if (
      !axis.edges.every((edge, i) => Number.isFinite(edge) && edge > (axis.edges[i - 1] ?? Number.NEGATIVE_INFINITY))
    ) {
      invalid(`the edges of axis ${axis.name} do not rise.`)
    }
  }
  if (sizeOf(layout) > MOST_BINS) invalid(`${sizeOf(layout)} bins; at most ${MOST_BINS} are read.`)
}

/** @throws TallyError `TALLY_INVALID` unless the arrays fit the layout and hold sums that can be. */
export function checkDistribution(tally: DistributionTally): void {
  checkLayout(tally.layout)
  const { layout, batches, histories, sums, batchSquares, historySquares } = tally
  const invalid = (message: string): never => {
    throw new TallyError('TALLY_INVALID', `Distribution ${layout.name}: ${message}`)
  }
  const length = lengthOf(layout)
  if (!Number.isSafeInteger(batches) || batches < 1) invalid(`${batches} batches.`)
  if (!Number.isSafeInteger(histories) || histories < batches) invalid(`${histories} histories in ${batches} batches.`)
  if (sums.length !== length) invalid(`${sums.length} sums; its layout has ${length}.`)
  if ((batchSquares === null) !== (batches === 1)) invalid('squares of batches are kept for two batches or more.')
  if (batchSquares && batchSquares.length !== length)
    invalid(`${batchSquares.length} squares; its layout has ${length}.`)
  if (historySquares && historySquares.length !== sizeOf(layout)) {
    invalid(`${historySquares.length} squares of histories; it has ${sizeOf(layout)} bins.`)
  }
  for (const [what, values] of [
    ['sum', sums],
    ['square of batches', batchSquares],
    ['square of histories', historySquares],
  ] as const) {
    for (let i = 0; values && i < values.length; i++) {
      // Comparing is cheaper than asking for each whether it is finite: NaN and infinities fail it as well.
      if (!(values[i]! >= 0 && values[i]! < Number.POSITIVE_INFINITY)) invalid(`${what} ${i} is ${values[i]}.`)
    }
  }
}

/** How a layout differs from another one, as the end of a sentence; `null` where they are equal. */
export function differenceOf(one: DistributionLayout, other: DistributionLayout): string | null {
  for (const field of ['name', 'kind', 'quantity', 'particle', 'where', 'layer', 'direction', 'extent'] as const) {
    if (one[field] !== other[field]) return `${field} ${one[field] ?? 'none'} and ${other[field] ?? 'none'}`
  }
  if (one.axes.length !== other.axes.length) return `${one.axes.length} and ${other.axes.length} axes`
  for (const [index, axis] of one.axes.entries()) {
    const with_ = other.axes[index]!
    if (axis.name !== with_.name) return `axis ${axis.name} and axis ${with_.name}`
    if (binsOf(axis) !== binsOf(with_)) return `${binsOf(axis)} and ${binsOf(with_)} bins along ${axis.name}`
    const edge = axis.edges.findIndex((value, i) => value !== with_.edges[i])
    if (edge >= 0)
      return `edge ${edge} along ${axis.name} at ${axis.edges[edge]} and at ${with_.edges[edge]} ${axis.unit}`
  }
  return null
}

const list = (layouts: readonly DistributionLayout[]): string => layouts.map(({ name }) => name).join(', ') || 'none'

/**
 * @param held what a result has, @param given what is to be added
 * @throws TallyError `TALLY_DISTRIBUTIONS_DIFFER` that names the distribution and what differs
 */
export function checkSameLayouts(held: readonly DistributionLayout[], given: readonly DistributionLayout[]): void {
  if (held.map(({ name }) => name).join() !== given.map(({ name }) => name).join()) {
    throw new TallyError(
      'TALLY_DISTRIBUTIONS_DIFFER',
      `The result has the meshes and spectra [${list(held)}], the tally has [${list(given)}].`,
    )
  }
  for (const [index, layout] of held.entries()) {
    if (layout === given[index]) continue
    const difference = differenceOf(layout, given[index]!)
    if (difference === null) continue
    throw new TallyError(
      'TALLY_DISTRIBUTIONS_DIFFER',
      `${layout.kind === 'mesh' ? 'Mesh' : 'Spectrum'} ${layout.name} of the result and of the tally differ: ${difference}.`,
    )
  }
}
