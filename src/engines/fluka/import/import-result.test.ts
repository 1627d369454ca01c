/** Results made elsewhere: real merged files and tables of FLUKA, and raw files of our own writer. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { RunMerge } from '#results/merge.ts'
import { cellValue, linearCombination } from '#results/statistics.ts'
import type { Setup } from '#simulation/document.ts'
import { presets } from '#simulation/presets.ts'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { mergeFlukaFiles } from '../merge/merge-files.ts'
import { readFlukaFile } from '../output/read-file.ts'
import { matrixPlace, residualNuclei } from '../output/residual-nuclei.ts'
import type { ResnucleiFile } from '../output/resnuclei.ts'
import { writeFlukaFile } from '../output/write-file.ts'
import { ImportError } from './import-error.ts'
import { type ImportWishes, importResult } from './import-result.ts'

const NO_WISHES: ImportWishes = { detectors: {}, primaries: null }
const SPES = presets()[0]!.document.setup

/** The preset with its target layers cut down to these names. */
function setupWith(...names: readonly string[]): Setup {
  const layer = SPES.target.layers.find(({ role }) => role === 'target')!
  return { ...SPES, target: { ...SPES.target, layers: names.map((name) => ({ ...layer, name })) } }
}

const file = (name: string) =>
  new Uint8Array(readFileSync(path.resolve(import.meta.dirname, '../../../../testdata/fluka', name)))
const base = readFlukaFile(file('old001'), 'old001') as ResnucleiFile

/** A raw file of a run with these nuclei per primary in its two detectors. */
function run(date: number, primaries: number, values: readonly (readonly [number, number, number])[]): Uint8Array {
  const detectors = base.detectors.map((detector, index) => {
    const filled = new Float32Array(detector.values.length)
    for (const [Z, A, value] of values) filled[matrixPlace(detector.header, Z, A)!] = value * (index + 1)
    return { ...detector, values: filled }
  })
  const first = {
    ...base.first,
    RUNTIM: ` DATE: 11/ 5/26,  TIME:  8: 9:${10 + date}`,
    WEIPRI: primaries,
    NCASE: primaries,
  }
  return writeFlukaFile({ ...base, first, detectors })
}

const merged = (result: ReturnType<typeof importResult>): RunMerge => {
  const merge = new RunMerge()
  for (const tally of result.tallies) merge.add(tally)
  return merge
}

function refusal(work: () => unknown): ImportError {
  try {
    work()
  } catch (error) {
    if (error instanceof ImportError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const two = setupWith('disc01', 'total-yield')

describe('raw files of single runs', () => {
  const files = [
    {
      name: 'a_fort.25',
      bytes: run(1, 1000, [
        [26, 56, 0.25],
        [1, 1, 0.5],
      ]),
    },
    {
      name: 'b_fort.25',
      bytes: run(2, 1000, [
        [26, 56, 0.5],
        [1, 1, 0.75],
      ]),
    },
    { name: 'c_fort.25', bytes: run(3, 2000, [[26, 56, 0.375]]) },
  ]
  const result = importResult(two, files, NO_WISHES)
  const merge = merged(result)

  it('become a batch each, whose mean and error are those of the summing program', () => {
    expect(result.kind).toBe('runs')
    expect([merge.batches, merge.histories]).toEqual([3, 4000])
    const sum = mergeFlukaFiles(
      files.map(({ name, bytes }) => readFlukaFile(bytes, name)),
      'sum',
    ) as ResnucleiFile
    for (const [index, layer] of ['disc01', 'total-yield'].entries()) {
      const sample = merge.residualSample(layer)
      const nuclei = residualNuclei(sum.detectors[index]!)
      expect(nuclei).toHaveLength(2)
      for (const nucleus of nuclei) {
        if (!('Z' in nucleus)) throw new Error('an isomer')
        const value = cellValue(sample, sample.nuclides.indexOf(zaiOf(nucleus.Z, nucleus.A)))
        expect(value.mean).toBeCloseTo(nucleus.value, 7)
        expect(value.standardError! / value.mean).toBeCloseTo(nucleus.error!, 6)
      }
    }
  })

  it('tell the error of a sum over layers and nuclides, from the spread of the runs', () => {
    const iron = { region: 'total', weight: 1, nuclide: zaiOf(26, 56) }
    const value = linearCombination(merge, [iron, { ...iron, nuclide: zaiOf(1, 1) }])
    expect(value.mean).toBeCloseTo((3 * (0.75 * 1000 + 1.25 * 1000 + 0.375 * 2000)) / 4000, 7)
    expect(value.kind).toBe('sampled')
  })

  it('are refused where they repeat a run, are merged already, or are not all of one layout', () => {
    const [first] = files
    const again = [first!, { ...first!, name: 'again_fort.25' }]
    const long = (name: string, date: number) => ({
      name,
      bytes: run(
        date,
        1000,
        Array.from({ length: 9 }, (_, i) => [20 + i, 2 * (20 + i) + 2, 0.125] as const),
      ),
    })
    expect(refusal(() => importResult(two, [long('a', 1), long('b', 2)], NO_WISHES)).code).toBe('FLUKA_MERGE_REPEATED')
    // Two values that agree may be chance.
    expect(importResult(two, again, NO_WISHES).batches).toBe(2)
    const sum = { name: 'old-sum', bytes: file('old-sum') }
    expect(refusal(() => importResult(two, [first!, sum], NO_WISHES)).code).toBe('FLUKA_IMPORT_MIXED')
    const other = { name: 'yields001', bytes: file('yields001') }
    expect(refusal(() => importResult(two, [first!, other], NO_WISHES)).code).toBe('FLUKA_MERGE_LAYOUT')
  })

  it('alone tell no error, and say so', () => {
    const one = importResult(two, files.slice(0, 1), NO_WISHES)
    const sample = merged(one).residualSample('disc01')
    expect(cellValue(sample, sample.nuclides.indexOf(zaiOf(26, 56)))).toMatchObject({ mean: 0.25, kind: 'not-known' })
    expect(one.notes).toContain('One run was imported: one batch tells no error.')
  })
})

describe('what cannot be imported is refused in words', () => {
  it.each([
    ['decay001', 'FLUKA_IMPORT_DECAY'],
    ['mesh001', 'FLUKA_IMPORT_ESTIMATOR'],
    ['track-sum', 'FLUKA_IMPORT_ESTIMATOR'],
    ['ORIGIN.md', 'FLUKA_TEXT_INVALID'],
  ])('%s: %s', (name, code) => {
    const error = refusal(() => importResult(two, [{ name, bytes: file(name) }], NO_WISHES))
    expect(error.code).toBe(code)
    expect(error.message).toContain(name)
  })

  it('a file that a task of ours left: nobody could tell a stand-in by it', () => {
    const own = { ...base, first: { ...base.first, RUNTIT: 'Isolario 0123456789abcdef point 0 batch 3' } }
    const error = refusal(() => importResult(two, [{ name: 'x', bytes: writeFlukaFile(own) }], NO_WISHES))
    expect(error.code).toBe('FLUKA_IMPORT_OWN')
  })

  it('layers and detectors that do not fit, all at once', () => {
    const bytes = file('old001')
    const wishes = { ...NO_WISHES, detectors: { nowhere: 'DISC01', disc02: 'NONE' } }
    const error = refusal(() => importResult(setupWith('disc02', 'disc03'), [{ name: 'x', bytes }], wishes))
    expect(error.code).toBe('FLUKA_IMPORT_LAYERS')
    expect(error.problems).toEqual([
      'There is no target layer "nowhere"; there are disc02, disc03.',
      'There is no detector "NONE"; the file has DISC01, TOTALYIELD.',
      'Layer "disc03": no detector is called like it.',
    ])
    const twice = { ...NO_WISHES, detectors: { disc02: 'DISC01', disc03: 'DISC01' } }
    const both = refusal(() => importResult(setupWith('disc02', 'disc03'), [{ name: 'x', bytes }], twice))
    expect(both.problems).toEqual(['Detector DISC01 is meant for both disc02 and disc03.'])
  })
})

describe('the names of a layer in a file', () => {
  it.each(['disc-01', 'Disc_01', 'DISC01'])('%s is DISC01', (layer) => {
    const result = importResult(setupWith(layer), [{ name: 'x', bytes: file('old001') }], NO_WISHES)
    expect(result.detectors).toEqual([{ layer, detector: 'DISC01' }])
  })
})

describeWith(FLUKA_SAMPLES, 'files that FLUKA wrote', (samples) => {
  const given = (name: string) => ({ name, bytes: new Uint8Array(readFileSync(path.join(samples, name))) })

  it('merged: every value and error of every detector comes back; sums have no error', () => {
    let compared = 0
    for (const name of ['ucn-2020-09/ucn_23.rnc', 'ucn-2017-08/ucn_23.rnc']) {
      const read = readFlukaFile(given(name).bytes, name) as ResnucleiFile
      const layers = read.detectors.map((_, index) => `layer${index}`)
      const detectors = Object.fromEntries(layers.map((layer, i) => [layer, read.detectors[i]!.header.TIURSN]))
      const result = importResult(setupWith(...layers), [given(name)], { detectors, primaries: null })
      expect(result).toMatchObject({ kind: 'merged', batches: read.first.NBATCH })
      const merge = merged(result)
      expect(merge.histories).toBe(read.first.NCASE)
      for (const [index, layer] of layers.entries()) {
        const sample = merge.residualSample(layer)
        const nuclei = residualNuclei(read.detectors[index]!)
        const seen = new Map<number, number>()
        for (const one of nuclei)
          if ('Z' in one) seen.set(zaiOf(one.Z, one.A), (seen.get(zaiOf(one.Z, one.A)) ?? 0) + 1)
        for (const one of nuclei) {
          if (!('Z' in one) || seen.get(zaiOf(one.Z, one.A)) !== 1) continue
          const value = cellValue(sample, sample.nuclides.indexOf(zaiOf(one.Z, one.A)))
          const volume = read.detectors[index]!.header.VURSNC
          expect(value.mean / (one.value * volume)).toBeCloseTo(1, 12)
          if (one.error! > 0 && one.error! < 0.99)
            expect(value.standardError! / value.mean / one.error!).toBeCloseTo(1, 6)
          else expect(value.kind).toBe('not-known')
          compared++
        }
      }
      if (layers.length > 1) {
        const total = merge.residualSample('total')
        const tin = cellValue(total, total.nuclides.indexOf(zaiOf(26, 56)))
        expect(tin.mean).toBeGreaterThan(0)
        expect(tin.kind).toBe('not-known')
      }
    }
    expect(compared).toBe(1460)
  })

  it('a table agrees with the binary file in every digit it has', () => {
    const wishes = { detectors: { disc: 'HeBtleAct' }, primaries: 750_000 }
    const table = merged(importResult(setupWith('disc'), [given('ucn-2017-08/ucn_23_tab.lis')], wishes))
    const binary = merged(importResult(setupWith('disc'), [given('ucn-2017-08/ucn_23.rnc')], wishes))
    const [a, b] = [table.residualSample('disc'), binary.residualSample('disc')]
    expect(a.nuclides).toEqual(b.nuclides)
    expect(a.nuclides).toHaveLength(25)
    for (const column of a.nuclides.keys()) {
      const [x, y] = [cellValue(a, column), cellValue(b, column)]
      expect(Math.abs(x.mean / y.mean - 1)).toBeLessThan(6e-5)
      expect(x.kind).toBe(y.kind)
      if (y.standardError !== null) expect(Math.abs(x.standardError! / y.standardError - 1)).toBeLessThan(1e-3)
    }
  })

  it('a table without its primaries asks for them; activities and empty merges are refused', () => {
    const wishes = { detectors: { disc: 'HeBtleAct' }, primaries: null }
    const code = (name: string) => refusal(() => importResult(setupWith('disc'), [given(name)], wishes)).code
    expect(code('ucn-2017-08/ucn_23_tab.lis')).toBe('FLUKA_IMPORT_PRIMARIES')
    expect(code('ucn-2020-09/ucn_25.rnc')).toBe('FLUKA_IMPORT_DECAY')
    expect(code('ucn-2017-09-empty-merge/ucn_23.rnc')).toBe('FLUKA_IMPORT_NO_DATA')
  })
})
