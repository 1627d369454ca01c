/** Sums of a spectrum over batches, with the integrals that the summing program writes: proven on files of 4-3.1. */

import { binEnd, type EnergyBins, type NeutronGroups, type SpectrumStatistics } from '../output/spectrum.ts'
import { GREATEST_ERROR, WeightedSums } from './weighted-sums.ts'

/** One energy spectrum, or one for each interval of solid angle. */
export interface SpectrumLayout {
  readonly energies: EnergyBins
  readonly groups: NeutronGroups | null
  readonly angles: number
  /** Width of an interval of solid angle, sr; 1 for a spectrum that has none. */
  readonly angleWidth: number
}

export class SpectrumSums {
  readonly #layout: SpectrumLayout
  readonly #intervals: number
  readonly #ends: Float32Array
  readonly #values: WeightedSums
  readonly #flux: WeightedSums
  readonly #cumulative: WeightedSums
  readonly #total = new WeightedSums(1)

  constructor(layout: SpectrumLayout) {
    this.#layout = layout
    this.#ends = descendingEnds(layout)
    this.#intervals = this.#ends.length - 1
    this.#values = new WeightedSums(this.#intervals * layout.angles)
    this.#flux = new WeightedSums(this.#intervals)
    this.#cumulative = new WeightedSums(this.#intervals)
  }

  /** Adds the values of one batch, in the order of the file. */
  add(values: Float32Array, weight: number): void {
    const { angles, angleWidth, energies } = this.#layout
    const flux = new Float64Array(this.#intervals)
    const cumulative = new Float64Array(this.#intervals)
    let integral = 0
    for (let i = 0; i < this.#intervals; i++) {
      // Bins are kept ascending and groups descending: here everything is descending.
      const place = i < energies.bins ? energies.bins - 1 - i : i
      let sum = 0
      for (let angle = 0; angle < angles; angle++) sum += values[place + angle * this.#intervals]!
      flux[i] = sum * angleWidth
      integral += flux[i]! * (this.#ends[i]! - this.#ends[i + 1]!)
      cumulative[i] = integral
    }
    this.#values.add(values, weight)
    this.#flux.add(flux, weight)
    this.#cumulative.add(cumulative, weight)
    this.#total.add([integral], weight)
  }

  finish(weight: number, batches: number): { values: Float32Array; statistics: SpectrumStatistics } {
    const finish = (sums: WeightedSums) => sums.finish(weight, batches, GREATEST_ERROR)
    const values = finish(this.#values)
    const flux = finish(this.#flux)
    const cumulative = finish(this.#cumulative)
    const total = finish(this.#total)
    return {
      values: values.mean,
      statistics: {
        total: total.mean[0]!,
        totalError: total.error[0]!,
        lowest: this.#layout.energies.low,
        ends: this.#ends,
        flux: flux.mean,
        fluxErrors: flux.error,
        cumulative: cumulative.mean,
        cumulativeErrors: cumulative.error,
        errors: values.error,
      },
    }
  }
}

function descendingEnds({ energies, groups }: SpectrumLayout): Float32Array {
  const bins = Array.from({ length: energies.bins + 1 }, (_, i) => binEnd(energies, energies.bins - i))
  // The lower end of the bins is the upper end of the groups.
  return Float32Array.from(groups === null ? bins : [...bins.slice(0, -1), ...groups.ends])
}
