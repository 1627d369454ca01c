/** Checks on what was read. */

import type { FortranRecord, FortranRecords } from './fortran-records.ts'

/**
 * The float32 of a record, all of which must be numbers. `min` 0 where nothing negative is ever scored.
 *
 * @throws FlukaReadError `FLUKA_VALUE_INVALID` with the place of the first that is not.
 */
export function readValues(
  records: FortranRecords,
  record: FortranRecord,
  what: string,
  min = Number.NEGATIVE_INFINITY,
): Float32Array {
  const values = records.float32(record)
  checkValues(records, record, values, what, min)
  return values
}

/** As `readValues`, for values that were read from `skip` bytes on. */
export function checkValues(
  records: FortranRecords,
  record: FortranRecord,
  values: Float32Array,
  what: string,
  min: number,
  skip = 0,
): void {
  // One pass over the bits, without branches: an exponent of ones, which only infinity and NaN have, carries into the
  // sign of the first sum, and the sign of a value stands in that of the second.
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
  let exponents = 0
  let signs = 0
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!
    exponents |= (word & 0x7fffffff) + 0x00800000
    signs |= word
  }
  if (exponents >= 0 && (min < 0 || signs >= 0)) return
  const at = values.findIndex((value) => !Number.isFinite(value) || value < min)
  if (at < 0) return
  const expected = min === 0 ? `${what}, numbers of 0 or more` : `${what}, numbers`
  throw records.errorIn(record, 'FLUKA_VALUE_INVALID', expected, `${values[at]} at place ${at}`, skip + 4 * at)
}

/** Far below the smallest float32 that has all its digits: sums of still smaller numbers lose theirs. */
const NOTHING = 1e-40

/** True when a total is the sum of its parts, as float32 sums of any order can tell. */
export function agrees(total: number, sum: number, absolute: number): boolean {
  return Math.abs(total - sum) <= 2e-5 * absolute + NOTHING
}
