import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeFirst, madeResnuclei, rawFile, resnucleiFileOf, usrbdxFile, usrtrackFile } from '#test/fluka/made-files.ts'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import type { EstimatorFile } from '../output/fluka-file.ts'
import { placeOfIsomer } from '../output/isomer-index.ts'
import { readFlukaFile } from '../output/read-file.ts'
import { matrixPlace } from '../output/residual-nuclei.ts'
import type { UsrtrackFile } from '../output/usrtrack.ts'
import { writeFlukaFile } from '../output/write-file.ts'
import { FlukaMergeError } from './merge-error.ts'
import { FlukaMerge, mergeFlukaFiles } from './merge-files.ts'
import { mergeRemarks } from './unproven.ts'

const HEADER = { IZRHGH: 34, IMRHGH: 17, K: -5 }
const FE56 = matrixPlace(HEADER, 26, 56)!
const CO58 = matrixPlace(HEADER, 27, 58)!
const CO58M = placeOfIsomer(80, 110, { Z: 27, A: 58, m: 1 })!

const code = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof FlukaMergeError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'merged'
}

describeWith(FLUKA_SAMPLES, 'five runs of FLUKA 4-3.1', (samples) => {
  const folder = path.join(samples, 'tepc-fluka4-3.1')
  const run = (i: number, unit: number) => {
    const name = `fwt_tepc_0${i}001_fort.${unit}`
    return readFlukaFile(new Uint8Array(readFileSync(path.join(folder, name))), name)
  }

  it.each([
    ['usbsuw', 43, 'output_fort_43.bnn'],
    ['usbsuw', 44, 'output_fort_44.bnn'],
    ['usxsuw', 41, 'output_fort_41.bnx'],
    ['detsuw', 17, 'output_fort_17.dtc'],
  ])('are merged as %s did, unit %d, to the last bit', (_, unit, official) => {
    const merged = mergeFlukaFiles(
      [1, 2, 3, 4, 5].map((i) => run(i, unit)),
      official,
    )
    const expected = readFileSync(path.join(folder, 'merged', official))
    expect(Buffer.from(writeFlukaFile(merged)).equals(expected)).toBe(true)
  })

  it('are not merged with what was merged, with another estimator, or twice', () => {
    const merged = readFlukaFile(new Uint8Array(readFileSync(path.join(folder, 'merged/output_fort_41.bnx'))), 'sum')
    expect(code(() => mergeFlukaFiles([run(1, 41), merged], 'x'))).toBe(
      'FLUKA_MERGE_MERGED: A file was merged before: the spread of its runs is gone, so no error could be made with it. sum holds 5 batches.',
    )
    expect(code(() => mergeFlukaFiles([run(1, 41), run(2, 43)], 'x'))).toContain(
      'FLUKA_MERGE_LAYOUT: The files are not of the same estimators. estimator is USRBDX in fwt_tepc_01001_fort.41 and USRBIN',
    )
    expect(code(() => mergeFlukaFiles([run(1, 43), run(2, 44)], 'x'))).toContain('In detector 1, NB is 3 in')
    expect(code(() => mergeFlukaFiles([run(1, 41), run(2, 41), run(1, 41)], 'x'))).toContain('FLUKA_MERGE_REPEATED')
    const empty = readFlukaFile(
      new Uint8Array(readFileSync(path.join(samples, 'ucn-2017-09-empty-merge/ucn_23.rnc'))),
      'empty',
    )
    expect(code(() => mergeFlukaFiles([empty], 'x'))).toContain('FLUKA_MERGE_NO_DATA')
  })
})

describeWith(FLUKA_SAMPLES, 'the integrals of a merged spectrum', (samples) => {
  it('of USRTRACK, with and without groups, come from its mean as ustsuw made them', () => {
    // The mean of the integrals is the integral of the mean: the merged file alone proves widths, order and rounding.
    for (const name of [
      'ucn-2020-09/ucn_21.trk',
      'ucn-2017-08/ucn_21.trk',
      'cyberknife-usrtrack/500k_R1_60mm_26.trk',
    ]) {
      const file = readFlukaFile(new Uint8Array(readFileSync(path.join(samples, name))), name) as UsrtrackFile
      const detectors = file.detectors.map((detector) => ({ ...detector, statistics: null }))
      const made = (i: number) => ({
        ...file,
        file: `${i}`,
        merged: false,
        first: madeFirst(i),
        detectors,
      })
      const merge = new FlukaMerge()
      merge.add(made(1000))
      // The same values in another run, which the merge would refuse: scaled and taken back in equal parts.
      const scaled = (factor: number) => ({
        ...made(1000),
        detectors: detectors.map((one) => ({ ...one, values: one.values.map((value) => value * factor) })),
      })
      merge.add(scaled(0.5))
      merge.add(scaled(1.5))
      const { statistics } = (merge.finish('mean') as typeof file).detectors[0]!
      const official = file.detectors[0]!.statistics!
      expect(statistics!.ends).toEqual(official.ends)
      expect(statistics!.lowest).toBe(official.lowest)
      expect(statistics!.flux).toEqual(official.flux)
      const relative = Math.max(
        ...statistics!.cumulative.map((value, i) => {
          const expected = official.cumulative[i]!
          return expected === 0 ? Math.abs(value) : Math.abs(value / expected - 1)
        }),
      )
      // The official one added the runs before it rounded, this one their rounded mean.
      expect(relative).toBeLessThan(2e-6)
    }
  })
})

describe('a merge of RESNUCLEi', () => {
  const runs = [
    { primaries: 1000, fe: 0.5, co: 0.25, isomer: 0.125 },
    { primaries: 3000, fe: 0.75, co: 0, isomer: 0.5 },
    { primaries: 2000, fe: 0.25, co: 0.5, isomer: 0 },
  ]
  const files = runs.map(({ primaries, fe, co, isomer }) =>
    madeResnuclei((values, isomers) => {
      values[FE56] = fe
      values[CO58] = co
      isomers[CO58M] = isomer
    }, primaries),
  )

  it('weights by primaries, gives errors between runs, and sums with isomers by mass and charge', () => {
    const merged = mergeFlukaFiles(files, 'sum')
    if (merged.estimator !== 'RESNUCLEi') throw new Error('another kind')
    expect(merged.first).toMatchObject({ NCASE: 6000, WEIPRI: 6000, NBATCH: 3, written: 'sum' })
    const { values, isomers, statistics } = merged.detectors[0]!
    const moments = (pick: (run: (typeof runs)[number]) => number) => {
      const mean = runs.reduce((sum, run) => sum + pick(run) * run.primaries, 0) / 6000
      const square = runs.reduce((sum, run) => sum + pick(run) ** 2 * run.primaries, 0) / 6000
      return [Math.fround(mean), Math.fround(Math.sqrt((square - mean ** 2) / 2) / mean)]
    }
    const { projections, errors, isomerErrors, total, totalError } = statistics!
    expect([values[FE56], errors[FE56]]).toEqual(moments(({ fe }) => fe))
    expect([isomers![CO58M], isomerErrors![CO58M]]).toEqual(moments(({ isomer }) => isomer))
    expect([projections!.byA[57], projections!.byAErrors[57]]).toEqual(moments(({ co, isomer }) => co + isomer))
    expect([projections!.byZ[26], projections!.byZErrors[26]]).toEqual(moments(({ co, isomer }) => co + isomer))
    expect([total, totalError]).toEqual(moments(({ fe, co, isomer }) => fe + co + isomer))
    // What is written is a merged file: totals, sums and errors included.
    expect(readFlukaFile(writeFlukaFile(merged), 'sum')).toEqual(merged)
    expect(mergeRemarks(merged)[0]).toContain('unproven on real files')
  })

  it('has no sums by mass and charge when an isomer cannot be placed, and is not written then', () => {
    const unknown = files.map((_, i) =>
      madeResnuclei((values, isomers) => {
        values[FE56] = 1 + i
        isomers[5] = 1
      }),
    )
    const merged = mergeFlukaFiles(unknown, 'sum')
    if (merged.estimator !== 'RESNUCLEi') throw new Error('another kind')
    expect(merged.detectors[0]!.statistics!.projections).toBeNull()
    expect(merged.detectors[0]!.statistics!.total).toBe(3)
    expect(mergeRemarks(merged).at(-1)).toContain('no sums by mass and charge')
    expect(() => writeFlukaFile(merged)).toThrow(RangeError)
  })

  it('writes no relative error above 0.99: what one of several runs saw', () => {
    const [one, ...others] = [1, 0, 0, 0].map((fe, i) =>
      madeResnuclei(
        (values) => {
          values[FE56] = fe
        },
        1000 + i * 0,
      ),
    )
    const merged = mergeFlukaFiles([one!, ...others], 'sum')
    if (merged.estimator !== 'RESNUCLEi') throw new Error('another kind')
    expect(merged.detectors[0]!.statistics!.errors[FE56]).toBe(Math.fround(0.99))
  })

  it('of decay data stays decay data', () => {
    const decay = files.map((file, i) => resnucleiFileOf(file, { decay: true, primaries: runs[i]!.primaries }))
    const merged = mergeFlukaFiles(decay, 'sum')
    expect(merged.first).toMatchObject({ NCASE: -6000, written: 'time evolution' })
    expect(readFlukaFile(writeFlukaFile(merged), 'sum')).toEqual(merged)
    const later = { ...decay[1]!, irradiation: [{ intensity: 2, end: 10 }] }
    expect(code(() => mergeFlukaFiles([decay[0]!, later], 'x'))).toContain('the irradiation is')
    expect(code(() => mergeFlukaFiles([decay[0]!, files[1]!], 'x'))).toContain('FLUKA_MERGE_LAYOUT')
  })
})

describe('any merge', () => {
  it('of one batch is that file and has no error', () => {
    fc.assert(
      fc.property(rawFile, (file) => {
        expect(mergeFlukaFiles([file], 'one')).toEqual({ ...file, file: 'one' })
        expect(mergeRemarks(mergeFlukaFiles([file], 'one'))[0]).toContain('One batch has no errors')
      }),
      { numRuns: 30 },
    )
  })

  it('of the same random numbers is refused, whether the values or the seeds tell', () => {
    const few = (i: number) => ({ ...madeResnuclei((values) => values.fill(1, 300, 303)), file: `run ${i}` })
    expect(code(() => mergeFlukaFiles([few(1), few(2)], 'x'))).toBe('merged')
    const many = (i: number) => ({ ...madeResnuclei((values) => values.fill(1, 300, 320)), file: `run ${i}` })
    expect(code(() => mergeFlukaFiles([many(1), many(2)], 'x'))).toContain('run 1 and run 2 agree in all values, 20 of')
    const merge = new FlukaMerge()
    merge.add(few(1), '0 0 A')
    merge.add(few(2), '0 0 B')
    expect(code(() => merge.add(few(3), '0 0 A'))).toContain('run 1 and run 3 began with the seeds 0 0 A')
    expect(merge.batches).toBe(2)
  })

  it('of nothing, of a file without primaries, and of other titles is refused', () => {
    expect(code(() => mergeFlukaFiles([], 'x'))).toContain('FLUKA_MERGE_NOTHING')
    const file = madeResnuclei((values) => values.fill(1, 300))
    expect(code(() => mergeFlukaFiles([{ ...file, first: { ...file.first, WEIPRI: 0 } }], 'x'))).toContain(
      'FLUKA_MERGE_WEIGHT',
    )
    const short = { ...file.first, NCASE: null, MCASE: null, NBATCH: null, length: 116 } as const
    expect(code(() => mergeFlukaFiles([{ ...file, first: short }], 'x'))).toContain('FLUKA_MERGE_WEIGHT')
    const titled = { ...file, first: { ...file.first, RUNTIT: 'another' } }
    expect(code(() => mergeFlukaFiles([file, titled], 'x'))).toContain('the title (RUNTIT) is made for a test in')
  })

  it('counts above a thousand million primaries apart', () => {
    const file = (i: number) => ({
      ...madeResnuclei((values) => {
        values[FE56] = i
      }),
      first: madeFirst(900_000_000),
    })
    expect(mergeFlukaFiles([file(1), file(2), file(3)], 'x').first).toMatchObject({ NCASE: 700_000_000, MCASE: 2 })
  })

  it('of DETECT does not run over', () => {
    const file = (events: number): EstimatorFile => ({
      estimator: 'DETECT',
      file: 'made',
      first: madeFirst(10),
      merged: false,
      detectors: [
        {
          header: { number: 1, name: 'DET', channels: 1, emin: 0, width: 1, cutoff: 0 },
          counts: Int32Array.of(events),
        },
      ],
    })
    expect(code(() => mergeFlukaFiles([file(2 ** 31 - 1), file(1)], 'x'))).toContain('FLUKA_MERGE_OVERFLOW')
  })

  it('of spectra is written as a merged file that agrees with its own totals', () => {
    fc.assert(
      fc.property(fc.oneof(usrbdxFile, usrtrackFile), (file) => {
        const other = {
          ...file,
          detectors: file.detectors.map((one) => ({ ...one, values: one.values.map((value) => value / 3) })),
        } as EstimatorFile
        fc.pre(code(() => mergeFlukaFiles([file, other], 'x')) === 'merged')
        const merged = mergeFlukaFiles([file, other], 'sum')
        fc.pre(staysFinite(merged))
        expect(readFlukaFile(writeFlukaFile(merged), 'sum')).toEqual(merged)
      }),
      { numRuns: 60 },
    )
  })

  it('of logarithmic solid angles is refused, because no real file of that kind has been seen', () => {
    fc.assert(
      fc.property(usrbdxFile, (file) => {
        const [detector] = file.detectors
        const logarithmic = { ...file, detectors: [{ ...detector!, header: { ...detector!.header, ITUSBX: -2 } }] }
        expect(code(() => mergeFlukaFiles([logarithmic], 'x'))).toContain('FLUKA_MERGE_NOT_SUPPORTED')
      }),
      { numRuns: 5 },
    )
  })
})

/** Values up to 10^20 times widths: totals may leave single precision. */
function staysFinite(file: EstimatorFile): boolean {
  if (file.estimator !== 'USRBDX' && file.estimator !== 'USRTRACK') return true
  return file.detectors.every(({ statistics }) => statistics!.cumulative.every(Number.isFinite))
}
