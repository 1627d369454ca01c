import { describe, expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { MADE_NUCLIDES, madeTally } from '#test/tallies/made-tallies.ts'
import { compareTallies, equalRatesP, pullsAgainst, summarisePulls } from './compare.ts'
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
  const ordinals = range(0, 400)
  const nuclides = range(0, 300).map((i) => zaiOf(30 + Math.floor(i / 5), 80 + i))
  const merge = mergeMany([madeTally(ordinals, { nuclides, mean: 1 })])
  const perPrimary = 400 / merge.histories

  it('are normal for a true expectation', () => {
    const pulls = pullsAgainst(merge, new Map(nuclides.map((zai) => [zai, perPrimary])))
    const summary = summarisePulls(pulls)
    expect(summary.pulls).toBe(300)
    expect(Math.abs(summary.meanSigmas)).toBeLessThan(3)
    expect(Math.abs(summary.varianceSigmas)).toBeLessThan(3)
    expect(pulls[0]!.expectedCounts).toBeCloseTo(400, 9)
  })

  it('tell an expectation that is 5 % off', () => {
    const pulls = pullsAgainst(merge, new Map(nuclides.map((zai) => [zai, 1.05 * perPrimary])))
    expect(summarisePulls(pulls).meanSigmas).toBeLessThan(-10)
  })

  it('leave out cells below 25 expected counts, and count an unlisted nuclide as zero', () => {
    const few = mergeMany([madeTally(range(0, 20), { mean: 1 })])
    expect(pullsAgainst(few, new Map([[MADE_NUCLIDES[0]!, 20 / few.histories]]))).toEqual([])
    const missing = pullsAgainst(few, new Map([[zaiOf(92, 238), 100 / few.histories]]))
    expect(missing[0]!.pull).toBeCloseTo(-10, 9)
    expect(summarisePulls([]).pulls).toBe(0)
  })
})
