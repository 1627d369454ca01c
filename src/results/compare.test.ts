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

  it('has nothing to say about weighted scores or nothing at all', () => {
    const weighted = mergeMany([madeTally([0], { counts: false })])
    expect(() => compareTallies(weighted, weighted)).toThrow(expect.objectContaining({ code: 'TALLY_COUNTS_DIFFER' }))
    const empty = mergeMany([madeTally([0], { mean: 1e-9 })])
    expect(compareTallies(empty, empty)).toEqual({ cells: 0, familyWiseP: 1, worst: [] })
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
