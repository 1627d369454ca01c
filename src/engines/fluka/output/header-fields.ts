/** Fields of a header, read one after the other and checked as they are read. */

import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import { fortranText, isFortranText } from './fortran-text.ts'

export class HeaderFields {
  readonly #records: FortranRecords
  readonly #record: FortranRecord
  readonly #view: DataView
  #skip: number

  /** @param skip bytes before the first field. */
  constructor(records: FortranRecords, record: FortranRecord, skip = 0) {
    this.#records = records
    this.#record = record
    this.#view = records.view(record)
    this.#skip = skip
  }

  /** An int32 within a range. */
  integer(name: string, min: number, max: number): number {
    const value = this.#view.getInt32(this.#skip, true)
    if (value < min || value > max) throw this.#invalid(`${name} from ${min} to ${max}`, String(value))
    this.#skip += 4
    return value
  }

  /** An int32 that is one of these. */
  oneOf(name: string, allowed: readonly number[]): number {
    const value = this.#view.getInt32(this.#skip, true)
    if (!allowed.includes(value)) throw this.#invalid(`${name}, one of ${allowed.join(', ')}`, String(value))
    this.#skip += 4
    return value
  }

  /** A Fortran LOGICAL. */
  logical(name: string): boolean {
    return this.oneOf(name, [0, 1, -1]) !== 0
  }

  /** A finite float32, within a range where one is given. */
  real(name: string, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): number {
    const value = this.#view.getFloat32(this.#skip, true)
    if (!Number.isFinite(value)) throw this.#invalid(`${name}, a number`, String(value))
    if (value < min || value > max) throw this.#invalid(`${name} ${range(min, max)}`, String(value))
    this.#skip += 4
    return value
  }

  /** Ten characters of a name, without trailing blanks. */
  name(name: string): string {
    if (!isFortranText(this.#view, this.#skip, 10)) {
      throw this.#invalid(
        `${name} of ten printable characters`,
        JSON.stringify(fortranText(this.#view, this.#skip, 10)),
      )
    }
    const text = fortranText(this.#view, this.#skip, 10).trimEnd()
    this.#skip += 10
    return text
  }

  #invalid(expected: string, found: string) {
    return this.#records.errorIn(this.#record, 'FLUKA_HEADER_INVALID', expected, found, this.#skip)
  }
}

function range(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `of ${min} or more`
  if (min === Number.NEGATIVE_INFINITY) return `of ${max} or less`
  return `from ${min} to ${max}`
}
