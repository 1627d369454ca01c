/**
 * Reads any binary file of a FLUKA estimator. Which estimator it is comes from the structure of the file, never from
 * its name: the summing programs write nonsense without a word when they are given a file of another estimator.
 */

import { asByteSource, type ByteSource } from './byte-source.ts'
import type { FirstRecord } from './first-record.ts'
import { readFirstRecord } from './first-record.ts'
import type { Estimator, FlukaFile, NoDataFile } from './fluka-file.ts'
import { type FortranRecord, FortranRecords } from './fortran-records.ts'
import { fortranText } from './fortran-text.ts'
import { DETECT_HEADER_LENGTH, readDetect } from './read-detect.ts'
import { RESNUCLEI_HEADER_LENGTH, readResnuclei } from './read-resnuclei.ts'
import { readUsrbdx, USRBDX_HEADER_LENGTH } from './read-usrbdx.ts'
import { readUsrbin, USRBIN_HEADER_LENGTH } from './read-usrbin.ts'
import { readUsrtrack, USRTRACK_HEADER_LENGTH } from './read-usrtrack.ts'

export interface ReadOptions {
  /** The estimator that the file must be of; left out: whatever it is. */
  readonly expect?: Estimator
}

/**
 * @param file the bytes, or a source of them.
 * @param name what the file is called in messages.
 * @throws FlukaReadError for anything that is not a whole file of a known estimator.
 */
export function readFlukaFile(file: ByteSource | Uint8Array, name: string, options: ReadOptions = {}): FlukaFile {
  const records = new FortranRecords(asByteSource(file), name)
  const first = readFirstRecord(records)
  const second = records.peek()
  if (second === null) {
    throw records.error('FLUKA_FILE_CUT', 2, 'the header of a detector', 'the end of the file')
  }
  if (isEmptyMerge(records, second, first)) return emptyMerge(records, first)
  const estimator = estimatorOf(records, second, first)
  if (options.expect !== undefined && estimator !== options.expect) {
    throw records.errorIn(second, 'FLUKA_WRONG_ESTIMATOR', `a file of ${options.expect}`, `a file of ${estimator}`)
  }
  switch (estimator) {
    case 'RESNUCLEi':
      return readResnuclei(records, first)
    case 'USRBIN':
      return readUsrbin(records, first)
    case 'USRBDX':
      return readUsrbdx(records, first)
    case 'USRTRACK':
      return readUsrtrack(records, first)
    case 'DETECT':
      return readDetect(records, first)
  }
}

function estimatorOf(records: FortranRecords, second: FortranRecord, first: FirstRecord): Estimator {
  if ((first.NCASE ?? 0) < 0) return 'RESNUCLEi'
  switch (second.length) {
    case RESNUCLEI_HEADER_LENGTH:
      return 'RESNUCLEi'
    case USRBIN_HEADER_LENGTH:
      return 'USRBIN'
    case USRBDX_HEADER_LENGTH:
      return 'USRBDX'
    case USRTRACK_HEADER_LENGTH:
      return 'USRTRACK'
    case DETECT_HEADER_LENGTH:
      return 'DETECT'
    default: {
      const expected = 'the header of RESNUCLEi (38 bytes), USRBIN (86), USRBDX (78), USRTRACK (50) or DETECT (30)'
      const found = `${second.length} bytes; USRYIELD is not supported, because no real file of it has been seen`
      throw records.errorIn(second, 'FLUKA_NOT_SUPPORTED', expected, found)
    }
  }
}

/** A merge of nothing: a count of 0 detectors where the first header should stand. */
function isEmptyMerge(records: FortranRecords, second: FortranRecord, first: FirstRecord): boolean {
  if (first.written === 'run' || second.length !== 14) return false
  const view = records.view(second)
  return fortranText(view, 0, 10) === 'STATISTICS' && view.getInt32(10, true) === 0
}

function emptyMerge(records: FortranRecords, first: FirstRecord): NoDataFile {
  records.next()
  const more = records.next()
  if (more !== null)
    throw records.errorIn(more, 'FLUKA_RECORD_UNEXPECTED', 'the end of the file', `${more.length} bytes`)
  if (first.WEIPRI !== 0) {
    throw records.error('FLUKA_HEADER_INVALID', 1, 'a weight of 0 in a merge of nothing', `${first.WEIPRI}`, 116)
  }
  return { estimator: null, file: records.file, first: { ...first, RUNTIT: '' }, merged: true, detectors: [] }
}
