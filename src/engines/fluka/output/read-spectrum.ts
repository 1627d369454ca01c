/** What the files of USRBDX and USRTRACK have in common: groups of low-energy neutrons, and statistics. */

import type { FortranRecord, FortranRecords } from './fortran-records.ts'
import type { NeutronGroups, SpectrumStatistics } from './spectrum.ts'
import { agrees, checkValues, readValues } from './values.ts'

/** Reads the record of the groups. @throws FlukaReadError when ends are not numbers that descend. */
export function readGroups(records: FortranRecords, name: string): NeutronGroups {
  const what = `the groups of low-energy neutrons of ${name}`
  const record = records.next()
  if (record === null) throw records.error('FLUKA_FILE_CUT', null, what, 'the end of the file')
  const count = record.length >= 4 ? records.view(record).getInt32(0, true) : -1
  if (count < 1 || record.length !== 4 * (count + 2)) {
    throw records.errorIn(record, 'FLUKA_RECORD_UNEXPECTED', what, `${record.length} bytes for ${count} groups`)
  }
  const ends = records.float32(record, 4)
  checkValues(records, record, ends, what, 0, 4)
  checkDescending(records, record, ends, what, 4)
  return { ends }
}

/** What the statistics of a detector must fit to. */
export interface SpectrumShape {
  readonly name: string
  readonly bins: number
  readonly groups: number
  readonly values: Float32Array
}

/** Reads the records of a detector's statistics. @throws FlukaReadError */
export function readSpectrumStatistics(records: FortranRecords, shape: SpectrumShape): SpectrumStatistics {
  const { name, bins, groups, values } = shape
  const intervals = bins + groups
  const read = (count: number, what: string, min = Number.NEGATIVE_INFINITY): Float32Array =>
    readValues(records, records.expect(4 * count, `${what} of ${name}`), `${what} of ${name}`, min)
  const place = records.peek()
  const totals = read(2, 'the total and its error')
  const { lowest, ends } = readEnds(records, shape)
  const statistics = {
    total: totals[0]!,
    totalError: totals[1]!,
    lowest,
    ends,
    flux: read(intervals, 'the spectrum'),
    fluxErrors: read(intervals, 'the errors of the spectrum', 0),
    cumulative: read(intervals, 'the cumulative spectrum'),
    cumulativeErrors: read(intervals, 'the errors of the cumulative spectrum', 0),
    errors: read(values.length, 'the errors', 0),
  }
  checkTotal(records, place!, name, statistics)
  return statistics
}

function readEnds(
  records: FortranRecords,
  { name, bins, groups }: SpectrumShape,
): { lowest: number; ends: Float32Array } {
  const what = `the energies of ${name}`
  const record = records.expect(4 * (bins + groups + 4), what)
  const view = records.view(record)
  const [foundBins, foundGroups] = [view.getInt32(0, true), view.getInt32(4, true)]
  if (foundBins !== bins || foundGroups !== groups) {
    const found = `${foundBins} bins and ${foundGroups} groups`
    throw records.errorIn(record, 'FLUKA_HEADER_INVALID', `${bins} bins and ${groups} groups`, found)
  }
  const lowest = view.getFloat32(8, true)
  const ends = records.float32(record, 12)
  checkValues(records, record, ends, what, 0, 12)
  checkDescending(records, record, ends, what, 12)
  return { lowest, ends }
}

function checkDescending(
  records: FortranRecords,
  record: FortranRecord,
  ends: Float32Array,
  what: string,
  skip: number,
): void {
  for (let i = 1; i < ends.length; i++) {
    if (ends[i]! < ends[i - 1]!) continue
    const found = `${ends[i]} after ${ends[i - 1]}`
    throw records.errorIn(record, 'FLUKA_HEADER_INVALID', `${what}, descending`, found, skip + 4 * i)
  }
}

/** The last of the cumulative spectrum is the total, and both are the integral of the spectrum. */
function checkTotal(records: FortranRecords, place: FortranRecord, name: string, statistics: SpectrumStatistics): void {
  const { total, ends, flux, cumulative } = statistics
  let integral = 0
  let absolute = 0
  for (let i = 0; i < flux.length; i++) {
    const part = flux[i]! * (ends[i]! - ends[i + 1]!)
    integral += part
    absolute += Math.abs(part)
  }
  if (agrees(total, integral, absolute) && agrees(total, cumulative.at(-1)!, absolute)) return
  const expected = `the integral of the spectrum of ${name}, ${integral}, and the end of its cumulative spectrum`
  throw records.errorIn(place, 'FLUKA_SUMS_DISAGREE', expected, `a total of ${total}`)
}
