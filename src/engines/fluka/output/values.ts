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
  // One pass without branches: what is not finite turns 0 x value into NaN, and stays so in the sum.
  let poison = 0
  let least = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    poison += value * 0
    least = Math.min(value, least)
  }
  if (poison === 0 && least >= min) return
  const at = values.findIndex((value) => !Number.isFinite(value) || value < min)
  if (at < 0) return
  const expected = min === 0 ? `${what}, numbers of 0 or more` : `${what}, numbers`
  throw records.errorIn(record, 'FLUKA_VALUE_INVALID', expected, `${values[at]} at place ${at}`, skip + 4 * at)
}

/** True when a total is the sum of its parts, as float32 sums of any order can tell. */
export function agrees(total: number, sum: number, absolute: number): boolean {
  return Math.abs(total - sum) <= 2e-5 * absolute + Number.MIN_VALUE
}
