import { describe, expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { batchOf, generator, historiesOf, MADE_NUCLIDES, madeTally, poisson } from '#test/tallies/made-tallies.ts'
import { BatchTableBuilder } from './batch-table.ts'
import { compareTallies, equalRatesP, errorOfMeanPull, pullsAgainst, summarisePulls } from './compare.ts'
import { mergeMany } from './merge.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe('equal rates', () => {
  it('is the exact conditional binomial, zeros included', () => {
    expect(equalRatesP(0, 100, 5, 100)).toBeCloseTo(2 / 32, 12)
    expect(equalRatesP(0, 100, 1, 100)).toBe(1)
    // Three times as many histories on one side: all three counts on the other with probability 1/64.
    expect(equalRatesP(3, 100, 0, 300)).toBeCloseTo(2 / 64, 12)
    expect(equalRatesP(500, 1e6, 500, 1e6)).toBe(1)
    expect(equalRatesP(1000, 1e6, 1200, 1e6)).toBeLessThan(1e-4)
  })
})

describe('comparison of sparse tallies', () => {
  const nuclides = range(0, 60).map((i) => zaiOf(30 + i, 80 + i))

  it('finds nothing between runs of the same process', () => {
    for (let trial = 0; trial < 20; trial++) {
      const a = mergeMany([madeTally(range(100 * trial, 100 * trial + 4), { nuclides, mean: 0.4 })])
      const b = mergeMany([madeTally(range(100 * trial + 50, 100 * trial + 57), { nuclides, mean: 0.4 })])
      const comparison = compareTallies(a, b)
      expect(comparison.cells).toBeGreaterThan(40)
      expect(comparison.familyWiseP).toBeGreaterThan(1e-3)
    }
  })

  it('finds a cell that one of them lacks', () => {
    const a = mergeMany([madeTally(range(0, 10), { nuclides, mean: 3 })])
    const b = mergeMany([madeTally(range(20, 30), { nuclides: nuclides.slice(1), mean: 3 })])
    const comparison = compareTallies(a, b)
    expect(comparison.familyWiseP).toBeLessThan(1e-4)
    expect(comparison.worst[0]).toMatchObject({ nuclide: nuclides[0], countsB: 0 })
    expect(comparison.cells).toBe(60)
  })

  it('has nothing to say about nothing at all', () => {
    const empty = mergeMany([madeTally([0], { mean: 1e-9 })])
    expect(compareTallies(empty, empty)).toMatchObject({
      method: 'binomial',
      cells: 0,
      untested: 0,
      familyWiseP: 1,
      worst: [],
    })
  })
})

describe('comparison of weighted scores', () => {
  const nuclides = range(0, 80).map((i) => zaiOf(30 + i, 80 + i))

  interface Made {
    readonly moments?: boolean
    /** Scores of a cell in a batch, on average. */
    readonly mean?: number
    readonly factor?: (column: number) => number
    readonly weight?: (random: () => number) => number
  }

  /** Batches of 1000 histories; each score has a weight of its own, even between 0 and 0.1. */
  function weighted(seed: number, batches: number, made: Made = {}) {
    const { moments = false, mean = 8, factor = () => 1, weight = (random) => 0.1 * random() } = made
    const random = generator(seed)
    const residuals = new BatchTableBuilder(nuclides.length, moments)
    const counters = new BatchTableBuilder(1, moments)
    for (let ordinal = 0; ordinal < batches; ordinal++) {
      for (const column of nuclides.keys()) {
        for (let left = poisson(mean * factor(column), random); left > 0; left--) {
          const score = weight(random)
          residuals.add(column, score, score * score)
        }
      }
      const batch = { ordinal, first: 1000 * ordinal, histories: 1000 }
      residuals.endBatch(batch)
      counters.endBatch(batch)
    }
    return mergeMany([
      {
        histories: 1000 * batches,
        residuals: { regions: ['total'], nuclides, table: residuals.build() },
        counters: { regions: ['total'], names: ['fissions'], table: counters.build() },
        counts: false,
        maxWeight: null,
      },
    ])
  }

  it.each([
    ['five batches and seven', 5, 7, false],
    ['forty and twenty', 40, 20, false],
    ['moments per history', 5, 7, true],
  ])('finds nothing between runs of the same process: %s', (_, batchesA, batchesB, moments) => {
    const pulls = range(0, 40).flatMap((trial) => {
      const a = weighted(2 * trial + 1, batchesA, { moments })
      const b = weighted(2 * trial + 2, batchesB, { moments })
      const comparison = compareTallies(a, b)
      expect(comparison).toMatchObject({ method: 'pulls' })
      expect(comparison.cells + comparison.untested).toBe(80)
      expect(comparison.familyWiseP).toBeGreaterThan(1e-3)
      return comparison.worst.map(({ pull }) => ({ pull: pull! }))
    })
    // Normal numbers, whatever the number of batches.
    const { mean, variance, pulls: n } = summarisePulls(pulls)
    expect(n).toBeGreaterThan(1000)
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n))
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
  })

  it('of other weights, and of another number of primaries, are the same process too', () => {
    const rare = weighted(901, 30, { mean: 16, weight: (random) => 0.05 * random() })
    const comparison = compareTallies(weighted(902, 12), rare)
    expect(comparison.cells).toBeGreaterThan(70)
    expect(comparison.familyWiseP).toBeGreaterThan(1e-3)
    expect(comparison.pulls!.variance).toBeLessThan(1.6)
  })

  it('finds one cell of eighty that differs by a quarter, and the sign of it', () => {
    const other = weighted(903, 200, { factor: (column) => (column === 11 ? 1.25 : 1) })
    const comparison = compareTallies(weighted(904, 200), other)
    expect(comparison.familyWiseP).toBeLessThan(1e-3)
    expect(comparison.worst[0]).toMatchObject({ nuclide: nuclides[11], countsA: null, countsB: null })
    expect(comparison.worst[0]!.pull).toBeLessThan(-4)
    expect(comparison.worst[0]!.meanB / comparison.worst[0]!.meanA).toBeGreaterThan(1.15)
    expect(comparison.worst[0]!.meanB / comparison.worst[0]!.meanA).toBeLessThan(1.35)
  })

  it('a cell that only one side saw has the scatter of that one', () => {
    const lacks = weighted(905, 40, { factor: (column) => (column === 0 ? 0 : 1) })
    const comparison = compareTallies(weighted(906, 40), lacks)
    expect(comparison.worst[0]).toMatchObject({ nuclide: nuclides[0], meanB: 0 })
    expect(comparison.worst[0]!.pull).toBeGreaterThan(5)
    expect(comparison.familyWiseP).toBeLessThan(1e-6)
  })

  it('is of weights with counts as well, and leaves out and counts the cells that hold too little', () => {
    const counted = mergeMany([madeTally(range(0, 3), { nuclides, mean: 40 })])
    const halves = weighted(907, 10, { mean: 80, weight: () => 0.5 })
    const comparison = compareTallies(counted, halves)
    expect(comparison).toMatchObject({ method: 'pulls', cells: 80, untested: 0 })
    expect(comparison.familyWiseP).toBeGreaterThan(1e-3)
    expect(comparison.worst[0]!.countsA).toBeGreaterThan(80)
    expect(comparison.worst[0]!.countsB).toBeNull()
    const sparse = compareTallies(weighted(908, 6, { mean: 0.5 }), weighted(909, 6, { mean: 0.5 }))
    expect(sparse).toMatchObject({ cells: 0, familyWiseP: 1, worst: [] })
    expect(sparse.untested).toBeGreaterThan(60)
  })

  it('is refused where one batch tells no error, and not where it has moments', () => {
    const refused = expect.objectContaining({
      code: 'TALLY_NO_ERROR',
      message: expect.stringMatching(/second result holds a single batch without moments/),
    })
    expect(() => compareTallies(weighted(910, 5), weighted(911, 1))).toThrow(refused)
    const withMoments = weighted(912, 1, { moments: true, mean: 100 })
    expect(compareTallies(withMoments, withMoments)).toMatchObject({ method: 'pulls', cells: 80, familyWiseP: 1 })
  })

  it('pulls against expected rates come from the batches, as normal numbers', () => {
    const expected = new Map(nuclides.map((zai) => [zai, (8 * 0.05) / 1000]))
    const pulls = range(0, 40).flatMap((trial) => pullsAgainst(weighted(1000 + trial, 5), expected))
    const { mean, variance, pulls: n } = summarisePulls(pulls)
    expect(n).toBe(3200)
    // The deviation is that of the expected mean, so low results are not favoured.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n))
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
    // 40 scores of weights between 0 and 0.1 scatter as 30 of equal weight.
    expect(pulls[0]!.expectedCounts).toBeGreaterThan(25)
    expect(pulls[0]!.expectedCounts).toBeLessThan(38)
    expect(pullsAgainst(weighted(913, 1), expected)).toEqual([])
  })
})

describe('pulls against expected rates', () => {
  // Without the short batches, which in these tallies have a rate of their own: that is scatter that all cells share.
  const ordinals = range(0, 400).filter((ordinal) => historiesOf(ordinal) === 1000)
  const nuclides = range(0, 300).map((i) => zaiOf(30 + Math.floor(i / 5), 80 + i))
  const merge = mergeMany([madeTally(ordinals, { nuclides, mean: 1 })])
  const perPrimary = 300 / merge.histories

  it('are normal for a true expectation', () => {
    const pulls = pullsAgainst(merge, new Map(nuclides.map((zai) => [zai, perPrimary])))
    const summary = summarisePulls(pulls, errorOfMeanPull(merge, pulls))
    expect(summary.pulls).toBe(300)
    expect(Math.abs(summary.meanSigmas!)).toBeLessThan(3)
    // Cells of these tallies are independent: the error of the mean and the variance are those of normal numbers.
    expect(summary.errorOfMean! * Math.sqrt(300)).toBeGreaterThan(0.85)
    expect(summary.errorOfMean! * Math.sqrt(300)).toBeLessThan(1.15)
    expect(Math.abs(summary.variance - 1)).toBeLessThan(3 * Math.sqrt(2 / 299))
    expect(pulls[0]!.expectedCounts).toBeCloseTo(300, 9)
  })

  it('tell an expectation that is 5 % off', () => {
    const pulls = pullsAgainst(merge, new Map(nuclides.map((zai) => [zai, 1.05 * perPrimary])))
    expect(summarisePulls(pulls, errorOfMeanPull(merge, pulls)).meanSigmas!).toBeLessThan(-10)
  })

  it('of cells that are counted together have a mean no better known than the pull of one', () => {
    // Every score comes in all 40 cells at once: 40 pulls are one number, written 40 times.
    const cells = nuclides.slice(0, 40)
    const sigmas = range(0, 30).map((trial) => {
      const random = generator(7000 + trial)
      const builder = new BatchTableBuilder(cells.length, true)
      const counters = new BatchTableBuilder(1, true)
      for (const ordinal of ordinals.slice(0, 64)) {
        const n = poisson(4, random)
        for (const column of cells.keys()) builder.add(column, n, n)
        builder.endBatch(batchOf(ordinal))
        counters.endBatch(batchOf(ordinal))
      }
      const together = mergeMany([
        {
          histories: 64_000,
          residuals: { regions: ['total'], nuclides: cells, table: builder.build() },
          counters: { regions: ['total'], names: ['fissions'], table: counters.build() },
          counts: true,
          maxWeight: 1,
        },
      ])
      const pulls = pullsAgainst(together, new Map(cells.map((zai) => [zai, 256 / together.histories])))
      const summary = summarisePulls(pulls, errorOfMeanPull(together, pulls))
      expect(summary.errorOfMean!).toBeGreaterThan(0.6)
      expect(summary.errorOfMean!).toBeLessThan(1.5)
      expect(summary.variance).toBeLessThan(1e-9)
      return summary.meanSigmas!
    })
    // Taken as independent, the means would lie more than six standard errors off.
    expect(Math.sqrt(sigmas.reduce((sum, x) => sum + x * x, 0) / sigmas.length)).toBeLessThan(1.5)
    expect(Math.max(...sigmas.map(Math.abs))).toBeLessThan(4)
  })

  it('leave out cells below 25 expected counts, and count an unlisted nuclide as zero', () => {
    const few = mergeMany([madeTally(range(0, 20), { mean: 1 })])
    expect(pullsAgainst(few, new Map([[MADE_NUCLIDES[0]!, 20 / few.histories]]))).toEqual([])
    const missing = pullsAgainst(few, new Map([[zaiOf(92, 238), 100 / few.histories]]))
    expect(missing[0]!.pull).toBeCloseTo(-10, 9)
    expect(summarisePulls([])).toMatchObject({ pulls: 0, errorOfMean: null, meanSigmas: null })
    expect(errorOfMeanPull(few, [])).toBeNull()
    expect(summarisePulls(missing)).toMatchObject({ pulls: 1, meanSigmas: null })
  })
})
