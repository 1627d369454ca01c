import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BEHIND } from '#test/tallies/made-layouts.ts'
import { generator, IDENTITY } from '#test/tallies/made-tallies.ts'
import { crc32 } from './crc32.ts'
import {
  blockOf,
  blocksOf,
  type DistributionLayout,
  type DistributionTally,
  lengthOf,
  oneBatchTally,
  sizeOf,
} from './distribution.ts'
import { DistributionBuilder } from './distribution-builder.ts'
import { checkDistribution } from './distribution-check.ts'
import { DistributionFileError, decodeDistributions, encodeDistributions } from './distribution-file.ts'
import { DistributionMerge } from './distribution-merge.ts'
import { distributionView, totalOf } from './distribution-view.ts'
import { TallyError } from './errors.ts'

const edges = (from: number, to: number, bins: number) =>
  Array.from({ length: bins + 1 }, (_, i) => from + ((to - from) * i) / bins)

const axis = (name: 'x' | 'y' | 'z' | 'r', from: number, to: number, bins: number) =>
  ({ name, unit: 'mm', scale: 'linear', edges: edges(from, to, bins) }) as const

const BOX: DistributionLayout = {
  name: 'heat',
  kind: 'mesh',
  quantity: 'energy-deposition',
  particle: null,
  where: 'xyz',
  layer: null,
  direction: null,
  axes: [axis('x', -10, 10, 3), axis('y', -20, 20, 2), axis('z', 0, 100, 4)],
  extent: 1,
}

const RINGS: DistributionLayout = {
  ...BOX,
  name: 'neutrons',
  quantity: 'fluence',
  particle: 'neutron',
  where: 'rz',
  axes: [axis('r', 0, 20, 4), axis('z', 0, 50, 5)],
}

/** Contents of batch `ordinal`, a function of nothing else: any task that has the batch has the same. */
function contents(layout: DistributionLayout, ordinal: number): number[] {
  const random = generator(77 + ordinal)
  return Array.from({ length: sizeOf(layout) }, () => (random() < 0.4 ? 0 : random() * 3))
}
const histories = (ordinal: number) => (ordinal % 4 === 3 ? 700 : 1000)

function made(layout: DistributionLayout, ordinals: readonly number[], moments = false): DistributionTally {
  const builder = new DistributionBuilder(layout, moments)
  for (const ordinal of ordinals) {
    for (const [bin, content] of contents(layout, ordinal).entries()) builder.add(bin, content, content * content * 0.5)
    builder.endBatch(histories(ordinal))
  }
  return builder.build()
}

/** A split of the batches 0 .. n into tasks of neighbouring ones, in any order, some left out. */
const split = fc
  .record({ sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }), seed: fc.nat() })
  .map(({ sizes, seed }) => {
    let next = 0
    const tasks = sizes.map((size) => Array.from({ length: size }, () => next++))
    const random = generator(seed)
    const kept = tasks.filter((_, i) => i === 0 || random() > 0.2)
    return kept
      .map((task) => ({ task, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ task }) => task)
  })

describe('blocks of a distribution', () => {
  it('hold every marginal once, the full one first and the total last', () => {
    const blocks = blocksOf(BOX)
    expect(blocks.map(({ keep }) => keep.join(''))).toEqual(['012', '01', '02', '12', '0', '1', '2', ''])
    expect(blocks[0]).toMatchObject({ start: 0, length: 24 })
    expect(lengthOf(BOX)).toBe(24 + 6 + 12 + 8 + 3 + 2 + 4 + 1)
    expect(blockOf(BOX, [2, 0])).toMatchObject({ keep: [0, 2], length: 12 })
    expect(blocksOf(BEHIND).map(({ length }) => length)).toEqual([3, 1])
  })

  it('a tally of one batch is that of the builder, marginals included', () => {
    for (const layout of [BOX, RINGS, BEHIND]) {
      const direct = oneBatchTally(layout, 1000, contents(layout, 0))
      expect(direct).toEqual(made(layout, [0]))
      checkDistribution(direct)
      const total = contents(layout, 0).reduce((sum, value) => sum + value, 0)
      expect(direct.sums.at(-1)).toBeCloseTo(total, 12)
      const x = direct.sums.subarray(blockOf(layout, [0]).start, blockOf(layout, [0]).start + 3)
      const first = contents(layout, 0).reduce(
        (sum, value, i) => sum + (i % (layout.axes[0]!.edges.length - 1) === 0 ? value : 0),
        0,
      )
      expect(x[0]).toBeCloseTo(first, 12)
    }
  })

  it('a builder refuses what is no content', () => {
    const builder = new DistributionBuilder(BEHIND)
    for (const [bin, content] of [
      [3, 1],
      [-1, 1],
      [0, -1],
      [0, Number.NaN],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(() => builder.add(bin, content)).toThrow(expect.objectContaining({ code: 'TALLY_INVALID' }))
    }
  })
})

describe('the merge of distributions', () => {
  it('is the same for every order and grouping, with tasks missing anywhere', () => {
    fc.assert(
      fc.property(split, (tasks) => {
        const merge = new DistributionMerge()
        for (const task of tasks) merge.add([made(BOX, task), made(RINGS, task)], task[0]!)
        const ordinals = tasks.flat().sort((a, b) => a - b)
        const whole = new DistributionMerge()
        whole.add([made(BOX, ordinals), made(RINGS, ordinals)], 0)
        expect(merge.batches).toBe(ordinals.length)
        expect(merge.histories).toBe(ordinals.reduce((sum, ordinal) => sum + histories(ordinal), 0))
        for (const [index, tally] of merge.tallies().entries()) {
          const other = whole.tallies()[index]!
          for (let i = 0; i < tally.sums.length; i++) {
            expect(tally.sums[i]).toBeCloseTo(other.sums[i]!, 11)
            if (ordinals.length > 1) expect(tally.batchSquares![i]).toBeCloseTo(other.batchSquares![i]!, 11)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('in the order of the batches it is the same to the last bit, and says whether it was', () => {
    const tasks = [[0, 1], [2], [4, 5, 6]]
    const once = new DistributionMerge()
    const twice = new DistributionMerge()
    for (const task of tasks) {
      once.add([made(BOX, task)], task[0]!)
      twice.add([made(BOX, task)], task[0]!)
    }
    expect(once.isInOrder).toBe(true)
    expect(encodeDistributions({ kind: 'merge', identity: IDENTITY, distributions: once.tallies() })).toEqual(
      encodeDistributions({ kind: 'merge', identity: IDENTITY, distributions: twice.tallies() }),
    )
    twice.add([made(BOX, [3])], 3)
    expect(twice.isInOrder).toBe(false)
  })

  it('gives mean and error of the batches by their weights: the formula, computed the slow way', () => {
    const ordinals = [0, 1, 2, 3, 4, 5, 6]
    const view = distributionView(made(BOX, ordinals), { axes: ['x', 'y', 'z'] })
    const volume = ((20 / 3) * 20 * 25) / 1000
    const w = ordinals.map(histories)
    const sumW = w.reduce((a, b) => a + b, 0)
    let compared = 0
    for (let bin = 0; bin < 24; bin++) {
      const x = ordinals.map((ordinal) => contents(BOX, ordinal)[bin]! / histories(ordinal) / volume)
      const mean = x.reduce((sum, value, i) => sum + w[i]! * value, 0) / sumW
      const square = x.reduce((sum, value, i) => sum + w[i]! * value * value, 0) / sumW
      expect(view.values[bin]).toBeCloseTo(mean, 12)
      if (mean === 0) continue
      expect(view.errors[bin]).toBeCloseTo(Math.sqrt((square - mean ** 2) / (ordinals.length - 1)), 12)
      compared++
    }
    expect(compared).toBeGreaterThan(15)
    expect(view).toMatchObject({ errorKind: 'batches', unit: 'MeV/cm3', batches: 7 })
  })

  it('the error of a sum is that of the sum in each batch, not of its bins as if they were independent', () => {
    const ordinals = [0, 1, 2, 3, 4]
    const { values, errors } = distributionView(made(RINGS, ordinals), { axes: [] })
    const volume = (Math.PI * 400 * 50) / 1000
    const x = ordinals.map((one) => contents(RINGS, one).reduce((a, b) => a + b, 0) / histories(one) / volume)
    const w = ordinals.map(histories)
    const sumW = w.reduce((a, b) => a + b, 0)
    const mean = x.reduce((sum, value, i) => sum + w[i]! * value, 0) / sumW
    const square = x.reduce((sum, value, i) => sum + w[i]! * value * value, 0) / sumW
    expect(values[0]).toBeCloseTo(mean, 12)
    expect(errors[0]).toBeCloseTo(Math.sqrt((square - mean ** 2) / 4), 12)
  })

  it('one batch has no error; with squares of histories even one has', () => {
    const one = distributionView(made(BOX, [0]), { axes: ['x'], at: { y: 0, z: 1 } })
    expect(one.errorKind).toBe('not-known')
    expect([...one.errors].every(Number.isNaN)).toBe(true)
    const tally = made(BOX, [0], true)
    const known = distributionView(tally, { axes: ['x', 'y', 'z'] })
    expect(known.errorKind).toBe('histories')
    const bin = contents(BOX, 0).findIndex((value) => value > 0)
    const mean = tally.sums[bin]! / 1000
    const volume = ((20 / 3) * 20 * 25) / 1000
    expect(known.errors[bin]).toBeCloseTo(
      Math.sqrt((tally.historySquares![bin]! / 1000 - mean ** 2) / 999) / volume,
      12,
    )
  })

  it.each<[string, Partial<DistributionLayout>, RegExp]>([
    ['another name', { name: 'cold' }, /\[heat\].*\[cold\]/],
    [
      'another quantity',
      { quantity: 'fluence', particle: 'proton' },
      /Mesh heat.*quantity energy-deposition and fluence/,
    ],
    ['other bins', { axes: [BOX.axes[0]!, BOX.axes[1]!, axis('z', 0, 100, 5)] }, /Mesh heat.*4 and 5 bins along z/],
    [
      'other edges',
      { axes: [BOX.axes[0]!, BOX.axes[1]!, axis('z', 0, 101, 4)] },
      /Mesh heat.*edge 1 along z at 25 and at 25.25 mm/,
    ],
  ])('refuses %s by name', (_, change, words) => {
    const merge = new DistributionMerge()
    merge.add([made(BOX, [0])], 0)
    const before = encodeDistributions({ kind: 'merge', identity: IDENTITY, distributions: merge.tallies() })
    const other = made({ ...BOX, ...change }, [1])
    expect(() => merge.add([other], 1)).toThrow(words)
    expect(() => merge.add([other], 1)).toThrow(expect.objectContaining({ code: 'TALLY_DISTRIBUTIONS_DIFFER' }))
    expect(encodeDistributions({ kind: 'merge', identity: IDENTITY, distributions: merge.tallies() })).toEqual(before)
  })

  it('refuses moments beside none, and distributions of different histories', () => {
    const merge = new DistributionMerge()
    merge.add([made(BOX, [0])], 0)
    expect(() => merge.add([made(BOX, [1], true)], 1)).toThrow(/heat.*without squares/)
    expect(() => merge.add([made(BOX, [1]), made(RINGS, [1, 2])], 1)).toThrow(TallyError)
  })
})

describe('a view of a distribution', () => {
  const tally = made(BOX, [0, 1, 2])

  it('cut at bins it is that part of the whole', () => {
    const whole = distributionView(tally, { axes: ['x', 'y', 'z'] })
    const part = distributionView(tally, { axes: ['z', 'x'], at: { y: 1 }, range: { z: { from: 1, to: 3 } } })
    expect(part.axes.map(({ name, edges }) => [name, edges.length - 1])).toEqual([
      ['z', 2],
      ['x', 3],
    ])
    expect(part.axes[0]!.edges).toEqual([25, 50, 75])
    for (let x = 0; x < 3; x++) {
      for (let z = 0; z < 2; z++) {
        const at = x + 3 * (1 + 2 * (z + 1))
        expect(part.values[z + 2 * x]).toBeCloseTo(whole.values[at]!, 14)
        if (whole.values[at] !== 0) expect(part.errors[z + 2 * x]).toBeCloseTo(whole.errors[at]!, 14)
      }
    }
  })

  it('summed over an axis a mesh is the mean by volume, and its total the deposited energy', () => {
    const whole = distributionView(made(RINGS, [0, 1]), { axes: ['r', 'z'] })
    const overR = distributionView(made(RINGS, [0, 1]), { axes: ['z'] })
    const area = [0, 1, 2, 3].map((r) => (25 * ((r + 1) ** 2 - r ** 2)) / 400)
    expect(overR.values[2]).toBeCloseTo(
      area.reduce((sum, share, r) => sum + share * whole.values[r + 8]!, 0),
      12,
    )
    expect(overR.unit).toBe('1/cm2')
    const total = totalOf(tally)
    expect(total.unit).toBe('MeV')
    expect(total.value).toBeCloseTo(tally.sums.at(-1)! / tally.histories, 12)
    expect(total.error).toBeGreaterThan(0)
  })

  it('a spectrum is per MeV, and integrated where it is summed', () => {
    const behind = oneBatchTally(BEHIND, 100, [10, 20, 70])
    const view = distributionView(behind, { axes: ['energy'] })
    for (const value of view.values) expect(value).toBeCloseTo(0.1, 14)
    expect(view.unit).toBe('1/MeV')
    expect(totalOf(behind)).toEqual({ value: 1, error: null, unit: '1' })
    const fluence = oneBatchTally({ ...BEHIND, quantity: 'fluence' }, 100, [10, 20, 70])
    expect(distributionView(fluence, { axes: ['energy'] })).toMatchObject({ unit: '1/cm2/MeV' })
    expect(distributionView(fluence, { axes: ['energy'] }).values[0]).toBeCloseTo(0.025, 12)
    expect(totalOf(fluence)).toMatchObject({ value: 0.25, unit: '1/cm2' })
  })

  it('says which part does not exist', () => {
    for (const [choice, words] of [
      [{ axes: ['q'] }, /axis "q"; it has x, y, z/],
      [{ axes: ['x'], at: { y: 2 } }, /bin 2 of axis y; it has 2/],
      [{ axes: ['x', 'x'] }, /twice/],
      [{ axes: ['x'], at: { x: 0 } }, /twice/],
      [{ axes: ['x'], range: { x: { from: 2, to: 2 } } }, /bins 2 to 2 of axis x/],
    ] as const) {
      expect(() => distributionView(tally, choice)).toThrow(words)
    }
  })
})

describe('the file of distributions', () => {
  const file = {
    kind: 'task',
    identity: IDENTITY,
    distributions: [made(BOX, [0, 1]), made(RINGS, [0, 1]), made(BEHIND, [0, 1], true)],
  } as const

  it('gives back what was written, dense and sparse', () => {
    expect(decodeDistributions(encodeDistributions(file))).toEqual(file)
    const thin = oneBatchTally(BOX, 10, [0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0])
    const bytes = encodeDistributions({ kind: 'merge', identity: IDENTITY, distributions: [thin] })
    expect(bytes.length).toBeLessThan(encodeDistributions({ ...file, distributions: [made(BOX, [0])] }).length)
    expect(decodeDistributions(bytes).distributions).toEqual([thin])
    expect(decodeDistributions(encodeDistributions({ ...file, distributions: [] })).distributions).toEqual([])
  })

  it('refuses every damage: any byte changed, any length', () => {
    const bytes = encodeDistributions(file)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = bytes.slice()
        broken[at] = broken[at]! ^ change
        expect(() => decodeDistributions(broken)).toThrow(DistributionFileError)
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => decodeDistributions(bytes.subarray(0, length))).toThrow(DistributionFileError)
      }),
      { numRuns: 100 },
    )
    const longer = new Uint8Array(bytes.length + 8)
    longer.set(bytes)
    expect(() => decodeDistributions(longer)).toThrow(expect.objectContaining({ code: 'DISTRIBUTION_FILE_LENGTH' }))
  })

  it('refuses a newer version and other files by their cause', () => {
    const newer = encodeDistributions(file)
    newer[4] = 2
    expect(() => decodeDistributions(newer)).toThrow(expect.objectContaining({ code: 'DISTRIBUTION_FILE_TOO_NEW' }))
    expect(() => decodeDistributions(new Uint8Array(40))).toThrow(
      expect.objectContaining({ code: 'DISTRIBUTION_FILE_OTHER' }),
    )
    expect(() => encodeDistributions({ ...file, distributions: [{ ...file.distributions[0], batches: 0 }] })).toThrow(
      expect.objectContaining({ code: 'TALLY_INVALID' }),
    )
  })

  it('its check sum is the CRC-32 of everybody', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(crc32(bytes)).toBe(zlibCrc32(bytes))
      }),
    )
  })
})
