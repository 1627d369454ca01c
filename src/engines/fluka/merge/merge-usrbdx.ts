/** Merges files of single runs of USRBDX as `usxsuw` does: equal to it bit by bit on files of FLUKA 4-3.1. */

import { energiesOfUsrbdx, type UsrbdxFile } from '../output/usrbdx.ts'
import { FlukaMergeError } from './merge-error.ts'
import { SpectrumSums } from './spectrum-sums.ts'
import type { Totals } from './totals.ts'

export class UsrbdxMerge {
  readonly #first: UsrbdxFile
  readonly #detectors: readonly SpectrumSums[]

  /** @throws FlukaMergeError for logarithmic angles, whose integral no real file has shown. */
  constructor(first: UsrbdxFile) {
    this.#first = first
    this.#detectors = first.detectors.map(({ header, groups }) => {
      if (Math.abs(header.ITUSBX) === 2) {
        const which = `Detector ${header.TITUSX} of ${first.file} has logarithmic intervals of solid angle`
        throw new FlukaMergeError('FLUKA_MERGE_NOT_SUPPORTED', `${which}: no real file of that kind has been seen.`)
      }
      return new SpectrumSums({
        energies: energiesOfUsrbdx(header),
        groups,
        angles: header.NABXBN,
        angleWidth: header.DABXBN,
      })
    })
  }

  add(file: UsrbdxFile, weight: number): void {
    for (const [i, { values }] of file.detectors.entries()) this.#detectors[i]!.add(values, weight)
  }

  finish({ first, weight, batches, name }: Totals): UsrbdxFile {
    const detectors = this.#first.detectors.map(({ header, groups }, i) => ({
      header: { ...header, NX: i + 1 },
      groups,
      ...this.#detectors[i]!.finish(weight, batches),
    }))
    return { ...this.#first, file: name, first, merged: true, detectors }
  }
}
