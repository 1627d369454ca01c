/**
 * The first record of every binary estimator file: title, time, weight and number of primaries (FLUKA manual, RESNUCLEi
 * and USRBIN, "binary file"). Names of fields are those of the manual. Its length tells the vintage, never the flavour.
 */

import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import { fortranText } from './fortran-text.ts'

/** 116: weight only; 120: and NCASE; 124: and MCASE (merged DETECT); 128: and NBATCH; 136: and two more integers. */
export const FIRST_RECORD_LENGTHS = [116, 120, 124, 128, 136] as const

export type FirstRecordLength = (typeof FIRST_RECORD_LENGTHS)[number]

/**
 * The 136 bytes of INFN's 2021.2 and later are known from the code of an open reader only (mc-tools); no such file has
 * been seen. What is read from one says so.
 */
export const UNPROVEN_FIRST_RECORD_LENGTH: FirstRecordLength = 136

export interface FirstRecord {
  /** Title of the run, without trailing blanks; unprintable bytes become `?`. */
  readonly RUNTIT: string
  /** When the run began, or that it is a sum: ` DATE: ...`, `***** Sum file *****`, `***** Time Evolution *****`. */
  readonly RUNTIM: string
  /** Total weight of the primaries. */
  readonly WEIPRI: number
  /** Number of primaries below 10^9; negative in a file of decay data. `null` where the record is too short. */
  readonly NCASE: number | null
  /** Thousands of millions of primaries. `null` where the record is too short. */
  readonly MCASE: number | null
  /** Batches in a merged file, 1 in a raw one. `null` where the record is too short. */
  readonly NBATCH: number | null
  /** The two integers after that; `null` but in a record of 136 bytes. Their meaning is not documented. */
  readonly extra: readonly [number, number] | null
  readonly length: FirstRecordLength
  /** What wrote the file, by `RUNTIM`. */
  readonly written: 'run' | 'sum' | 'time evolution'
}

/** Number of primaries; `null` where the file does not hold it. */
export function primaries({ NCASE, MCASE }: FirstRecord): number | null {
  return NCASE === null ? null : Math.abs(NCASE) + 1e9 * (MCASE ?? 0)
}

/** Reads the first record. @throws FlukaReadError `FLUKA_NOT_FLUKA` when it cannot be one. */
export function readFirstRecord(records: FortranRecords): FirstRecord {
  const record = firstOf(records)
  const length = FIRST_RECORD_LENGTHS.find((one) => one === record.length)
  if (length === undefined) {
    const expected = `a first record of ${FIRST_RECORD_LENGTHS.join(', ')} bytes`
    throw records.errorIn(record, 'FLUKA_NOT_FLUKA', expected, `${record.length} bytes`, -4)
  }
  const view = records.view(record)
  const RUNTIM = fortranText(view, 80, 32)
  const WEIPRI = view.getFloat32(112, true)
  const first: FirstRecord = {
    RUNTIT: fortranText(view, 0, 80).trimEnd(),
    RUNTIM: RUNTIM.trimEnd(),
    WEIPRI,
    NCASE: length >= 120 ? view.getInt32(116, true) : null,
    MCASE: length >= 124 ? view.getInt32(120, true) : null,
    NBATCH: length >= 128 ? view.getInt32(124, true) : null,
    extra: length === 136 ? [view.getInt32(128, true), view.getInt32(132, true)] : null,
    length,
    written: RUNTIM.includes('Sum file') ? 'sum' : RUNTIM.includes('Time Evolution') ? 'time evolution' : 'run',
  }
  check(records, record, first, RUNTIM)
  return first
}

function firstOf(records: FortranRecords): FortranRecord {
  const { size } = records.source
  // A text file read as one: the length would be four letters.
  if (size >= 4) {
    const head = records.source.read(0, 4)
    const length = new DataView(head.buffer, head.byteOffset, 4).getInt32(0, true)
    if (!FIRST_RECORD_LENGTHS.some((one) => one === length)) {
      const isText = head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))
      const expected = `a first record of ${FIRST_RECORD_LENGTHS.join(', ')} bytes`
      const found = isText ? 'text (a formatted file, or a table)' : `a length of ${length} bytes`
      throw records.error('FLUKA_NOT_FLUKA', 1, expected, found, 0)
    }
  }
  return records.next()!
}

function check(records: FortranRecords, record: FortranRecord, first: FirstRecord, time: string): void {
  const { WEIPRI, NCASE, MCASE, NBATCH } = first
  const invalid = (skip: number, expected: string, found: unknown) =>
    records.errorIn(record, 'FLUKA_HEADER_INVALID', expected, String(found), skip)
  if (first.written === 'run' && !/^\s*DATE:/.test(time)) {
    const expected = 'the date of the run, "Sum file" or "Time Evolution"'
    throw records.errorIn(record, 'FLUKA_NOT_FLUKA', expected, JSON.stringify(time), 80)
  }
  if (!Number.isFinite(WEIPRI) || WEIPRI < 0)
    throw invalid(112, 'WEIPRI, the weight of all primaries, 0 or more', WEIPRI)
  if (NCASE !== null && Math.abs(NCASE) > 1e9) throw invalid(116, 'NCASE up to 10^9', NCASE)
  if (MCASE !== null && MCASE < 0) throw invalid(120, 'MCASE, 0 or more', MCASE)
  if (NBATCH !== null && NBATCH < 0) throw invalid(124, 'NBATCH, 0 or more', NBATCH)
  const count = primaries(first)
  if (count === 0 && WEIPRI > 0) throw invalid(116, `primaries for a weight of ${WEIPRI}`, 'NCASE = 0')
}
