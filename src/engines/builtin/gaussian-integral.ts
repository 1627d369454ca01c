/**
 * The complementary error function, accurate in its tails relative to its value.
 *
 * Far tails matter: a yield five sigma from its chain's maximum must still be a smooth number, so the difference of
 * two erf values close to 1 will not do. erfcx(x) = exp(x^2) erfc(x) is smooth and is tabulated once.
 */

const STEP = 1 / 64
const TABLE_END = 40
const SERIES_END = 2

/** erfcx by the series of erf, exact to rounding for small x. */
function erfcxSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return Math.exp(x * x) - (2 / Math.sqrt(Math.PI)) * sum
}

/** erfcx by its continued fraction, evaluated from the far end; good to rounding for x >= 2. */
function erfcxFraction(x: number): number {
  let fraction = 0
  for (let k = 120; k >= 1; k--) fraction = k / 2 / (x + fraction)
  return 1 / (Math.sqrt(Math.PI) * (x + fraction))
}

function buildTable(): Float64Array {
  const table = new Float64Array(TABLE_END / STEP + 1)
  for (let i = 0; i < table.length; i++) {
    const x = i * STEP
    table[i] = x < SERIES_END ? erfcxSeries(x) : erfcxFraction(x)
  }
  return table
}

let erfcxTable: Float64Array | undefined

/** erfc(x) for any x; relative error below 1e-9, also where the value is tiny (0 beyond x = 26). */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x)
  if (x >= 26.5) return 0
  erfcxTable ??= buildTable()
  const i = Math.floor(x / STEP)
  const t = x / STEP - i
  const node = i * STEP
  const y0 = erfcxTable[i]!
  const y1 = erfcxTable[i + 1]!
  // erfcx' = 2 x erfcx - 2/sqrt(pi): cubic with exact slopes at both ends.
  const s0 = (2 * node * y0 - 2 / Math.sqrt(Math.PI)) * STEP
  const s1 = (2 * (node + STEP) * y1 - 2 / Math.sqrt(Math.PI)) * STEP
  const t2 = t * t
  const t3 = t2 * t
  return (
    Math.exp(-x * x) * ((2 * t3 - 3 * t2 + 1) * y0 + (t3 - 2 * t2 + t) * s0 + (3 * t2 - 2 * t3) * y1 + (t3 - t2) * s1)
  )
}

/**
 * Integral of a Gaussian of unit area from `low` to `high` (low <= high), in units of sigma from its centre. Both
 * limits on one side of the centre are taken from that side's tail, so nothing cancels.
 */
export function gaussianIntegral(low: number, high: number): number {
  if (low > 0) return 0.5 * (erfc(low / Math.SQRT2) - erfc(high / Math.SQRT2))
  if (high < 0) return 0.5 * (erfc(-high / Math.SQRT2) - erfc(-low / Math.SQRT2))
  return 1 - 0.5 * (erfc(-low / Math.SQRT2) + erfc(high / Math.SQRT2))
}
