/** What about a merge no real file of FLUKA has shown yet. */

import type { EstimatorFile } from '../output/fluka-file.ts'

/** Sentences for people. */
export function mergeRemarks(merged: EstimatorFile): string[] {
  const remarks: string[] = []
  if (!merged.merged) remarks.push('One batch has no errors: the result is the file of that run.')
  if (merged.estimator === 'RESNUCLEi') {
    remarks.push(
      'Merging RESNUCLEi is unproven on real files: the formula is that of usrsuw and proven for USRBIN and USRBDX, but no raw file of RESNUCLEi has been seen.',
    )
    if (merged.detectors.some(({ statistics }) => statistics !== null && statistics.projections === null)) {
      remarks.push(
        'There are isomers of which only the place in the list of FLUKA is known, so there are no sums by mass and charge.',
      )
    }
  }
  if (merged.estimator === 'USRTRACK') {
    remarks.push('Merging USRTRACK and USRCOLL is unproven on real files: no raw file of them has been seen.')
  }
  return remarks
}
