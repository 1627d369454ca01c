/** Adds counts of DETECT as `detsuw` does: equal to it byte by byte on files of FLUKA 4-3.1. */

import type { DetectFile } from '../output/detect.ts'
import { FlukaMergeError } from './merge-error.ts'
import type { Totals } from './totals.ts'

/** What `detsuw` writes instead of the date of the run. */
const SUM_FILE = '********    Sum file    ********'

export class DetectMerge {
  readonly #first: DetectFile
  readonly #counts: readonly Float64Array[]

  constructor(first: DetectFile) {
    this.#first = first
    this.#counts = first.detectors.map(({ counts }) => new Float64Array(counts.length))
  }

  add(file: DetectFile): void {
    for (const [d, { counts }] of file.detectors.entries()) {
      const sums = this.#counts[d]!
      for (let i = 0; i < counts.length; i++) sums[i]! += counts[i]!
    }
  }

  /** @throws FlukaMergeError `FLUKA_MERGE_OVERFLOW` when a channel has more events than an int32 can hold. */
  finish({ first, name }: Totals): DetectFile {
    const detectors = this.#first.detectors.map(({ header }, i) => {
      const sums = this.#counts[i]!
      const tooMany = sums.findIndex((count) => count > 2 ** 31 - 1)
      if (tooMany >= 0) {
        const where = `Channel ${tooMany + 1} of detector ${header.name} has ${sums[tooMany]} events`
        throw new FlukaMergeError('FLUKA_MERGE_OVERFLOW', `${where}; the greatest number is ${2 ** 31 - 1}.`)
      }
      return { header: { ...header, number: i + 1 }, counts: Int32Array.from(sums) }
    })
    const summed = { ...first, RUNTIM: SUM_FILE, NBATCH: null, length: 124 } as const
    return { ...this.#first, file: name, first: summed, merged: true, detectors }
  }
}
