/** From a merge to the result document that people and programs read. */

import { describeResult, type LayerFacts, type ReportContext } from '#inventory/report.ts'
import { nuclearDataSources } from '#nuclides/sources.ts'
import type { Provenance, ResultDocument, ResultRoutines } from '#results/document.ts'
import type { ImportedOrigin } from '#results/imported.ts'
import type { RunMerge } from '#results/merge.ts'
import type { Operation, Setup } from '#simulation/document.ts'
import { type Engine, isMadeByStandIn } from './engine.ts'

/** What a result is asked for; what is missing is taken from the document. */
export interface ResultChoice {
  readonly region: string
  readonly currentMicroampere?: number | undefined
  readonly cumulativeCutDays?: number | undefined
}

export interface ResultOrigin {
  readonly version: string
  /** Version of the engine that made it; left out: the one that is here. */
  readonly engineVersion?: string
  readonly setupDigest: string
  readonly jobKey: string | null
  readonly replay: boolean
  /** Set for a result that was made elsewhere. */
  readonly imported?: ImportedOrigin | undefined
}

/** What a description needs of an engine. */
export type DescribingEngine = Pick<
  Engine,
  'identity' | 'coverage' | 'modelError' | 'citations' | 'remarks' | 'layers' | 'routines'
>

/** Regions a result of this setup can be asked for. */
export const regionsOf = (setup: Setup): readonly string[] => [
  'total',
  ...setup.target.layers.filter((layer) => layer.role === 'target').map((layer) => layer.name),
]

/** The result of histories, with activities at the end of irradiation and after cooling. */
export function describeMerge(
  merge: RunMerge,
  engine: DescribingEngine,
  setup: Setup,
  operation: Operation,
  choice: ResultChoice,
  origin: ResultOrigin,
  notes: readonly string[],
): ResultDocument {
  const said = [...notes, ...(engine.remarks?.(setup, merge) ?? [])]
  const { imported } = origin
  const context = reportContext(engine, setup, operation, choice, origin, said)
  return describeResult({ merge, ...context, operation, ...(imported ? { batches: imported.batches } : {}) })
}

/** What a report needs of engine, setup and operation; activities are left to the caller, since they cost time. */
export function reportContext(
  engine: DescribingEngine,
  setup: Setup,
  operation: Operation,
  choice: ResultChoice,
  origin: ResultOrigin,
  notes: readonly string[],
): ReportContext {
  const { id, label } = engine.identity
  const version = origin.engineVersion ?? engine.identity.version
  const standIn = isMadeByStandIn(version, engine.identity)
  return {
    region: choice.region,
    currentMicroampere: choice.currentMicroampere ?? operation.currentMicroampere,
    cutDays: choice.cumulativeCutDays ?? operation.cumulativeCutDays,
    coverage: engine.coverage(setup),
    modelError: (zai, kind) => engine.modelError(setup, zai, kind),
    engine: { id, version, standIn },
    notes: standIn ? [standInNote(label, version), ...notes] : notes,
    provenance: provenanceOf(origin, standIn ? [] : (engine.citations ?? []), engine.routines?.(setup) ?? null),
    layers: engine.layers?.(setup) ?? setup.target.layers.map(unknownLayer),
  }
}

/** Stands first among the notes of every result of a stand-in. */
const standInNote = (label: string, version: string): string =>
  `STAND-IN: these numbers come from ${label.includes('STAND-IN') ? label : `a stand-in for ${label}`} (${version}), which imitates a program that is not here. They are for trying the way, not for physics.`

function provenanceOf(origin: ResultOrigin, citations: readonly string[], routines: ResultRoutines | null): Provenance {
  return {
    isolario: origin.version,
    setupDigest: origin.setupDigest,
    nuclearData: nuclearDataSources.map(({ name, version, citation }) => ({ name, version, citation })),
    jobKey: origin.jobKey,
    replay: origin.replay,
    ...(origin.imported ? { imported: importedProvenance(origin.imported) } : {}),
    // An imported result came with its numbers only: what its program was linked with nobody here knows.
    ...(routines !== null && !origin.imported ? { routines } : {}),
    ...(citations.length > 0 ? { citations } : {}),
  }
}

type ImportedProvenance = NonNullable<Provenance['imported']>

const importedProvenance = ({ program, kind, files, detectors }: ImportedOrigin): ImportedProvenance => ({
  program,
  kind,
  files: files.map(({ name, sha256 }) => ({ name, sha256 })),
  detectors: detectors.map(({ layer, detector }) => ({ layer, detector })),
})

const unknownLayer = ({ name }: { readonly name: string }): LayerFacts => ({
  name,
  energyInMeV: null,
  energyOutMeV: null,
  heatMeVPerPrimary: null,
})
