/**
 * Adding distributions up: tasks in any order and grouping, failed ones anywhere.
 *
 * Kept are three numbers a bin: the sum, the sum over batches of (sum of the batch)^2 / histories, and, where the engine
 * gives them, the squares of single histories. That is all that mean and error need, so memory follows the bins and not
 * the tasks. Sums of numbers that are not whole depend on their order in the last digits; a final result is therefore
 * made in the order of its batches (`isInOrder` says whether this one was), and is then the same to the last bit.
 */

import type { DistributionTally } from './distribution.ts'
import { checkDistribution, checkSameLayouts } from './distribution-check.ts'
import { TallyError } from './errors.ts'

interface Entry {
  readonly layout: DistributionTally['layout']
  readonly sums: Float64Array
  readonly batchSquares: Float64Array
  readonly historySquares: Float64Array | null
}

export class DistributionMerge {
  #entries: readonly Entry[] | null = null
  #batches = 0
  #histories = 0
  #last = -1
  #inOrder = true

  /** Whether everything came in rising order of its batches; of nothing there is one order only. */
  get isInOrder(): boolean {
    return this.#inOrder || !this.#entries?.length
  }

  get batches(): number {
    return this.#batches
  }

  get histories(): number {
    return this.#histories
  }

  /**
   * Whether these may be added. Nothing is changed.
   * @param begun whether the result has histories already: then it does not take up distributions that it did not have
   * @throws TallyError `TALLY_INVALID`, `TALLY_DISTRIBUTIONS_DIFFER`, `TALLY_MOMENTS_DIFFER`
   */
  check(tallies: readonly DistributionTally[], begun = this.#entries !== null): void {
    for (const tally of tallies) checkDistribution(tally)
    const [first] = tallies
    for (const tally of tallies) {
      if (tally.batches !== first!.batches || tally.histories !== first!.histories) {
        throw new TallyError(
          'TALLY_INVALID',
          `Distributions ${first!.layout.name} and ${tally.layout.name} of one tally are of different histories.`,
        )
      }
    }
    if (!begun) return
    const entries = this.#entries ?? []
    checkSameLayouts(
      entries.map(({ layout }) => layout),
      tallies.map(({ layout }) => layout),
    )
    for (const [index, { layout, historySquares }] of entries.entries()) {
      if ((historySquares === null) === (tallies[index]!.historySquares === null)) continue
      const kind = (has: boolean): string => (has ? 'with' : 'without')
      throw new TallyError(
        'TALLY_MOMENTS_DIFFER',
        `Distribution ${layout.name} of the result is ${kind(historySquares !== null)} squares of histories, that of the tally ${kind(historySquares === null)}.`,
      )
    }
  }

  /**
   * Adds what a task, or a merge of others, holds. All of it is added or, with an error, nothing.
   * @param first ordinal of its first batch
   * @throws TallyError as `check` does
   */
  add(tallies: readonly DistributionTally[], first: number): void {
    this.check(tallies)
    this.#inOrder &&= first > this.#last
    this.#last = Math.max(this.#last, first)
    this.#entries ??= tallies.map(({ layout, sums, historySquares }) => ({
      layout,
      sums: new Float64Array(sums.length),
      batchSquares: new Float64Array(sums.length),
      historySquares: historySquares && new Float64Array(historySquares.length),
    }))
    this.#batches += tallies[0]?.batches ?? 0
    this.#histories += tallies[0]?.histories ?? 0
    for (const [index, entry] of this.#entries.entries()) addTo(entry, tallies[index]!)
  }

  /** Memory of the sums. */
  get bytes(): number {
    return (this.#entries ?? []).reduce(
      (sum, { sums, batchSquares, historySquares }) =>
        sum + sums.byteLength + batchSquares.byteLength + (historySquares?.byteLength ?? 0),
      0,
    )
  }

  /** What is in, by name in the order of the setup. The arrays are the merge's own: they change with the next `add`. */
  tallies(): readonly DistributionTally[] {
    if (this.#batches === 0) return []
    return this.#entries!.map(({ layout, sums, batchSquares, historySquares }) => ({
      layout,
      batches: this.#batches,
      histories: this.#histories,
      sums,
      batchSquares: this.#batches === 1 ? null : batchSquares,
      historySquares,
    }))
  }

  tally(name: string): DistributionTally | undefined {
    return this.tallies().find(({ layout }) => layout.name === name)
  }
}

function addTo(entry: Entry, tally: DistributionTally): void {
  const { sums, batchSquares, historySquares } = entry
  const { histories } = tally
  for (let i = 0; i < sums.length; i++) sums[i]! += tally.sums[i]!
  if (tally.batchSquares) {
    for (let i = 0; i < sums.length; i++) batchSquares[i]! += tally.batchSquares[i]!
  } else {
    for (let i = 0; i < sums.length; i++) batchSquares[i]! += (tally.sums[i]! * tally.sums[i]!) / histories
  }
  if (!historySquares) return
  for (let i = 0; i < historySquares.length; i++) historySquares[i]! += tally.historySquares![i]!
}
