import { describe, expect, it } from 'vitest'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { batchOf, generator, MADE_NUCLIDES, madeTally, poisson } from '#test/tallies/made-tallies.ts'
import { BatchTableBuilder } from './batch-table.ts'
import { mergeMany, type RunMerge } from './merge.ts'
import {
  cellValue,
  linearCombination,
  poissonInterval,
  ratio,
  standardErrorFromGroups,
  standardErrorFromMoments,
  studentFactor,
  type Term,
  weightedPoissonInterval,
} from './statistics.ts'
import type { TaskTally } from './tally.ts'

const chain = (weight = 1): Term[] => MADE_NUCLIDES.map((nuclide) => ({ region: 'total', nuclide, weight }))
const [RU, RH, PD, AG] = MADE_NUCLIDES as [Zai, Zai, Zai, Zai]

/** A run of batches of 1000 histories whose cells come from `draw`, one value a nuclide. */
function run(batches: number, nuclides: readonly Zai[], draw: () => readonly number[], moments = false): RunMerge {
  const merge = mergeMany([])
  for (let ordinal = 0; ordinal < batches; ordinal++) {
    const batch = { ordinal, first: ordinal * 1000, histories: 1000 }
    const residuals = new BatchTableBuilder(nuclides.length, moments)
    const counters = new BatchTableBuilder(1, moments)
    draw().forEach((value, column) => {
      if (value !== 0) residuals.add(column, value, value)
    })
    residuals.endBatch(batch)
    counters.add(0, 1000, 1000)
    counters.endBatch(batch)
    merge.add({
      histories: 1000,
      residuals: { regions: ['total'], nuclides, table: residuals.build() },
      counters: { regions: ['total'], names: ['all'], table: counters.build() },
      counts: true,
      maxWeight: 1,
    })
  }
  return merge
}

describe('standard error', () => {
  it('from moments is that of the textbook', () => {
    // Scores 0, 1, 2, 5: mean 2, variance (4 + 1 + 0 + 9) / 3, of the mean a quarter of it.
    expect(standardErrorFromMoments(4, 8, 30)).toBeCloseTo(Math.sqrt(14 / 3 / 4), 14)
  })

  it('from groups is that of the textbook, and of the histories where each is a group', () => {
    expect(standardErrorFromGroups([1, 1, 1, 1], [0, 1, 2, 5])).toBeCloseTo(Math.sqrt(14 / 3 / 4), 14)
    expect(standardErrorFromGroups([10, 10], [4, 6])).toBeCloseTo(0.1, 14)
    // Unequal groups: mean 0.35; s^2 = 10 (0.4 - 0.35)^2 + 30 (1/3 - 0.35)^2, over N = 40.
    const scatter = 10 * 0.05 ** 2 + 30 * (10 / 30 - 0.35) ** 2
    expect(standardErrorFromGroups([10, 30], [4, 10])).toBeCloseTo(Math.sqrt(scatter / 40), 14)
  })

  it.each([
    ['one history', standardErrorFromMoments(1, 1, 1)],
    ['no history', standardErrorFromMoments(0, 0, 0)],
    ['histories without scatter', standardErrorFromMoments(10, 10, 10)],
    ['one group', standardErrorFromGroups([1000], [5])],
    ['groups without scatter', standardErrorFromGroups([1000, 1000], [5, 5])],
  ])('is not known from %s', (_, error) => expect(error).toBeNull())
})

describe('single batch without moments', () => {
  it('has an error that is not known: never 0, never 99 %', () => {
    const value = cellValue(mergeMany([madeTally([0], { moments: false })]).residualSample('total'), 0)
    expect(value.counts).toBeGreaterThan(0)
    expect(value).toMatchObject({ kind: 'not-known', standardError: null, interval68: null, degreesOfFreedom: null })
    const sum = linearCombination(mergeMany([madeTally([0], { moments: false })]), chain())
    expect(sum).toMatchObject({ kind: 'not-known', standardError: null, interval68: null })
  })

  it('has a known error for one cell as soon as there are moments, but none for a sum of cells', () => {
    const merge = mergeMany([madeTally([0])])
    const value = cellValue(merge.residualSample('total'), 0)
    expect(value).toMatchObject({ kind: 'sampled', degreesOfFreedom: null })
    const n = value.counts!
    expect(value.standardError).toBeCloseTo(Math.sqrt((n - (n * n) / 1000) / 999 / 1000), 12)
    expect(linearCombination(merge, chain())).toMatchObject({ kind: 'not-known', standardError: null })
    const nuclide = merge.nuclides[0]!
    expect(linearCombination(merge, [{ region: 'total', nuclide, weight: 2 }]).standardError).toBe(
      2 * value.standardError!,
    )
  })
})

describe('nothing counted', () => {
  const empty = (options: Parameters<typeof madeTally>[1]) =>
    cellValue(mergeMany([madeTally([0, 1, 2], { mean: 1e-9, ...options })]).residualSample('total'), 0)

  it('gives 3.0 / N for counts, 3.0 w / N for weighted scores, and no limit without a largest weight', () => {
    expect(empty({})).toMatchObject({ mean: 0, counts: 0, standardError: null, limit95: 3 / 3000 })
    expect(empty({ counts: false, maxWeight: 0.5 })).toMatchObject({ counts: null, limit95: 1.5 / 3000 })
    expect(empty({ counts: false, maxWeight: null })).toMatchObject({ limit95: null, kind: 'not-known' })
  })

  it('in a whole chain gives a limit with the largest weight', () => {
    const merge = mergeMany([madeTally([0], { mean: 1e-9 })])
    expect(linearCombination(merge, chain(0.25))).toMatchObject({ mean: 0, limit95: 0.75 / 1000 })
  })

  it('counts a nuclide that no task listed as zero, and refuses an unknown region or counter', () => {
    const merge = mergeMany([madeTally([0])])
    const term = { region: 'total', nuclide: zaiOf(92, 238), weight: 1 }
    expect(linearCombination(merge, [term])).toMatchObject({ mean: 0, limit95: 3 / 1000 })
    for (const wrong of [
      { ...term, region: 'Disc9' },
      { region: 'total', counter: 'photons', weight: 1 },
    ]) {
      expect(() => linearCombination(merge, [wrong])).toThrow(expect.objectContaining({ code: 'TALLY_UNKNOWN_CELL' }))
    }
  })
})

describe('Poisson intervals', () => {
  it('are those of Garwood (1936); values of Gehrels, ApJ 303 (1986) 336, tables 1 and 2, S = 1', () => {
    const gehrels: [number, number, number][] = [
      [0, 0, 1.841],
      [1, 0.173, 3.3],
      [2, 0.708, 4.638],
      [3, 1.367, 5.918],
      [5, 2.84, 8.382],
      [10, 6.891, 14.27],
      [20, 15.57, 25.55],
    ]
    for (const [n, low, high] of gehrels) {
      expect(Math.abs(poissonInterval(n)[0] - low)).toBeLessThanOrEqual(0.0005 * low + 0.0005)
      expect(Math.abs(poissonInterval(n)[1] - high)).toBeLessThanOrEqual(0.0005 * high + 0.0005)
    }
  })

  it('scale with a common weight', () => {
    const [low, high] = weightedPoissonInterval(7 * 0.3, 7 * 0.09, 0.3)
    expect(low).toBeCloseTo(0.3 * poissonInterval(7)[0], 12)
    expect(high).toBeCloseTo(0.3 * poissonInterval(7)[1], 12)
  })

  it('cover at least 68 %, with weights too', () => {
    const random = generator(11)
    for (const mean of [0.5, 2, 6, 15]) {
      let covered = 0
      let weighted = 0
      const trials = 3000
      for (let trial = 0; trial < trials; trial++) {
        const n = poisson(mean, random)
        const [low, high] = poissonInterval(n)
        if (low <= mean && mean <= high) covered++
        const k = poisson(mean / 2, random)
        const value = n + 0.4 * k
        const bounds = weightedPoissonInterval(value, n + 0.16 * k, 1)
        if (bounds[0] <= 1.2 * mean && 1.2 * mean <= bounds[1]) weighted++
      }
      const least = 0.6827 - 3 * Math.sqrt((0.6827 * 0.3173) / trials)
      expect(covered / trials).toBeGreaterThan(least)
      expect(weighted / trials).toBeGreaterThan(least)
      expect(covered / trials).toBeLessThan(0.95)
    }
  })

  it('are shown where the counts are few, per primary, around the mean', () => {
    const sample = mergeMany([madeTally([0, 1, 2])]).residualSample('total')
    const value = cellValue(sample, 1)
    expect(value.counts).toBeLessThan(25)
    expect(value.interval68![0] * 3000).toBeCloseTo(poissonInterval(value.counts!)[0], 12)
    expect(value.interval68![0]).toBeLessThan(value.mean)
    expect(value.interval68![1]).toBeGreaterThan(value.mean)
    expect(cellValue(mergeMany([madeTally([0], { mean: 60 })]).residualSample('total'), 0).interval68).toBeNull()
  })
})

describe('derived numbers', () => {
  // Partners: what the first two have in common gives a covariance of `common` beside their own Poisson parts.
  const pair = [RU, AG]
  const correlated = (seed: number, batches: number, moments: boolean): RunMerge => {
    const random = generator(seed)
    return run(
      batches,
      pair,
      () => {
        const common = poisson(40, random)
        return [common + poisson(10, random), common + poisson(5, random)]
      },
      moments,
    )
  }
  const terms = (a: number, b: number): Term[] => [
    { region: 'total', nuclide: RU, weight: a },
    { region: 'total', nuclide: AG, weight: b },
  ]

  it('of correlated partners have the right error where adding them as independent is wrong', () => {
    const batches = 250
    const merge = correlated(3, batches, true)
    // Per batch: var(x + y) = 4 x 40 + 15, var(x - y) = 15; as if independent both would be 95.
    const sum = linearCombination(merge, terms(1, 1))
    const difference = linearCombination(merge, terms(1, -1))
    const expected = (variance: number): number => Math.sqrt(variance / batches) / 1000
    // The relative error of an error from 250 batches is 1 / sqrt(498) = 4.5 %.
    expect(Math.abs(sum.standardError! / expected(175) - 1)).toBeLessThan(0.14)
    expect(Math.abs(difference.standardError! / expected(15) - 1)).toBeLessThan(0.14)
    const naive = expected(95)
    expect(sum.standardError! / naive).toBeGreaterThan(1.15)
    expect(difference.standardError! / naive).toBeLessThan(0.5)
    expect(sum.degreesOfFreedom).toBe(249)
  })

  it('pull as Student says: 400 runs of 8 batches each', () => {
    const runs = 400
    const truth = 95 / 1000
    let inside = 0
    let scatter = 0
    for (let seed = 0; seed < runs; seed++) {
      const { mean, standardError, degreesOfFreedom } = linearCombination(correlated(seed, 8, false), terms(1, 1))
      expect(degreesOfFreedom).toBe(7)
      const pull = (mean - truth) / standardError!
      if (Math.abs(pull) < studentFactor(7)) inside++
      scatter += pull * pull
    }
    const sigma = Math.sqrt((0.6827 * 0.3173) / runs)
    expect(Math.abs(inside / runs - 0.6827)).toBeLessThan(3 * sigma)
    // Variance of Student's t with 7 degrees is 7/5; a normal pull would have 1.
    expect(scatter / runs).toBeGreaterThan(1.1)
    expect(scatter / runs).toBeLessThan(1.8)
  })

  it('as ratios have the error of the delta method, common fluctuations cancelled', () => {
    const batches = 256
    const merge = correlated(9, batches, false)
    const result = ratio(merge, terms(1, 0), terms(0, 1))
    // x / y with means 50 and 45: var(x - r y) = 40 (1 - r)^2 + 10 + 5 r^2.
    const r = 50 / 45
    const expected = Math.sqrt((40 * (1 - r) ** 2 + 10 + 5 * r * r) / batches) / 45
    expect(Math.abs(result.ratio! - r)).toBeLessThan(4 * expected)
    expect(Math.abs(result.standardError! / expected - 1)).toBeLessThan(0.14)
  })

  it('as ratios to nothing do not exist, and of one batch have no error', () => {
    const merge = correlated(1, 1, true)
    const nothing: Term[] = [{ region: 'total', nuclide: zaiOf(1, 1), weight: 1 }]
    expect(ratio(merge, terms(1, 0), nothing)).toEqual({ ratio: null, standardError: null, degreesOfFreedom: null })
    expect(ratio(merge, terms(1, 0), terms(0, 1))).toMatchObject({ standardError: null })
    expect(ratio(merge, terms(1, 1), [{ region: 'total', counter: 'all', weight: 1 }]).ratio).toBe(
      linearCombination(merge, terms(1, 1)).mean,
    )
  })

  it('do not depend on the split into tasks', () => {
    const ordinals = Array.from({ length: 300 }, (_, i) => i)
    const singles = mergeMany(ordinals.toReversed().map((ordinal) => madeTally([ordinal])))
    const whole = mergeMany([madeTally(ordinals)])
    expect(linearCombination(singles, chain(0.7))).toEqual(linearCombination(whole, chain(0.7)))
    expect(ratio(singles, chain(), [{ region: 'Disc1', counter: 'fissions', weight: 1 }])).toEqual(
      ratio(whole, chain(), [{ region: 'Disc1', counter: 'fissions', weight: 1 }]),
    )
  })

  it('count with an effective number: all alike gives their number, one heavy among light ones gives about one', () => {
    const draw = (): number[] => [0, 300, 0, 1]
    const merge = run(2, MADE_NUCLIDES, draw, true)
    const of = (weights: number[]) =>
      linearCombination(
        merge,
        [RU, RH, PD, AG].map((nuclide, i) => ({ region: 'total', nuclide, weight: weights[i]! })),
      )
    expect(of([1, 1, 1, 1]).counts).toBe(602)
    expect(of([0, 1e-6, 0, 1])).toMatchObject({ counts: 2 })
  })
})

describe('failed task', () => {
  it('does not shift the mean', () => {
    const random = generator(77)
    const all: TaskTally[] = Array.from({ length: 120 }, (_, ordinal) => madeTally([ordinal]))
    const truth = 3 / (batchOf(4).first / 4)
    const pulls: number[] = []
    for (let trial = 0; trial < 200; trial++) {
      const merge = mergeMany(all.filter(() => random() > 0.3))
      const value = cellValue(merge.residualSample('total'), trial % 4)
      expect(value.mean).toBe(merge.residualSample('total').sums[trial % 4]! / merge.histories)
      pulls.push((value.mean - truth) / value.standardError!)
    }
    // All trials share their batches: a common offset of one or two is chance, a lost weight would be ten.
    expect(Math.abs(pulls.reduce((a, b) => a + b) / pulls.length)).toBeLessThan(3)
  })
})
