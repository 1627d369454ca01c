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
