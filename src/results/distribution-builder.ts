/** Filling a distribution history by history, or batch by batch. */

import { type DistributionLayout, type DistributionTally, lengthOf, Projection, sizeOf } from './distribution.ts'
import { TallyError } from './errors.ts'

/**
 * Fills one distribution. Within a batch the bins come in any order and may come again; a batch costs what it touches,
 * not what the mesh holds.
 */
export class DistributionBuilder {
  readonly #layout: DistributionLayout
  readonly #size: number
  readonly #projection: Projection
  readonly #sums: Float64Array
  readonly #batchSquares: Float64Array
  readonly #historySquares: Float64Array | null
  /** The batch in hand: bins of all blocks, and which of them are not zero. */
  readonly #row: Float64Array
  readonly #marked: Uint8Array
  #touched: number[] = []
  #batches = 0
  #histories = 0

  /** @param moments whether squares of single histories are given with `add` */
  constructor(layout: DistributionLayout, moments = false) {
    this.#layout = layout
    this.#size = sizeOf(layout)
    this.#projection = new Projection(layout)
    const length = lengthOf(layout)
    this.#sums = new Float64Array(length)
    this.#batchSquares = new Float64Array(length)
    this.#historySquares = moments ? new Float64Array(this.#size) : null
    this.#row = new Float64Array(length)
    this.#marked = new Uint8Array(length)
  }

  /**
   * Adds to the batch in hand.
   * @param bin of the full distribution, the first axis running fastest
   * @param content in the unit of the distribution's contents
   * @param square sum over histories of the square of one history's content (ignored without moments)
   */
  add(bin: number, content: number, square = 0): void {
    if (!(bin >= 0 && bin < this.#size) || !(content >= 0 && content < Number.POSITIVE_INFINITY)) {
      throw new TallyError(
        'TALLY_INVALID',
        `Distribution ${this.#layout.name}: ${content} for bin ${bin} of ${this.#size}.`,
      )
    }
    if (content === 0) return
    this.#put(bin, content)
    if (this.#historySquares) this.#historySquares[bin]! += square
  }

  #put(place: number, content: number): void {
    if (this.#marked[place] === 0) {
      this.#marked[place] = 1
      this.#touched.push(place)
    }
    this.#row[place]! += content
  }

  /** Closes the batch in hand, of so many histories; the next `add` belongs to the next one. */
  endBatch(histories: number): void {
    // Ascending, so that the sum of a marginal does not depend on the order in which histories met its bins.
    const full = this.#touched.sort((a, b) => a - b)
    for (let i = 0, count = full.length; i < count; i++) {
      const content = this.#row[full[i]!]!
      const places = this.#projection.placesOf(full[i]!)
      for (let m = 0; m < places.length; m++) this.#put(places[m]!, content)
    }
    for (const place of this.#touched) {
      const content = this.#row[place]!
      this.#sums[place]! += content
      this.#batchSquares[place]! += (content * content) / histories
      this.#row[place] = 0
      this.#marked[place] = 0
    }
    this.#touched = []
    this.#batches += 1
    this.#histories += histories
  }

  /** What was filled. The builder is used up. */
  build(): DistributionTally {
    return {
      layout: this.#layout,
      batches: this.#batches,
      histories: this.#histories,
      sums: this.#sums,
      batchSquares: this.#batches === 1 ? null : this.#batchSquares,
      historySquares: this.#historySquares,
    }
  }
}
