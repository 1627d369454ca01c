/**
 * Distributions: meshes and spectra, engine-neutral. A distribution is a number for every bin of one to three axes.
 *
 * **What is added up** is the content of a bin: deposited energy in MeV; length of tracks in cm (fluence times volume);
 * particles through a face; for fluence at a face, particles each weighted with 1/|cos| of its angle to the normal.
 * Contents of bins add up to that of a larger bin. **What is shown** is the content per primary divided by the measure
 * of the bin: MeV/cm3, 1/cm2, 1/MeV, 1/cm2/MeV, and 1/sr more where angles are sorted.
 *
 * Beside the full distribution its **marginals** are kept (the sum over one axis, over two, over all): bins of one
 * distribution are correlated, since one track passes many, so the error of a sum is not that of its parts.
 */

export interface Axis {
  /** `x y z r` in mm, `phi` in rad, `energy` in MeV, `angle` in sr from the normal: 2 pi (1 - cos theta). */
  readonly name: 'x' | 'y' | 'z' | 'r' | 'phi' | 'energy' | 'angle'
  readonly unit: 'mm' | 'rad' | 'MeV' | 'sr'
  readonly scale: 'linear' | 'log'
  /** Rising; one more than bins. */
  readonly edges: readonly number[]
}

/** What a distribution is of. Tallies of one run have equal layouts; different ones are never added up. */
export interface DistributionLayout {
  readonly name: string
  readonly kind: 'mesh' | 'spectrum'
  readonly quantity: 'energy-deposition' | 'fluence' | 'current'
  /** `null` for deposited energy: of all particles together. */
  readonly particle: 'proton' | 'neutron' | 'all' | null
  /** `face`: back face of the layer. `volume`: the layer itself. */
  readonly where: 'xyz' | 'rz' | 'rphiz' | 'face' | 'volume'
  readonly layer: string | null
  readonly direction: 'forward' | 'backward' | 'both' | null
  /** The bins of the first axis follow each other in memory. */
  readonly axes: readonly Axis[]
  /** Area of the face in cm2, volume of the layer in cm3; 1 for a mesh. */
  readonly extent: number
}

/**
 * What a task, or a merge of tasks, holds of one distribution.
 *
 * Arrays are all blocks of the layout one behind the other (`blocksOf`): first the full one, then the marginals.
 */
export interface DistributionTally {
  readonly layout: DistributionLayout
  /** Batches behind it: what its error comes from, unless there are moments per history. */
  readonly batches: number
  readonly histories: number
  /** Sum over histories of the content. */
  readonly sums: Float64Array
  /** Sum over batches of (sum of the batch)^2 / histories of the batch; `null` for one batch, where it follows. */
  readonly batchSquares: Float64Array | null
  /**
   * Sum over histories of the square of one history's content, of the full block only; `null` where the engine keeps no
   * moments per history.
   */
  readonly historySquares: Float64Array | null
}

/** A block: the distribution summed over the axes that are not kept. */
export interface Block {
  /** Indices of the axes that are kept, rising. */
  readonly keep: readonly number[]
  /** Where its bins begin in the arrays of a tally. */
  readonly start: number
  readonly length: number
}

export const binsOf = (axis: Axis): number => axis.edges.length - 1

/** Bins of the full distribution. */
export const sizeOf = (layout: DistributionLayout): number =>
  layout.axes.reduce((product, axis) => product * binsOf(axis), 1)

/** The blocks in their order: the full one, then by falling number of axes kept; the last is the total. */
export function blocksOf(layout: DistributionLayout): readonly Block[] {
  const { axes } = layout
  const all = 2 ** axes.length - 1
  const masks = Array.from({ length: all + 1 }, (_, i) => all - i)
  masks.sort((a, b) => bitsIn(b) - bitsIn(a) || a - b)
  let start = 0
  return masks.map((mask) => {
    const keep = axes.flatMap((_, index) => ((mask >> index) & 1 ? [index] : []))
    const length = keep.reduce((product, index) => product * binsOf(axes[index]!), 1)
    start += length
    return { keep, start: start - length, length }
  })
}

const bitsIn = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bitsIn(mask >> 1))

/** Length of a tally's arrays: the bins of all blocks. */
export function lengthOf(layout: DistributionLayout): number {
  const last = blocksOf(layout).at(-1)!
  return last.start + last.length
}

/** The block that keeps exactly these axes. */
export function blockOf(layout: DistributionLayout, keep: readonly number[]): Block {
  const wanted = [...keep].sort((a, b) => a - b).join()
  const found = blocksOf(layout).find((block) => block.keep.join() === wanted)
  if (!found) throw new RangeError(`${layout.name} has no axes ${wanted}`)
  return found
}

/**
 * Adds the marginals to a full block: fills the rest of `values` from its first `sizeOf(layout)` entries.
 * @param values as long as `lengthOf(layout)`; what stands behind the full block is overwritten
 */
export function fillMarginals(layout: DistributionLayout, values: Float64Array): void {
  const size = sizeOf(layout)
  values.fill(0, size)
  const projection = new Projection(layout)
  for (let bin = 0; bin < size; bin++) {
    const value = values[bin]!
    if (value === 0) continue
    const places = projection.placesOf(bin)
    for (let i = 0; i < places.length; i++) values[places[i]!]! += value
  }
}

/** Where a bin of the full block is counted in the marginals. */
export class Projection {
  /** By block and axis: stride of the axis in the block, 0 where it is summed over. */
  readonly #strides: Uint32Array
  readonly #counts: readonly number[]
  readonly #starts: Uint32Array
  readonly #places: Uint32Array

  constructor(layout: DistributionLayout) {
    const blocks = blocksOf(layout).slice(1)
    this.#counts = layout.axes.map(binsOf)
    this.#starts = Uint32Array.from(blocks, ({ start }) => start)
    this.#places = new Uint32Array(blocks.length)
    this.#strides = Uint32Array.from(
      blocks.flatMap(({ keep }) => {
        let stride = 1
        return this.#counts.map((count, axis) => {
          if (!keep.includes(axis)) return 0
          stride *= count
          return stride / count
        })
      }),
    )
  }

  /** Places in a tally's arrays, one in each marginal. The same array every time: read it before the next call. */
  placesOf(bin: number): Uint32Array {
    this.#places.set(this.#starts)
    let rest = bin
    const axes = this.#counts.length
    for (let axis = 0; axis < axes; axis++) {
      const count = this.#counts[axis]!
      const at = rest % count
      rest = (rest - at) / count
      for (let block = 0; block < this.#places.length; block++) {
        this.#places[block]! += at * this.#strides[block * axes + axis]!
      }
    }
    return this.#places
  }
}

/**
 * A tally of one batch, from the contents of its bins: what an engine gives that keeps sums per run only.
 * @param contents by bin, the first axis running fastest
 */
export function oneBatchTally(
  layout: DistributionLayout,
  histories: number,
  contents: ArrayLike<number>,
): DistributionTally {
  const sums = new Float64Array(lengthOf(layout))
  sums.set(contents)
  fillMarginals(layout, sums)
  return { layout, batches: 1, histories, sums, batchSquares: null, historySquares: null }
}
