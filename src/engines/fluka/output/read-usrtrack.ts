/** Reader of USRTRACK and USRCOLL, of one run and merged. */

import type { FirstRecord } from './first-record.ts'
import type { FortranRecords } from './fortran-records.ts'
import { HeaderFields } from './header-fields.ts'
import { readGroups, readSpectrumStatistics } from './read-spectrum.ts'
import { readDetectorsAndStatistics } from './statistics-record.ts'
import type { UsrtrackDetector, UsrtrackFile, UsrtrackHeader } from './usrtrack.ts'
import { readValues } from './values.ts'

export const USRTRACK_HEADER_LENGTH = 50

/** Reads what follows the first record. @throws FlukaReadError */
export function readUsrtrack(records: FortranRecords, first: FirstRecord): UsrtrackFile {
  return {
    estimator: 'USRTRACK',
    file: records.file,
    first,
    ...readDetectorsAndStatistics(records, first, readDetector, withStatistics),
  }
}

const nameOf = ({ NT, TITUTC }: UsrtrackHeader): string => `detector ${NT} ${TITUTC}`

function readDetector(records: FortranRecords): UsrtrackDetector {
  const record = records.expect(USRTRACK_HEADER_LENGTH, 'the header of a USRTRACK detector')
  const fields = new HeaderFields(records, record)
  const header: UsrtrackHeader = {
    NT: fields.integer('NT', 1, 100_000),
    TITUTC: fields.name('TITUTC'),
    ITUSTC: fields.oneOf('ITUSTC', [-1, 1]),
    IDUSTC: fields.integer('IDUSTC', -100, 1000),
    NRUSTC: fields.integer('NRUSTC', -1, 10_000_000),
    VUSRTC: fields.real('VUSRTC', 0),
    LLNUTC: fields.logical('LLNUTC'),
    ETCLOW: fields.real('ETCLOW', 0),
    ETCHGH: fields.real('ETCHGH', 0),
    NETCBN: fields.integer('NETCBN', 0, 10_000_000),
    DETCBN: fields.real('DETCBN', 0),
  }
  const name = nameOf(header)
  const groups = header.LLNUTC ? readGroups(records, name) : null
  const energies = header.NETCBN + (groups === null ? 0 : groups.ends.length - 1)
  const data = records.expect(4 * energies, `the ${energies} values of ${name}`)
  return { header, groups, values: readValues(records, data, `values of ${name}`), statistics: null }
}

function withStatistics(records: FortranRecords, detector: UsrtrackDetector): UsrtrackDetector {
  const { header, groups, values } = detector
  const shape = {
    name: nameOf(header),
    bins: header.NETCBN,
    groups: groups === null ? 0 : groups.ends.length - 1,
    values,
  }
  return { ...detector, statistics: readSpectrumStatistics(records, shape) }
}
