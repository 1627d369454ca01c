/** Detectors, and behind them in a merged file the word STATISTICS, their number and their errors. */

import type { FirstRecord } from './first-record.ts'
import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import { fortranText } from './fortran-text.ts'

const LENGTH = 14

/** True when a record begins the statistics of a merged file. */
export function isStatistics(records: FortranRecords, record: FortranRecord): boolean {
  return record.length === LENGTH && fortranText(records.view(record), 0, 10) === 'STATISTICS'
}

/** Reads detectors until the statistics or the end of the file. */
export function readDetectors<Detector>(
  records: FortranRecords,
  read: (records: FortranRecords) => Detector,
): Detector[] {
  const detectors: Detector[] = []
  for (let record = records.peek(); record !== null && !isStatistics(records, record); record = records.peek()) {
    detectors.push(read(records))
  }
  return detectors
}

/**
 * Reads what follows the first record where statistics stand detector by detector.
 * @param withStatistics the detector with the errors that stand next in a merged file
 */
export function readDetectorsAndStatistics<Detector>(
  records: FortranRecords,
  first: FirstRecord,
  read: (records: FortranRecords) => Detector,
  withStatistics: (records: FortranRecords, detector: Detector) => Detector,
): { readonly merged: boolean; readonly detectors: readonly Detector[] } {
  const found = readDetectors(records, read)
  const merged = records.peek() !== null
  if (merged) readStatisticsRecord(records, first, found.length)
  const detectors = merged ? found.map((one) => withStatistics(records, one)) : found
  checkEnd(records, first, merged)
  return { merged, detectors }
}

/** Goes over the record and checks that it counts as many detectors as were read, in a file that was summed. */
export function readStatisticsRecord(records: FortranRecords, first: FirstRecord, detectors: number): void {
  const record = records.next()!
  const count = records.view(record).getInt32(10, true)
  if (count !== detectors) {
    throw records.errorIn(record, 'FLUKA_HEADER_INVALID', `statistics of ${detectors} detectors`, `of ${count}`, 10)
  }
  if (first.written === 'run' && first.length >= 128) {
    throw records.errorIn(record, 'FLUKA_RECORD_UNEXPECTED', 'no statistics in the file of one run', 'STATISTICS')
  }
}

/** What must be true at the end: nothing follows, and a file that was summed has statistics. */
export function checkEnd(records: FortranRecords, first: FirstRecord, merged: boolean): void {
  const more = records.next()
  if (more !== null)
    throw records.errorIn(more, 'FLUKA_RECORD_UNEXPECTED', 'the end of the file', `${more.length} bytes`)
  const summed = first.written === 'sum' || (first.written === 'time evolution' && (first.NBATCH ?? 1) > 1)
  if (!merged && summed) {
    throw records.error('FLUKA_FILE_CUT', null, 'the statistics of a summed file', 'the end of the file')
  }
}
