/**
 * Merges files of single runs of RESNUCLEi as `usrsuw` does. **Unproven on real files**: no raw file of RESNUCLEi could
 * be had, so this rests on the layout of merged ones and on the formula that is proven for USRBIN and USRBDX.
 */

import { isomerAt } from '../output/isomer-index.ts'
import { greatestA, type ResnucleiDetector, type ResnucleiFile } from '../output/resnuclei.ts'
import type { Totals } from './totals.ts'
import { GREATEST_ERROR, WeightedSums } from './weighted-sums.ts'

interface DetectorSums {
  readonly values: WeightedSums
  readonly isomers: WeightedSums | null
  readonly total: WeightedSums
  readonly byA: WeightedSums
  readonly byZ: WeightedSums
}

export class ResnucleiMerge {
  readonly #first: ResnucleiFile
  readonly #detectors: readonly DetectorSums[]
  /** Detectors with an isomer whose mass and charge are not known: they have no projections. */
  readonly #unplaced = new Set<number>()

  constructor(first: ResnucleiFile) {
    this.#first = first
    this.#detectors = first.detectors.map(({ header, values, isomers }) => ({
      values: new WeightedSums(values.length),
      isomers: isomers === null ? null : new WeightedSums(isomers.length),
      total: new WeightedSums(1),
      byA: new WeightedSums(greatestA(header)),
      byZ: new WeightedSums(header.IZRHGH),
    }))
  }

  /** @param used places of each detector's matrix that hold something. */
  add(file: ResnucleiFile, weight: number, used: readonly Int32Array[]): void {
    for (const [i, detector] of file.detectors.entries()) {
      const sums = this.#detectors[i]!
      const places = used[i]!
      const { total, byA, byZ, unplaced } = projectionsOf(detector, places)
      if (unplaced) this.#unplaced.add(i)
      sums.values.addAt(detector.values, places, weight)
      if (detector.isomers !== null) sums.isomers!.add(detector.isomers, weight)
      sums.total.add([total], weight)
      sums.byA.add(byA, weight)
      sums.byZ.add(byZ, weight)
    }
  }

  finish({ first, weight, batches, name }: Totals): ResnucleiFile {
    const detectors = this.#first.detectors.map((detector, i): ResnucleiDetector => {
      const sums = this.#detectors[i]!
      const finish = (one: WeightedSums) => one.finish(weight, batches, GREATEST_ERROR)
      const values = finish(sums.values)
      const isomers = sums.isomers === null ? null : finish(sums.isomers)
      const total = finish(sums.total)
      const [byA, byZ] = [finish(sums.byA), finish(sums.byZ)]
      return {
        header: { ...detector.header, NRN: i + 1 },
        coolingTime: detector.coolingTime,
        values: values.mean,
        isomers: isomers?.mean ?? null,
        statistics: {
          total: total.mean[0]!,
          totalError: total.error[0]!,
          projections: this.#unplaced.has(i)
            ? null
            : { byA: byA.mean, byAErrors: byA.error, byZ: byZ.mean, byZErrors: byZ.error },
          errors: values.error,
          isomerErrors: isomers?.error ?? null,
        },
      }
    })
    return { ...this.#first, file: name, first, merged: true, detectors }
  }
}

/** Sums of one detector of one run; `places` of its matrix hold something. */
function projectionsOf({ header, values, isomers }: ResnucleiDetector, places: Int32Array) {
  const { IZRHGH, K } = header
  const mass = greatestA(header)
  const byA = new Float64Array(mass)
  const byZ = new Float64Array(IZRHGH)
  let total = 0
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!
    const value = values[place]!
    const Z = (place % IZRHGH) + 1
    const M = Math.floor(place / IZRHGH) + 1
    total += value
    byA[M + K + 2 * Z - 1]! += value
    byZ[Z - 1]! += value
  }
  let unplaced = false
  for (let place = 0; place < (isomers?.length ?? 0); place++) {
    const value = isomers![place]!
    if (value === 0) continue
    total += value
    const state = isomerAt(mass, isomers!.length, place)
    if (state === null || state.Z > IZRHGH || state.A > mass) {
      unplaced = true
      continue
    }
    byA[state.A - 1]! += value
    byZ[state.Z - 1]! += value
  }
  return { total, byA, byZ, unplaced }
}
