/** DETECT: a spectrum of energy deposited in an event, as counts. Layout from real files of FLUKA 4-3.1. */

import type { FirstRecord } from './first-record.ts'

export interface DetectHeader {
  /** Number of the detector. */
  readonly number: number
  /** Name, up to 10 characters, without trailing blanks. */
  readonly name: string
  /** Channels. */
  readonly channels: number
  /** Lower end of the first channel, GeV. */
  readonly emin: number
  /** Width of a channel, GeV. */
  readonly width: number
  /** Lowest signal that counts, GeV. */
  readonly cutoff: number
}

export interface DetectDetector {
  readonly header: DetectHeader
  /** Events by channel. */
  readonly counts: Int32Array
}

export interface DetectFile {
  readonly estimator: 'DETECT'
  readonly file: string
  readonly first: FirstRecord
  /** True when `detsuw` wrote it: by the first record, because such a file has no statistics. */
  readonly merged: boolean
  readonly detectors: readonly DetectDetector[]
}

export const DETECT_UNIT = 'events'
