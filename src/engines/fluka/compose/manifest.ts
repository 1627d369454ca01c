/**
 * What a deck will write: which detector stands in which file, and what its numbers are for. The reader of the outputs is
 * given the manifest, never the deck, and refuses a file that does not say the same.
 */

import type { Flavour } from '../flavour.ts'

/** A file of FLUKA by the number of its unit: `fort.25` becomes `NAME001_fort.25`. */
export interface DeckUnit {
  readonly unit: number
  readonly estimator: 'RESNUCLEi' | 'USRBIN' | 'USRTRACK' | 'USRBDX'
  /** Decay scores have files of their own: the sign of a file's header speaks for the whole file (fluka.md 5.2). */
  readonly decay: boolean
  /** In the order of their cards, which is their order in the file. */
  readonly detectors: readonly ExpectedDetector[]
}

export type ExpectedDetector = ExpectedYields | ExpectedMesh | ExpectedTrack | ExpectedBoundary

interface Named {
  /** SDUM of the card: up to ten characters, one meaning a deck. */
  readonly name: string
}

/** Residual nuclei of one region. */
export interface ExpectedYields extends Named {
  readonly kind: 'yields'
  /** The user's name of the layer. */
  readonly layer: string
  readonly region: string
  readonly zMax: number
  /** Largest M of the file: N - Z + 5 (fluka.md 2.2). */
  readonly mMax: number
  /** Cooling time of a decay score in seconds; `null` for what is born during the run. */
  readonly coolingSeconds: number | null
}

export interface Axis {
  readonly from: number
  readonly to: number
  readonly bins: number
}

/** A binning of USRBIN; lengths in cm, angles in radians. */
export interface ExpectedMesh extends Named {
  readonly kind: 'mesh'
  /** The user's name of the mesh. */
  readonly mesh: string
  /** `ENERGY`, or the particle whose fluence it is. */
  readonly quantity: string
  /** WHAT(1) of the card. */
  readonly type: number
  /** x, y, z or R, phi, Z. */
  readonly axes: readonly [Axis, Axis, Axis]
}

/** Track length in a region; energies in GeV. */
export interface ExpectedTrack extends Named {
  readonly kind: 'track'
  /** The user's name of the spectrum. */
  readonly spectrum: string
  readonly particle: string
  readonly region: string
  readonly volumeCm3: number
  readonly energy: Axis
  readonly logarithmic: boolean
}

/** Passage between two regions. */
export interface ExpectedBoundary extends Named {
  readonly kind: 'boundary'
  /** The user's name of the spectrum. */
  readonly spectrum: string
  readonly particle: string
  readonly from: string
  readonly to: string
  /** Counts both ways; angles up to 4 pi instead of 2 pi. */
  readonly twoWay: boolean
  readonly areaCm2: number
  readonly fluence: boolean
  readonly energy: Axis
  readonly logarithmic: boolean
  readonly angleBins: number
}

export interface DeckManifest {
  readonly flavour: Flavour
  /** Title of the run, as every output file repeats it. */
  readonly title: string
  readonly units: readonly DeckUnit[]
  /** True where a card of the deck that runs biases: its scores hold weights that nature does not have. */
  readonly biased: boolean
  /** Names the compiled routine that the deck needs; `null` where FLUKA as it comes is enough. */
  readonly routine: string | null
}

/** Units of the deck (fluka.md 11). Below 21 FLUKA keeps them for itself. */
export const UNITS = { yields: 25, decay: 26, meshes: 41, tracks: 51, boundaries: 61 } as const
