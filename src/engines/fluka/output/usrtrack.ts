/**
 * USRTRACK, and USRCOLL: the spectrum of fluence in a region, by track length or by collisions. Both write the same
 * layout, and the file does not say which of the two wrote it. Names of header fields are those of the FLUKA manual
 * (option USRTRACK, "binary file").
 */

import type { FirstRecord } from './first-record.ts'
import type { EnergyBins, NeutronGroups, SpectrumStatistics } from './spectrum.ts'

export interface UsrtrackHeader {
  /** Number of the detector. */
  readonly NT: number
  /** Name, up to 10 characters, without trailing blanks. */
  readonly TITUTC: string
  /** 1 linear, -1 logarithmic. */
  readonly ITUSTC: number
  /** Number of the particle or family. */
  readonly IDUSTC: number
  /** Number of the region; -1 for all regions. */
  readonly NRUSTC: number
  /** Volume that values were divided by, cm3. */
  readonly VUSRTC: number
  /** True when groups of low-energy neutrons follow. */
  readonly LLNUTC: boolean
  /** Lower end of the energies, GeV. */
  readonly ETCLOW: number
  /** Upper end of the energies, GeV. */
  readonly ETCHGH: number
  /** Energy bins; 0 when all energies are in the groups. */
  readonly NETCBN: number
  /** Width of an energy bin, GeV; in a logarithmic spectrum the ratio of its ends. */
  readonly DETCBN: number
}

export interface UsrtrackDetector {
  readonly header: UsrtrackHeader
  /** `null` when the detector scores no groups. */
  readonly groups: NeutronGroups | null
  /** Particles/cm2/GeV/primary: bins ascending, then groups descending. */
  readonly values: Float32Array
  /** `null` in the file of one run. */
  readonly statistics: SpectrumStatistics | null
}

export interface UsrtrackFile {
  readonly estimator: 'USRTRACK'
  readonly file: string
  readonly first: FirstRecord
  readonly merged: boolean
  readonly detectors: readonly UsrtrackDetector[]
}

export const USRTRACK_UNIT = 'particles/cm2/GeV/primary'

/** Energies of a detector. */
export const energiesOfUsrtrack = ({ ETCLOW, ETCHGH, NETCBN, DETCBN, ITUSTC }: UsrtrackHeader): EnergyBins => ({
  low: ETCLOW,
  high: ETCHGH,
  bins: NETCBN,
  width: DETCBN,
  logarithmic: ITUSTC < 0,
})
