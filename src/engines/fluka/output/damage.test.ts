/**
 * Damaged files: never another error than ours, never a hang, never a wrong number where the structure can tell. What a
 * flipped bit in a value can do is stated here as well: it gives another value, unless totals show it.
 */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeResnuclei, rawFile, resnucleiFile } from '#test/fluka/made-files.ts'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import type { EstimatorFile, FlukaFile } from './fluka-file.ts'
import { FlukaReadError } from './read-error.ts'
import { readFlukaFile } from './read-file.ts'
import { readFlukaText } from './text/read-text.ts'
import { writeFlukaFile } from './write-file.ts'

/** The file, or our error; anything else is a failure of the test. */
function attempt(bytes: Uint8Array): FlukaFile | FlukaReadError {
  try {
    return readFlukaFile(bytes, 'damaged')
  } catch (error) {
    if (!(error instanceof FlukaReadError)) throw error
    expect(error.place.offset).toBeGreaterThanOrEqual(0)
    expect(error.place.offset).toBeLessThanOrEqual(bytes.length + 4)
    expect(error.message).toMatch(/^damaged: .+ At .+: expected .+, found .+\.$/s)
    return error
  }
}

const isRefused = (bytes: Uint8Array): boolean => attempt(bytes) instanceof FlukaReadError

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}

interface Place {
  /** Of the leading length. */
  readonly at: number
  readonly length: number
}

function recordsOf(bytes: Uint8Array): Place[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const places: Place[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = view.getInt32(at, true)
    places.push({ at, length })
    at += length + 8
  }
  return places
}

describe('a damaged file', () => {
  it('with a flipped bit in any length is refused', () => {
    fc.assert(
      fc.property(rawFile, (file) => {
        const bytes = writeFlukaFile(file)
        for (const { at, length } of recordsOf(bytes)) {
          for (let bit = 0; bit < 32; bit++) {
            expect(isRefused(flipped(bytes, at * 8 + bit))).toBe(true)
            expect(isRefused(flipped(bytes, (at + 4 + length) * 8 + bit))).toBe(true)
          }
        }
      }),
      { numRuns: 4 },
    )
  })

  it('with a flipped bit anywhere is refused, or is read as the bytes that are there', () => {
    fc.assert(
      fc.property(rawFile, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (file, where) => {
        const bytes = writeFlukaFile(file)
        const damaged = flipped(bytes, Math.floor(where * bytes.length * 8))
        const read = attempt(damaged)
        if (read instanceof FlukaReadError || read.estimator === null) return
        // Nothing was dropped, moved or mended. Unprintable bytes of a title are shown as "?", logicals as 0 or 1.
        const again = writeFlukaFile(read)
        expect(again.length).toBe(damaged.length)
        const different = again.reduce((count, byte, i) => (byte === damaged[i] ? count : count + 1), 0)
        expect(different).toBeLessThanOrEqual(4)
      }),
      { numRuns: 500 },
    )
  })

  it('that is cut is refused, unless the cut is where a whole file of a run could end', () => {
    fc.assert(
      fc.property(rawFile, (file) => {
        const bytes = writeFlukaFile(file)
        const ends = recordsOf(bytes).map(({ at, length }) => at + length + 8)
        for (let length = 0; length < bytes.length; length++) {
          const read = attempt(bytes.subarray(0, length))
          if (read instanceof FlukaReadError) continue
          expect(ends).toContain(length)
          if (read.estimator === null) throw new Error('no data')
          // What is left is whole detectors: the manifest of the deck tells that some are missing.
          expectBeginningOf(file, read)
        }
      }),
      { numRuns: 8 },
    )
  })

  it('that goes on after its end is refused', () => {
    fc.assert(
      fc.property(rawFile, fc.uint8Array({ minLength: 1, maxLength: 60 }), (file, more) => {
        const bytes = writeFlukaFile(file)
        const longer = new Uint8Array(bytes.length + more.length)
        longer.set(bytes)
        longer.set(more, bytes.length)
        expect(isRefused(longer)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('that lacks a record, has one twice, or has one that became longer, is refused', () => {
    const bytes = writeFlukaFile(
      madeResnuclei((values, isomers) => {
        values.fill(1, 200)
        isomers.fill(2)
      }),
    )
    const records = recordsOf(bytes)
    const rebuilt = (pieces: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(pieces))
    const pieces = records.map(({ at, length }) => bytes.slice(at, at + length + 8))
    for (const i of records.keys()) {
      const without = rebuilt(pieces.filter((_, k) => k !== i))
      expect(isRefused(without), `without record ${i + 1}`).toBe(true)
      const twice = rebuilt(pieces.flatMap((piece, k) => (k === i ? [piece, piece] : [piece])))
      expect(isRefused(twice), `record ${i + 1} twice`).toBe(true)
      const longer = new Uint8Array(pieces[i]!.length + 4)
      longer.set(pieces[i]!.subarray(0, -4))
      new DataView(longer.buffer).setInt32(0, records[i]!.length + 4, true)
      new DataView(longer.buffer).setInt32(longer.length - 4, records[i]!.length + 4, true)
      expect(isRefused(rebuilt(pieces.map((piece, k) => (k === i ? longer : piece)))), `longer ${i + 1}`).toBe(true)
    }
  })

  it('of noise is refused, with and without a good beginning', () => {
    const [first] = recordsOf(writeFlukaFile(madeResnuclei(() => {})))
    const head = writeFlukaFile(madeResnuclei(() => {})).subarray(0, first!.length + 8)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, begun) => {
        expect(isRefused(begun ? Uint8Array.from([...head, ...noise]) : noise)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('of noise in good records of plausible lengths is refused', () => {
    const head = writeFlukaFile(madeResnuclei(() => {})).subarray(0, 136)
    const record = (data: Uint8Array) => {
      const bytes = new Uint8Array(data.length + 8)
      new DataView(bytes.buffer).setInt32(0, data.length, true)
      new DataView(bytes.buffer).setInt32(data.length + 4, data.length, true)
      bytes.set(data, 4)
      return bytes
    }
    const length = fc.constantFrom(0, 4, 8, 14, 30, 38, 40, 50, 78, 86, 164, 400)
    const noise = length.chain((n) => fc.uint8Array({ minLength: n, maxLength: n }))
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 6 }), (records) => {
        expect(isRefused(Uint8Array.from(Buffer.concat([head, ...records.map(record)])))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('whose header announces what is not there is refused before anything is made room for', () => {
    const file = madeResnuclei(() => {})
    const bytes = writeFlukaFile(file)
    const [, header] = recordsOf(bytes)
    const view = new DataView(bytes.buffer)
    view.setInt32(header!.at + 4 + 22, 900, true)
    view.setInt32(header!.at + 4 + 26, 199, true)
    expect(attempt(bytes)).toMatchObject({ code: 'FLUKA_RECORD_UNEXPECTED' })
    view.setInt32(header!.at + 4 + 26, 2_000_000_000, true)
    expect(attempt(bytes)).toMatchObject({ code: 'FLUKA_HEADER_INVALID', place: { offset: header!.at + 4 + 26 } })
  })

  it('tells its cause', () => {
    const bytes = writeFlukaFile(madeResnuclei((values) => values.fill(1, 200)))
    const swapped = bytes.slice()
    swapped.set([0, 0, 0, 128])
    expect(attempt(swapped)).toMatchObject({ code: 'FLUKA_FILE_BIG_ENDIAN' })
    expect(attempt(new Uint8Array(0))).toMatchObject({ code: 'FLUKA_FILE_EMPTY' })
    expect(attempt(bytes.subarray(0, 300))).toMatchObject({ code: 'FLUKA_FILE_CUT', place: { record: 3, offset: 182 } })
    expect(attempt(bytes.subarray(0, 136))).toMatchObject({ code: 'FLUKA_FILE_CUT' })
    expect(attempt(new TextEncoder().encode('# Detector n: 1'))).toMatchObject({
      code: 'FLUKA_NOT_FLUKA',
      place: { found: 'text (a formatted file, or a table)' },
    })
    const yields = writeFlukaFile(madeResnuclei(() => {})).slice(0, 136 + 62)
    new DataView(yields.buffer).setInt32(136, 54, true)
    new DataView(yields.buffer).setInt32(194, 54, true)
    expect(attempt(yields)).toMatchObject({ code: 'FLUKA_NOT_SUPPORTED', message: expect.stringContaining('USRYIELD') })
    const nan = bytes.slice()
    new DataView(nan.buffer).setFloat32(182 + 4 + 400, Number.NaN, true)
    expect(attempt(nan)).toMatchObject({ code: 'FLUKA_VALUE_INVALID', place: { record: 3, offset: 586 } })
  })
})

describe('what a flipped bit in a value does', () => {
  it('in the file of one run: another value, which nothing in the file can tell', () => {
    fc.assert(
      fc.property(resnucleiFile, (file) => {
        const bytes = writeFlukaFile(file)
        const data = recordsOf(bytes).find(({ length }) => length === 4 * file.detectors[0]!.values.length)!
        const damaged = attempt(flipped(bytes, (data.at + data.length) * 8))
        expect(damaged instanceof FlukaReadError || damaged.estimator === 'RESNUCLEi').toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describeWith(FLUKA_SAMPLES, 'damaged files of real FLUKA', (samples) => {
  const names = [
    'ucn-2017-08/ucn_23.rnc',
    'ucn-2017-08/ucn_22.bnn',
    'ucn-2017-08/ucn_21.trk',
    'ucn-2020-09/ucn_27.bdx',
    'tepc-fluka4-3.1/merged/output_fort_43.bnn',
  ]
  const bytesOf = (name: string) => new Uint8Array(readFileSync(path.join(samples, name)))

  it('that were merged are refused wherever they are cut', () => {
    for (const bytes of names.map(bytesOf)) {
      for (let length = 0; length < bytes.length; length += bytes.length > 4000 ? 25 : 2) {
        if (!isRefused(bytes.subarray(0, length))) throw new Error(`read after ${length} bytes`)
      }
    }
  })

  it('that were merged betray a flipped bit in a value by their totals, where it changes more than 4 in 100,000', () => {
    const bytes = bytesOf(names[0]!)
    const data = recordsOf(bytes)[2]!
    let told = 0
    for (let place = 0; place < data.length / 4; place++) {
      for (let bit = 0; bit < 32; bit++) {
        const damaged = flipped(bytes, (data.at + 4 + 4 * place) * 8 + bit)
        const before = new DataView(bytes.buffer).getFloat32(data.at + 4 + 4 * place, true)
        const after = new DataView(damaged.buffer).getFloat32(data.at + 4 + 4 * place, true)
        const change = Math.abs(after - before) / 0.0451
        const refused = isRefused(damaged)
        if (refused) told++
        else expect(change).toBeLessThan(4e-5)
      }
    }
    expect(told).toBeGreaterThan(400)
  })

  it('that are texts are refused, or read without anything else going wrong', () => {
    const texts = [
      'ucn-2017-08/ucn_23_tab.lis',
      'ucn-2017-08/ucn_23_sum.lis',
      'ucn-2017-08/ucn_21_sum.lis',
      'ucn-2017-08/ucn_21_tab.lis',
      'ucn-2017-08/ucn_22.bnn.asc',
      'pyne-usrbin/fluka_usrbin_multiple.lis',
    ].map((name) => readFileSync(path.join(samples, name), 'latin1'))
    const attemptText = (text: string) => {
      try {
        readFlukaText(text, 'damaged')
        return 'read'
      } catch (error) {
        if (error instanceof FlukaReadError) return error.code
        throw error
      }
    }
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom('cut', 'replace', 'insert', 'swap'),
        fc.string({ minLength: 1, maxLength: 4 }),
        (text, where, damage, piece) => {
          const at = Math.floor(where * text.length)
          const changed = {
            cut: text.slice(0, at),
            replace: text.slice(0, at) + piece + text.slice(at + piece.length),
            insert: text.slice(0, at) + piece + text.slice(at),
            swap: text.slice(at) + text.slice(0, at),
          }[damage]!
          if (attemptText(changed) !== 'read') refused++
        },
      ),
      { numRuns: 300 },
    )
    expect(refused).toBeGreaterThan(60)
    expect(attemptText('')).toBe('FLUKA_FILE_EMPTY')
    expect(attemptText(' '.repeat(1e6) + 'binning n.')).toBe('FLUKA_TEXT_INVALID')
    expect(attemptText('Hello, world')).toBe('FLUKA_TEXT_INVALID')
  })
})

/** What was read is the first detectors of the file, the last of them perhaps without its isomers. */
function expectBeginningOf(file: EstimatorFile, read: EstimatorFile): void {
  const there = file.detectors.slice(0, read.detectors.length)
  const last = there.at(-1)!
  const bare = 'isomers' in last ? [...there.slice(0, -1), { ...last, isomers: null }] : there
  expect([there, bare]).toContainEqual(read.detectors)
}
