/** Reader of USRBDX, of one run and merged. */

import type { FirstRecord } from './first-record.ts'
import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import { HeaderFields } from './header-fields.ts'
import { readGroups, readSpectrumStatistics } from './read-spectrum.ts'
import { readDetectorsAndStatistics } from './statistics-record.ts'
import type { UsrbdxDetector, UsrbdxFile, UsrbdxHeader } from './usrbdx.ts'
import { readValues } from './values.ts'

export const USRBDX_HEADER_LENGTH = 78

/** Reads what follows the first record. @throws FlukaReadError */
export function readUsrbdx(records: FortranRecords, first: FirstRecord): UsrbdxFile {
  return {
    estimator: 'USRBDX',
    file: records.file,
    first,
    ...readDetectorsAndStatistics(records, first, readDetector, withStatistics),
  }
}

/** True when a longer header, of another estimator, begins as one of USRBDX does. */
export function looksLikeUsrbdx(records: FortranRecords, record: FortranRecord): boolean {
  try {
    readHeader(records, record)
    return true
  } catch {
    return false
  }
}

const nameOf = ({ NX, TITUSX }: UsrbdxHeader): string => `detector ${NX} ${TITUSX}`

function readDetector(records: FortranRecords): UsrbdxDetector {
  const record = records.expect(USRBDX_HEADER_LENGTH, 'the header of a USRBDX detector')
  const header = { ...readHeader(records, record), ...readAngles(records, record) }
  const name = nameOf(header)
  const groups = header.LLNUSX ? readGroups(records, name) : null
  const energies = header.NEBXBN + (groups === null ? 0 : groups.ends.length - 1)
  const what = `the ${energies} x ${header.NABXBN} values of ${name}`
  const data = records.expect(4 * energies * header.NABXBN, what)
  return { header, groups, values: readValues(records, data, `values of ${name}`), statistics: null }
}

/** The fields up to the angles, which are enough to know the kind. */
function readHeader(records: FortranRecords, record: FortranRecord) {
  const fields = new HeaderFields(records, record)
  const header = {
    NX: fields.integer('NX', 1, 100_000),
    TITUSX: fields.name('TITUSX'),
    ITUSBX: fields.oneOf('ITUSBX', [-2, -1, 1, 2]),
    IDUSBX: fields.integer('IDUSBX', -100, 1000),
    NR1USX: fields.integer('NR1USX', -1, 10_000_000),
    NR2USX: fields.integer('NR2USX', -1, 10_000_000),
    AUSBDX: fields.real('AUSBDX', 0),
    LWUSBX: fields.logical('LWUSBX'),
    LFUSBX: fields.logical('LFUSBX'),
    LLNUSX: fields.logical('LLNUSX'),
    EBXLOW: fields.real('EBXLOW', 0),
    EBXHGH: fields.real('EBXHGH', 0),
  }
  return header
}

function readAngles(records: FortranRecords, record: FortranRecord) {
  const fields = new HeaderFields(records, record, 54)
  return {
    NEBXBN: fields.integer('NEBXBN', 0, 10_000_000),
    DEBXBN: fields.real('DEBXBN', 0),
    ABXLOW: fields.real('ABXLOW', 0),
    ABXHGH: fields.real('ABXHGH', 0),
    NABXBN: fields.integer('NABXBN', 1, 10_000_000),
    DABXBN: fields.real('DABXBN', 0),
  }
}

function withStatistics(records: FortranRecords, detector: UsrbdxDetector): UsrbdxDetector {
  const { header, groups, values } = detector
  const shape = {
    name: nameOf(header),
    bins: header.NEBXBN,
    groups: groups === null ? 0 : groups.ends.length - 1,
    values,
  }
  return { ...detector, statistics: readSpectrumStatistics(records, shape) }
}
