/**
 * USRBDX: current or fluence through a boundary, by energy and angle. Names of header fields are those of the FLUKA
 * manual (option USRBDX, "binary file").
 */

import type { FirstRecord } from './first-record.ts'
import type { EnergyBins, NeutronGroups, SpectrumStatistics } from './spectrum.ts'

export interface UsrbdxHeader {
  /** Number of the detector. */
  readonly NX: number
  /** Name, up to 10 characters, without trailing blanks. */
  readonly TITUSX: string
  /** 1 linear in energy and angle, -1 logarithmic in energy; 2 and -2 the same with a logarithmic angle. */
  readonly ITUSBX: number
  /** Number of the particle or family. */
  readonly IDUSBX: number
  /** Region that is left. */
  readonly NR1USX: number
  /** Region that is entered. */
  readonly NR2USX: number
  /** Area that values were divided by, cm2. */
  readonly AUSBDX: number
  /** True when crossings in both directions count. */
  readonly LWUSBX: boolean
  /** True for fluence, false for current. */
  readonly LFUSBX: boolean
  /** True when groups of low-energy neutrons follow. */
  readonly LLNUSX: boolean
  /** Lower end of the energies, GeV. */
  readonly EBXLOW: number
  /** Upper end of the energies, GeV. */
  readonly EBXHGH: number
  /** Energy bins. */
  readonly NEBXBN: number
  /** Width of an energy bin, GeV; in a logarithmic spectrum the ratio of its ends. */
  readonly DEBXBN: number
  /** Lower end of the solid angles, sr. */
  readonly ABXLOW: number
  /** Upper end of the solid angles, sr. */
  readonly ABXHGH: number
  /** Bins of solid angle. */
  readonly NABXBN: number
  /** Width of a bin of solid angle, sr; logarithmic: the ratio of its ends. */
  readonly DABXBN: number
}

export interface UsrbdxDetector {
  readonly header: UsrbdxHeader
  /** `null` when the detector scores no groups. */
  readonly groups: NeutronGroups | null
  /** Particles/cm2/GeV/sr/primary: energy (bins, then groups) fastest, then solid angle. */
  readonly values: Float32Array
  /** `null` in the file of one run. */
  readonly statistics: SpectrumStatistics | null
}

export interface UsrbdxFile {
  readonly estimator: 'USRBDX'
  readonly file: string
  readonly first: FirstRecord
  readonly merged: boolean
  readonly detectors: readonly UsrbdxDetector[]
}

export const USRBDX_UNIT = 'particles/cm2/GeV/sr/primary'

/** Energies of a detector. */
export const energiesOfUsrbdx = ({ EBXLOW, EBXHGH, NEBXBN, DEBXBN, ITUSBX }: UsrbdxHeader): EnergyBins => ({
  low: EBXLOW,
  high: EBXHGH,
  bins: NEBXBN,
  width: DEBXBN,
  logarithmic: ITUSBX < 0,
})
