/**
 * What the sums say: means, standard errors, intervals and limits per primary, for single cells and for derived numbers.
 *
 * Statistical errors only; the error of the model is another number and never mixed in (physics conventions 8 to 10).
 */

import type { Zai } from '#nuclides/nuclide.ts'
import type { StatisticalErrorKind } from './document.ts'
import { TallyError } from './errors.ts'
import type { RunMerge, Sample } from './merge.ts'
import { gammaQuantile, ONE_SIGMA, studentQuantile } from './special-functions.ts'

/** Upper limit on the mean of a Poisson number that came out as zero, 95 %: -ln 0.05 rounded (conventions 10). */
export const ZERO_COUNTS_LIMIT = 3.0

/** Below this many counts a rate shows its asymmetric interval, and a pull is not normal (conventions 10, 11). */
export const FEW_COUNTS = 25

/** Fewest batches and counts before a goal on the statistical error may end a job (conventions 9). */
export const GOAL_MIN_COUNTS = 100
export const GOAL_MIN_BATCHES = 10

/** A number made from histories. All values are per primary. */
export interface SampledValue {
  /** 0 where nothing was counted: look at `limit95` then. */
  readonly mean: number
  /**
   * Counts behind the mean; for a sum with weights the effective number (sum w n)^2 / sum w^2 n, rounded.
   * `null` for weighted scores.
   */
  readonly counts: number | null
  readonly kind: Exclude<StatisticalErrorKind, 'none'>
  /** One standard error; `null` where it is not known or nothing was counted. */
  readonly standardError: number | null
  /** Degrees of freedom of the error when it comes from groups of batches; `null` when from moments per history. */
  readonly degreesOfFreedom: number | null
  /** Central 68 % interval, where the counts are few. */
  readonly interval68: readonly [number, number] | null
  /** Upper limit at 95 %, where nothing was counted and the largest weight of a score is known. */
  readonly limit95: number | null
}

/**
 * Standard error of a mean per history, from the moments of one history's score: sqrt(s^2 / N), s^2 with N - 1.
 * @returns `null` where a single history or a sample without scatter tells no error
 */
export function standardErrorFromMoments(histories: number, sum: number, squares: number): number | null {
  if (!(histories > 1)) return null
  const variance = (squares - (sum * sum) / histories) / (histories - 1) / histories
  return variance > 0 ? Math.sqrt(variance) : null
}

/**
 * Standard error of a mean per history, from the sums of groups of batches, weighted with their histories:
 * s^2 = sum N_g (x_g / N_g - mean)^2 / (G - 1) estimates the variance of one history, whatever the N_g.
 * @returns `null` for a single group and for a sample without scatter
 */
export function standardErrorFromGroups(
  groupHistories: ArrayLike<number>,
  groupSums: ArrayLike<number>,
): number | null {
  const groups = groupHistories.length
  if (groups < 2) return null
  let histories = 0
  let sum = 0
  for (let g = 0; g < groups; g++) {
    histories += groupHistories[g]!
    sum += groupSums[g]!
  }
  const mean = sum / histories
  let scatter = 0
  for (let g = 0; g < groups; g++) scatter += groupHistories[g]! * (groupSums[g]! / groupHistories[g]! - mean) ** 2
  return scatter > 0 ? Math.sqrt(scatter / (groups - 1) / histories) : null
}

const garwoodTable = new Map<number, readonly [number, number]>()

/** Central interval of the mean of a Poisson number that came out as `counts` (Garwood 1936), 68.27 %. */
export function poissonInterval(counts: number): readonly [number, number] {
  const known = garwoodTable.get(counts)
  if (known) return known
  const interval = weightedPoissonInterval(counts, counts, 1)
  if (Number.isInteger(counts) && counts < 1000) garwoodTable.set(counts, interval)
  return interval
}

/**
 * Central 68.27 % interval of the mean of sum w_i n_i with Poisson n_i (Fay and Feuer, Statistics in Medicine 16 (1997)
 * 791): gamma distributions with the mean and the variance of the sum, above with one more event of the largest weight.
 * With all weights 1 it is Garwood's exact interval.
 * @param value sum of w n
 * @param variance sum of w^2 n
 * @param largest largest w
 */
export function weightedPoissonInterval(value: number, variance: number, largest: number): readonly [number, number] {
  const tail = (1 - ONE_SIGMA) / 2
  const above = value + largest
  const aboveVariance = variance + largest * largest
  const low = value > 0 ? (variance / value) * gammaQuantile((value * value) / variance, tail) : 0
  const high = (aboveVariance / above) * gammaQuantile((above * above) / aboveVariance, 1 - tail)
  return [low, high]
}

/** Factor on a standard error with n - 1 degrees of freedom that makes a central 68.27 % interval of it (Student). */
export function studentFactor(degreesOfFreedom: number): number {
  return studentQuantile((1 + ONE_SIGMA) / 2, degreesOfFreedom)
}

/** What `sampledValue` needs of a sum with weights. */
export interface WeightedSum {
  /** Sum of weight x score over all histories. */
  readonly sum: number
  /** Sum of weight^2 x score^2 over all histories (of score where there are no moments), cell by cell. */
  readonly squares: number
  /** Largest weight among the cells that are scored, counted or not. */
  readonly largestWeight: number
  /** Standard error of the mean, however it was found. */
  readonly standardError: number | null
  readonly degreesOfFreedom: number | null
}

/** Puts mean, error, interval and limit together. */
export function sampledValue(
  sample: Pick<Sample, 'histories' | 'counts' | 'maxWeight'>,
  weighted: WeightedSum,
): SampledValue {
  const { histories, counts, maxWeight } = sample
  const { sum, squares, largestWeight } = weighted
  if (sum === 0) {
    const limit =
      maxWeight !== null && histories > 0 ? (ZERO_COUNTS_LIMIT * maxWeight * largestWeight) / histories : null
    return {
      mean: 0,
      counts: counts ? 0 : null,
      kind: limit === null ? 'not-known' : 'sampled',
      standardError: null,
      degreesOfFreedom: null,
      interval68: null,
      limit95: limit,
    }
  }
  const effective = squares > 0 ? (sum * sum) / squares : 0
  const known = weighted.standardError !== null
  let interval: readonly [number, number] | null = null
  if (known && counts && effective < FEW_COUNTS) {
    const [low, high] =
      sum === squares && largestWeight === 1
        ? poissonInterval(sum)
        : weightedPoissonInterval(sum, squares, largestWeight)
    interval = [low / histories, high / histories]
  }
  return {
    mean: sum / histories,
    counts: counts ? Math.round(effective) : null,
    kind: known ? 'sampled' : 'not-known',
    standardError: weighted.standardError,
    degreesOfFreedom: known ? weighted.degreesOfFreedom : null,
    interval68: interval,
    limit95: null,
  }
}

/** One cell of a sample: its error comes from moments where there are some, else from the groups of batches. */
export function cellValue(sample: Sample, column: number): SampledValue {
  const sum = sample.sums[column] ?? 0
  const { error, degreesOfFreedom } = cellError(sample, column)
  const value = sampledValue(sample, {
    sum,
    squares: sample.squares?.[column] ?? Math.abs(sum),
    largestWeight: 1,
    standardError: error,
    degreesOfFreedom,
  })
  // The counts of a single cell are what was counted, also where one history may count twice.
  return sample.counts ? { ...value, counts: sum } : value
}

function cellError(sample: Sample, column: number): { error: number | null; degreesOfFreedom: number | null } {
  const sum = sample.sums[column] ?? 0
  if (sum === 0) return { error: null, degreesOfFreedom: null }
  if (sample.squares) {
    return {
      error: standardErrorFromMoments(sample.histories, sum, sample.squares[column] ?? 0),
      degreesOfFreedom: null,
    }
  }
  const vector = sample.groups.map((group) => group[column] ?? 0)
  return {
    error: standardErrorFromGroups(sample.groupHistories, vector),
    degreesOfFreedom: vector.length - 1,
  }
}

/** A sum over cells, each with its weight. Cells may lie in different regions, residuals and counters alike. */
export type Term = { readonly region: string; readonly weight: number } & (
  | { readonly nuclide: Zai }
  | { readonly counter: string }
)

/**
 * A linear combination of cells: a chain sum, a cumulative rate, a region selected on the chart. Cells of one run are
 * correlated, so the error comes from the vectors of the groups; only a sum with a single counted cell may use its
 * moments. With a single group the error is not known.
 * @throws TallyError `TALLY_UNKNOWN_CELL` for a region or counter that the result does not have. A nuclide that no task
 *   listed counts as not counted.
 */
export function linearCombination(merge: RunMerge, terms: readonly Term[]): SampledValue {
  const cells = resolvedCells(merge, terms)
  const sample = { histories: merge.histories, counts: merge.counts, maxWeight: merge.maxWeight }
  let sum = 0
  let squares = 0
  let largestWeight = 0
  let counted: Cell | null = null
  let countedCells = 0
  for (const cell of cells) {
    largestWeight = Math.max(largestWeight, Math.abs(cell.weight))
    const value = cell.sample.sums[cell.column] ?? 0
    if (value === 0 || cell.weight === 0) continue
    counted = cell
    countedCells++
    sum += cell.weight * value
    squares += cell.weight ** 2 * (cell.sample.squares?.[cell.column] ?? Math.abs(value))
  }
  let standardError: number | null = null
  let degreesOfFreedom: number | null = null
  if (countedCells === 1 && counted) {
    const own = cellError(counted.sample, counted.column)
    standardError = own.error === null ? null : own.error * Math.abs(counted.weight)
    degreesOfFreedom = own.degreesOfFreedom
  } else if (countedCells > 1) {
    const { groupHistories, vector } = groupVector(cells)
    standardError = standardErrorFromGroups(groupHistories, vector)
    degreesOfFreedom = vector.length - 1
  }
  return sampledValue(sample, { sum, squares, largestWeight, standardError, degreesOfFreedom })
}

export interface SampledRatio {
  /** `null` where the denominator is zero. */
  readonly ratio: number | null
  /** One standard error, by the delta method on the vectors of the groups; `null` where it is not known. */
  readonly standardError: number | null
  readonly degreesOfFreedom: number | null
}

/**
 * The ratio of two linear combinations, for example a purity or a yield per fission. What numerator and denominator
 * have in common cancels in the error: it is that of the mean of (x - r y) / mean(y).
 * @throws TallyError as `linearCombination` does
 */
export function ratio(merge: RunMerge, numerator: readonly Term[], denominator: readonly Term[]): SampledRatio {
  const above = groupVector(resolvedCells(merge, numerator))
  const below = groupVector(resolvedCells(merge, denominator))
  const sumAbove = above.sum
  const sumBelow = below.sum
  if (sumBelow === 0) return { ratio: null, standardError: null, degreesOfFreedom: null }
  const value = sumAbove / sumBelow
  const difference = above.vector.map((x, g) => x - value * below.vector[g]!)
  const error = standardErrorFromGroups(above.groupHistories, difference)
  return {
    ratio: value,
    standardError: error === null ? null : (error * merge.histories) / Math.abs(sumBelow),
    degreesOfFreedom: error === null ? null : difference.length - 1,
  }
}

interface Cell {
  readonly sample: Sample
  /** -1 for a nuclide that no task listed: it reads as zero. */
  readonly column: number
  readonly weight: number
}

function resolvedCells(merge: RunMerge, terms: readonly Term[]): Cell[] {
  const residuals = new Map<string, { sample: Sample; columns: Map<Zai, number> }>()
  const counters = new Map<string, Sample & { names: readonly string[] }>()
  return terms.map((term) => {
    if ('nuclide' in term) {
      let region = residuals.get(term.region)
      if (!region) {
        const sample = merge.residualSample(term.region)
        region = { sample, columns: new Map(sample.nuclides.map((zai, column) => [zai, column])) }
        residuals.set(term.region, region)
      }
      const column = region.columns.get(term.nuclide)
      return { sample: region.sample, column: column ?? -1, weight: term.weight }
    }
    const sample = counters.get(term.region) ?? merge.counterSample(term.region)
    counters.set(term.region, sample)
    const column = sample.names.indexOf(term.counter)
    if (column < 0) {
      throw new TallyError(
        'TALLY_UNKNOWN_CELL',
        `No counter "${term.counter}" in this result; it has [${sample.names.join(', ')}].`,
      )
    }
    return { sample, column, weight: term.weight }
  })
}

function groupVector(cells: readonly Cell[]): { groupHistories: Float64Array; vector: Float64Array; sum: number } {
  const groupHistories = cells[0]?.sample.groupHistories ?? new Float64Array(0)
  const vector = new Float64Array(groupHistories.length)
  let sum = 0
  for (const { sample, column, weight } of cells) {
    sum += weight * (sample.sums[column] ?? 0)
    for (let g = 0; g < vector.length; g++) vector[g]! += weight * (sample.groups[g]?.[column] ?? 0)
  }
  return { groupHistories, vector, sum }
}
