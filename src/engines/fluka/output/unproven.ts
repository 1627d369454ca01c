/** What a file holds that no real file of FLUKA has shown yet: said wherever such a file is read or merged. */

import { UNPROVEN_FIRST_RECORD_LENGTH } from './first-record.ts'
import type { FlukaFile } from './fluka-file.ts'

/** Sentences for people; empty for what real files have proven. */
export function unprovenRemarks(file: FlukaFile): string[] {
  const remarks: string[] = []
  if (file.first.length === UNPROVEN_FIRST_RECORD_LENGTH) {
    remarks.push(
      'The first record has 136 bytes, as INFN 2021.2 and later write it: unproven on real files. The two integers at its end are not interpreted.',
    )
  }
  if (!file.merged && file.estimator === 'RESNUCLEi') {
    remarks.push('The file of a single run of RESNUCLEi: its layout is unproven on real files; merged ones are proven.')
  }
  if (!file.merged && file.estimator === 'USRTRACK') {
    remarks.push('The file of a single run of USRTRACK: its layout is unproven on real files; merged ones are proven.')
  }
  if (file.estimator === 'USRBDX' && file.detectors.some(({ header }) => Math.abs(header.ITUSBX) === 2)) {
    remarks.push('Logarithmic intervals of solid angle (ITUSBX = 2 or -2) are unproven on real files.')
  }
  if (file.estimator === 'RESNUCLEi' && file.detectors.some(({ isomers }) => isomers === null)) {
    remarks.push(
      'The file has no lists of isomers: it does not tell ground states from isomers, so their state is unresolved.',
    )
  }
  return remarks
}
