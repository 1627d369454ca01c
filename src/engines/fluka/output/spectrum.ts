/**
 * Energies of the spectra of USRBDX and USRTRACK: bins of equal width or of equal ratio, ascending, then the groups of
 * low-energy neutrons, descending, where the detector scores them. `ELOW` is then the upper end of the groups.
 */

export interface EnergyBins {
  /** Lower end, GeV. */
  readonly low: number
  /** Upper end, GeV. */
  readonly high: number
  /** Number of bins; 0 when all energies are in the groups. */
  readonly bins: number
  /** Width of a bin, GeV; in a logarithmic spectrum the ratio of its ends. */
  readonly width: number
  readonly logarithmic: boolean
}

/** Groups of low-energy neutrons. */
export interface NeutronGroups {
  /** Ends of the groups, GeV, descending: one more than groups. */
  readonly ends: Float32Array
}

/** Totals and projections, as the summing program writes them. Errors are relative, 0.05 is 5 %. */
export interface SpectrumStatistics {
  /** Integral over energy and angle. */
  readonly total: number
  readonly totalError: number
  /** Lower end of the bins, which is the upper end of the groups, GeV. */
  readonly lowest: number
  /** Ends of the energy intervals, GeV, descending: one more than intervals. */
  readonly ends: Float32Array
  /** Integrated over angle, by energy, descending. */
  readonly flux: Float32Array
  readonly fluxErrors: Float32Array
  /** Integrated over angle and over energy from above, descending. */
  readonly cumulative: Float32Array
  readonly cumulativeErrors: Float32Array
  /** Errors of the values, in their order. */
  readonly errors: Float32Array
}

export interface EnergyInterval {
  /** GeV */
  readonly low: number
  /** GeV */
  readonly high: number
}

/** `base` to a whole power by repeated squaring, each step rounded to float32: as gfortran does it for REAL. */
export function float32Power(base: number, exponent: number): number {
  let square = Math.fround(base)
  let result = exponent % 2 === 1 ? square : 1
  for (let rest = exponent >> 1; rest > 0; rest >>= 1) {
    square = Math.fround(square * square)
    if (rest % 2 === 1) result = Math.fround(result * square)
  }
  return result
}

/** End `i` of the bins, from 0 for the lower end, GeV, rounded as the summing programs of FLUKA do. */
export function binEnd({ low, width, logarithmic }: EnergyBins, i: number): number {
  return Math.fround(logarithmic ? low * float32Power(width, i) : low + i * width)
}

/** Intervals in the order of the values: bins ascending, then groups descending. */
export function energyIntervals(bins: EnergyBins, groups: NeutronGroups | null): EnergyInterval[] {
  const intervals = Array.from({ length: bins.bins }, (_, i) => ({ low: binEnd(bins, i), high: binEnd(bins, i + 1) }))
  const ends = groups?.ends ?? []
  for (let i = 0; i + 1 < ends.length; i++) intervals.push({ low: ends[i + 1]!, high: ends[i]! })
  return intervals
}
