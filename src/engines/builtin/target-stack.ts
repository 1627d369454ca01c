/** What the model sees of a target: discs along the beam with a composition, and the beam that meets them. */

import type { BeamShape } from '#simulation/document.ts'
import type { MassComponent } from './stopping.ts'

export type LayerRole = 'window' | 'target' | 'dump'

/** A disc about the beam axis. Order in the stack is the order along the beam; gaps do not matter to straight tracks. */
export interface StackLayer {
  readonly name: string
  /** Residual nuclei are scored in layers of the role `target`. */
  readonly role: LayerRole
  /** Mass fractions adding up to 1. */
  readonly composition: readonly MassComponent[]
  readonly densityGramPerCm3: number
  readonly thicknessMm: number
  readonly radiusMm: number
}

export interface Beam {
  /** Kinetic energy of the protons, MeV. */
  readonly energyMeV: number
  /** One standard deviation, MeV. */
  readonly energySpreadMeV: number
  readonly shape: BeamShape
}

export interface TargetStack {
  readonly beam: Beam
  readonly layers: readonly StackLayer[]
}

/** Areal density of a layer, g/cm2. */
export const layerArealDensity = (layer: StackLayer): number => layer.densityGramPerCm3 * layer.thicknessMm * 0.1
