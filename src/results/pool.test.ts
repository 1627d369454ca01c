import { describe, expect, it } from 'vitest'
import { BEHIND } from '#test/tallies/made-layouts.ts'
import { batchOf, generator, IDENTITY, madeTally } from '#test/tallies/made-tallies.ts'
import { type DistributionLayout, type DistributionTally, oneBatchTally, sizeOf } from './distribution.ts'
import { distributionView, measuresOf } from './distribution-view.ts'
import { mergeMany } from './merge.ts'
import { type PooledRun, poolRuns } from './pool.ts'
import type { TaskTally } from './tally.ts'

const edges = (from: number, to: number, bins: number) =>
  Array.from({ length: bins + 1 }, (_, i) => from + ((to - from) * i) / bins)

const HEAT: DistributionLayout = {
  name: 'heat',
  kind: 'mesh',
  quantity: 'energy-deposition',
  particle: null,
  where: 'rz',
  layer: null,
  direction: null,
  axes: [
    { name: 'r', unit: 'mm', scale: 'linear', edges: edges(0, 20, 4) },
    { name: 'z', unit: 'mm', scale: 'linear', edges: edges(0, 50, 5) },
  ],
  extent: 1,
}
const LAYOUTS = [HEAT, BEHIND]

/** One batch is one task, as of an engine whose runs give sums only. What is in it is a function of seed and ordinal. */
function task(seed: number, ordinal: number, layouts: readonly DistributionLayout[] = LAYOUTS): TaskTally {
  const random = generator(1e6 * seed + ordinal)
  const distributions = layouts.map(
    (layout): DistributionTally =>
      oneBatchTally(
        layout,
        batchOf(ordinal).histories,
        Array.from({ length: sizeOf(layout) }, () => (random() < 0.4 ? 0 : random() * 3)),
      ),
  )
  return { ...madeTally([ordinal]), distributions }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const tasks = (seed: number, ordinals: readonly number[], layouts?: readonly DistributionLayout[]) =>
  ordinals.map((ordinal) => task(seed, ordinal, layouts))

function run(jobKey: string, tallies: readonly TaskTally[], point = 0): PooledRun {
  const merge = mergeMany(tallies)
  return {
    identity: { ...IDENTITY, jobKey, point },
    result: merge.toSnapshot(),
    distributions: merge.distributions.tallies(),
  }
}
const [A, B] = ['00000000000000aa', '00000000000000bb']

describe('meshes and spectra of pooled results', () => {
  const parts = [
    run(A, tasks(1, range(0, 5))),
    run(A, tasks(1, range(5, 9))),
    run(B, tasks(2, range(0, 1))),
    run(B, tasks(3, range(0, 7)), 2),
  ]

  it('have mean and error of all batches together', () => {
    const pooled = poolRuns(parts)
    const all = [...tasks(1, range(0, 9)), ...tasks(2, range(0, 1)), ...tasks(3, range(0, 7))]
    expect(pooled.batches).toBe(17)
    expect(pooled.distributions.batches).toBe(17)
    expect(pooled.distributions.histories).toBe(pooled.histories)
    for (const layout of LAYOUTS) {
      const axes = layout.axes.map(({ name }) => name)
      const view = distributionView(pooled.distributions.tally(layout.name)!, { axes })
      const measures = measuresOf(layout)
      // From the definition: the weighted spread of the means of 17 runs.
      const runs = all.map(({ distributions }) => distributions!.find((one) => one.layout.name === layout.name)!)
      const histories = runs.reduce((sum, one) => sum + one.histories, 0)
      expect(view.values.length).toBe(sizeOf(layout))
      for (const bin of view.values.keys()) {
        const mean = runs.reduce((sum, one) => sum + one.sums[bin]!, 0) / histories
        const scatter = runs.reduce((sum, one) => sum + one.histories * (one.sums[bin]! / one.histories - mean) ** 2, 0)
        const error = Math.sqrt(scatter / (runs.length - 1) / histories)
        const measure = measures[bin]!
        expect(view.values[bin]! * measure).toBeCloseTo(mean, 12)
        expect(view.errors[bin]! * measure).toBeCloseTo(error, 12)
        expect(error).toBeGreaterThan(0)
      }
    }
  })

  it('are the same to the last bit in any order of the results', () => {
    const bits = (runs: readonly PooledRun[]) =>
      poolRuns(runs)
        .distributions.tallies()
        .map(({ sums, batchSquares }) => [[...sums], [...batchSquares!]])
    const first = bits(parts)
    expect(bits([parts[3]!, parts[1]!, parts[2]!, parts[0]!])).toEqual(first)
    expect(bits([...parts].reverse())).toEqual(first)
    expect(poolRuns([...parts].reverse()).distributions.isInOrder).toBe(true)
  })

  it('of results without them are none', () => {
    const bare = [run(A, tasks(1, [0, 1], [])), run(B, tasks(2, [0], []))]
    expect(poolRuns(bare).distributions.tallies()).toEqual([])
  })

  it.each([
    [
      'other bins',
      [{ ...HEAT, axes: [HEAT.axes[0]!, { ...HEAT.axes[1]!, edges: edges(0, 60, 5) }] }, BEHIND],
      /Mesh heat .* edge 1 along z at 10 and at 12 mm/,
    ],
    ['another one', [HEAT, { ...BEHIND, name: 'before' }], /\[heat, behind\], the tally has \[heat, before\]/],
    ['fewer', [HEAT], /\[heat, behind\], the tally has \[heat\]/],
    ['none', [], /\[heat, behind\], the tally has \[none\]/],
  ])('are refused where one result has %s, and the job is named', (_, layouts, words) => {
    const other = run(B, tasks(2, range(0, 3), layouts))
    for (const runs of [
      [parts[0]!, other],
      [other, parts[0]!],
    ]) {
      const thrown = expect.objectContaining({
        code: 'TALLY_DISTRIBUTIONS_DIFFER',
        message: expect.stringMatching(words),
      })
      expect(() => poolRuns(runs)).toThrow(thrown)
    }
    expect(() => poolRuns([parts[0]!, other])).toThrow(/^Job 00000000000000bb, point 0 cannot be added to the others: /)
  })

  it('are refused where they are of other histories than their result', () => {
    const wrong = { ...parts[2]!, distributions: parts[0]!.distributions! }
    expect(() => poolRuns([parts[1]!, wrong])).toThrow(
      expect.objectContaining({ code: 'TALLY_INVALID', message: expect.stringMatching(/1 batches.*in 5\./) }),
    )
  })
})
