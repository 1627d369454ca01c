/** Reader of DETECT, of one run and summed by `detsuw`, which adds counts and writes no statistics. */

import type { DetectDetector, DetectFile, DetectHeader } from './detect.ts'
import type { FirstRecord } from './first-record.ts'
import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import { HeaderFields } from './header-fields.ts'

export const DETECT_HEADER_LENGTH = 30

/** Reads what follows the first record. @throws FlukaReadError */
export function readDetect(records: FortranRecords, first: FirstRecord): DetectFile {
  const detectors: DetectDetector[] = []
  while (records.peek() !== null) detectors.push(readDetector(records))
  return { estimator: 'DETECT', file: records.file, first, merged: first.written === 'sum', detectors }
}

function readDetector(records: FortranRecords): DetectDetector {
  const record = records.expect(DETECT_HEADER_LENGTH, 'the header of a DETECT detector')
  if (looksLikeUsrbin(records, record)) {
    const found = 'the beginning of that of a USRBIN binning: detsuw was given a file of USRBIN (usbsuw is for those)'
    throw records.errorIn(record, 'FLUKA_WRONG_ESTIMATOR', 'the header of a DETECT detector', found)
  }
  const fields = new HeaderFields(records, record)
  const header: DetectHeader = {
    number: fields.integer('the number of the detector', 1, 100_000),
    name: fields.name('the name of the detector'),
    channels: fields.integer('the number of channels', 1, 10_000_000),
    emin: fields.real('the lower end of the first channel', 0),
    width: fields.real('the width of a channel', Number.MIN_VALUE),
    cutoff: fields.real('the lowest signal', 0),
  }
  const name = `detector ${header.number} ${header.name}`
  const data = records.expect(4 * header.channels, `the ${header.channels} counts of ${name}`)
  const counts = records.int32(data)
  const negative = counts.findIndex((count) => count < 0)
  if (negative >= 0) {
    const found = `${counts[negative]} in channel ${negative + 1}`
    throw records.errorIn(data, 'FLUKA_VALUE_INVALID', `counts of ${name}, 0 or more`, found, 4 * negative)
  }
  return { header, counts }
}

/**
 * What `detsuw` makes of a USRBIN file: its header cut after 30 bytes. Where the lower end of the first channel should
 * stand (a float) is then the number of a particle: as a float that is smaller than any energy.
 */
function looksLikeUsrbin(records: FortranRecords, record: FortranRecord): boolean {
  const view = records.view(record)
  const particle = view.getInt32(18, true)
  const [low, high] = [view.getFloat32(22, true), view.getFloat32(26, true)]
  return particle !== 0 && Math.abs(particle) < 1000 && (low <= 0 || high > low) && view.getInt32(14, true) <= 18
}
