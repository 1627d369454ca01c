/**
 * Distribution functions and their inverses: gamma, beta, normal, Student. Written from the definitions in Abramowitz
 * and Stegun, chapters 6 and 26; the tests hold them to published tables.
 */

/** Fraction of a normal distribution within one standard deviation, erf(1/sqrt 2): the "68 %" of every interval. */
export const ONE_SIGMA = 0.6826894921370859

// Coefficients of Lanczos' series for g = 7, n = 9 (P. Godfrey, 2001): 15 digits.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** Natural logarithm of the gamma function, x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const y = x - 1
  let sum = LANCZOS[0]!
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (y + i)
  const t = y + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum)
}

const TINY = 1e-300
const RELATIVE = 1e-15

/** P(a, x), the lower regularised gamma function, and Q = 1 - P, each with its own relative accuracy. a > 0, x >= 0. */
export function regularisedGamma(a: number, x: number): { readonly lower: number; readonly upper: number } {
  if (x <= 0) return { lower: 0, upper: 1 }
  if (x === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 }
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  // Either way the number of terms grows as sqrt(a).
  const terms = 200 + Math.ceil(20 * Math.sqrt(a))
  if (x < a + 1) {
    // Power series (A&S 6.5.29).
    let term = 1 / a
    let sum = term
    for (let k = 1; k < terms; k++) {
      term *= x / (a + k)
      sum += term
      if (term < sum * RELATIVE) break
    }
    const lower = Math.min(1, front * sum)
    return { lower, upper: 1 - lower }
  }
  // Continued fraction (A&S 6.5.31), evaluated forwards.
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let fraction = d
  for (let k = 1; k < terms; k++) {
    const numerator = -k * (k - a)
    b += 2
    d = 1 / nonZero(numerator * d + b)
    c = nonZero(b + numerator / c)
    const step = c * d
    fraction *= step
    if (Math.abs(step - 1) < RELATIVE) break
  }
  const upper = Math.min(1, front * fraction)
  return { lower: 1 - upper, upper }
}

const nonZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value)

/** The x with P(a, x) = p. a > 0, 0 <= p <= 1. */
export function gammaQuantile(a: number, p: number): number {
  if (!(p > 0)) return 0
  if (p >= 1) return Number.POSITIVE_INFINITY
  // Newton on log x within a bracket; the first guess is Wilson and Hilferty's, or the leading term for small x.
  const z = roughNormalQuantile(p)
  const cube = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a))
  const leading = Math.exp((Math.log(p) + logGamma(a + 1)) / a)
  let x = cube > 0.3 ? a * cube ** 3 : leading
  // A small shape puts the quantile below the smallest number there is.
  if (x === 0) return 0
  let low = 0
  let high = Number.POSITIVE_INFINITY
  const useLower = p < 0.5
  for (let round = 0; round < 100; round++) {
    const { lower, upper } = regularisedGamma(a, x)
    const excess = useLower ? lower - p : 1 - p - upper
    if (excess > 0) high = x
    else low = x
    // d P / d log x
    const slope = Math.exp(a * Math.log(x) - x - logGamma(a))
    const next = slope > 0 ? x * Math.exp(-excess / slope) : Number.NaN
    const inside = next > low && next < high
    const newX = inside ? next : high === Number.POSITIVE_INFINITY ? 2 * x : (low + high) / 2
    if (Math.abs(newX - x) <= 4e-15 * x) return newX
    x = newX
  }
  return x
}

/** A start for the exact search, good to 0.0005 (A&S 26.2.23). */
function roughNormalQuantile(p: number): number {
  const tail = Math.min(p, 1 - p)
  const t = Math.sqrt(-2 * Math.log(tail))
  const z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  return p < 0.5 ? -z : z
}

/** Quantile of the chi-square distribution with `degrees` degrees of freedom. */
export function chiSquareQuantile(degrees: number, p: number): number {
  return 2 * gammaQuantile(degrees / 2, p)
}

/** Probability that a standard normal number is above z. */
export function normalUpperTail(z: number): number {
  const { lower, upper } = regularisedGamma(0.5, (z * z) / 2)
  return z >= 0 ? upper / 2 : 0.5 + lower / 2
}

/** Quantile of the standard normal distribution. */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0
  if (p < 0.5) return -normalQuantile(1 - p)
  return Math.sqrt(2 * gammaQuantile(0.5, 2 * p - 1))
}

/** I_x(a, b), the regularised beta function. a, b > 0, 0 <= x <= 1. */
export function regularisedBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The continued fraction (A&S 26.5.8) converges fast below the mean; above it the mirror image is used.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(b, a, 1 - x)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  const terms = 200 + Math.ceil(10 * Math.sqrt(a + b))
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < terms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    const step = c * d
    fraction *= step
    if (Math.abs(step - 1) < RELATIVE) break
  }
  return Math.min(1, (front * fraction) / a)
}

/** Probability that Student's t with `degrees` degrees of freedom is above t. */
export function studentUpperTail(t: number, degrees: number): number {
  const half = 0.5 * regularisedBeta(degrees / 2, 0.5, degrees / (degrees + t * t))
  return t >= 0 ? half : 1 - half
}

/** Quantile of Student's t with `degrees` degrees of freedom. With few batches it replaces the normal one. */
export function studentQuantile(p: number, degrees: number): number {
  if (!(degrees > 0)) return Number.NaN
  if (p === 0.5) return 0
  if (p < 0.5) return -studentQuantile(1 - p, degrees)
  const tail = 1 - p
  let high = 1
  while (studentUpperTail(high, degrees) > tail) high *= 2
  let low = high === 1 ? 0 : high / 2
  for (let round = 0; round < 200 && high - low > 1e-14 * high; round++) {
    const middle = (low + high) / 2
    if (studentUpperTail(middle, degrees) > tail) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * Probability of at most `k` successes in `n` trials, and of at least `k`. Each tail includes k itself.
 * @param probability of one success, strictly between 0 and 1
 */
export function binomialTails(k: number, n: number, probability: number): { atMost: number; atLeast: number } {
  return {
    atMost: k >= n ? 1 : regularisedBeta(n - k, k + 1, 1 - probability),
    atLeast: k <= 0 ? 1 : regularisedBeta(k, n - k + 1, probability),
  }
}
