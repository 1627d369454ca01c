/** A set of whole numbers kept as half-open intervals: which batches and which histories a result holds already. */

/** `[start, end)`. */
export type Interval = readonly [start: number, end: number]

/** Neighbouring intervals join, so the memory follows the number of holes and not the number of members. */
export class IntervalSet {
  /** Ascending, disjoint, not touching. */
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  /** Number of members. */
  get size(): number {
    let size = 0
    for (let i = 0; i < this.#starts.length; i++) size += this.#ends[i]! - this.#starts[i]!
    return size
  }

  /** One beyond the largest member; 0 for the empty set. */
  get end(): number {
    return this.#ends.at(-1) ?? 0
  }

  /** The smallest member inside `[start, end)`, or `undefined`. */
  overlap(start: number, end: number): number | undefined {
    const at = this.#firstEndingAfter(start)
    const from = this.#starts[at]
    if (from === undefined || from >= end || end <= start) return undefined
    return Math.max(from, start)
  }

  /** Adds `[start, end)`; what is in already stays. */
  add(start: number, end: number): void {
    if (end <= start) return
    // First interval that touches or follows the new one, and first that lies wholly beyond it.
    const from = this.#firstEndingAfter(start - 1)
    let to = from
    while (to < this.#starts.length && this.#starts[to]! <= end) to++
    if (to > from) {
      start = Math.min(start, this.#starts[from]!)
      end = Math.max(end, this.#ends[to - 1]!)
    }
    this.#starts.splice(from, to - from, start)
    this.#ends.splice(from, to - from, end)
  }

  /** The intervals in their order. */
  toArray(): Interval[] {
    return this.#starts.map((start, i) => [start, this.#ends[i]!] as const)
  }

  /** Index of the first interval whose end is greater than `value`. */
  #firstEndingAfter(value: number): number {
    let low = 0
    let high = this.#ends.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ends[middle]! > value) high = middle
      else low = middle + 1
    }
    return low
  }
}
