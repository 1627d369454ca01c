/** The result as people and programs get it: one JSON document for API, CLI, downloads and portal. */

import type { ImportedOrigin } from './imported.ts'

/** How well the statistical error is known. */
export type StatisticalErrorKind =
  /** Sampled, and its error estimated from the sample. */
  | 'sampled'
  /** Sampled, but one batch without moments per history: the error is not known (never shown as 0 or 99 %). */
  | 'not-known'
  /** Not sampled: a deterministic estimate has no statistical error. */
  | 'none'

/** Error class of a model (built-in engine specification, section 9): the one-sigma factor goes with it. */
export type ModelErrorClass = 'A' | 'B' | 'C' | 'D' | 'E'

export interface ModelError {
  readonly class: ModelErrorClass
  /** One-sigma factor, multiplicative: 1.5 means "within a factor 1.5". */
  readonly factor: number
}

/** A rate with its two errors, which are never mixed. All values are unrounded; two digits are for display. */
export interface Rate {
  /** Mean per primary; `null` where nothing was counted (see `limit95`) or nothing is scored. */
  readonly perPrimary: number | null
  /** At the stated beam current. */
  readonly perSecond: number | null
  readonly perMicrocoulomb: number | null
  /** Counts behind the mean; `null` for an estimate and for weighted scores. */
  readonly counts: number | null
  readonly statisticalErrorKind: StatisticalErrorKind
  /** One standard error of `perPrimary`; `null` unless `sampled` with at least one count. */
  readonly statisticalError: number | null
  /** Central 68 % Poisson interval of `perPrimary`, given where the counts are few; else `null`. */
  readonly interval68: readonly [number, number] | null
  /** Upper limit of `perPrimary` at 95 %, given where nothing was counted and a limit exists. */
  readonly limit95: number | null
  /** Error of the model, apart from the statistical one; `null` where the engine states none. */
  readonly model: ModelError | null
  /**
   * Present where the number is a lower bound: a cumulative rate of a nuclide whose own production is not scored, or not
   * told apart from its other states, holds the feeding only.
   */
  readonly lowerBound?: true
}

/**
 * What can be said of a nuclide in this result.
 * `scored`: counted at least once (or estimated above zero). `zero`: scored, nothing counted: an upper limit.
 * `not-scored`: outside what the engine scores. `isomer-not-resolved`: the sum of its states stands under m = 0.
 */
export type ScoreState = 'scored' | 'zero' | 'not-scored' | 'isomer-not-resolved'

export interface Residual {
  /** Canonical name, for example `Ag-111`. */
  readonly nuclide: string
  readonly z: number
  readonly a: number
  readonly m: number
  readonly state: ScoreState
  /** False for a product that NUBASE2020 does not list: drawn and marked, never dropped. */
  readonly inNubase: boolean
  /** Born as such. */
  readonly independent: Rate
  /** Independent plus the decay of precursors with half-lives below the cut. */
  readonly cumulative: Rate
  /**
   * Present where the document states irradiation and cooling. `null` where nothing that feeds the nuclide was made, and
   * where its half-life is not known; 0 Bq for what is stable.
   */
  readonly activity?: ResidualActivity | null
}

/**
 * Activity in the target at two moments, from independent production and all decay feeding; no precursor cut plays a part.
 * It has no model error of its own: that of the cumulative rate belongs to it after long irradiation.
 */
export interface ResidualActivity {
  readonly endOfIrradiationBq: number
  /** One standard error (statistical); `null` for an estimate and where the sample tells none. */
  readonly endOfIrradiationErrorBq: number | null
  readonly afterCoolingBq: number
  readonly afterCoolingErrorBq: number | null
  /** Present where the nuclide's own production is not scored: the number holds the feeding only. */
  readonly lowerBound?: true
}

/** What activities of a document are stated for. */
export interface ActivityConditions {
  readonly irradiationDays: number
  /** From the end of irradiation to the later activity. */
  readonly coolingHours: number
  /** Fraction of the irradiation during which the beam is on; taken as a mean rate. */
  readonly dutyCycle: number
  /** What moments the activities belong to, and of what they are, in words. */
  readonly activityTime: string
}

/** A box of nuclides that the engine scores; outside all boxes a nuclide is `not-scored`, not zero. */
export interface CoverageBox {
  readonly zMin: number
  readonly zMax: number
  readonly aMin: number
  readonly aMax: number
}

export interface Coverage {
  readonly boxes: readonly CoverageBox[]
  readonly isomers: 'resolved' | 'not-resolved'
}

/** Code that was compiled into the engine for a result: two results with other routines are two experiments. */
export interface ResultRoutines {
  /** SHA-256 over names and texts of the sources, 64 hexadecimal digits. */
  readonly digest: string
  /** Names of the sources, in order. */
  readonly names: readonly string[]
}

/** Where a number comes from; travels with every result. */
export interface Provenance {
  readonly isolario: string
  readonly setupDigest: string
  readonly nuclearData: readonly { readonly name: string; readonly version: string; readonly citation: string }[]
  /** Job key, 16 hexadecimal digits: with the history indices it fixes every random number. */
  readonly jobKey: string | null
  /** True for a run that repeats another one's random numbers; never merged with its original. */
  readonly replay: boolean
  /** Present where the numbers were made elsewhere and taken over; never merged with anything. */
  readonly imported?: Pick<ImportedOrigin, 'program' | 'kind' | 'files' | 'detectors'>
  /** Present where user routines were compiled into the engine; results with other routines are never added up. */
  readonly routines?: ResultRoutines
  /** Present where the engine asks whoever publishes to cite it: one reference each. */
  readonly citations?: readonly string[]
}

export interface LayerResult {
  readonly name: string
  readonly energyInMeV: number | null
  readonly energyOutMeV: number | null
  readonly heatMeVPerPrimary: number | null
  readonly fissionsPerPrimary: Rate
  readonly reactionsPerPrimary: Rate
}

export const RESULT_SCHEMA = 'isolario-result/1'

/** The conditions of the activities are all present, or none and no residual has an activity. */
export interface ResultDocument extends Partial<ActivityConditions> {
  readonly schema: typeof RESULT_SCHEMA
  readonly mode: 'estimate' | 'monte-carlo'
  readonly engine: { readonly id: string; readonly version: string; readonly standIn: boolean }
  /** Histories behind the numbers; `null` for an estimate. */
  readonly primaries: number | null
  readonly batches: number | null
  /** `total` or the name of a layer. */
  readonly region: string
  /**
   * Mean per primary, 0 where histories counted none (`fissions` has its limit then); `null` where nothing is known: yields
   * are refused, no history is done yet, or the engine does not count fissions.
   */
  readonly fissionsPerPrimary: number | null
  readonly fissions: Rate
  readonly reactions: Rate
  readonly currentMicroampere: number
  /** Precursors with longer half-lives do not feed the cumulative numbers. */
  readonly cumulativeCutDays: number
  /** What moment the rates belong to, in words. */
  readonly time: string
  readonly residuals: readonly Residual[]
  /**
   * Present where nuclides without a single count were left out of `residuals`: the upper limit of `perPrimary` at 95 %
   * for every nuclide inside the coverage that has no row; `null` where there is no limit.
   */
  readonly unlistedLimit95?: number | null
  readonly coverage: Coverage
  readonly layers: readonly LayerResult[]
  /** What a reader must know: approximations made, things not scored, isotopics replaced. */
  readonly notes: readonly string[]
  readonly provenance: Provenance
}
