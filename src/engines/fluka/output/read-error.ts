/** What is wrong with a file, where, what was expected there and what came. */

export const READ_ERROR_CODES = {
  FLUKA_FILE_EMPTY: 'The file has no bytes: FLUKA opened its unit and never wrote, or the copy failed.',
  FLUKA_FILE_CUT: 'The file ends in the middle of a record: a run that was killed, or a copy that broke off.',
  FLUKA_FILE_BIG_ENDIAN: 'The file was written on a machine with the other order of bytes.',
  FLUKA_NOT_FLUKA: 'The file does not begin as a binary file of a FLUKA estimator does.',
  FLUKA_RECORD_DAMAGED: 'The two lengths around a record differ.',
  FLUKA_RECORD_UNEXPECTED: 'A record is not the one that must stand there.',
  FLUKA_HEADER_INVALID: 'A header holds a number that cannot be.',
  FLUKA_VALUE_INVALID: 'A value cannot be: not a number, infinite, or negative where nothing negative is scored.',
  FLUKA_SUMS_DISAGREE: 'The totals in the file are not the sums of its values.',
  FLUKA_WRONG_ESTIMATOR: 'The file is of another estimator than was asked for, or was summed with the wrong program.',
  FLUKA_NOT_SUPPORTED: 'The file may be right, but Isolario does not read this kind.',
  FLUKA_TEXT_INVALID: 'A text table is not what the program of its kind writes.',
} as const

export type ReadErrorCode = keyof typeof READ_ERROR_CODES

export interface ReadErrorPlace {
  /** Name of the file as the caller gave it. */
  readonly file: string
  /** Number of the record, from 1; of the line in a text; `null` for the file as a whole. */
  readonly record: number | null
  /** Offset in bytes from the beginning of the file; `null` in a text. */
  readonly offset: number | null
  /** What should stand there. */
  readonly expected: string
  /** What stands there. */
  readonly found: string
}

export class FlukaReadError extends Error {
  override readonly name = 'FlukaReadError'
  readonly code: ReadErrorCode
  readonly place: ReadErrorPlace

  constructor(code: ReadErrorCode, place: ReadErrorPlace) {
    super(sentence(code, place))
    this.code = code
    this.place = place
  }
}

function sentence(code: ReadErrorCode, { file, record, offset, expected, found }: ReadErrorPlace): string {
  const at =
    offset !== null
      ? `${record === null ? '' : `record ${record}, `}byte ${offset}`
      : record === null
        ? 'the file'
        : `line ${record}`
  return `${file}: ${READ_ERROR_CODES[code]} At ${at}: expected ${expected}, found ${found}.`
}
