import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { batchOf, generator, historiesOf, IDENTITY, MADE_NUCLIDES, madeTally } from '#test/tallies/made-tallies.ts'
import { mergeMany, RunMerge } from './merge.ts'
import { mergeable, poolRuns } from './pool.ts'
import { groupLevelFor, type MergeSnapshot } from './snapshot.ts'

/** Everything a merge knows, to the last bit: minus zero and zero differ, and so do NaNs. */
function bits(merge: RunMerge): unknown {
  const sample = (one: { sums: Float64Array; squares: Float64Array | null; groups: readonly Float64Array[] }) =>
    [one.sums, one.squares ?? new Float64Array(0), ...one.groups].map((values) =>
      Array.from(new BigUint64Array(values.slice().buffer), String).join(),
    )
  return {
    histories: merge.histories,
    batches: merge.batches,
    nuclides: merge.nuclides,
    groupHistories: merge.histories > 0 ? Array.from(merge.residualSample('total').groupHistories) : [],
    residuals: merge.regions.map((region) => sample(merge.residualSample(region))),
    counters: merge.regions.map((region) => sample(merge.counterSample(region))),
  }
}

/** Splits ordinals into tasks of 1 to 5 batches, in an order given by the seed. */
function tasksOf(ordinals: readonly number[], seed: number): number[][] {
  const random = generator(seed)
  const tasks: number[][] = []
  for (let at = 0; at < ordinals.length; ) {
    const size = 1 + Math.floor(random() * 5)
    tasks.push(ordinals.slice(at, at + size))
    at += size
  }
  for (let i = tasks.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[tasks[i], tasks[j]] = [tasks[j]!, tasks[i]!]
  }
  return tasks
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe.each([
  ['counts', true],
  ['weighted scores', false],
])('merge of %s', (_, counts) => {
  const made = (ordinals: readonly number[]) => madeTally(ordinals, { counts, mean: 1.5 })

  it('gives the same bits for any order, any grouping, failed tasks anywhere', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 700 }),
        fc.array(fc.nat(699), { maxLength: 40 }),
        fc.nat(),
        fc.nat(),
        (batches, failed, seedA, seedB) => {
          const lost = new Set(failed)
          const ordinals = range(0, batches).filter((ordinal) => !lost.has(ordinal))
          const a = mergeMany(tasksOf(ordinals, seedA).map(made))
          const b = mergeMany(tasksOf(ordinals, seedB).map(made))
          expect(bits(a)).toEqual(bits(b))
          expect(a.histories).toBe(ordinals.reduce((sum, ordinal) => sum + historiesOf(ordinal), 0))
          expect(a.groups).toBeLessThanOrEqual(256)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('equals one big calculation, wherever the parts were merged and stored in between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 600 }),
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        (batches, seed, parts) => {
          const tasks = tasksOf(range(0, batches), seed)
          const whole = mergeMany([made(range(0, batches))])
          const merged = new RunMerge()
          for (let part = 0; part < parts; part++) {
            const half = mergeMany(tasks.filter((_, i) => i % parts === part).map(made))
            merged.addSnapshot(RunMerge.fromSnapshot(half.toSnapshot()).toSnapshot())
          }
          expect(bits(merged)).toEqual(bits(whole))
          expect(merged.toSnapshot()).toEqual(whole.toSnapshot())
        },
      ),
      { numRuns: 20 },
    )
  })

  it('shows the same bits live: what is merged so far is an offline merge of the same tasks', () => {
    const tasks = tasksOf(range(0, 300), 5)
    const live = new RunMerge()
    for (const [done, task] of tasks.entries()) {
      live.add(made(task))
      if (done % 17 !== 0) continue
      const offline = mergeMany(
        tasks
          .slice(0, done + 1)
          .toReversed()
          .map(made),
      )
      expect(bits(live)).toEqual(bits(offline))
    }
    expect(live.batches).toBe(300)
  })

  it('changes nothing when a tally is refused', () => {
    const merge = mergeMany([made([0, 1, 2])])
    const before = bits(merge)
    expect(() => merge.add(made([3, 4, 1].sort()))).toThrow(expect.objectContaining({ code: 'TALLY_BATCH_TWICE' }))
    expect(() => merge.add(madeTally([5], { counts: !counts }))).toThrow(
      expect.objectContaining({ code: 'TALLY_COUNTS_DIFFER' }),
    )
    expect(bits(merge)).toEqual(before)
    expect(merge.has(2)).toBe(true)
    expect(merge.has(3)).toBe(false)
  })
})

describe('merge', () => {
  it('sums to the plain sums of its batches', () => {
    const merge = mergeMany([madeTally([4, 5]), madeTally([0]), madeTally([2, 7])])
    const expected = new Float64Array(8)
    for (const ordinal of [0, 2, 4, 5, 7]) {
      const { columns, sums } = madeTally([ordinal]).residuals.table
      columns.forEach((column, i) => {
        expected[column]! += sums[i]!
      })
    }
    expect([...merge.residualSample('total').sums, ...merge.residualSample('Disc1').sums]).toEqual([...expected])
    expect(merge.ordinals).toEqual([
      [0, 1],
      [2, 3],
      [4, 6],
      [7, 8],
    ])
  })

  it('takes new nuclides as they come, and lists them in their order', () => {
    const light = [zaiOf(36, 90), zaiOf(37, 91)]
    const a = mergeMany([madeTally([0]), madeTally([1], { nuclides: light }), madeTally([2])])
    const b = mergeMany([madeTally([1], { nuclides: light }), madeTally([2]), madeTally([0])])
    expect(a.nuclides).toEqual([...light, ...MADE_NUCLIDES])
    expect(bits(a)).toEqual(bits(b))
    expect(a.toSnapshot()).toEqual(b.toSnapshot())
    expect(a.residualSample('total').sums.slice(0, 2)).toEqual(
      mergeMany([madeTally([1], { nuclides: light })]).residualSample('total').sums,
    )
  })

  it('doubles the groups so that there are never more than 256', () => {
    const levels = [1, 256, 257, 512, 513, 100_000].map((batches) => groupLevelFor(batches, 8))
    expect(levels).toEqual([0, 0, 1, 1, 2, 9])
    expect(groupLevelFor(257, 200)).toBe(4)
    const merge = mergeMany([madeTally([300]), madeTally([0]), madeTally([1])])
    expect(merge.batchesPerGroup).toBe(2)
    expect([...merge.residualSample('total').groupHistories]).toEqual([2000, 1000])
  })

  it('refuses the same histories under another ordinal', () => {
    const again = madeTally([1])
    const batches = [{ ...batchOf(0), ordinal: 9 }]
    const moved = {
      ...again,
      histories: 1000,
      residuals: { ...again.residuals, table: { ...again.residuals.table, batches } },
      counters: { ...again.counters, table: { ...again.counters.table, batches } },
    }
    expect(() => mergeMany([madeTally([0]), moved])).toThrow(
      expect.objectContaining({ code: 'TALLY_HISTORIES_TWICE', message: 'History 0 is in the result already.' }),
    )
  })

  it.each([
    ['TALLY_REGIONS_DIFFER', madeTally([1], { regions: ['total', 'Disc2'] })],
    ['TALLY_MOMENTS_DIFFER', madeTally([1], { moments: false })],
    ['TALLY_COUNTERS_DIFFER', { ...madeTally([1]), counters: { ...madeTally([1]).counters, names: ['a', 'b'] } }],
    ['TALLY_REGIONS_DIFFER', { ...madeTally([1]), counters: { ...madeTally([1]).counters, regions: ['total', 'x'] } }],
  ])('refuses with %s what does not fit', (code, tally) => {
    expect(() => mergeMany([madeTally([0]), tally])).toThrow(expect.objectContaining({ code }))
  })

  it('knows the largest weight, unless one task did not tell', () => {
    const weighted = (ordinal: number, maxWeight: number | null) => madeTally([ordinal], { counts: false, maxWeight })
    expect(mergeMany([weighted(0, 0.2), weighted(1, 0.7), weighted(2, 0.1)]).maxWeight).toBe(0.7)
    expect(mergeMany([weighted(0, 0.2), weighted(1, null)]).maxWeight).toBeNull()
    expect(mergeMany([weighted(0, null), weighted(1, 0.2)]).maxWeight).toBeNull()
    expect(mergeMany([madeTally([0])]).maxWeight).toBe(1)
  })

  it('is empty before the first task, and says so when asked for a region', () => {
    const merge = new RunMerge()
    expect([merge.histories, merge.batches, merge.groups, merge.nuclides.length]).toEqual([0, 0, 0, 0])
    expect(() => merge.residualSample('total')).toThrow(expect.objectContaining({ code: 'TALLY_UNKNOWN_CELL' }))
    expect(RunMerge.fromSnapshot(merge.toSnapshot()).histories).toBe(0)
    expect(() => mergeMany([madeTally([0])]).counterSample('Disc9')).toThrow('No region "Disc9"')
  })

  it('keeps its memory flat over 10,000 tasks', () => {
    const merge = new RunMerge()
    const nodes: number[] = []
    for (let ordinal = 0; ordinal < 10_000; ordinal++) {
      merge.add(madeTally([ordinal], { counts: false, mean: 0.3 }))
      if (ordinal % 1000 === 999) nodes.push(merge.toSnapshot().residuals.nodes.length)
    }
    expect(merge.batches).toBe(10_000)
    expect(Math.max(...nodes)).toBeLessThanOrEqual(256 + 14)
    expect(merge.ordinals).toEqual([[0, 10_000]])
  })
})

describe('stored merge', () => {
  const good = mergeMany([madeTally([0, 1, 2]), madeTally([5])]).toSnapshot()

  it.each<[string, Partial<MergeSnapshot>]>([
    [
      'overlapping ordinals',
      {
        ordinals: [
          [0, 3],
          [2, 4],
        ],
      },
    ],
    [
      'a batch that no row holds',
      {
        ordinals: [
          [0, 3],
          [5, 7],
        ],
      },
    ],
    ['histories that do not add up', { ranges: [[0, 3701]] }],
    ['other groups', { groupLevel: 1 }],
    ['a group twice', { groupHistories: [...good.groupHistories, ...good.groupHistories] }],
    ['no total region', { regions: ['Disc1', 'total'] }],
    ['nuclides that fall', { nuclides: good.nuclides.toReversed() }],
    ['squares that are missing', { moments: false }],
    [
      'a node twice',
      { residuals: { ...good.residuals, nodes: good.residuals.nodes.map(() => good.residuals.nodes[0]!) } },
    ],
    ['not a number', { residuals: { ...good.residuals, sums: good.residuals.sums.map(() => Number.NaN) } }],
  ])('is refused with %s', (_, change) => {
    const merge = mergeMany([madeTally([50])])
    const before = bits(merge)
    expect(() => merge.addSnapshot({ ...good, ...change })).toThrow(expect.objectContaining({ code: 'TALLY_INVALID' }))
    expect(bits(merge)).toEqual(before)
  })

  it('is refused with half a count', () => {
    const sums = good.residuals.sums.map((sum) => sum + 0.5)
    expect(() => RunMerge.fromSnapshot({ ...good, residuals: { ...good.residuals, sums } })).toThrow(
      expect.objectContaining({ code: 'TALLY_NOT_WHOLE' }),
    )
  })
})

describe('results of different jobs', () => {
  const other = { ...IDENTITY, jobKey: '00000000000000bb' }

  it('may be added when the setup is one and the random numbers differ', () => {
    expect(mergeable(IDENTITY, other)).toEqual({ mergeable: true, as: 'other-stream' })
    expect(mergeable(IDENTITY, IDENTITY)).toEqual({ mergeable: true, as: 'rest' })
    expect(mergeable(IDENTITY, { ...IDENTITY, point: 1 })).toEqual({ mergeable: true, as: 'other-stream' })
  })

  it.each([
    ['another setup', { ...other, setupDigest: 'd2' }, 'setups differ'],
    ['another engine', { ...other, engine: { id: 'builtin', version: '1' } }, 'different engines'],
    ['another version of the engine', { ...other, engine: { id: 'made', version: '2' } }, 'different engines'],
    ['one with other code in its engine', { ...other, routines: 'ab'.repeat(32) }, 'different user routines, none and'],
    ['a replay of it', { ...IDENTITY, replay: true }, 'replay'],
    ['one made elsewhere', { ...other, imported: true as const }, 'imported result is never added'],
  ])('may not be added to %s', (_, identity, reason) => {
    expect(mergeable(IDENTITY, identity)).toEqual({ mergeable: false, reason: expect.stringContaining(reason) })
    const result = mergeMany([madeTally([0])]).toSnapshot()
    expect(() =>
      poolRuns([
        { identity: IDENTITY, result },
        { identity, result },
      ]),
    ).toThrow(expect.objectContaining({ code: 'TALLY_NOT_MERGEABLE' }))
  })

  it.each([true, false])('add up to the same bits in any order (counts: %s)', (counts) => {
    const part = (ordinals: number[]) => mergeMany([madeTally(ordinals, { counts })]).toSnapshot()
    const runs = [
      { identity: IDENTITY, result: part(range(0, 300)) },
      { identity: IDENTITY, result: part(range(300, 311)) },
      { identity: other, result: part(range(0, 7)) },
      { identity: { ...IDENTITY, point: 12 }, result: part(range(0, 600)) },
    ]
    const a = poolRuns(runs)
    const b = poolRuns([runs[3]!, runs[1]!, runs[2]!, runs[0]!])
    expect(bits(a)).toEqual(bits(b))
    expect(a.batches).toBe(311 + 7 + 600)
    const sum = runs.reduce(
      (total, { result }) => total + RunMerge.fromSnapshot(result).residualSample('total').sums[0]!,
      0,
    )
    expect(a.residualSample('total').sums[0]).toBeCloseTo(sum, 9)
  })

  it('never adds the same batch of one stream twice', () => {
    const result = mergeMany([madeTally([0])]).toSnapshot()
    expect(() =>
      poolRuns([
        { identity: IDENTITY, result },
        { identity: IDENTITY, result },
      ]),
    ).toThrow(expect.objectContaining({ code: 'TALLY_BATCH_TWICE' }))
  })
})
