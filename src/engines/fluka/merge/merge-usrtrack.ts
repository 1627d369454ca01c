/**
 * Merges files of single runs of USRTRACK and USRCOLL as `ustsuw` does. No raw file of these could be had: the integrals
 * are proven on merged files, the rest is the arithmetic of USRBDX, which is proven.
 */

import { energiesOfUsrtrack, type UsrtrackFile } from '../output/usrtrack.ts'
import { SpectrumSums } from './spectrum-sums.ts'
import type { Totals } from './totals.ts'

export class UsrtrackMerge {
  readonly #first: UsrtrackFile
  readonly #detectors: readonly SpectrumSums[]

  constructor(first: UsrtrackFile) {
    this.#first = first
    this.#detectors = first.detectors.map(
      ({ header, groups }) =>
        new SpectrumSums({ energies: energiesOfUsrtrack(header), groups, angles: 1, angleWidth: 1 }),
    )
  }

  add(file: UsrtrackFile, weight: number): void {
    for (const [i, { values }] of file.detectors.entries()) this.#detectors[i]!.add(values, weight)
  }

  finish({ first, weight, batches, name }: Totals): UsrtrackFile {
    const detectors = this.#first.detectors.map(({ header, groups }, i) => ({
      header: { ...header, NT: i + 1 },
      groups,
      ...this.#detectors[i]!.finish(weight, batches),
    }))
    return { ...this.#first, file: name, first, merged: true, detectors }
  }
}
