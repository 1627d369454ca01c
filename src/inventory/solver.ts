/**
 * Build-up and decay in a network of nuclides, by scaling and squaring of matrices without a negative entry.
 *
 * With A the matrix of the network (minus the total loss constant on the diagonal, share times decay constant off it),
 * three matrices carry a time span t:
 *
 * - E = exp(A t): atoms at the end from atoms at the beginning;
 * - G = integral of E over the span: atoms at the end from constant production, and the time integral of atoms present
 *   at the beginning;
 * - H = integral of G: the time integral of atoms from constant production. Times the decay constant an integral counts
 *   decays, times the loss constant it counts what was released.
 *
 * 1. The span is halved until L h <= 1/2, L being the largest total loss constant that a column meets. 2. B = (A + L) h has no negative
 * entry, and E, G, H are e^(-L h) times power series in B with positive coefficients. 3. Their diagonals are replaced by
 * the closed forms. 4. The span is doubled as often as it was halved: E(2h) = E E, G(2h) = G + G E, H(2h) = H + h G + H E,
 * and the diagonals are replaced again, without which nuclides that hardly decay would lose all accuracy.
 *
 * Nothing is ever subtracted, so every entry keeps its own relative accuracy (about 1e-14) however far the half-lives
 * lie apart, equal ones are no special case, and no number of atoms can become negative. Shares below 1e-250 lose
 * accuracy and vanish.
 *
 * Only what decay can reach is stored. A column joins the doubling at the step that it needs itself, or that one of its
 * precursors needs, so that a handful of nuclides of 1e-22 s do not make all others wait; what has become zero is passed
 * over.
 */

import type { Seconds } from '#quantities/units.ts'
import type { ColumnMatrix } from './column-matrix.ts'
import type { DecayConstants } from './decay-network.ts'
import { type DecayPattern, patternOf } from './decay-pattern.ts'
import { InventoryError } from './inventory-error.ts'

/** What carries a network over a time span. */
export interface Propagator {
  readonly duration: Seconds
  /** E: atoms at the end from atoms at the beginning. */
  readonly transfer: ColumnMatrix
  /** G, s: atoms at the end from a constant production per second; also the time integral of atoms at the beginning. */
  readonly build: ColumnMatrix
  /** H, s2: the time integral of the atoms from a constant production per second. `null` unless asked for. */
  readonly integral: ColumnMatrix | null
}

/** Halving ends when the fastest loss constant times the span is below this. */
const LARGEST_STEP = 0.5
/** Terms of the power series beyond the longest chain: the first one left out is below 1e-18 of what it adds to. */
const TERMS_BEYOND_DEPTH = 16
/** Smaller shares are dropped: they are below what can be told apart, and denormal numbers are slow. */
export const SMALLEST_SHARE = 1e-290

/** Closed form of (1 - e^-x) / x, 1 at 0. */
const decayedShare = (x: number): number => (x === 0 ? 1 : -Math.expm1(-x) / x)

/** Closed form of (x - 1 + e^-x) / x2, 1/2 at 0, as a series of positive terms where the closed form would cancel. */
function integratedShare(x: number): number {
  if (x > 4) return (x + Math.expm1(-x)) / (x * x)
  let term = 0.5
  let sum = 0
  // Sum over m of x^m (m + 1) / (m + 2)!, times e^-x.
  for (let m = 0; term > sum * 1e-18; m++) {
    sum += term
    term *= (x * (m + 2)) / ((m + 1) * (m + 3))
  }
  return Math.exp(-x) * sum
}

/** Coefficients of B^k in E, G / h and H / h2 for the step x = L h: e^-x sums of positive terms. */
function seriesCoefficients(terms: number, x: number): readonly [Float64Array, Float64Array, Float64Array] {
  const e = new Float64Array(terms)
  const g = new Float64Array(terms)
  const h = new Float64Array(terms)
  const scale = Math.exp(-x)
  let inverse = 1
  for (let k = 0; k < terms; k++) {
    if (k > 0) inverse /= k
    e[k] = scale * inverse
    // G: sum of x^m / (m + k + 1)!; H: sum of (m + 1) x^m / (m + k + 2)!.
    let term = inverse / (k + 1)
    let sumG = 0
    let sumH = 0
    for (let m = 0; term > sumG * 1e-18; m++) {
      sumG += term
      sumH += (term * (m + 1)) / (m + k + 2)
      term *= x / (m + k + 2)
    }
    g[k] = scale * sumG
    h[k] = scale * sumH
  }
  return [e, g, h]
}

function carried(network: DecayConstants, duration: Seconds, order: 0 | 1 | 2): Workspace {
  if (!(duration >= 0 && duration < Number.POSITIVE_INFINITY)) {
    throw new InventoryError('duration-not-valid', `a time span of ${duration} s; expected a finite number from 0`)
  }
  const work = new Workspace(network, patternOf(network), order)
  work.carry(duration)
  return work
}

function matrixOf(network: DecayConstants, values: Float64Array): ColumnMatrix {
  const { offsets, rows } = patternOf(network)
  return { size: network.size, offsets, rows, values }
}

/**
 * The matrices that carry a network over a time span.
 * @param options.integral also makes H, for counting decays and releases under production
 * Throws an {@link InventoryError} for a span that is negative or not finite, for constants that are, and for a cycle.
 */
export function propagator(
  network: DecayConstants,
  duration: Seconds,
  options: { readonly integral?: boolean } = {},
): Propagator {
  const { e, g, h } = carried(network, duration, options.integral ? 2 : 1)
  return {
    duration,
    transfer: matrixOf(network, e),
    build: matrixOf(network, g!),
    integral: h && matrixOf(network, h),
  }
}

/**
 * E alone, for a span without production in which nothing is counted: cooling.
 * Throws as {@link propagator} does.
 */
export const transferOver = (network: DecayConstants, duration: Seconds): ColumnMatrix =>
  matrixOf(network, carried(network, duration, 0).e)

class Workspace {
  readonly e: Float64Array
  /** `null` where only E is wanted. */
  readonly g: Float64Array | null
  readonly h: Float64Array | null
  readonly #network: DecayConstants
  readonly #pattern: DecayPattern
  readonly #total: Float64Array
  /** One column spread out, a slot a row; all zero between columns. */
  readonly #columnE: Float64Array
  readonly #columnG: Float64Array
  readonly #columnH: Float64Array

  constructor(network: DecayConstants, pattern: DecayPattern, order: 0 | 1 | 2) {
    const entries = pattern.rows.length
    this.e = new Float64Array(entries)
    this.g = order > 0 ? new Float64Array(entries) : null
    this.h = order > 1 ? new Float64Array(entries) : null
    this.#network = network
    this.#pattern = pattern
    this.#total = network.decayConstants.map((value, at) => value + network.lossConstants[at]!)
    this.#columnE = new Float64Array(network.size)
    this.#columnG = new Float64Array(network.size)
    this.#columnH = new Float64Array(network.size)
  }

  carry(duration: number): void {
    const fastest = this.#fastestReached()
    const level = this.#levels(fastest, duration)
    // Daughters need no fewer steps than their parents, so this order keeps parents first and what is active at the end.
    const order = this.#pattern.parentsFirst.slice().sort((p, q) => level[p]! - level[q]!)
    const deepest = order.length === 0 ? 0 : level[order.at(-1)!]!
    let first = order.length
    let h = duration / 2 ** deepest
    for (let at = deepest; at >= 0; at--) {
      let joined = first
      while (joined > 0 && level[order[joined - 1]!] === at) joined--
      const joining = order.subarray(joined, first)
      for (const j of joining) this.#series(j, fastest[j]!, h)
      this.#diagonal(joining, h)
      first = joined
      if (at === 0) return
      const active = order.subarray(first)
      // Parents first: a column is overwritten only when no other still needs it.
      for (const j of active) this.#square(j, h)
      h *= 2
      this.#diagonal(active, h)
    }
  }

  /** Largest total loss constant of what a nuclide can become, itself included. */
  #fastestReached(): Float64Array {
    const { offsets, rows } = this.#pattern
    return this.#total.map((_, j) => {
      let fastest = 0
      for (let at = offsets[j]!; at < offsets[j + 1]!; at++) fastest = Math.max(fastest, this.#total[rows[at]!]!)
      return fastest
    })
  }

  /** How often the span is halved for a column: as often as it needs itself, and as any column that uses it needs. */
  #levels(fastest: Float64Array, duration: number): Uint32Array {
    const { offsets, rows, parentsFirst } = this.#pattern
    const level = Uint32Array.from(fastest, (largest) => {
      let halvings = 0
      for (let x = largest * duration; x > LARGEST_STEP; x /= 2) halvings++
      return halvings
    })
    for (const j of parentsFirst) {
      for (let at = offsets[j]!; at < offsets[j + 1]!; at++) level[rows[at]!] = Math.max(level[rows[at]!]!, level[j]!)
    }
    return level
  }

  #series(j: number, largest: number, h: number): void {
    const { offsets, rows, depth, stepOffsets, stepRows, stepShares } = this.#pattern
    if (depth[j] === 0) return
    const { decayConstants } = this.#network
    const terms = depth[j]! + TERMS_BEYOND_DEPTH
    const [e, g, d] = seriesCoefficients(terms, largest * h)
    let [power, next] = [this.#columnE, this.#columnG]
    const [first, last] = [offsets[j]!, offsets[j + 1]!]
    power[j] = 1
    for (let k = 0; k < terms; k++) {
      for (let at = first; at < last; at++) {
        const row = rows[at]!
        const value = power[row]!
        power[row] = 0
        if (value < SMALLEST_SHARE) continue
        this.e[at]! += e[k]! * value
        if (this.g) this.g[at]! += g[k]! * h * value
        if (this.h) this.h[at]! += d[k]! * h * h * value
        next[row]! += (largest - this.#total[row]!) * h * value
        const rate = decayConstants[row]! * h * value
        for (let to = stepOffsets[row]!; to < stepOffsets[row + 1]!; to++) {
          next[stepRows[to]!]! += stepShares[to]! * rate
        }
      }
      ;[power, next] = [next, power]
    }
    for (let at = first; at < last; at++) power[rows[at]!] = 0
  }

  /** The first entry of a column is its diagonal. */
  #diagonal(columns: Uint32Array, h: number): void {
    for (const j of columns) {
      const at = this.#pattern.offsets[j]!
      const x = this.#total[j]! * h
      this.e[at] = Math.exp(-x)
      if (this.g) this.g[at] = h * decayedShare(x)
      if (this.h) this.h[at] = h * h * integratedShare(x)
    }
  }

  #square(j: number, h: number): void {
    const { offsets, rows } = this.#pattern
    const { e, g, h: d } = this
    const [first, last] = [offsets[j]!, offsets[j + 1]!]
    if (last - first === 1) return
    const [columnE, columnG, columnH] = [this.#columnE, this.#columnG, this.#columnH]
    for (let at = first; at < last; at++) {
      const share = e[at]!
      if (share < SMALLEST_SHARE) continue
      const k = rows[at]!
      for (let inner = offsets[k]!; inner < offsets[k + 1]!; inner++) {
        const row = rows[inner]!
        columnE[row]! += share * e[inner]!
        if (g) columnG[row]! += share * g[inner]!
        if (d) columnH[row]! += share * d[inner]!
      }
    }
    for (let at = first; at < last; at++) {
      const row = rows[at]!
      const share = columnE[row]!
      e[at] = share < SMALLEST_SHARE ? 0 : share
      if (d) d[at]! += h * g![at]! + columnH[row]!
      if (g) g[at]! += columnG[row]!
      columnE[row] = columnG[row] = columnH[row] = 0
    }
  }
}
