/** How wide the table of residual nuclei must be. */

/** N - Z of the first column of RESNUCLEi: M = N - Z - K with K = -5 (fluka.md 2.2). */
export const RESNUCLEI_K = -5

export interface ResidualRange {
  /** WHAT(3): largest charge number. */
  readonly zMax: number
  /** WHAT(4): largest M. */
  readonly mMax: number
}

/**
 * The table for targets up to uranium (fluka.md 2.2): Z up to 96, N - Z up to 59, which holds every isotope of the target,
 * what a neutron more makes of it, and its fragments. One width for all detectors of a file, whatever a region is made
 * of: FLUKA's own default would be too narrow for the nuclei that fly into a light region.
 */
export const RESIDUAL_RANGE: ResidualRange = { zMax: 96, mMax: 64 }

/** Largest N - Z that a table holds. */
export const largestExcess = ({ mMax }: ResidualRange): number => mMax + RESNUCLEI_K
