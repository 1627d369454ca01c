/**
 * Drawing from a discrete distribution in constant time (A.J. Walker 1977, in M.D. Vose's construction of 1991).
 */

export interface AliasTable {
  /** Probability of keeping a column's own outcome. */
  readonly keep: Float64Array
  /** The other outcome of the column. */
  readonly other: Int32Array
}

/**
 * @param weights - Not negative, finite, with a positive sum; they need not be normalised.
 * @throws RangeError otherwise.
 */
export function aliasTable(weights: ArrayLike<number>): AliasTable {
  const n = weights.length
  let sum = 0
  for (let i = 0; i < n; i++) {
    const weight = weights[i]!
    if (!(weight >= 0) || !Number.isFinite(weight)) {
      throw new RangeError(`expected weights that are finite and not negative, got ${weight} at place ${i}`)
    }
    sum += weight
  }
  if (!(sum > 0)) throw new RangeError(`expected weights with a positive sum, got ${n} weights that add up to ${sum}`)
  const keep = new Float64Array(n)
  const other = new Int32Array(n)
  const small: number[] = []
  const large: number[] = []
  for (let i = 0; i < n; i++) {
    keep[i] = (weights[i]! * n) / sum
    other[i] = i
    if (keep[i]! < 1) small.push(i)
    else large.push(i)
  }
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!
    const rich = large.at(-1)!
    other[poor] = rich
    keep[rich] = keep[rich]! - (1 - keep[poor]!)
    if (keep[rich]! < 1) {
      large.pop()
      small.push(rich)
    }
  }
  // What is left differs from 1 by rounding only. An outcome of weight 0 must stay impossible, though.
  for (const i of large) keep[i] = 1
  for (const i of small) if (weights[i]! > 0) keep[i] = 1
  return { keep, other }
}

/** Outcome for a uniform number in [0, 1): its integer part picks the column, its fraction the outcome. */
export function drawFrom(table: AliasTable, uniform: number): number {
  const place = uniform * table.keep.length
  const column = Math.floor(place)
  return place - column < table.keep[column]! ? column : table.other[column]!
}
