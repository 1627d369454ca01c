/** Merges files of single runs of USRBIN as `usbsuw` does: equal to it bit by bit on files of FLUKA 4-3.1. */

import type { UsrbinFile } from '../output/usrbin.ts'
import type { Totals } from './totals.ts'
import { WeightedSums } from './weighted-sums.ts'

export class UsrbinMerge {
  readonly #first: UsrbinFile
  readonly #binnings: readonly WeightedSums[]

  constructor(first: UsrbinFile) {
    this.#first = first
    this.#binnings = first.detectors.map(({ values }) => new WeightedSums(values.length))
  }

  add(file: UsrbinFile, weight: number): void {
    for (const [i, { values }] of file.detectors.entries()) this.#binnings[i]!.add(values, weight)
  }

  finish({ first, weight, batches, name }: Totals): UsrbinFile {
    const detectors = this.#first.detectors.map(({ header }, i) => {
      // Not cut at 0.99, unlike the others: a bin that one batch saw has an error of 1.
      const { mean, error } = this.#binnings[i]!.finish(weight, batches, Number.POSITIVE_INFINITY)
      return { header: { ...header, NB: i + 1 }, values: mean, errors: error }
    })
    return { ...this.#first, file: name, first, merged: true, detectors }
  }
}
