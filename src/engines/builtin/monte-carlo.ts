/**
 * Histories: one beam particle each, drawn from the production integral.
 *
 * For each particle: whether it meets the target, whether and where it reacts, at which energy, in which channel, then
 * two fragments from the yields at that energy. The two are drawn independently: correlations between the fragments
 * of one fission are not modelled. All weights are 1, so sums are whole numbers.
 *
 * Every random number of a history is a function of (job key, scan point, history index): any split of the histories
 * into blocks gives the same counts.
 */

import { drawFrom } from './alias-table.ts'
import { type PhiloxKey, philox4x32, uniformOf } from './philox.ts'
import {
  COUNTER_NAMES,
  FISSIONS_COUNTER,
  MISSED_COUNTER,
  REACTIONS_COUNTER,
  type SamplingPlan,
} from './sampling-plan.ts'

/** Sums over the histories of a block, sparse: columns ascending, in the order of the tallies (results/tally.ts). */
export interface SparseSums {
  readonly columns: Uint32Array
  /** Sum of the counts of a history. */
  readonly sums: Float64Array
  /** Sum of their squares. */
  readonly squares: Float64Array
}

export interface HistoryBlock {
  /** Column = region x nuclides + nuclide. */
  readonly residuals: SparseSums
  /** Column = region x counters + counter. */
  readonly counters: SparseSums
}

export interface StreamKey {
  readonly key: PhiloxKey
  /** Index of the scan point, below 2^32. */
  readonly point: number
}

const TWO_TO_32 = 2 ** 32
/** Blocks of random words of a history: what happens to the particle, and the fragments of its fission. */
const HISTORY_BLOCK = 0
const FRAGMENT_BLOCK = 1

/** Dense counts of one run of histories, reused from block to block: only touched columns are read and cleared. */
export class HistorySimulator {
  readonly #plan: SamplingPlan
  readonly #residualSums: Float64Array
  readonly #residualSquares: Float64Array
  readonly #counterSums: Float64Array
  /** Columns of the residuals that are not zero, in any order: a small block must not pay for the whole table. */
  #touched: number[] = []
  readonly #words = new Int32Array(4)

  constructor(plan: SamplingPlan) {
    this.#plan = plan
    this.#residualSums = new Float64Array(plan.regions.length * plan.nuclides.length)
    this.#residualSquares = new Float64Array(this.#residualSums.length)
    this.#counterSums = new Float64Array(plan.regions.length * COUNTER_NAMES.length)
  }

  /**
   * Simulates histories and adds their counts to the block in hand.
   *
   * @param first - Index of the first history, a whole number below 2^53.
   */
  run(stream: StreamKey, first: number, histories: number): void {
    const plan = this.#plan
    const words = this.#words
    const { k0, k1 } = stream.key
    const point = stream.point | 0
    const reacting = plan.reacting
    const eventful = plan.reacting + plan.missedQuietly
    // Most particles do nothing: one comparison of the highest 32 bits settles it, exactly.
    const quietAbove = Math.min(Math.floor(eventful * TWO_TO_32), TWO_TO_32)
    let missedQuietly = 0
    let low = (first % TWO_TO_32) | 0
    let high = Math.floor(first / TWO_TO_32) | 0
    for (let i = 0; i < histories; i++) {
      philox4x32(low, high, HISTORY_BLOCK, point, k0, k1, words)
      if (words[0]! >>> 0 <= quietAbove) {
        const uniform = uniformOf(words[0]!, words[1]!)
        if (uniform < reacting) this.#react(low, high, point, k0, k1, uniformOf(words[2]!, words[3]!))
        else if (uniform < eventful) missedQuietly++
      }
      low = (low + 1) | 0
      if (low === 0) high = (high + 1) | 0
    }
    this.#counterSums[MISSED_COUNTER]! += missedQuietly
  }

  #react(low: number, high: number, point: number, k0: number, k1: number, uniform: number): void {
    const plan = this.#plan
    const outcome = plan.outcomes[drawFrom(plan.outcomeTable!, uniform)]!
    const counters = this.#counterSums
    if (outcome.missed) counters[MISSED_COUNTER]! += 1
    if (outcome.region === 0) return
    const ofRegion = outcome.region * COUNTER_NAMES.length
    counters[ofRegion + REACTIONS_COUNTER]! += 1
    counters[REACTIONS_COUNTER]! += 1
    if (outcome.fragments < 0) return
    counters[ofRegion + FISSIONS_COUNTER]! += 1
    counters[FISSIONS_COUNTER]! += 1

    const table = plan.fragments[outcome.fragments]!
    const words = this.#words
    philox4x32(low, high, FRAGMENT_BLOCK, point, k0, k1, words)
    const one = drawFrom(table, uniformOf(words[0]!, words[1]!))
    const other = drawFrom(table, uniformOf(words[2]!, words[3]!))
    const nuclides = plan.nuclides.length
    const row = outcome.region * nuclides
    if (one === other) {
      if (one < nuclides) this.#score(row + one, one, 2)
      return
    }
    if (one < nuclides) this.#score(row + one, one, 1)
    if (other < nuclides) this.#score(row + other, other, 1)
  }

  #score(column: number, columnOfTotal: number, count: number): void {
    const sums = this.#residualSums
    const squares = this.#residualSquares
    if (sums[column] === 0) this.#touched.push(column)
    if (sums[columnOfTotal] === 0) this.#touched.push(columnOfTotal)
    sums[column]! += count
    squares[column]! += count * count
    sums[columnOfTotal]! += count
    squares[columnOfTotal]! += count * count
  }

  /** Hands over the block in hand and starts an empty one. */
  take(): HistoryBlock {
    const counters = [...this.#counterSums.keys()].filter((column) => this.#counterSums[column] !== 0)
    const block = {
      residuals: takeSparse(this.#touched, this.#residualSums, this.#residualSquares),
      // A history counts at most once in each counter: squares are sums.
      counters: takeSparse(counters, this.#counterSums, null),
    }
    this.#touched = []
    return block
  }
}

/** Reads the touched columns of a dense row and clears them. */
function takeSparse(touched: readonly number[], sums: Float64Array, squares: Float64Array | null): SparseSums {
  const columns = Uint32Array.from(touched).sort()
  const sparse = {
    columns,
    sums: Float64Array.from(columns, (column) => sums[column]!),
    squares: Float64Array.from(columns, (column) => (squares ?? sums)[column]!),
  }
  for (const column of columns) {
    sums[column] = 0
    if (squares) squares[column] = 0
  }
  return sparse
}

/**
 * Simulates one block of histories.
 *
 * @param first - Index of the first history, a whole number from 0; the block's last index is below 2^53.
 */
export function simulateHistories(
  plan: SamplingPlan,
  stream: StreamKey,
  first: number,
  histories: number,
): HistoryBlock {
  const simulator = new HistorySimulator(plan)
  simulator.run(stream, first, histories)
  return simulator.take()
}
