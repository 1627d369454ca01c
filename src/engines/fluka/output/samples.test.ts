/** Files of real FLUKA, read and compared with the tables that FLUKA's own programs made of them, digit by digit. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { type Format, PrintedDigits } from '#test/fluka/printed-digits.ts'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { knowsIsomerList } from './isomer-index.ts'
import { FlukaReadError } from './read-error.ts'
import { readFlukaFile } from './read-file.ts'
import { matrixPlace, residualNuclei } from './residual-nuclei.ts'
import { greatestA, type ResnucleiDetector, type ResnucleiFile } from './resnuclei.ts'
import { energyIntervals } from './spectrum.ts'
import type { FlukaText } from './text/fluka-text.ts'
import { readFlukaText } from './text/read-text.ts'
import { energiesOfUsrbdx, type UsrbdxFile } from './usrbdx.ts'
import type { UsrbinFile } from './usrbin.ts'
import { energiesOfUsrtrack, type UsrtrackFile } from './usrtrack.ts'
import { writeFlukaFile } from './write-file.ts'

const PERCENT_1: Format = { decimals: 1 }

describeWith(FLUKA_SAMPLES, 'files of real FLUKA', (samples) => {
  const bytes = (name: string) => new Uint8Array(readFileSync(path.join(samples, name)))
  const read = (name: string) => readFlukaFile(bytes(name), name)
  const text = (name: string) => readFlukaText(readFileSync(path.join(samples, name), 'latin1'), name)

  it('are all read, and written again to the last byte', () => {
    const binaries = filesBelow(samples)
      .map((file) => path.relative(samples, file))
      .filter((file) => /_fort\.\d+$|\.(rnc|bnn|bnx|bdx|trk|dtc)$/.test(file))
    const good = binaries.filter((file) => !file.includes('wrong-tool') && !file.includes('empty-merge'))
    expect(binaries).toHaveLength(38)
    expect(good).toHaveLength(35)
    const kinds = new Map<string, number>()
    for (const name of good) {
      const file = read(name)
      if (file.estimator === null) throw new Error(`${name} is empty`)
      expect(Buffer.from(writeFlukaFile(file)).equals(bytes(name)), name).toBe(true)
      const kind = `${file.estimator} ${file.merged ? 'merged' : 'raw'}`
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    expect(Object.fromEntries(kinds)).toEqual({
      'RESNUCLEi merged': 3,
      'USRBIN merged': 4,
      'USRBIN raw': 12,
      'USRBDX merged': 2,
      'USRBDX raw': 5,
      'USRTRACK merged': 3,
      'DETECT merged': 1,
      'DETECT raw': 5,
    })
  })

  it('summed with the wrong program are refused by their structure, and the right one is named', () => {
    for (const [name, program] of [
      ['tepc-fluka4-3.1/wrong-tool/output_fort_41.bnn', 'usxsuw'],
      ['tepc-fluka4-3.1/wrong-tool/output_fort_40.dtc', 'usbsuw'],
    ] as const) {
      const error = refusal(() => read(name))
      expect(error.code).toBe('FLUKA_WRONG_ESTIMATOR')
      expect(error.message).toContain(program)
    }
    const expected = refusal(() => readFlukaFile(bytes('ucn-2020-09/ucn_27.bdx'), 'x', { expect: 'RESNUCLEi' }))
    expect(expected.code).toBe('FLUKA_WRONG_ESTIMATOR')
  })

  it('merged from nothing hold no data, and their title is not shown', () => {
    expect(read('ucn-2017-09-empty-merge/ucn_23.rnc')).toMatchObject({
      estimator: null,
      merged: true,
      first: { RUNTIT: '', WEIPRI: 0, NCASE: 0, NBATCH: 0 },
      detectors: [],
    })
    expect(text('ucn-2017-09-empty-merge/ucn_23_sum.lis')).toMatchObject({ kind: 'no data', detectors: [] })
  })

  it('of RESNUCLEi agree with their tables in every printed digit', () => {
    const digits = new PrintedDigits()
    for (const name of ['ucn-2017-08/ucn_23', 'ucn-2020-09/ucn_23', 'ucn-2020-09/ucn_25']) {
      const file = read(`${name}.rnc`) as ResnucleiFile
      compareResnuclei(digits, file, text(`${name}_tab.lis`), TAB)
      compareResnuclei(digits, file, text(`${name}_sum.lis`), SUM)
    }
    digits.finish(51_752)
  })

  it('of RESNUCLEi give every isomer that was seen its name, and totals that are sums', () => {
    let isomers = 0
    for (const name of ['ucn-2020-09/ucn_23', 'ucn-2020-09/ucn_25']) {
      const { detectors } = read(`${name}.rnc`) as ResnucleiFile
      const tables = text(`${name}_tab.lis`)
      if (tables.kind !== 'RESNUCLEi table') throw new Error(tables.kind)
      for (const [i, detector] of detectors.entries()) {
        expect(knowsIsomerList(greatestA(detector.header), detector.isomers!.length)).toBe(true)
        const named = residualNuclei(detector).filter(({ state }) => state !== 'ground')
        expect(named.every(({ state }) => state === 'isomer')).toBe(true)
        isomers += named.length
        // The text drops what is below 10^-30.
        expect(tables.detectors[i]!.isomers!.length).toBe(named.filter(({ value }) => value > 1e-30).length)
      }
    }
    expect(isomers).toBe(497)
    const [old] = (read('ucn-2017-08/ucn_23.rnc') as ResnucleiFile).detectors
    expect(residualNuclei(old!).every(({ state }) => state === 'unresolved')).toBe(true)
  })

  it('of USRTRACK and USRBDX agree with their tables in every printed digit', () => {
    const digits = new PrintedDigits()
    for (const name of ['ucn-2017-08/ucn_21', 'ucn-2020-09/ucn_21', 'cyberknife-usrtrack/500k_R1_60mm_26']) {
      const file = read(`${name}.trk`) as UsrtrackFile
      compareSpectrum(digits, file, text(`${name}_tab.lis`), { general: 7 }, { general: 7 })
      compareSummary(digits, file, text(`${name}_sum.lis`))
    }
    const bdx = read('ucn-2020-09/ucn_27.bdx') as UsrbdxFile
    compareSpectrum(digits, bdx, text('ucn-2020-09/ucn_27_tab.lis'), { significant: 4 }, { significant: 4 })
    compareSummary(digits, bdx, text('ucn-2020-09/ucn_27_sum.lis'))
    const large = read('tepc-fluka4-3.1/merged/output_fort_41.bnx') as UsrbdxFile
    const table = text('tepc-fluka4-3.1/merged/output_fort_41_tab.lis')
    compareSpectrum(digits, large, table, { significant: 4 }, { significant: 4 })
    digits.finish(27_192)
  })

  it('of USRBIN agree with the text of usrbea in every printed digit', () => {
    const digits = new PrintedDigits()
    for (const unit of [43, 44]) {
      const { detectors } = read(`tepc-fluka4-3.1/merged/output_fort_${unit}.bnn`) as UsrbinFile
      const table = text(`tepc-fluka4-3.1/merged/output_fort_${unit}_bnn`)
      if (table.kind !== 'USRBIN table') throw new Error(table.kind)
      const [binning, printed] = [detectors[0]!, table.detectors[0]!]
      expect(printed).toMatchObject({
        name: binning.header.TITUSB,
        particle: binning.header.IDUSBN,
        geometry: 'Region',
      })
      expect(printed.regions![0]).toEqual([binning.header.x.low, binning.header.x.high, binning.header.x.width])
      expect(printed.notes).toEqual(unit === 43 ? ['accurate deposition along the tracks requested'] : [])
      digits.compare('value', printed.values[0]!, binning.values[0]!, { significant: 5 })
      digits.compare('error', 100 * printed.errors![0]!, 100 * binning.errors![0]!, { significant: 5 })
    }
    digits.finish(4)
  })

  it('of DETECT agree with their table: counts over primaries, with the errors of counting', () => {
    const digits = new PrintedDigits()
    const file = read('tepc-fluka4-3.1/merged/output_fort_17.dtc')
    const table = text('tepc-fluka4-3.1/merged/output_fort_17_tab.lis')
    if (file.estimator !== 'DETECT' || table.kind !== 'spectrum table') throw new Error('another kind')
    const [{ counts, header }, printed] = [file.detectors[0]!, table.detectors[0]!]
    expect(printed.rows).toHaveLength(header.channels)
    for (const [i, row] of printed.rows.entries()) {
      const where = `channel ${i + 1}`
      digits.compare(where, row.low, header.emin + i * header.width, { significant: 4 })
      digits.compare(where, row.value, counts[i]! / file.first.WEIPRI, { significant: 4 })
      digits.compare(where, 100 * row.error!, counts[i] === 0 ? 100 : 100 / Math.sqrt(counts[i]!), { significant: 4 })
    }
    digits.finish(6000)
  })

  it('whose binary file is not there are read as texts', () => {
    expect(text('hpge-detect/es4_17_tab.lis')).toMatchObject({ kind: 'spectrum table', detectors: [{ name: 'det1' }] })
    const cables = text('pyfluka/cables_ad_resnuc.ascii')
    if (cables.kind !== 'RESNUCLEi table') throw new Error(cables.kind)
    expect(cables.detectors.map(({ name }) => name)).toEqual(['Cab1', 'Cab2', 'Ins1', 'Ins2'])
    expect(cables.detectors.every(({ isomers, nuclides }) => isomers === null && nuclides[0]!.m === null)).toBe(true)
    expect(text('pyfluka/ResnucInputTestMultiDet_tab.lis')).toMatchObject({
      detectors: [
        { name: 'AlBa-1s', byA: null },
        { isomers: [{ Z: 13, A: 26, m: 1, value: 2.23e10, error: 0.001845 }] },
      ],
    })
    const multiple = text('pyne-usrbin/fluka_usrbin_multiple.lis')
    if (multiple.kind !== 'USRBIN table') throw new Error(multiple.kind)
    expect(multiple.detectors.map(({ name, values, errors }) => [name, values.length, errors!.length])).toEqual([
      ['multi_p', 27, 27],
      ['multi_n', 27, 27],
    ])
    expect(multiple.detectors[0]!.axes![1]).toEqual({ name: 'Y', low: -3, high: 3, bins: 3, width: 2, unit: 'cm' })
    expect(text('pyne-usrbin/fluka_usrbin_single.lis').detectors).toHaveLength(1)
    expect(text('pyfluka/UsrbinInputTest.ascii')).toMatchObject({
      run: { title: 'n_TOF lead target', primaries: 100, weight: 100 },
      detectors: [{ name: 'EneDep2', errors: null }],
    })
    // The binary file beside this text is of another run of the same deck.
    expect(text('ucn-2017-08/ucn_22.bnn.asc')).toMatchObject({ detectors: [{ name: 'EnergyDep', particle: 208 }] })
  })
})

interface ResnucleiFormats {
  readonly value: Format
  readonly error: Format
  readonly yields: Format
  readonly yieldErrors: Format
}

const TAB: ResnucleiFormats = {
  value: { general: 4 },
  error: { general: 4 },
  yields: { general: 4 },
  yieldErrors: { general: 4 },
}
const SUM: ResnucleiFormats = {
  value: { significant: 3 },
  error: PERCENT_1,
  yields: { significant: 8 },
  yieldErrors: { significant: 8 },
}

function compareResnuclei(
  digits: PrintedDigits,
  file: ResnucleiFile,
  table: FlukaText,
  formats: ResnucleiFormats,
): void {
  if (table.kind !== 'RESNUCLEi table') throw new Error(table.kind)
  expect(table.detectors.map(({ name }) => name)).toEqual(file.detectors.map(({ header }) => header.TIURSN))
  for (const [i, printed] of table.detectors.entries()) {
    const { header, values, isomers, statistics, coolingTime } = file.detectors[i]!
    const { projections, errors, isomerErrors, total, totalError } = statistics!
    const where = `${table.file} ${header.TIURSN}`
    if (printed.summary !== null) {
      expect(printed.summary).toMatchObject({ region: header.NRURSN, volume: header.VURSNC, type: header.ITURSN })
      digits.compare(`${where} total`, printed.summary.total.value, total, { significant: 9 })
      digits.compare(`${where} total`, 100 * printed.summary.total.error!, 100 * totalError, { significant: 9 })
      expect(printed.decay?.cooling ?? null).toBe(coolingTime)
    }
    for (const { A, value, error } of printed.byA ?? []) {
      digits.compare(`${where} A=${A}`, value, projections!.byA[A - 1]!, formats.yields)
      digits.compare(`${where} A=${A}`, 100 * error!, 100 * projections!.byAErrors[A - 1]!, formats.yieldErrors)
    }
    for (const { Z, value, error } of printed.byZ ?? []) {
      digits.compare(`${where} Z=${Z}`, value, projections!.byZ[Z - 1]!, formats.yields)
      digits.compare(`${where} Z=${Z}`, 100 * error!, 100 * projections!.byZErrors[Z - 1]!, formats.yieldErrors)
    }
    for (const { Z, A, value, error } of printed.nuclides) {
      const place = matrixPlace(header, Z, A)
      // The table lists places of which the matrix has none: all 0.
      if (place === null) expect([value, error], `${where} ${Z}-${A}`).toEqual([0, 0])
      digits.compare(`${where} ${Z}-${A}`, value, place === null ? 0 : values[place]!, formats.value)
      digits.compare(`${where} ${Z}-${A}`, 100 * error!, place === null ? 0 : 100 * errors[place]!, formats.error)
    }
    // No place that holds something is missing from the text; what is below 10^-30 is printed as nothing.
    const seen = values.reduce((count, one) => (one > 1e-30 ? count + 1 : count), 0)
    expect(printed.nuclides.filter(({ value }) => value > 1e-30).length, where).toBe(seen)
    compareIsomers(digits, where, file.detectors[i]!, printed.isomers, formats)
    expect(isomers === null).toBe(isomerErrors === null)
  }
}

function compareIsomers(
  digits: PrintedDigits,
  where: string,
  detector: ResnucleiDetector,
  rows: readonly { Z: number; A: number; m: number | null; value: number; error: number | null }[] | null,
  formats: ResnucleiFormats,
): void {
  for (const { Z, A, m, value, error } of rows ?? []) {
    const nucleus = residualNuclei(detector).find(
      (one) => one.state === 'isomer' && one.Z === Z && one.A === A && one.m === m,
    )
    digits.compare(`${where} ${Z}-${A} m${m}`, value, nucleus?.value ?? Number.NaN, formats.value)
    digits.compare(`${where} ${Z}-${A} m${m}`, 100 * error!, 100 * (nucleus?.error ?? Number.NaN), formats.error)
  }
}

function layoutOf(file: UsrtrackFile | UsrbdxFile) {
  if (file.estimator === 'USRTRACK') {
    const detector = file.detectors[0]!
    return { energies: energiesOfUsrtrack(detector.header), detector, angles: 1 }
  }
  const detector = file.detectors[0]!
  return { energies: energiesOfUsrbdx(detector.header), detector, angles: detector.header.NABXBN }
}

function compareSpectrum(
  digits: PrintedDigits,
  file: UsrtrackFile | UsrbdxFile,
  table: FlukaText,
  energy: Format,
  value: Format,
): void {
  if (table.kind !== 'spectrum table') throw new Error(table.kind)
  const [printed] = table.detectors
  const { energies, detector, angles } = layoutOf(file)
  const { statistics, groups, values } = detector
  const intervals = energyIntervals(energies, groups)
  const n = intervals.length
  expect(printed!.rows).toHaveLength(n)
  // The table ascends, groups and flux descend.
  const ascending = (i: number) => (i < n - energies.bins ? n - 1 - i : i - (n - energies.bins))
  for (const [i, row] of printed!.rows.entries()) {
    const interval = intervals[ascending(i)]!
    digits.compare(`row ${i}`, row.low, interval.low, energy)
    digits.compare(`row ${i}`, row.high, interval.high, energy)
    digits.compare(`row ${i}`, row.value, statistics!.flux[n - 1 - i]!, value)
    digits.compare(`row ${i}`, 100 * row.error!, 100 * statistics!.fluxErrors[n - 1 - i]!, value)
  }
  expect(printed!.blocks?.length ?? 1).toBe(angles)
  for (const [angle, block] of (printed!.blocks ?? []).entries()) {
    for (const [i, row] of block.rows.entries()) {
      const place = ascending(i) + angle * n
      digits.compare(`block ${angle} row ${i}`, row.value, values[place]!, value)
      digits.compare(`block ${angle} row ${i}`, 100 * row.error!, 100 * statistics!.errors[place]!, value)
    }
  }
}

function compareSummary(digits: PrintedDigits, file: UsrtrackFile | UsrbdxFile, summary: FlukaText): void {
  if (summary.kind !== 'spectrum summary') throw new Error(summary.kind)
  const [printed] = summary.detectors
  const { detector, energies } = layoutOf(file)
  const statistics = detector.statistics!
  const seven: Format = { general: 7 }
  digits.compare('total', printed!.total.value, statistics.total, seven)
  digits.compare('total', 100 * printed!.total.error!, 100 * statistics.totalError, seven)
  expect(printed!.ends).toHaveLength(statistics.ends.length)
  for (const [i, end] of printed!.ends.entries()) digits.compare(`end ${i}`, end, statistics.ends[i]!, seven)
  for (const [name, rows, values, errors] of [
    ['flux', printed!.flux, statistics.flux, statistics.fluxErrors],
    ['cumulative', printed!.cumulative, statistics.cumulative, statistics.cumulativeErrors],
  ] as const) {
    expect(rows).toHaveLength(values.length)
    for (const [i, row] of rows.entries()) {
      digits.compare(`${name} ${i}`, row.value, values[i]!, seven)
      digits.compare(`${name} ${i}`, 100 * row.error!, 100 * errors[i]!, seven)
    }
  }
  for (const [i, angles] of (printed!.byAngle ?? []).entries()) {
    for (const [angle, row] of angles.entries()) {
      const place = energies.bins - 1 - i + angle * energies.bins
      digits.compare(`angle ${angle} ${i}`, row.value, detector.values[place]!, seven)
    }
  }
}

function refusal(run: () => unknown): FlukaReadError {
  try {
    run()
  } catch (error) {
    if (error instanceof FlukaReadError) return error
    throw error
  }
  throw new Error('the file was read')
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name)
    return statSync(file).isDirectory() ? filesBelow(file) : [file]
  })
}
