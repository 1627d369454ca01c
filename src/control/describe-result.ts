/** From a merge, or from a setup alone, to the result document that people and programs read. */

import { estimateSetup } from '#engines/builtin/engine.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { describeResult, type LayerFacts, type ReportContext } from '#inventory/report.ts'
import { nuclearDataSources } from '#nuclides/sources.ts'
import type { Provenance, ResultDocument } from '#results/document.ts'
import type { RunMerge } from '#results/merge.ts'
import type { Operation, Setup } from '#simulation/document.ts'

/** What a result is asked for; what is missing is taken from the document. */
export interface ResultChoice {
  readonly region: string
  readonly currentMicroampere?: number | undefined
  readonly cumulativeCutDays?: number | undefined
}

export interface ResultOrigin {
  readonly version: string
  readonly setupDigest: string
  readonly jobKey: string | null
  readonly replay: boolean
}

/** Regions a result of this setup can be asked for. */
export const regionsOf = (setup: Setup): readonly string[] => [
  'total',
  ...setup.target.layers.filter((layer) => layer.role === 'target').map((layer) => layer.name),
]

/** The result of histories. */
export function describeMerge(
  merge: RunMerge,
  engine: Engine,
  setup: Setup,
  operation: Operation,
  choice: ResultChoice,
  origin: ResultOrigin,
  notes: readonly string[],
): ResultDocument {
  return describeResult({ merge, ...contextOf(engine, setup, operation, choice, origin, notes) })
}

/** The deterministic estimate of the built-in model, or `null` where it can give none. */
export function describeEstimate(
  engine: Engine,
  setup: Setup,
  operation: Operation,
  choice: ResultChoice,
  origin: ResultOrigin,
): ResultDocument | null {
  const { estimate, remarks } = estimateSetup(setup)
  if (!estimate) return null
  const notes = remarks.map((remark) => remark.message)
  return describeResult({ estimate, ...contextOf(engine, setup, operation, choice, origin, notes) })
}

function contextOf(
  engine: Engine,
  setup: Setup,
  operation: Operation,
  choice: ResultChoice,
  origin: ResultOrigin,
  notes: readonly string[],
): ReportContext {
  const { id, version, standIn } = engine.identity
  return {
    region: choice.region,
    currentMicroampere: choice.currentMicroampere ?? operation.currentMicroampere,
    cutDays: choice.cumulativeCutDays ?? operation.cumulativeCutDays,
    coverage: engine.coverage(setup),
    modelError: (zai, kind) => engine.modelError(setup, zai, kind),
    engine: { id, version, standIn },
    notes,
    provenance: provenanceOf(origin),
    layers: layersOf(engine, setup),
  }
}

function provenanceOf(origin: ResultOrigin): Provenance {
  return {
    isolario: origin.version,
    setupDigest: origin.setupDigest,
    nuclearData: nuclearDataSources.map(({ name, version, citation }) => ({ name, version, citation })),
    jobKey: origin.jobKey,
    replay: origin.replay,
  }
}

/** Energies and heat come from the built-in model's own slowing down; of another engine's run they would be foreign. */
function layersOf(engine: Engine, setup: Setup): readonly LayerFacts[] {
  const estimate = engine.identity.id === 'builtin' ? estimateSetup(setup).estimate : null
  if (estimate) return estimate.layers
  return setup.target.layers.map(({ name }) => ({
    name,
    energyInMeV: null,
    energyOutMeV: null,
    heatMeVPerPrimary: null,
  }))
}
