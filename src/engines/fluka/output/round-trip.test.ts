import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeFirst, madeResnuclei, rawFile, resnucleiFile } from '#test/fluka/made-files.ts'
import type { ByteSource } from './byte-source.ts'
import { firstRecordOfRun } from './first-record-of-run.ts'
import { float32Decimal } from './float32-decimal.ts'
import type { EstimatorFile } from './fluka-file.ts'
import { isomerAt, isomerListLength, placeOfIsomer } from './isomer-index.ts'
import { readFlukaFile } from './read-file.ts'
import { matrixPlace, residualNuclei } from './residual-nuclei.ts'
import { unprovenRemarks } from './unproven.ts'
import { writeFlukaFile } from './write-file.ts'

/** Fetches what is asked for, keeps nothing, and counts. */
function countingSource(bytes: Uint8Array): ByteSource & { largest: number } {
  const source = {
    size: bytes.length,
    largest: 0,
    read(offset: number, length: number): Uint8Array {
      expect(offset).toBeGreaterThanOrEqual(0)
      expect(offset + length).toBeLessThanOrEqual(bytes.length)
      source.largest = Math.max(source.largest, length)
      return bytes.slice(offset, offset + length)
    },
    fill(offset: number, target: Uint8Array): void {
      target.set(source.read(offset, target.length))
    },
  }
  return source
}

describe('files that are written', () => {
  it('are read again as they were, from memory, from a Buffer, and piece by piece', () => {
    fc.assert(
      fc.property(rawFile, (file) => {
        const bytes = writeFlukaFile(file)
        expect(readFlukaFile(bytes, 'made')).toEqual(file)
        const buffer = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)
        expect(readFlukaFile(buffer, 'made')).toEqual(file)
        const source = countingSource(bytes)
        expect(readFlukaFile(source, 'made')).toEqual(file)
        const longest = Math.max(...recordLengths(bytes))
        expect(source.largest).toBe(Math.max(longest, 4))
      }),
      { numRuns: 150 },
    )
  })

  it('do not share memory with what was read', () => {
    const bytes = writeFlukaFile(madeResnuclei((values) => values.fill(2, 200)))
    const read = readFlukaFile(bytes, 'made') as EstimatorFile & { estimator: 'RESNUCLEi' }
    bytes.fill(0)
    expect(read.detectors[0]!.values[200]).toBe(2)
  })

  it.each([116, 120, 124, 128, 136] as const)('may begin with a first record of %d bytes', (length) => {
    const file = madeResnuclei((values) => values.fill(1, 300))
    const first = {
      ...madeFirst(1234),
      NCASE: length >= 120 ? 1234 : null,
      MCASE: length >= 124 ? 0 : null,
      NBATCH: length >= 128 ? 1 : null,
      extra: length === 136 ? ([7, 8] as const) : null,
      length,
    }
    const read = readFlukaFile(writeFlukaFile({ ...file, first }), 'made')
    expect(read.first).toEqual(first)
    expect(unprovenRemarks(read).some((remark) => remark.includes('136 bytes'))).toBe(length === 136)
  })
})

describe('the first record of a run', () => {
  it('has the date as FLUKA writes it and counts above a thousand million apart', () => {
    const first = firstRecordOfRun({ title: ' t', began: new Date('2024-09-11T02:38:09Z'), primaries: 3_000_000_007 })
    expect(first).toMatchObject({ RUNTIM: ' DATE:  9/11/24,  TIME:  2:38: 9', NCASE: 7, MCASE: 3, NBATCH: 1 })
    expect(first.WEIPRI).toBe(Math.fround(3_000_000_007))
    expect(firstRecordOfRun({ title: '', began: new Date(0), primaries: 5, decay: true }).NCASE).toBe(-5)
  })
})

describe('nuclides of a detector', () => {
  it('are ground states and isomers where the list is known', () => {
    const file = madeResnuclei((values, isomers) => {
      values[matrixPlace({ IZRHGH: 34, IMRHGH: 17, K: -5 }, 26, 56)!] = 0.5
      isomers[placeOfIsomer(80, 110, { Z: 13, A: 26, m: 1 })!] = 0.25
      isomers[109] = 0.125
    })
    expect(residualNuclei(file.detectors[0]!)).toEqual([
      { state: 'ground', Z: 26, A: 56, m: 0, value: 0.5, error: null },
      { state: 'isomer', Z: 13, A: 26, m: 1, value: 0.25, error: null },
      { state: 'unresolved isomer', index: 109, value: 0.125, error: null },
    ])
  })

  it('are unresolved where the file has no lists, or a list of another length', () => {
    const [detector] = madeResnuclei((values, isomers) => {
      values[300] = 1
      isomers[4] = 2
    }).detectors
    const states = (isomers: Float32Array | null) => residualNuclei({ ...detector!, isomers }).map(({ state }) => state)
    expect(states(null)).toEqual(['unresolved'])
    expect(states(detector!.isomers!.slice(0, 60))).toEqual(['ground', 'unresolved isomer'])
    expect(states(detector!.isomers)).toEqual(['ground', 'isomer'])
  })

  it('have a place in the matrix, or none', () => {
    const header = { IZRHGH: 96, IMRHGH: 64, K: -5 }
    expect(matrixPlace(header, 92, 238)).toBe(91 + 58 * 96)
    expect(matrixPlace(header, 97, 240)).toBeNull()
    expect(matrixPlace(header, 1, 1)).toBe(0 + 3 * 96)
    expect(matrixPlace(header, 4, 3)).toBeNull()
    expect(matrixPlace(header, 50, 160)).toBeNull()
  })

  it('list isomers by mass, charge and state, inside the list', () => {
    const length = isomerListLength(223)!
    let before = -1
    let known = 0
    for (let place = 0; place < length; place++) {
      const state = isomerAt(223, length, place)
      if (state === null) continue
      known++
      const order = state.A * 10_000 + state.Z * 10 + state.m
      expect(order).toBeGreaterThan(before)
      expect(placeOfIsomer(223, length, state)).toBe(place)
      before = order
    }
    expect(known).toBe(221)
    expect(isomerAt(223, length - 1, 0)).toBeNull()
    expect(isomerAt(200, 1000, 0)).toBeNull()
  })
})

describe('damaged files', () => {
  it('of RESNUCLEi with nuclei of less than no neutrons are refused', () => {
    const bytes = writeFlukaFile(madeResnuclei((values) => values.fill(1, 0, 1)))
    expect(() => readFlukaFile(bytes, 'made')).toThrow(expect.objectContaining({ code: 'FLUKA_VALUE_INVALID' }))
  })

  it('of RESNUCLEi with lists of isomers for some detectors only are refused', () => {
    fc.assert(
      fc.property(resnucleiFile, (file) => {
        fc.pre(file.detectors.length > 1 && file.detectors[0]!.isomers !== null)
        const detectors = file.detectors.map((one, i) => (i === 0 ? { ...one, isomers: null } : one))
        const bytes = writeFlukaFile({ ...file, detectors })
        expect(() => readFlukaFile(bytes, 'made')).toThrow(expect.objectContaining({ code: 'FLUKA_RECORD_UNEXPECTED' }))
      }),
      { numRuns: 40 },
    )
  })
})

describe('decimals of float32', () => {
  it('are short, and the same number', () => {
    expect(float32Decimal(Math.fround(0.1))).toBe(0.1)
    expect(float32Decimal(0)).toBe(0)
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(Math.fround(float32Decimal(value)) === value).toBe(true)
      }),
    )
  })
})

function recordLengths(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const lengths: number[] = []
  for (let at = 0; at < bytes.length; at += view.getInt32(at, true) + 8) lengths.push(view.getInt32(at, true))
  return lengths
}
