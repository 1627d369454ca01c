/**
 * USRBIN: a quantity on a mesh or by region. Names of header fields are those of the FLUKA manual (option USRBIN,
 * "binary file"). Values run fastest along X (or R, or the regions), slowest along Z.
 */

import type { FirstRecord } from './first-record.ts'

export interface UsrbinAxis {
  /** Lower end, cm (rad for an angle; the first region). */
  readonly low: number
  /** Upper end, cm (rad for an angle; the last region). */
  readonly high: number
  /** Number of bins. */
  readonly bins: number
  /** Width of a bin, cm (rad for an angle; the step of the regions). */
  readonly width: number
}

export interface UsrbinHeader {
  /** Number of the binning. */
  readonly NB: number
  /** Name, up to 10 characters, without trailing blanks. */
  readonly TITUSB: string
  /** Kind of binning, WHAT(1) of the card: 0 Cartesian, 1 R-Phi-Z, 2 by region; 10 more when shared along tracks. */
  readonly ITUSBN: number
  /** Number of the particle or quantity: 208 is energy, 234 activity. */
  readonly IDUSBN: number
  /** X, R, or the first set of regions: XLOW, XHIGH, NXBIN, DXUSBN. */
  readonly x: UsrbinAxis
  /** Y, Phi, or the second set of regions: YLOW, YHIGH, NYBIN, DYUSBN. */
  readonly y: UsrbinAxis
  /** Z, or the third set of regions: ZLOW, ZHIGH, NZBIN, DZUSBN. */
  readonly z: UsrbinAxis
  /** True when low-energy neutrons deposit by kerma factors and so on (LNTZER). */
  readonly LNTZER: boolean
  /** Birks' parameters of quenching, 0 without. */
  readonly BKUSBN: number
  readonly B2USBN: number
  /** Time cut, s. */
  readonly TCUSBN: number
}

export interface UsrbinBinning {
  readonly header: UsrbinHeader
  readonly values: Float32Array
  /** Relative errors, 0.05 is 5 %; `null` in the file of one run. */
  readonly errors: Float32Array | null
}

export interface UsrbinFile {
  readonly estimator: 'USRBIN'
  readonly file: string
  readonly first: FirstRecord
  readonly merged: boolean
  readonly detectors: readonly UsrbinBinning[]
}

export type UsrbinGeometry = 'Cartesian' | 'R-Phi-Z' | 'region'

/** Cartesian with symmetries are 3 to 6, R-Phi-Z with one is 7; 8 is a binning by user routines, which is not read. */
export const USRBIN_GEOMETRIES: Readonly<Record<number, UsrbinGeometry>> = {
  0: 'Cartesian',
  1: 'R-Phi-Z',
  2: 'region',
  3: 'Cartesian',
  4: 'Cartesian',
  5: 'Cartesian',
  6: 'Cartesian',
  7: 'R-Phi-Z',
}

/** What the axes of a binning are; `undefined` for a kind that is not known. */
export const usrbinGeometry = ({ ITUSBN }: Pick<UsrbinHeader, 'ITUSBN'>): UsrbinGeometry | undefined =>
  USRBIN_GEOMETRIES[ITUSBN >= 10 ? ITUSBN - 10 : ITUSBN]

/** True when what a particle deposits on a step is shared along the step. */
export const sharedAlongTracks = ({ ITUSBN }: Pick<UsrbinHeader, 'ITUSBN'>): boolean => ITUSBN >= 10

/** Values of a binning. */
export const usrbinSize = ({ x, y, z }: Pick<UsrbinHeader, 'x' | 'y' | 'z'>): number => x.bins * y.bins * z.bins

/**
 * Unit of the values: per volume on a mesh and whole in a region. Of a particle it is track length where steps are shared
 * among bins (ITUSBN of 10 and more) and inelastic interactions, "stars", where they are not (FLUKA manual, option
 * USRBIN; numbers of quantities from "Particle and material codes"). `null` for a quantity that Isolario cannot name.
 */
export function usrbinUnit(header: Pick<UsrbinHeader, 'ITUSBN' | 'IDUSBN'>): string | null {
  const perVolume = usrbinGeometry(header) === 'region' ? '' : '/cm3'
  switch (header.IDUSBN) {
    case 208:
    case 211:
      return `GeV${perVolume}/primary`
    case 228:
      return 'GeV/g/primary'
    case 234:
      return `Bq${perVolume}`
  }
  if (!isParticle(header.IDUSBN)) return null
  return `${sharedAlongTracks(header) ? 'cm' : 'stars'}${perVolume}/primary`
}

/** Particles that are transported: light nuclei are -6 (alpha) to -2 (heavy ions). */
const isParticle = (number: number): boolean => (number >= -6 && number <= -2) || (number >= 1 && number <= 64)
