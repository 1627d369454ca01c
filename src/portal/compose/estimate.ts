/** What goes to the estimate's worker and what comes back. */

import type { LayerEstimate } from '#engines/builtin/estimate.ts'
import type { EngineRemark } from '#engines/engine/engine.ts'
import type { ResultDocument } from '#results/document.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { StopPoint } from './target-drawing.ts'

export interface EstimateQuestion {
  readonly id: number
  readonly document: SimulationDocument
  /** `total` or the name of a target layer. */
  readonly region: string
}

export interface EstimateAnswer {
  readonly id: number
  /** `null` where the engine refuses yields: the remarks say why. */
  readonly result: ResultDocument | null
  /** Energies, ranges and heat; `null` where not even a range can be given. */
  readonly beam: BeamEstimate | null
  readonly remarks: readonly EngineRemark[]
  readonly milliseconds: number
  /** Set when the estimate broke, which is a defect and said as such. */
  readonly broken: string | null
}

export interface BeamEstimate {
  readonly layers: readonly LayerEstimate[]
  /** Fraction of the beam that meets no layer of the role target. */
  readonly missed: number
  /** Fraction of the beam that leaves the stack, and its mean energy. */
  readonly leaving: number
  readonly exitEnergyMeV: number | null
}

/** The layer in which at least half of the protons that get that far end their range, or `null` when most come out. */
export function stopOf(beam: BeamEstimate): StopPoint | null {
  if (beam.leaving > 0.5) return null
  let most: LayerEstimate | undefined
  for (const layer of beam.layers) if (layer.stopping > (most?.stopping ?? 0)) most = layer
  return most ? { layer: most.name, fraction: 0.5 } : null
}
