/** Reader of RESNUCLEi: production and decay data, with and without isomers, of one run and merged. */

import type { FirstRecord } from './first-record.ts'
import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import { fortranText } from './fortran-text.ts'
import { HeaderFields } from './header-fields.ts'
import {
  greatestA,
  type IrradiationInterval,
  type ResnucleiDetector,
  type ResnucleiFile,
  type ResnucleiHeader,
  type ResnucleiStatistics,
} from './resnuclei.ts'
import { checkEnd, isStatistics, readDetectors, readStatisticsRecord } from './statistics-record.ts'
import { agrees, readValues } from './values.ts'

export const RESNUCLEI_HEADER_LENGTH = 38

/** Before a list of isomers: `ISOMERS:  ` and its length. */
const ISOMERS_LENGTH = 14

/** Longest list that is believed: the longest seen, up to mass 223, has 1103. */
const MOST_ISOMERS = 20_000

/** Reads what follows the first record. @throws FlukaReadError */
export function readResnuclei(records: FortranRecords, first: FirstRecord): ResnucleiFile {
  const decay = (first.NCASE ?? 0) < 0
  const irradiation = decay ? readIrradiation(records) : null
  const detectors = readDetectors(records, (all) => readDetector(all, decay))
  if (detectors.length === 0) {
    throw records.error('FLUKA_FILE_CUT', null, 'a detector of RESNUCLEi', 'none')
  }
  checkIsomers(records, detectors)
  const merged = records.peek() !== null
  const complete = merged ? readStatistics(records, first, detectors) : detectors
  checkEnd(records, first, merged)
  return { estimator: 'RESNUCLEi', file: records.file, first, merged, irradiation, detectors: complete }
}

function readIrradiation(records: FortranRecords): IrradiationInterval[] {
  const record = records.next()
  if (record === null || record.length < 4) {
    const found = record === null ? 'the end of the file' : `${record.length} bytes`
    throw records.error('FLUKA_RECORD_UNEXPECTED', 2, 'the irradiation of a file of decay data', found)
  }
  const count = records.view(record).getInt32(0, true)
  if (record.length !== 4 + 8 * count) {
    const expected = `an irradiation of ${count} intervals (${4 + 8 * count} bytes)`
    throw records.errorIn(record, 'FLUKA_RECORD_UNEXPECTED', expected, `${record.length} bytes`)
  }
  const numbers = records.float32(record, 4)
  const intervals = Array.from({ length: count }, (_, i) => ({ intensity: numbers[2 * i]!, end: numbers[2 * i + 1]! }))
  let before = 0
  for (const [i, { intensity, end }] of intervals.entries()) {
    if (!(intensity >= 0 && Number.isFinite(intensity)) || !(end >= before && Number.isFinite(end))) {
      const expected = `interval ${i + 1} with an intensity and a later end`
      throw records.errorIn(record, 'FLUKA_HEADER_INVALID', expected, `${intensity}/s up to ${end} s`, 4 + 8 * i)
    }
    before = end
  }
  return intervals
}

function readDetector(records: FortranRecords, decay: boolean): ResnucleiDetector {
  const record = records.expect(RESNUCLEI_HEADER_LENGTH, 'the header of a RESNUCLEi detector')
  const fields = new HeaderFields(records, record)
  const header: ResnucleiHeader = {
    NRN: fields.integer('NRN', 1, 100_000),
    TIURSN: fields.name('TIURSN'),
    ITURSN: fields.oneOf('ITURSN', [1, 2, 3, -1, -2, -3]),
    NRURSN: fields.integer('NRURSN', -1, 10_000_000),
    VURSNC: fields.real('VURSNC', 0),
    IMRHGH: fields.integer('IMRHGH', 1, 1000),
    IZRHGH: fields.integer('IZRHGH', 1, 200),
    K: fields.oneOf('K', [-5]),
  }
  const name = `detector ${header.NRN} ${header.TIURSN}`
  const coolingTime = decay ? readCoolingTime(records, name) : null
  const { IZRHGH, IMRHGH } = header
  const data = records.expect(4 * IZRHGH * IMRHGH, `the ${IZRHGH} x ${IMRHGH} values of ${name}`)
  const values = readValues(records, data, `values of ${name}`, 0)
  checkNeutrons(records, data, header, values)
  return { header, coolingTime, values, isomers: readIsomers(records, name), statistics: null }
}

/** The matrix has places for less than no neutrons: nothing can be there. */
function checkNeutrons(
  records: FortranRecords,
  data: FortranRecord,
  { IZRHGH, IMRHGH, K }: ResnucleiHeader,
  values: Float32Array,
): void {
  for (let M = 1; M <= IMRHGH && M + K < 0; M++) {
    // N = Z + M + K is negative for these Z.
    for (let Z = 1; Z < -(M + K) && Z <= IZRHGH; Z++) {
      const place = Z - 1 + (M - 1) * IZRHGH
      if (values[place] === 0) continue
      const found = `${values[place]} for Z = ${Z}, N = ${Z + M + K}`
      throw records.errorIn(data, 'FLUKA_VALUE_INVALID', 'no nuclei with less than 0 neutrons', found, 4 * place)
    }
  }
}

function readCoolingTime(records: FortranRecords, name: string): number {
  const record = records.expect(4, `the cooling time of ${name}`)
  // Negative: before the end of irradiation.
  return new HeaderFields(records, record).real('the cooling time')
}

function readIsomers(records: FortranRecords, name: string): Float32Array | null {
  const record = records.peek()
  if (record === null || record.length !== ISOMERS_LENGTH || isStatistics(records, record)) return null
  const view = records.view(record)
  const word = fortranText(view, 0, 10)
  if (word !== 'ISOMERS:  ') {
    const expected = 'ISOMERS, STATISTICS or the header of a detector'
    throw records.errorIn(record, 'FLUKA_RECORD_UNEXPECTED', expected, `a record ${JSON.stringify(word)}`)
  }
  const count = view.getInt32(10, true)
  if (count < 0 || count > MOST_ISOMERS) {
    throw records.errorIn(record, 'FLUKA_HEADER_INVALID', `a number of isomers up to ${MOST_ISOMERS}`, `${count}`, 10)
  }
  records.next()
  return readValues(records, records.expect(4 * count, `the ${count} isomers of ${name}`), `isomers of ${name}`, 0)
}

/** A version of FLUKA writes lists of isomers for all detectors or for none. */
function checkIsomers(records: FortranRecords, detectors: readonly ResnucleiDetector[]): void {
  const without = detectors.filter(({ isomers }) => isomers === null)
  if (without.length === 0 || without.length === detectors.length) return
  const found = `none for detector ${without[0]!.header.NRN} ${without[0]!.header.TIURSN}`
  throw records.error('FLUKA_RECORD_UNEXPECTED', null, 'a list of isomers for every detector', found)
}

function readStatistics(
  records: FortranRecords,
  first: FirstRecord,
  detectors: readonly ResnucleiDetector[],
): ResnucleiDetector[] {
  readStatisticsRecord(records, first, detectors.length)
  return detectors.map((detector) => ({ ...detector, statistics: readDetectorStatistics(records, detector) }))
}

function readDetectorStatistics(records: FortranRecords, detector: ResnucleiDetector): ResnucleiStatistics {
  const { header, isomers, values } = detector
  const name = `detector ${header.NRN} ${header.TIURSN}`
  const read = (count: number, what: string): Float32Array =>
    readValues(records, records.expect(4 * count, `${what} of ${name}`), `${what} of ${name}`, 0)
  const place = records.peek()
  const totals = read(2, 'the total and its error')
  const masses = greatestA(header)
  const projections = {
    byA: read(masses, 'the sums by mass'),
    byAErrors: read(masses, 'the errors by mass'),
    byZ: read(header.IZRHGH, 'the sums by charge'),
    byZErrors: read(header.IZRHGH, 'the errors by charge'),
  }
  const errors = read(values.length, 'the errors')
  const isomerErrors = isomers === null ? null : read(isomers.length, 'the errors of isomers')
  const total = totals[0]!
  checkSum(records, place!, `the sum of values and isomers of ${name}`, total, sum(values) + sum(isomers ?? []))
  checkSum(records, place!, `the sum by mass of ${name}`, total, sum(projections.byA))
  checkSum(records, place!, `the sum by charge of ${name}`, total, sum(projections.byZ))
  return { total, totalError: totals[1]!, projections, errors, isomerErrors }
}

function checkSum(records: FortranRecords, place: FortranRecord, what: string, total: number, parts: number): void {
  if (agrees(total, parts, Math.max(total, parts))) return
  throw records.errorIn(place, 'FLUKA_SUMS_DISAGREE', `${what}, ${parts}`, `a total of ${total}`)
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}
