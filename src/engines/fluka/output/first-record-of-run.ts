/** The first record as a run of FLUKA writes it. */

import type { FirstRecord } from './first-record.ts'

export interface RunFacts {
  /** At most 80 characters. */
  readonly title: string
  /** When the run began; its UTC date and time are written. */
  readonly began: Date
  readonly primaries: number
  /** Weight of all primaries; left out: one each. */
  readonly weight?: number
  /** True for a file of decay data, whose number of primaries is written negative. */
  readonly decay?: boolean
}

/** First record, 128 bytes, of one run. */
export function firstRecordOfRun({
  title,
  began,
  primaries,
  weight = primaries,
  decay = false,
}: RunFacts): FirstRecord {
  const below = primaries % 1e9
  return {
    RUNTIT: title.slice(0, 80).trimEnd(),
    RUNTIM: runTime(began),
    WEIPRI: Math.fround(weight),
    NCASE: decay ? -below : below,
    MCASE: Math.floor(primaries / 1e9),
    NBATCH: 1,
    extra: null,
    length: 128,
    written: 'run',
  }
}

/** ` DATE:  9/11/24,  TIME: 12:38:59`: month, day, year, and numbers below ten after a blank. */
function runTime(began: Date): string {
  const two = (value: number) => String(value).padStart(2)
  const day = `${two(began.getUTCMonth() + 1)}/${two(began.getUTCDate())}/${String(began.getUTCFullYear()).slice(-2)}`
  const time = `${two(began.getUTCHours())}:${two(began.getUTCMinutes())}:${two(began.getUTCSeconds())}`
  return ` DATE: ${day},  TIME: ${time}`
}
