/**
 * Fortran sequential unformatted files as gfortran writes them: every record stands between two int32 of its length in
 * bytes (GNU Fortran manual, "File format of unformatted sequential files"). Little-endian, as on all machines that
 * FLUKA is built for; numbers in the records are int32 and float32.
 */

import type { ByteSource } from './byte-source.ts'
import { FlukaReadError, type ReadErrorCode } from './read-error.ts'

export interface FortranRecord {
  /** From 1. */
  readonly number: number
  /** Of the first byte of data, after the leading length. */
  readonly offset: number
  /** Bytes of data. */
  readonly length: number
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** Walks a file record by record; checks both lengths of each, and that the file ends where its last record does. */
export class FortranRecords {
  readonly source: ByteSource
  /** Name for messages. */
  readonly file: string
  #at = 0
  #number = 0
  #ahead: FortranRecord | null = null

  /** @throws FlukaReadError when there are no bytes, or the first length shows the other order of bytes. */
  constructor(source: ByteSource, file: string) {
    this.source = source
    this.file = file
    if (source.size === 0) throw this.error('FLUKA_FILE_EMPTY', null, 'records', 'nothing', 0)
    if (source.size >= 4) {
      const head = view(source.read(0, 4))
      const little = head.getInt32(0, true)
      const big = head.getInt32(0, false)
      if (big >= 116 && big <= 136 && (little < 0 || little > source.size)) {
        throw this.error('FLUKA_FILE_BIG_ENDIAN', 1, 'little-endian lengths', `a big-endian length of ${big} bytes`, 0)
      }
    }
  }

  /** The next record without going on to it; `null` at the end of the file. */
  peek(): FortranRecord | null {
    this.#ahead ??= this.#look()
    return this.#ahead
  }

  /** Goes on to the next record; `null` at the end of the file. */
  next(): FortranRecord | null {
    const record = this.peek()
    if (record === null) return null
    this.#ahead = null
    this.#number = record.number
    this.#at = record.offset + record.length + 4
    return record
  }

  /** The next record, which must be there and have this length. `what` names it in messages. */
  expect(length: number, what: string): FortranRecord {
    const record = this.next()
    if (record === null) {
      throw this.error('FLUKA_FILE_CUT', this.#number + 1, `${what} (${length} bytes)`, 'the end of the file')
    }
    if (record.length !== length) {
      throw this.errorIn(record, 'FLUKA_RECORD_UNEXPECTED', `${what} (${length} bytes)`, `${record.length} bytes`)
    }
    return record
  }

  /** A view of a short record; valid until the next read. */
  view(record: FortranRecord): DataView {
    return view(this.source.read(record.offset, record.length))
  }

  /** The float32 of a record from `skip` bytes on, as an array of their own. */
  float32(record: FortranRecord, skip = 0): Float32Array {
    const numbers = new Float32Array((record.length - skip) / 4)
    this.#fill(record.offset + skip, numbers)
    return numbers
  }

  /** The int32 of a record, as an array of their own. */
  int32(record: FortranRecord): Int32Array {
    const numbers = new Int32Array(record.length / 4)
    this.#fill(record.offset, numbers)
    return numbers
  }

  #fill(offset: number, numbers: Float32Array | Int32Array): void {
    const bytes = new Uint8Array(numbers.buffer)
    this.source.fill(offset, bytes)
    if (HOST_IS_LITTLE_ENDIAN) return
    for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse()
  }

  /** An error at the place where the walk is. */
  error(
    code: ReadErrorCode,
    record: number | null,
    expected: string,
    found: string,
    offset = this.#at,
  ): FlukaReadError {
    return new FlukaReadError(code, { file: this.file, record, offset, expected, found })
  }

  /** An error inside a record, `skip` bytes after its beginning. */
  errorIn(record: FortranRecord, code: ReadErrorCode, expected: string, found: string, skip = 0): FlukaReadError {
    return this.error(code, record.number, expected, found, record.offset + skip)
  }

  #look(): FortranRecord | null {
    const { source } = this
    const at = this.#at
    const number = this.#number + 1
    const left = source.size - at
    if (left === 0) return null
    if (left < 4) throw this.error('FLUKA_FILE_CUT', number, 'a length of 4 bytes', `the last ${left} bytes`)
    const length = view(source.read(at, 4)).getInt32(0, true)
    if (length < 0 && length > -(2 ** 31) && left >= -length + 8 && number > 1) {
      // gfortran splits what is longer than 2 GiB and marks the pieces by a negative length.
      const closing = view(source.read(at + 4 - length, 4)).getInt32(0, true)
      if (Math.abs(closing) === -length) {
        throw this.error('FLUKA_NOT_SUPPORTED', number, 'a record below 2 GiB', 'a record in pieces')
      }
    }
    if (length < 0) throw this.error('FLUKA_RECORD_DAMAGED', number, 'a length of 0 or more', `${length}`)
    if (length + 8 > left) {
      const found = `${Math.max(0, left - 4)} bytes to the end of the file`
      throw this.error('FLUKA_FILE_CUT', number, `${length} bytes and their closing length`, found)
    }
    const closing = view(source.read(at + 4 + length, 4)).getInt32(0, true)
    if (closing !== length) {
      const end = at + 4 + length
      throw this.error('FLUKA_RECORD_DAMAGED', number, `the closing length ${length}`, `${closing}`, end)
    }
    return { number, offset: at + 4, length }
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
