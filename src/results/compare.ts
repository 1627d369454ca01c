/** Statistical comparison of results: sparse tallies exactly, well-filled cells by pulls (physics conventions 11). */

import type { Zai } from '#nuclides/nuclide.ts'
import { TallyError } from './errors.ts'
import type { RunMerge } from './merge.ts'
import { binomialTails } from './special-functions.ts'
import { cellValue, FEW_COUNTS, linearCombination } from './statistics.ts'
import { TOTAL_REGION } from './tally.ts'

export interface ComparedCell {
  readonly nuclide: Zai
  readonly countsA: number
  readonly countsB: number
  /** Two-sided: twice the smaller tail, at most 1. */
  readonly p: number
}

export interface Comparison {
  /** Cells with a count on either side: the number of tests made. */
  readonly cells: number
  /** Probability that equal rates give a cell as extreme as the worst one, over all cells (Bonferroni). 1 for no cells. */
  readonly familyWiseP: number
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
 * @param region name of the region, the whole target by default
 * @throws TallyError `TALLY_COUNTS_DIFFER` for weighted scores, `TALLY_UNKNOWN_CELL` for an unknown region
 */
export function compareTallies(a: RunMerge, b: RunMerge, region: string = TOTAL_REGION): Comparison {
  if (!a.counts || !b.counts) {
    throw new TallyError(
      'TALLY_COUNTS_DIFFER',
      'Only counts can be compared exactly; one result holds weighted scores.',
    )
  }
  const countsOf = (merge: RunMerge): Map<Zai, number> => {
    const sample = merge.residualSample(region)
    return new Map(sample.nuclides.map((zai, column) => [zai, sample.sums[column]!]))
  }
  const countsA = countsOf(a)
  const countsB = countsOf(b)
  const cells: ComparedCell[] = []
  for (const nuclide of new Set([...countsA.keys(), ...countsB.keys()])) {
    const inA = countsA.get(nuclide) ?? 0
    const inB = countsB.get(nuclide) ?? 0
    if (inA + inB === 0) continue
    const p = equalRatesP(inA, a.histories, inB, b.histories)
    cells.push({ nuclide, countsA: inA, countsB: inB, p })
  }
  cells.sort((x, y) => x.p - y.p || x.nuclide - y.nuclide)
  return {
    cells: cells.length,
    familyWiseP: Math.min(1, (cells[0]?.p ?? 1) * Math.max(1, cells.length)),
    worst: cells,
  }
}

export interface Pull {
  readonly nuclide: Zai
  readonly expectedCounts: number
  /** (sampled - expected) / standardDeviation. */
  readonly pull: number
  /** Expected of that many counts, per primary. */
  readonly standardDeviation: number
}

/**
 * Pulls of a sampled result against expected rates per primary, for cells with at least 25 expected counts; below that
 * a pull is not normal and `compareTallies` is the test.
 * @param expected rate per primary by nuclide, for example of an estimate
 */
export function pullsAgainst(
  merge: RunMerge,
  expected: ReadonlyMap<Zai, number>,
  region: string = TOTAL_REGION,
  minCounts: number = FEW_COUNTS,
): Pull[] {
  const sample = merge.residualSample(region)
  const columns = new Map(sample.nuclides.map((zai, column) => [zai, column]))
  const pulls: Pull[] = []
  for (const [nuclide, perPrimary] of expected) {
    const expectedCounts = perPrimary * sample.histories
    if (!(expectedCounts >= minCounts)) continue
    const column = columns.get(nuclide)
    const value = column === undefined ? null : cellValue(sample, column)
    // Dividing by the sampled error would favour low results (fewer counts, smaller error): the expected error is free
    // of that. Its ratio to a Poisson error, where one history can count twice, comes from the sample.
    const poisson = Math.sqrt(expectedCounts) / sample.histories
    const spread =
      value?.standardError && value.counts ? value.standardError / (Math.sqrt(value.counts) / sample.histories) : 1
    const standardDeviation = poisson * spread
    pulls.push({
      nuclide,
      expectedCounts,
      pull: ((value?.mean ?? 0) - perPrimary) / standardDeviation,
      standardDeviation,
    })
  }
  return pulls
}

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
