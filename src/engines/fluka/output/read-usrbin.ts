/** Reader of USRBIN, of one run and merged. */

import type { FirstRecord } from './first-record.ts'
import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import { HeaderFields } from './header-fields.ts'
import { looksLikeUsrbdx } from './read-usrbdx.ts'
import { readDetectorsAndStatistics } from './statistics-record.ts'
import {
  USRBIN_GEOMETRIES,
  type UsrbinAxis,
  type UsrbinBinning,
  type UsrbinFile,
  type UsrbinHeader,
  usrbinSize,
} from './usrbin.ts'
import { readValues } from './values.ts'

export const USRBIN_HEADER_LENGTH = 86

/** WHAT(1) of the card: with user routines (8, 18) the axes mean what the user's code says, which no file tells. */
const KINDS = Object.keys(USRBIN_GEOMETRIES).flatMap((kind) => [Number(kind), Number(kind) + 10])

/** Reads what follows the first record. @throws FlukaReadError */
export function readUsrbin(records: FortranRecords, first: FirstRecord): UsrbinFile {
  return {
    estimator: 'USRBIN',
    file: records.file,
    first,
    ...readDetectorsAndStatistics(records, first, readBinning, (all, one) => ({
      ...one,
      errors: readErrors(all, one),
    })),
  }
}

function readBinning(records: FortranRecords): UsrbinBinning {
  const record = records.expect(USRBIN_HEADER_LENGTH, 'the header of a USRBIN binning')
  const header = readHeader(records, record)
  const name = `binning ${header.NB} ${header.TITUSB}`
  const data = records.expect(4 * usrbinSize(header), `the ${usrbinSize(header)} values of ${name}`)
  return { header, values: readValues(records, data, `values of ${name}`), errors: null }
}

function readHeader(records: FortranRecords, record: FortranRecord): UsrbinHeader {
  const kind = records.view(record).getInt32(14, true)
  if (!KINDS.includes(kind)) {
    if (kind === 8 || kind === 18) {
      throw records.errorIn(
        record,
        'FLUKA_NOT_SUPPORTED',
        'a binning in space or by region',
        'one by user routines',
        14,
      )
    }
    if (looksLikeUsrbdx(records, record)) {
      const expected = 'the header of a USRBIN binning'
      const found = 'that of a USRBDX detector: usbsuw was given a file of USRBDX (usxsuw is for those)'
      throw records.errorIn(record, 'FLUKA_WRONG_ESTIMATOR', expected, found)
    }
  }
  const fields = new HeaderFields(records, record)
  const header = {
    NB: fields.integer('NB', 1, 100_000),
    TITUSB: fields.name('TITUSB'),
    ITUSBN: fields.oneOf('ITUSBN', KINDS),
    IDUSBN: fields.integer('IDUSBN', -100, 1000),
    x: readAxis(fields, 'X'),
    y: readAxis(fields, 'Y'),
    z: readAxis(fields, 'Z'),
    LNTZER: fields.logical('LNTZER'),
    BKUSBN: fields.real('BKUSBN'),
    B2USBN: fields.real('B2USBN'),
    TCUSBN: fields.real('TCUSBN'),
  }
  const size = usrbinSize(header)
  if (size > 2 ** 29 - 1) {
    throw records.errorIn(record, 'FLUKA_HEADER_INVALID', 'values for one record (below 2 GiB)', `${size} bins`)
  }
  return header
}

function readAxis(fields: HeaderFields, axis: 'X' | 'Y' | 'Z'): UsrbinAxis {
  return {
    low: fields.real(`${axis}LOW`),
    high: fields.real(`${axis}HIGH`),
    bins: fields.integer(`N${axis}BIN`, 1, 2 ** 29),
    width: fields.real(`D${axis}USBN`),
  }
}

function readErrors(records: FortranRecords, { header, values }: UsrbinBinning): Float32Array {
  const what = `errors of binning ${header.NB} ${header.TITUSB}`
  return readValues(records, records.expect(4 * values.length, `the ${what}`), what, 0)
}
