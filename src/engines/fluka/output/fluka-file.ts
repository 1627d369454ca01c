/** What a binary file of FLUKA can turn out to be. */

import type { DetectFile } from './detect.ts'
import type { FirstRecord } from './first-record.ts'
import type { ResnucleiFile } from './resnuclei.ts'
import type { UsrbdxFile } from './usrbdx.ts'
import type { UsrbinFile } from './usrbin.ts'
import type { UsrtrackFile } from './usrtrack.ts'

/** What a summing program writes when it was given no valid file: no weight, no batches, no detectors. */
export interface NoDataFile {
  readonly estimator: null
  readonly file: string
  /** `RUNTIT` is empty: such a file holds arbitrary bytes there. */
  readonly first: FirstRecord
  readonly merged: true
  readonly detectors: readonly []
}

export type EstimatorFile = ResnucleiFile | UsrbinFile | UsrbdxFile | UsrtrackFile | DetectFile

export type Estimator = EstimatorFile['estimator']

export const ESTIMATORS: readonly Estimator[] = ['RESNUCLEi', 'USRBIN', 'USRBDX', 'USRTRACK', 'DETECT']

export type FlukaFile = EstimatorFile | NoDataFile
