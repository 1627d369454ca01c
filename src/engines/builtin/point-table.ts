/** Tables of (x, y) points as evaluations print them, and how they are read between the points. */

/** A curve given at points; `x` ascends strictly. Both arrays have the same length, at least 2. */
export interface PointTable {
  readonly x: Float64Array
  readonly y: Float64Array
}

/**
 * Reads the notation of the specification: `"5:3e-5 6:1e-4"`, pairs separated by blanks, commas or newlines.
 *
 * @param text - Points `x:y`, x ascending; units are the caller's.
 * @throws RangeError when a pair is not two numbers or x does not ascend: a table with a slip must not load.
 */
export function pointTable(text: string): PointTable {
  const pairs = text.split(/[\s,]+/).filter((word) => word !== '')
  const x = new Float64Array(pairs.length)
  const y = new Float64Array(pairs.length)
  for (const [i, pair] of pairs.entries()) {
    const parts = pair.split(':').map(Number)
    const [px, py] = parts
    if (parts.length !== 2 || px === undefined || py === undefined || !Number.isFinite(px) || !Number.isFinite(py)) {
      throw new RangeError(`expected a point "x:y" at place ${i} of a table, got "${pair}"`)
    }
    if (i > 0 && px <= x[i - 1]!) {
      throw new RangeError(`expected ascending x in a table, got ${px} after ${x[i - 1]} at place ${i}`)
    }
    x[i] = px
    y[i] = py
  }
  if (pairs.length < 2) throw new RangeError(`expected at least two points in a table, got ${pairs.length}`)
  return { x, y }
}

/** Index i of the interval with x[i] <= value < x[i + 1], clamped to the first and last interval. */
export function intervalOf(x: Float64Array, value: number): number {
  let low = 0
  let high = x.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (x[middle]! <= value) low = middle
    else high = middle
  }
  return low
}

/** Straight lines between the points; the end values outside them. */
export function linearAt(table: PointTable, value: number): number {
  const { x, y } = table
  const last = x.length - 1
  if (value <= x[0]!) return y[0]!
  if (value >= x[last]!) return y[last]!
  const i = intervalOf(x, value)
  const t = (value - x[i]!) / (x[i + 1]! - x[i]!)
  return y[i]! + t * (y[i + 1]! - y[i]!)
}

/** Straight lines in (ln x, ln y) between the points; zero below the first, the end value above the last. */
export function logLogAt(table: PointTable, value: number): number {
  const { x, y } = table
  const last = x.length - 1
  if (value < x[0]!) return 0
  if (value >= x[last]!) return y[last]!
  const i = intervalOf(x, value)
  const t = Math.log(value / x[i]!) / Math.log(x[i + 1]! / x[i]!)
  return y[i]! * (y[i + 1]! / y[i]!) ** t
}
