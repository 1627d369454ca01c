/** Faces of layers that spectra count at, and those of them that FLUKA cannot be asked about. */

import type { Setup } from '#simulation/document.ts'
import { scoredThings } from '#simulation/scored-axes.ts'
import { scoringOf } from '#simulation/scoring.ts'
import { beamReach } from './deck-beam.ts'
import { stackGeometry } from './stack-geometry.ts'

/** Names of the layers whose back faces some spectrum counts. */
export const scoredFaces = (setup: Setup): ReadonlySet<string> =>
  new Set(scoredThings(setup).flatMap(({ where, layer }) => (where === 'face' && layer !== null ? [layer] : [])))

export interface DividedFace {
  /** Place of the spectrum among the spectra. */
  readonly spectrum: number
  readonly name: string
  readonly layer: string
  /** The narrower layer that touches the face. */
  readonly next: string
}

/** Spectra at faces that lie before two regions: USRBDX counts between two regions, and such a face has two behind it. */
export function dividedFaces(setup: Setup): readonly DividedFace[] {
  const faces = scoredFaces(setup)
  if (faces.size === 0) return []
  const { layers, behind } = stackGeometry(setup.target.layers, beamReach(setup.beam.shape), faces)
  const at = new Map(layers.map(({ layer }, index) => [layer, index]))
  return scoringOf(setup).spectra.flatMap(({ name, layer, estimator }, spectrum) => {
    const index = at.get(layer)
    if (index === undefined || estimator === 'track-length' || behind.has(index)) return []
    return [{ spectrum, name, layer, next: layers[index + 1]!.layer }]
  })
}

/** The setup without the spectra that a deck written here cannot count; a user's own deck may count them its own way. */
export function withoutDividedFaces(setup: Setup): Setup {
  const divided = new Set(dividedFaces(setup).map(({ spectrum }) => spectrum))
  if (divided.size === 0) return setup
  const scoring = scoringOf(setup)
  return { ...setup, scoring: { ...scoring, spectra: scoring.spectra.filter((_, index) => !divided.has(index)) } }
}
