import { describe, expect, it } from 'vitest'
import { type Estimate, estimateOf } from './estimate.ts'
import { type HistoryBlock, HistorySimulator, simulateHistories } from './monte-carlo.ts'
import { philoxKey } from './philox.ts'
import { production } from './production.ts'
import { COUNTER_NAMES, type SamplingPlan, samplingPlan } from './sampling-plan.ts'
import { SPES_BEAM, SPES_STACK } from './spes-stack.ts'
import type { TargetStack } from './target-stack.ts'

const planOf = (stack: TargetStack): { plan: SamplingPlan; estimate: Estimate } => {
  const produced = production(stack)
  const estimate = estimateOf(stack, produced)
  return { plan: samplingPlan(produced, estimate), estimate }
}

const { plan, estimate } = planOf(SPES_STACK)
const nuclides = plan.nuclides.length
const stream = { key: philoxKey('00000000deadbeef'), point: 0 }

/** Adds sparse blocks up. */
function sumOf(blocks: readonly HistoryBlock[], part: 'residuals' | 'counters'): Map<number, [number, number]> {
  const total = new Map<number, [number, number]>()
  for (const block of blocks) {
    for (const [entry, column] of block[part].columns.entries()) {
      const [sum, square] = total.get(column) ?? [0, 0]
      total.set(column, [sum + block[part].sums[entry]!, square + block[part].squares[entry]!])
    }
  }
  return new Map([...total].sort(([a], [b]) => a - b))
}

/** Chance of each nuclide in one draw of a fragment table. */
function chances(table: SamplingPlan['fragments'][number]): Float64Array {
  const probability = new Float64Array(table.keep.length)
  for (let i = 0; i < table.keep.length; i++) {
    probability[i]! += table.keep[i]! / table.keep.length
    probability[table.other[i]!]! += (1 - table.keep[i]!) / table.keep.length
  }
  return probability
}

describe('expectation of the Monte Carlo', () => {
  it('is the estimate, cell by cell', () => {
    const expected = new Float64Array(estimate.independentPerPrimary.length)
    const outcomeChance = chances(plan.outcomeTable!)
    for (const [number, outcome] of plan.outcomes.entries()) {
      if (outcome.fragments < 0 || outcome.region === 0) continue
      const fission = plan.reacting * outcomeChance[number]!
      for (const [nuclide, chance] of chances(plan.fragments[outcome.fragments]!).entries()) {
        if (nuclide === nuclides) continue
        expected[nuclide]! += 2 * fission * chance
        expected[outcome.region * nuclides + nuclide]! += 2 * fission * chance
      }
    }
    for (const [column, value] of estimate.independentPerPrimary.entries()) {
      // Rounding of the tables is absolute: 1e-16 of a fragment table.
      expect(Math.abs(expected[column]! - value)).toBeLessThan(1e-9 * value + 1e-17)
    }
    const fissions = plan.outcomes.reduce((sum, one) => sum + (one.fragments >= 0 ? one.probability : 0), 0)
    expect(fissions).toBeCloseTo(estimate.fissionsPerPrimary, 14)
  })
})

describe('histories', () => {
  it('give the same counts for any split into blocks', () => {
    const first = 2 ** 32 - 60_000
    const whole = [simulateHistories(plan, stream, first, 120_000)]
    const parts: HistoryBlock[] = []
    const simulator = new HistorySimulator(plan)
    for (let from = 0; from < 120_000; from += 7000) {
      simulator.run(stream, first + from, Math.min(7000, 120_000 - from))
      if (from % 3 === 0) parts.push(simulator.take())
    }
    parts.push(simulator.take())
    parts.reverse()
    expect(sumOf(parts, 'residuals')).toEqual(sumOf(whole, 'residuals'))
    expect(sumOf(parts, 'counters')).toEqual(sumOf(whole, 'counters'))
    expect(whole[0]!.residuals.columns.length).toBeGreaterThan(100)
  })

  it('differ by job key, by scan point and by index', () => {
    const counts = (key: string, point: number, first: number): Map<number, [number, number]> =>
      sumOf([simulateHistories(plan, { key: philoxKey(key), point }, first, 20_000)], 'residuals')
    const base = counts('0000000000000001', 0, 0)
    expect(counts('0000000000000001', 0, 0)).toEqual(base)
    expect(counts('0000000100000001', 0, 0)).not.toEqual(base)
    expect(counts('0000000000000002', 0, 0)).not.toEqual(base)
    expect(counts('0000000000000001', 1, 0)).not.toEqual(base)
    expect(counts('0000000000000001', 0, 20_000)).not.toEqual(base)
  })

  it('are unweighted: whole counts, moments of single histories, layers adding up to the total', () => {
    const { residuals, counters } = simulateHistories(plan, stream, 0, 400_000)
    const byRegion = new Map<number, number>()
    let pairs = 0
    for (const [entry, column] of residuals.columns.entries()) {
      const sum = residuals.sums[entry]!
      const square = residuals.squares[entry]!
      expect(Number.isInteger(sum)).toBe(true)
      // A history counts 0, 1 or 2: the sum of squares is the sum plus 2 for every pair of equal fragments.
      expect(square - sum).toBeGreaterThanOrEqual(0)
      expect((square - sum) % 2).toBe(0)
      pairs += (square - sum) / 2
      const region = Math.floor(column / nuclides)
      byRegion.set(region, (byRegion.get(region) ?? 0) + sum)
    }
    expect(pairs).toBeGreaterThan(0)
    const layers = [...byRegion].filter(([region]) => region > 0).reduce((sum, [, count]) => sum + count, 0)
    expect(byRegion.get(0)).toBe(layers)
    const fissions = counters.sums[counters.columns.indexOf(COUNTER_NAMES.indexOf('fissions'))]!
    expect(byRegion.get(0)!).toBeLessThanOrEqual(2 * fissions)
    expect(byRegion.get(0)!).toBeGreaterThan(2 * fissions - 5)
  })

  it('count the protons that miss the discs, also those that react in the window on their way', () => {
    const wobbled = planOf({
      ...SPES_STACK,
      beam: { ...SPES_BEAM, shape: { kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 } },
    })
    const histories = 200_000
    const { counters } = simulateHistories(wobbled.plan, stream, 0, histories)
    const missed = counters.sums[counters.columns.indexOf(COUNTER_NAMES.indexOf('missed'))]!
    const expected = wobbled.estimate.missed * histories
    expect(Math.abs(missed - expected)).toBeLessThan(4 * Math.sqrt(expected * (1 - wobbled.estimate.missed)))
    expect(wobbled.plan.outcomes.some((outcome) => outcome.missed)).toBe(true)
    const none = planOf({
      ...SPES_STACK,
      beam: { ...SPES_BEAM, shape: { kind: 'wobbled', sigmaMm: 0.1, wobbleRadiusMm: 45 } },
    })
    const empty = simulateHistories(none.plan, stream, 0, 1000)
    expect([...empty.counters.sums]).toEqual([1000])
    expect(empty.residuals.columns.length).toBe(0)
  })
})

describe('estimate against Monte Carlo: pulls of ten seeds', () => {
  const histories = 2_000_000
  const mean = (column: number): number => histories * estimate.independentPerPrimary[column]!
  const cells = [...plan.nuclides.keys()].filter((column) => mean(column) > 25)

  /**
   * Exact variances of the pulls' mean: the two fragments of a fission are drawn one after the other, so cells are not
   * quite independent of each other.
   */
  const deviations = new Float64Array(nuclides)
  const outcomes = plan.outcomes.filter((outcome) => outcome.fragments >= 0 && outcome.region > 0)
  const chanceOf = plan.fragments.map(chances)
  for (const column of cells) {
    let secondMoment = 0
    for (const outcome of outcomes) {
      const chance = chanceOf[outcome.fragments]![column]!
      secondMoment += outcome.probability * (2 * chance + 2 * chance * chance)
    }
    deviations[column] = Math.sqrt(histories * (secondMoment - (mean(column) / histories) ** 2))
  }
  let sumVariance = 0
  for (const outcome of outcomes) {
    let once = 0
    let twice = 0
    for (const column of cells) {
      const chance = chanceOf[outcome.fragments]![column]!
      once += chance / deviations[column]!
      twice += chance / deviations[column]! ** 2
    }
    sumVariance += histories * outcome.probability * (2 * twice + 2 * once * once)
  }
  const meanOfSum = cells.reduce((sum, column) => sum + mean(column) / deviations[column]!, 0)
  sumVariance -= meanOfSum ** 2 / histories

  it.each(Array.from({ length: 10 }, (_, seed) => seed))('seed %i: mean 0 and variance 1 within 3 sigma', (seed) => {
    const key = philoxKey(seed.toString(16).padStart(16, '5'))
    const counts = sumOf([simulateHistories(plan, { key, point: 0 }, 0, histories)], 'residuals')
    expect(cells.length).toBeGreaterThan(150)
    let sum = 0
    let squares = 0
    let excess = 0
    for (const column of cells) {
      const pull = ((counts.get(column)?.[0] ?? 0) - mean(column)) / deviations[column]!
      sum += pull
      squares += pull * pull
      excess += 1 / mean(column)
    }
    expect(Math.abs(sum)).toBeLessThan(3 * Math.sqrt(sumVariance))
    // A squared pull of a Poisson count has variance 2 + 1/mean.
    expect(Math.abs(squares - cells.length)).toBeLessThan(3 * Math.sqrt(2 * cells.length + excess))
  })
})
