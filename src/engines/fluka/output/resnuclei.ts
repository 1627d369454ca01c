/**
 * RESNUCLEi: residual nuclei by charge and neutron excess. Names of header fields are those of the FLUKA manual
 * (option RESNUCLEi, "binary file").
 *
 * The matrix is value(Z, M) at (Z - 1) + (M - 1) x IZRHGH with N - Z = M + K, so A = M + K + 2 Z. Where the file has
 * lists of isomers the matrix holds ground states only; a file without them does not say what became of isomers.
 */

import type { FirstRecord } from './first-record.ts'

export interface ResnucleiHeader {
  /** Number of the detector. */
  readonly NRN: number
  /** Name, up to 10 characters, without trailing blanks. */
  readonly TIURSN: string
  /** 1 spallation, 2 low-energy neutron products, 3 both. */
  readonly ITURSN: number
  /** Number of the region; -1 for all regions. */
  readonly NRURSN: number
  /** Volume that values were divided by, cm3. */
  readonly VURSNC: number
  /** Greatest M = N - Z - K of the matrix. */
  readonly IMRHGH: number
  /** Greatest Z of the matrix. */
  readonly IZRHGH: number
  /** N - Z of M = 0: -5 in all of FLUKA. */
  readonly K: number
}

export interface ResnucleiProjections {
  /** By A, from A = 1; isomers included. */
  readonly byA: Float32Array
  readonly byAErrors: Float32Array
  /** By Z, from Z = 1; isomers included. */
  readonly byZ: Float32Array
  readonly byZErrors: Float32Array
}

/** Relative errors (0.05 is 5 %) and projections, as the summing program writes them. */
export interface ResnucleiStatistics {
  /** Sum over all nuclides and isomers. */
  readonly total: number
  readonly totalError: number
  /** By mass and by charge; `null` where Isolario summed and could not place every isomer. */
  readonly projections: ResnucleiProjections | null
  /** In the order of the matrix. */
  readonly errors: Float32Array
  /** In the order of the isomers; `null` where there are none. */
  readonly isomerErrors: Float32Array | null
}

export interface ResnucleiDetector {
  readonly header: ResnucleiHeader
  /** Cooling time after the end of irradiation, s; `null` for production. */
  readonly coolingTime: number | null
  /** The matrix: per cm3 and primary, or Bq per cm3 after the cooling time. */
  readonly values: Float32Array
  /** The list of isomers, in the order of FLUKA's own list (isomer-index.ts); `null` in a file without such lists. */
  readonly isomers: Float32Array | null
  /** `null` in the file of one run. */
  readonly statistics: ResnucleiStatistics | null
}

/** One interval of the irradiation that decay data are for. */
export interface IrradiationInterval {
  /** Primaries per second. */
  readonly intensity: number
  /** End of the interval, s from the beginning of the irradiation. */
  readonly end: number
}

export interface ResnucleiFile {
  readonly estimator: 'RESNUCLEi'
  readonly file: string
  readonly first: FirstRecord
  /** True when a summing program wrote it. */
  readonly merged: boolean
  /** The irradiation of a file of decay data; `null` in a file of production. */
  readonly irradiation: readonly IrradiationInterval[] | null
  readonly detectors: readonly ResnucleiDetector[]
}

/** Greatest mass number of the matrix: the length of the projection on A. */
export function greatestA({ IZRHGH, IMRHGH, K }: Pick<ResnucleiHeader, 'IZRHGH' | 'IMRHGH' | 'K'>): number {
  return 2 * IZRHGH + IMRHGH + K
}

/** Unit of the values of a detector. */
export function resnucleiUnit({ coolingTime }: Pick<ResnucleiDetector, 'coolingTime'>): string {
  return coolingTime === null ? 'nuclei/cm3/primary' : 'Bq/cm3'
}
