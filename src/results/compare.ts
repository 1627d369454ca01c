/** Statistical comparison of results: counts exactly, weighted scores and well-filled cells by pulls (physics conventions 10, 11). */

import type { Zai } from '#nuclides/nuclide.ts'
import { TallyError } from './errors.ts'
import type { ResidualSample, RunMerge } from './merge.ts'
import { binomialTails, normalQuantile, normalUpperTail, studentUpperTail } from './special-functions.ts'
import { cellValue, FEW_COUNTS, linearCombination, type SampledValue } from './statistics.ts'
import { TOTAL_REGION } from './tally.ts'

export interface ComparedCell {
  readonly nuclide: Zai
  /** `null` for weighted scores. */
  readonly countsA: number | null
  readonly countsB: number | null
  /** Per primary. */
  readonly meanA: number
  readonly meanB: number
  /** Difference in its own standard errors, as a normal number (`normalScore`); `null` where counts are compared exactly. */
  readonly pull: number | null
  /** Two-sided, at most 1. */
  readonly p: number
}

export interface Comparison {
  /** `binomial`: exact, of counts; `pulls`: of weighted scores, from the errors of both. */
  readonly method: 'binomial' | 'pulls'
  /** The number of tests made: cells with a count on either side; of weighted scores those that hold enough. */
  readonly cells: number
  /** Cells with a score that were not tested: too few scores behind them for a normal number. 0 where counts are compared. */
  readonly untested: number
  /** Probability that equal rates give a cell as extreme as the worst one, over all cells (Bonferroni). 1 for no cells. */
  readonly familyWiseP: number
  /** Mean and spread of the pulls of all cells that were tested; `null` where counts are compared exactly. */
  readonly pulls: PullSummary | null
  /** Most extreme first. */
  readonly worst: readonly ComparedCell[]
}

/**
 * Two-sided p-value for equal rates of two Poisson counts. Given their sum, the first is binomial with the probability
 * N_a / (N_a + N_b); this is exact for any counts, zero included.
 */
export function equalRatesP(countsA: number, historiesA: number, countsB: number, historiesB: number): number {
  const { atMost, atLeast } = binomialTails(countsA, countsA + countsB, historiesA / (historiesA + historiesB))
  return Math.min(1, 2 * Math.min(atMost, atLeast))
}

/**
 * Compares two results cell by cell: do they come from the same rates? `familyWiseP` above 1e-3 says that nothing
 * speaks against it.
 *
 * Counts are compared exactly. Where one result or both hold weighted scores, a cell is the difference of the means in
 * its standard error: from moments per history, or from the spread of the batches, and then with Student's distribution for
 * the degrees of freedom of both (Welch, Biometrika 34 (1947) 28). Such a cell is tested when it holds as much, on either side, as
 * {@link FEW_COUNTS} scores of equal weight; the others are counted and not tested, because theirs is no normal number.
 * @param region name of the region, the whole target by default
 * @throws TallyError `TALLY_NO_ERROR` for weighted scores of a single batch without moments, `TALLY_UNKNOWN_CELL` for an
 *   unknown region
 */
export function compareTallies(a: RunMerge, b: RunMerge, region: string = TOTAL_REGION): Comparison {
  const [cellsA, cellsB] = [cellsOf(a, region), cellsOf(b, region)]
  const nuclides = [...new Set([...cellsA.columns.keys(), ...cellsB.columns.keys()])].filter(
    (zai) => cellsA.sum(zai) + cellsB.sum(zai) !== 0,
  )
  if (a.counts && b.counts) {
    return summed(
      'binomial',
      nuclides.length,
      nuclides.map((zai) => exactCell(zai, cellsA, cellsB)),
    )
  }
  checkErrors('first', a)
  checkErrors('second', b)
  const tested = nuclides.flatMap((zai) => pulledCell(zai, cellsA, cellsB) ?? [])
  return summed('pulls', nuclides.length, tested)
}

function summed(method: Comparison['method'], all: number, cells: readonly ComparedCell[]): Comparison {
  const worst = cells.toSorted((x, y) => x.p - y.p || x.nuclide - y.nuclide)
  return {
    method,
    cells: cells.length,
    untested: all - cells.length,
    familyWiseP: Math.min(1, (worst[0]?.p ?? 1) * Math.max(1, cells.length)),
    pulls: method === 'pulls' ? summarisePulls(cells.map(({ pull }) => ({ pull: pull! }))) : null,
    worst,
  }
}

interface Cells {
  readonly sample: ResidualSample
  readonly columns: ReadonlyMap<Zai, number>
  readonly sum: (zai: Zai) => number
  /** Spread over mean of all cells together: what weight a score usually has here. */
  readonly weight: number
}

function cellsOf(merge: RunMerge, region: string): Cells {
  const sample = merge.residualSample(region)
  const columns = new Map(sample.nuclides.map((zai, column) => [zai, column]))
  let [sums, variances] = [0, 0]
  for (const column of columns.values()) {
    const { mean, standardError } = cellValue(sample, column)
    if (standardError === null) continue
    sums += mean
    variances += standardError ** 2 * sample.histories
  }
  return { sample, columns, sum: (zai) => sample.sums[columns.get(zai) ?? -1] ?? 0, weight: variances / sums }
}

function exactCell(nuclide: Zai, a: Cells, b: Cells): ComparedCell {
  const [countsA, countsB] = [a.sum(nuclide), b.sum(nuclide)]
  const [historiesA, historiesB] = [a.sample.histories, b.sample.histories]
  return {
    nuclide,
    countsA,
    countsB,
    meanA: countsA / historiesA,
    meanB: countsB / historiesB,
    pull: null,
    p: equalRatesP(countsA, historiesA, countsB, historiesB),
  }
}

/** One batch of weighted scores says nothing of how they scatter: whatever p came out, it would be made up. */
function checkErrors(name: string, { moments, groups, batches }: RunMerge): void {
  if (moments || groups > 1) return
  const holds = batches > 1 ? `${batches} batches in a single group` : batches === 1 ? 'a single batch' : 'no batch'
  throw new TallyError(
    'TALLY_NO_ERROR',
    `The ${name} result holds ${holds} without moments per history, which tells no statistical error, so it cannot be compared with one of weighted scores. Add batches: two at the least, five for an error that is worth its name.`,
  )
}

interface Spread {
  /** Variance of one history over its mean: for counts 1, else the weight of the scores that would scatter as much. */
  readonly weight: number
  /** Infinite for an error from moments. */
  readonly degrees: number
}

/** `undefined` for a cell that holds too little. */
function pulledCell(nuclide: Zai, a: Cells, b: Cells): ComparedCell | undefined {
  const [historiesA, historiesB] = [a.sample.histories, b.sample.histories]
  const [ownA, ownB] = [spreadOf(nuclide, a), spreadOf(nuclide, b)]
  // Who saw nothing, or the same in all batches, has no scatter of its own: for equal rates it is that of the other.
  const [spreadA, spreadB] = [ownA ?? ownB, ownB ?? ownA]
  if (!spreadA || !spreadB) return undefined
  // Errors are those at the common mean. With each side's own, the lower one would have the smaller error, and pull.
  const mean = (a.sum(nuclide) + b.sum(nuclide)) / (historiesA + historiesB)
  if (mean < FEW_COUNTS * Math.max(usualWeight(spreadA, a) / historiesA, usualWeight(spreadB, b) / historiesB)) {
    return undefined
  }
  const [varianceA, varianceB] = [(mean * spreadA.weight) / historiesA, (mean * spreadB.weight) / historiesB]
  const variance = varianceA + varianceB
  // Satterthwaite's degrees of freedom of the sum; a borrowed spread adds none of its own.
  const degrees =
    ownA && ownB ? variance ** 2 / (varianceA ** 2 / ownA.degrees + varianceB ** 2 / ownB.degrees) : spreadA.degrees
  const [meanA, meanB] = [a.sum(nuclide) / historiesA, b.sum(nuclide) / historiesB]
  const difference = (meanA - meanB) / Math.sqrt(variance)
  const counts = ({ sample, sum }: Cells): number | null => (sample.counts ? sum(nuclide) : null)
  return {
    nuclide,
    countsA: counts(a),
    countsB: counts(b),
    meanA,
    meanB,
    pull: normalScore(difference, degrees),
    p: Math.min(1, 2 * upperTail(Math.abs(difference), degrees)),
  }
}

/**
 * Weight by which it is decided whether a cell holds enough. The spread of a few batches is itself hardly known: with the
 * cell's own, those would be chosen whose spread came out too small, and their pulls would be too large.
 */
const usualWeight = (own: Spread, { weight }: Cells): number => (Number.isFinite(own.degrees) ? weight : own.weight)

function spreadOf(nuclide: Zai, { sample, columns }: Cells): Spread | null {
  const column = columns.get(nuclide)
  const value = column === undefined ? null : cellValue(sample, column)
  if (!value?.standardError || !(value.mean > 0)) return null
  return {
    weight: (value.standardError ** 2 * sample.histories) / value.mean,
    degrees: value.degreesOfFreedom ?? Number.POSITIVE_INFINITY,
  }
}

const upperTail = (t: number, degrees: number): number =>
  Number.isFinite(degrees) ? studentUpperTail(t, degrees) : normalUpperTail(t)

/** Below it the quantile of a normal number has no digits left: about eight standard deviations. */
const LEAST_TAIL = 1e-15

/**
 * The standard normal number that is as rare as a Student's t with so many degrees of freedom, so that pulls of few batches and of
 * many have one distribution. Beyond eight standard deviations it stays there.
 */
export function normalScore(t: number, degreesOfFreedom: number): number {
  if (!Number.isFinite(degreesOfFreedom)) return t
  const tail = Math.max(LEAST_TAIL, studentUpperTail(Math.abs(t), degreesOfFreedom))
  return Math.sign(t) * normalQuantile(1 - tail)
}

export interface Pull {
  readonly nuclide: Zai
  /** Of weighted scores: of so many of equal weight. */
  readonly expectedCounts: number
  /** (sampled - expected) / standardDeviation; where that comes from batches, as a normal number (`normalScore`). */
  readonly pull: number
  /** Expected of that many counts, per primary. */
  readonly standardDeviation: number
}

/**
 * Pulls of a sampled result against expected rates per primary, for cells with at least 25 expected counts; below that
 * a pull is not normal and `compareTallies` is the test. Weighted scores have no counts: theirs is the number of equal weight
 * that would scatter as much, and a cell without a known error (nothing scored, or a single batch) has no pull.
 * @param expected rate per primary by nuclide, for example of an estimate
 */
export function pullsAgainst(
  merge: RunMerge,
  expected: ReadonlyMap<Zai, number>,
  region: string = TOTAL_REGION,
  minCounts: number = FEW_COUNTS,
): Pull[] {
  const cells = cellsOf(merge, region)
  const { sample, columns } = cells
  const pulls: Pull[] = []
  for (const [nuclide, perPrimary] of expected) {
    const column = columns.get(nuclide)
    const value = column === undefined ? null : cellValue(sample, column)
    // Dividing by the sampled error would favour low results (fewer counts, smaller error): the expected error is free
    // of that. Its ratio to the mean, where one history can count twice or has a weight, comes from the sample.
    const [expectedCounts, standardDeviation] = sample.counts
      ? countedSpread(perPrimary, sample.histories, value)
      : weightedSpread(nuclide, perPrimary, cells)
    if (!(expectedCounts >= minCounts)) continue
    pulls.push({
      nuclide,
      expectedCounts,
      pull: normalScore(((value?.mean ?? 0) - perPrimary) / standardDeviation, degreesOf(sample, value)),
      standardDeviation,
    })
  }
  return pulls
}

/** Expected counts, and the standard deviation of their mean. */
function countedSpread(perPrimary: number, histories: number, value: SampledValue | null): readonly [number, number] {
  const expected = perPrimary * histories
  const spread = value?.standardError && value.counts ? value.standardError / (Math.sqrt(value.counts) / histories) : 1
  return [expected, (Math.sqrt(expected) / histories) * spread]
}

/** The same of weighted scores, whose variance grows with their mean as that of counts does. */
function weightedSpread(nuclide: Zai, perPrimary: number, cells: Cells): readonly [number, number] {
  const spread = spreadOf(nuclide, cells)
  if (!spread || !(perPrimary > 0)) return [0, 0]
  const { histories } = cells.sample
  return [(perPrimary * histories) / usualWeight(spread, cells), Math.sqrt((perPrimary * spread.weight) / histories)]
}

/** Of counts the deviation is the expected one, which no few batches make uncertain. */
const degreesOf = (sample: ResidualSample, value: SampledValue | null): number =>
  sample.counts ? Number.POSITIVE_INFINITY : (value?.degreesOfFreedom ?? Number.POSITIVE_INFINITY)

/**
 * One standard error of the mean of pulls, from the groups of batches, so with all correlations: the two fragments of one
 * fission are counted together, and neutron evaporation couples neighbours. For independent cells it is near 1 / sqrt(n).
 * @param pulls of `pullsAgainst` for the same result and region
 * @returns `null` without pulls, and where a single group of batches tells no scatter
 */
export function errorOfMeanPull(merge: RunMerge, pulls: readonly Pull[], region: string = TOTAL_REGION): number | null {
  if (pulls.length === 0) return null
  // The mean pull is a sum over cells: (1/n) sum of x_c / sigma_c, less a constant.
  const terms = pulls.map(({ nuclide, standardDeviation }) => ({
    region,
    nuclide,
    weight: 1 / (pulls.length * standardDeviation),
  }))
  return linearCombination(merge, terms).standardError
}

/**
 * Mean and spread of pulls. Cells of one run are correlated, so the spread of the pulls says nothing about the error of their
 * mean, and the variance has no simple distribution about 1: it is for reading, not for a test.
 */
export interface PullSummary {
  readonly pulls: number
  readonly mean: number
  /** With n - 1. Near 1 for a true expectation; how near depends on the correlations. */
  readonly variance: number
  /** One standard error of `mean`; `null` where it was not given. */
  readonly errorOfMean: number | null
  /** mean / errorOfMean, nearly normal for a true expectation; `null` where the error is not known. */
  readonly meanSigmas: number | null
}

/**
 * Sums up pulls; of none the mean, of fewer than two the variance is NaN.
 * @param errorOfMean from `errorOfMeanPull`; for pulls of different, independent runs 1 / sqrt(n)
 */
export function summarisePulls(
  pulls: readonly { readonly pull: number }[],
  errorOfMean: number | null = null,
): PullSummary {
  const n = pulls.length
  const mean = pulls.reduce((sum, { pull }) => sum + pull, 0) / n
  const variance = n < 2 ? Number.NaN : pulls.reduce((sum, { pull }) => sum + (pull - mean) ** 2, 0) / (n - 1)
  return { pulls: n, mean, variance, errorOfMean, meanSigmas: errorOfMean ? mean / errorOfMean : null }
}
