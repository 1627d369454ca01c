import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IDENTITY, madeTally } from '#test/tallies/made-tallies.ts'
import { mergeMany, RunMerge } from './merge.ts'
import { decodeTallyFile, encodeMerge, encodeTaskTally, TALLY_FILE_VERSION, TallyFileError } from './tally-file.ts'

const task = encodeTaskTally({ ...IDENTITY, engine: { id: 'builtin', version: '1 β – test' } }, madeTally([0, 1, 2]))
const weighted = encodeTaskTally(IDENTITY, madeTally([3, 4], { counts: false, maxWeight: null }))
const merged = encodeMerge(IDENTITY, mergeMany([madeTally([0, 1, 2]), madeTally([6])]).toSnapshot())

const failure = (bytes: Uint8Array): TallyFileError => {
  try {
    decodeTallyFile(bytes)
  } catch (error) {
    if (error instanceof TallyFileError) return error
    throw error
  }
  throw new Error('a damaged file was read')
}

/** The same file with another header or body, and a check sum that fits: what a wrong program would write. */
function forged(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice()
  change(copy)
  copy.set(sha256(copy.subarray(0, -32)), copy.length - 32)
  return copy
}

function withHeader(bytes: Uint8Array, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length)
  return forged(bytes, (copy) => {
    const at = Buffer.from(copy).indexOf(from)
    expect(at).toBeGreaterThan(0)
    copy.set(Buffer.from(to), at)
  })
}

describe('file of sums', () => {
  it.each([
    { counts: true, moments: true },
    { counts: true, moments: false },
    { counts: false, moments: true },
    { counts: false, moments: false, maxWeight: null },
  ])('gives a task back to the last bit: %o', (options) => {
    for (const ordinals of [[], [0], [2, 3, 9], [1_000_000]]) {
      const tally = madeTally(ordinals, { ...options, mean: 2 })
      expect(decodeTallyFile(encodeTaskTally(IDENTITY, tally))).toEqual({ kind: 'task', identity: IDENTITY, tally })
    }
  })

  it.each([
    { counts: true, moments: true },
    { counts: false, moments: true },
    { counts: false, moments: false },
  ])('gives a merge back to the last bit, so that it can be gone on with: %o', (options) => {
    const ordinals = Array.from({ length: 400 }, (_, i) => i).filter((i) => i % 7 !== 3)
    const snapshot = mergeMany(ordinals.map((ordinal) => madeTally([ordinal], options))).toSnapshot()
    const file = decodeTallyFile(encodeMerge(IDENTITY, snapshot))
    expect(file).toEqual({ kind: 'merge', identity: IDENTITY, result: snapshot })
    const resumed = RunMerge.fromSnapshot(file.kind === 'merge' ? file.result : snapshot)
    resumed.add(madeTally([3], options))
    expect(resumed.toSnapshot()).toEqual(
      mergeMany([...ordinals, 3].map((ordinal) => madeTally([ordinal], options))).toSnapshot(),
    )
    const empty = new RunMerge().toSnapshot()
    expect(decodeTallyFile(encodeMerge(IDENTITY, empty))).toMatchObject({ kind: 'merge', result: empty })
  })

  it('keeps names of any language, and large numbers', () => {
    const tally = madeTally([0], { regions: ['total', 'Scheibe_ß_1'] })
    const big = tally.residuals.table.sums.map((sum) => sum * 2 ** 40)
    const squares = tally.residuals.table.squares!.map((sum) => sum * 2 ** 41)
    const large = {
      ...tally,
      residuals: { ...tally.residuals, table: { ...tally.residuals.table, sums: big, squares } },
    }
    expect(decodeTallyFile(encodeTaskTally(IDENTITY, large))).toMatchObject({ tally: large })
  })

  it('is read from the middle of a larger buffer', () => {
    const buffer = new Uint8Array(task.length + 100)
    buffer.set(task, 13)
    expect(decodeTallyFile(buffer.subarray(13, 13 + task.length))).toEqual(decodeTallyFile(task))
  })

  it('never gives a wrong number: every flipped bit is an error with its place', () => {
    for (const file of [task, weighted, merged]) {
      fc.assert(
        fc.property(fc.nat(file.length * 8 - 1), (bit) => {
          const copy = file.slice()
          copy[bit >> 3]! ^= 1 << (bit & 7)
          const { code, offset } = failure(copy)
          expect(code).toMatch(/^TALLY_FILE_/)
          expect(offset).toBeGreaterThanOrEqual(0)
          expect(offset).toBeLessThanOrEqual(file.length)
        }),
        { numRuns: 300 },
      )
    }
  })

  it('never gives a wrong number: every cut is an error with its place', () => {
    for (const file of [task, weighted, merged]) {
      for (let length = 0; length < file.length; length++) {
        expect(failure(file.subarray(0, length))).toMatchObject({ code: 'TALLY_FILE_CUT', offset: length })
      }
      const longer = new Uint8Array(file.length + 3)
      longer.set(file)
      expect(failure(longer)).toMatchObject({ code: 'TALLY_FILE_TOO_LONG', offset: file.length })
    }
  })

  it('never hangs or allocates for what a damaged header announces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, start) => {
        const bytes = start ? Uint8Array.of(0x49, 0x53, 0x4f, 0x54, 1, 0, 0, 0, ...noise) : noise
        expect(failure(bytes)).toBeInstanceOf(TallyFileError)
      }),
      { numRuns: 500 },
    )
  })

  it('says that it is no such file, or one of a newer program', () => {
    expect(failure(new Uint8Array(Buffer.from('GIF89a, a picture of a target')))).toMatchObject({
      code: 'TALLY_FILE_NOT_A_TALLY',
      offset: 0,
    })
    const newer = task.slice()
    newer[4] = TALLY_FILE_VERSION + 1
    expect(failure(newer)).toMatchObject({ code: 'TALLY_FILE_TOO_NEW', message: expect.stringContaining('newer') })
  })

  it.each<[string, Uint8Array]>([
    ['an unknown kind', withHeader(task, '"kind":"task"', '"kind":"tusk"')],
    ['no engine', withHeader(task, '"engine":', '"engime":')],
    ['counts that are not said', withHeader(task, '"counts":true', '"counts":"ja"')],
    ['a missing array', withHeader(task, '"residuals.offsets"', '"residuals.offzets"')],
    ['histories that do not add up', withHeader(task, '"histories":3000', '"histories":3001')],
    ['a region that is a number', withHeader(merged, '"total"', '1234567')],
    ['groups that do not fit', withHeader(merged, '"groupLevel":0', '"groupLevel":9')],
    ['nodes that are missing', withHeader(merged, '"residuals.level"', '"residuals.lever"')],
  ])('with a fitting check sum is still refused for %s', (_, bytes) => {
    expect(failure(bytes)).toMatchObject({ code: 'TALLY_FILE_INVALID' })
  })

  it('is not written from a tally that does not keep its promises', () => {
    expect(() => encodeTaskTally(IDENTITY, { ...madeTally([0]), histories: 5 })).toThrow(
      expect.objectContaining({ code: 'TALLY_INVALID' }),
    )
  })

  it('has the layout that README.md describes', () => {
    const view = new DataView(task.buffer)
    expect(String.fromCharCode(...task.subarray(0, 4))).toBe('ISOT')
    expect(view.getUint32(4, true)).toBe(1)
    const length = view.getUint32(8, true)
    const header = JSON.parse(String.fromCharCode(...task.subarray(16, 16 + length)))
    let at = 16 + Math.ceil(length / 8) * 8
    const width: Record<string, number> = { u8: 1, u16: 2, u32: 4, f64: 8 }
    for (const array of header.arrays) {
      expect(at % 8).toBe(0)
      at += Math.ceil((array.length * width[array.type]!) / 8) * 8
    }
    expect(task.length).toBe(at + 32)
    expect([...sha256(task.subarray(0, at))]).toEqual([...task.subarray(at)])
    expect(header.engine.version).toBe('1 β – test')
  })
})
