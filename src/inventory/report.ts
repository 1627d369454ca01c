/**
 * From sums, or from an estimate, to the document that people and programs read: residual nuclei of one region,
 * independent and cumulative, each number with its own two errors.
 *
 * **Cumulative numbers** are linear combinations of independent ones (cumulative.ts), and cells of one run are
 * correlated. So their statistical error comes from the vectors kept per group of batches; where a single counted cell
 * feeds, its own moments are used. Of a chain in which only some precursors were counted, the others add their zero to
 * the mean and nothing to the error: what they could add is below the limit of each of them. Where nothing at all was
 * counted in the chain there is no mean, but a limit: 3.0 / N (conventions 10) times the largest fraction with which any
 * scored member passes through the nuclide, which is 1 where the nuclide itself is scored.
 */

import { formatZai } from '#nuclides/names.ts'
import { nuclideOfZai, type Zai } from '#nuclides/nuclide.ts'
import { stateOf } from '#nuclides/states.ts'
import { secondsFromDays } from '#quantities/conversions.ts'
import type { Days, Microamperes, PerPrimary } from '#quantities/units.ts'
import { isInsideCoverage, unseenState } from '#results/coverage.ts'
import {
  type Coverage,
  type LayerResult,
  type ModelError,
  type Provenance,
  type Rate,
  RESULT_SCHEMA,
  type Residual,
  type ResultDocument,
  type ScoreState,
} from '#results/document.ts'
import type { ResidualSample, RunMerge } from '#results/merge.ts'
import { estimatedRate, NO_ESTIMATE, NO_RATE, sampledRate } from '#results/rate.ts'
import { cellValue, sampledValue, standardErrorFromMoments } from '#results/statistics.ts'
import { TOTAL_REGION } from '#results/tally.ts'
import { type OperationTimes, type ResultActivities, resultActivities } from './activity-report.ts'
import { applyFeeding, cumulativeFeeding, type FeedingMatrix } from './cumulative.ts'
import { cumulativeErrors } from './cumulative-errors.ts'
import type { DecayNote } from './decay-data.ts'

/** What a deterministic engine says about one setup; the built-in engine's estimate has this shape. */
export interface ResultEstimate {
  /** Region 0 is `total`. */
  readonly regions: readonly string[]
  /** Ascending and distinct. */
  readonly nuclides: readonly Zai[]
  /** Independent production per primary; index region x nuclides.length + nuclide. */
  readonly independentPerPrimary: Float64Array
  /** Of the whole target, per primary; 0 and without any nuclide where yields are refused. */
  readonly fissionsPerPrimary: number
  readonly reactionsPerPrimary: number
  readonly layers: readonly {
    readonly name: string
    readonly fissionsPerPrimary: number
    readonly reactionsPerPrimary: number
  }[]
}

/** What is known of a layer without sampling. */
export interface LayerFacts {
  readonly name: string
  readonly energyInMeV: number | null
  readonly energyOutMeV: number | null
  readonly heatMeVPerPrimary: number | null
}

export interface ReportContext {
  /** `total` (the default) or the name of a layer. */
  readonly region?: string
  /** Beam current on the discs (conventions 3), for everything per second. */
  readonly currentMicroampere: number
  /** Precursors with half-lives below it feed; 100 d unless asked otherwise. */
  readonly cutDays: number
  readonly coverage: Coverage
  /** Error of the model for one nuclide; `null` where the engine states none. */
  readonly modelError: (zai: Zai, kind: 'independent' | 'cumulative') => ModelError | null
  /** Error of the model for fissions and reactions. */
  readonly fissionError?: ModelError | null
  readonly reactionError?: ModelError | null
  readonly engine: ResultDocument['engine']
  /** What the engine and the setup have to say; notes on the decay data are added. */
  readonly notes: readonly string[]
  readonly provenance: Provenance
  /** The layers in beam order. */
  readonly layers: readonly LayerFacts[]
  /** What moment the rates belong to. */
  readonly time?: string
  /**
   * Nuclides that the engine may make and that were neither counted nor fed, in any region: `list` (the default) gives
   * each its row with its limit; `leave-out` gives one limit for all of them, for live pictures of a long list.
   */
  readonly uncounted?: 'list' | 'leave-out'
  /** Batches behind the numbers where the merge does not hold them one by one; left out: those of the merge. */
  readonly batches?: number | null
  /** Irradiation and cooling, for the activities; without them the document has none. */
  readonly operation?: OperationTimes
}

/** The moment that production rates belong to, in words. */
export const PRODUCTION_TIME =
  'rate of production in the target while the beam is on; cumulative numbers after the decay of all feeding precursors'

/**
 * The document of a running or finished Monte Carlo result, or of an estimate.
 * @throws TallyError `TALLY_UNKNOWN_CELL` for a region that the result does not have; RangeError for one that the
 *   estimate does not have
 */
export function describeResult(
  input: ({ readonly merge: RunMerge } | { readonly estimate: ResultEstimate }) & ReportContext,
): ResultDocument {
  const region = input.region ?? TOTAL_REGION
  const current = input.currentMicroampere as Microamperes
  const source =
    'merge' in input ? mergeRates(input.merge, region, input) : estimateRates(input.estimate, region, input)
  const { feeding } = source
  const activities = input.operation ? source.activities(current, input.operation) : null
  const residuals: Residual[] = []
  const rows = new Set<Zai>()
  for (const [row, zai] of feeding.nuclides.entries()) {
    const residual = source.residual(row, zai, current)
    if (!residual) continue
    rows.add(zai)
    residuals.push(activities ? { ...residual, activity: activities.of(zai, ownIsScored(residual.state)) } : residual)
  }
  const layers = input.layers.map(
    (layer): LayerResult => ({
      name: layer.name,
      energyInMeV: layer.energyInMeV,
      energyOutMeV: layer.energyOutMeV,
      heatMeVPerPrimary: layer.heatMeVPerPrimary,
      fissionsPerPrimary: source.scalar(layer.name, 'fissions', current),
      reactionsPerPrimary: source.scalar(layer.name, 'reactions', current),
    }),
  )
  const fissions = source.scalar(region, 'fissions', current)
  return {
    schema: RESULT_SCHEMA,
    mode: 'merge' in input ? 'monte-carlo' : 'estimate',
    engine: input.engine,
    primaries: 'merge' in input ? input.merge.histories : null,
    batches: input.batches === undefined ? ('merge' in input ? input.merge.batches : null) : input.batches,
    region,
    fissionsPerPrimary: fissions.perPrimary ?? (source.knowsNoFission(fissions) ? 0 : null),
    fissions,
    reactions: source.scalar(region, 'reactions', current),
    currentMicroampere: input.currentMicroampere,
    cumulativeCutDays: input.cutDays,
    time: input.time ?? PRODUCTION_TIME,
    ...activities?.conditions,
    residuals,
    ...(input.uncounted === 'leave-out' ? { unlistedLimit95: source.unlistedLimit95 } : {}),
    coverage: input.coverage,
    layers,
    notes: [
      ...input.notes,
      ...feedingNotes(feeding, source.cumulative),
      ...(activities?.notes(rows) ?? []),
      ...isomerNotes(input.coverage),
    ],
    provenance: input.provenance,
  }
}

interface RateSource {
  readonly feeding: FeedingMatrix
  /** Cumulative amounts, by row of the matrix. */
  readonly cumulative: Float64Array
  /** Limit for what has no row. */
  readonly unlistedLimit95: number | null
  /** `undefined` for a daughter of nothing that was counted, and for what is to be left out. */
  residual(row: number, zai: Zai, current: Microamperes): Residual | undefined
  scalar(region: string, name: 'fissions' | 'reactions', current: Microamperes): Rate
  /** Whether a rate of fissions without a mean says that there are none, and not that nothing is known. */
  knowsNoFission(fissions: Rate): boolean
  /** `null` where nothing was sampled yet. */
  activities(current: Microamperes, times: OperationTimes): ResultActivities | null
}

/**
 * Feeding matrices by content, the last used at the end: a running result keeps its list of nuclides for long, estimates of
 * one target make the same list again and again, and a matrix of 2,000 nuclides takes as long as all the rest.
 */
const feedingCache = new Map<string, FeedingMatrix>()
/** A matrix of 2,000 nuclides is half a megabyte. */
const FEEDINGS_KEPT = 8

function feedingOf(nuclides: readonly Zai[], cutDays: number): FeedingMatrix {
  const key = `${cutDays}:${nuclides.join()}`
  const known = feedingCache.get(key)
  const feeding = known ?? cumulativeFeeding(nuclides, secondsFromDays(cutDays as Days))
  if (known) feedingCache.delete(key)
  else if (feedingCache.size >= FEEDINGS_KEPT) feedingCache.delete(feedingCache.keys().next().value!)
  feedingCache.set(key, feeding)
  return feeding
}

function residualOf(zai: Zai, state: ScoreState, independent: Rate, cumulative: Rate): Residual {
  const { z, a, m } = nuclideOfZai(zai)
  return { nuclide: formatZai(zai), z, a, m, state, inNubase: stateOf(zai) !== undefined, independent, cumulative }
}

/** Whether the own production of a nuclide is part of its cumulative number. */
const ownIsScored = (state: ScoreState): boolean => state === 'scored' || state === 'zero'

const asBound = (rate: Rate, state: ScoreState): Rate =>
  ownIsScored(state) || rate.perPrimary === null ? rate : { ...rate, lowerBound: true }

// ---- sampled -----------------------------------------------------------------------------------------------------

function mergeRates(merge: RunMerge, region: string, context: ReportContext): RateSource {
  const empty = merge.histories === 0
  const sample = empty ? null : merge.residualSample(region)
  const feeding = feedingOf(merge.nuclides, context.cutDays)
  const errors = sample ? cumulativeErrors(feeding, sample) : new Float64Array(feeding.nuclides.length)
  const fed = (from: ResidualSample | null): Float64Array =>
    from ? applyFeeding(feeding, from.sums) : new Float64Array(feeding.nuclides.length)
  const made = fed(sample)
  const leaveOut = context.uncounted === 'leave-out'
  // All regions have the same rows, so that one can be switched to the other.
  const madeAnywhere = leaveOut && sample && region !== TOTAL_REGION ? fed(merge.residualSample(TOTAL_REGION)) : made
  const columnOf = new Map(merge.nuclides.map((zai, column) => [zai, column]))
  const covered = merge.nuclides.map((zai) => {
    const { z, a } = nuclideOfZai(zai)
    return isInsideCoverage(context.coverage, z, a)
  })
  const counterSamples = new Map(merge.regions.map((name) => [name, empty ? null : merge.counterSample(name)] as const))

  const cumulativeRate = (
    row: number,
    zai: Zai,
    state: ScoreState,
    current: Microamperes,
    of: ResidualSample,
  ): Rate => {
    let sum = 0
    let squares = 0
    let largestWeight = ownIsScored(state) ? 1 : 0
    let counted = -1
    let countedFraction = 0
    let countedCells = 0
    for (let at = feeding.offsets[row]!; at < feeding.offsets[row + 1]!; at++) {
      const column = feeding.columns[at]!
      const fraction = feeding.fractions[at]!
      const value = of.sums[column]!
      if (value !== 0 || covered[column]) largestWeight = Math.max(largestWeight, fraction)
      if (value === 0 || fraction === 0) continue
      sum += fraction * value
      squares += fraction * fraction * (of.squares ? of.squares[column]! : Math.abs(value))
      counted = column
      countedFraction = fraction
      countedCells++
    }
    if (sum === 0 && largestWeight === 0) return NO_RATE
    let standardError: number | null = null
    let degreesOfFreedom: number | null = of.groups.length - 1
    if (countedCells === 1 && of.squares) {
      const own = standardErrorFromMoments(of.histories, of.sums[counted]!, of.squares[counted]!)
      standardError = own === null ? null : own * countedFraction
      degreesOfFreedom = null
    } else if (countedCells > 0 && errors[row]! > 0) {
      standardError = errors[row]!
    }
    const value = sampledValue(of, { sum, squares, largestWeight, standardError, degreesOfFreedom })
    // Fed by itself alone: then it is the independent number, to the last digit and with its own count.
    const same = countedCells === 1 && countedFraction === 1 && of.counts
    return sampledRate(
      same ? { ...value, counts: of.sums[counted]! } : value,
      current,
      sum === 0 ? null : context.modelError(zai, 'cumulative'),
    )
  }

  return {
    feeding,
    cumulative: made,
    // A column beyond the end reads as zero: scored, never met.
    unlistedLimit95: sample ? cellValue(sample, sample.sums.length).limit95 : null,
    residual(row, zai, current) {
      const column = columnOf.get(zai)
      if (!sample || (leaveOut && !(madeAnywhere[row]! > 0))) return undefined
      const counted = column !== undefined && sample.sums[column] !== 0
      const state: ScoreState = counted ? 'scored' : unseenState(context.coverage, nuclideOfZai(zai))
      const cumulative = cumulativeRate(row, zai, state, current, sample)
      if (column === undefined && cumulative.perPrimary === null) return undefined
      const value = cellValue(sample, column ?? sample.sums.length)
      const independent = ownIsScored(state)
        ? sampledRate(value, current, counted ? context.modelError(zai, 'independent') : null)
        : NO_RATE
      return residualOf(zai, state, independent, asBound(cumulative, state))
    },
    scalar(of, name, current) {
      const counters = counterSamples.get(of)
      const column = counters?.names.indexOf(name) ?? -1
      if (!counters || column < 0) return NO_RATE
      const error = name === 'fissions' ? context.fissionError : context.reactionError
      return sampledRate(cellValue(counters, column), current, error ?? null)
    },
    knowsNoFission: (fissions) => fissions.counts === 0 || fissions.limit95 !== null,
    activities(current, times) {
      if (!sample) return null
      const means = sample.sums.map((sum) => sum / sample.histories)
      return resultActivities(merge.nuclides, means, sample, current, times)
    },
  }
}

// ---- estimated ---------------------------------------------------------------------------------------------------

function estimateRates(estimate: ResultEstimate, region: string, context: ReportContext): RateSource {
  const at = estimate.regions.indexOf(region)
  if (at < 0) {
    throw new RangeError(`No region "${region}" in this estimate; it has [${estimate.regions.join(', ')}].`)
  }
  const count = estimate.nuclides.length
  const means = estimate.independentPerPrimary.subarray(at * count, (at + 1) * count)
  const feeding = feedingOf(estimate.nuclides, context.cutDays)
  const cumulative = applyFeeding(feeding, means)
  const columnOf = new Map(estimate.nuclides.map((zai, column) => [zai, column]))
  const layers = new Map(estimate.layers.map((layer) => [layer.name, layer]))
  return {
    feeding,
    cumulative,
    unlistedLimit95: null,
    residual(row, zai, current) {
      const column = columnOf.get(zai)
      const mean = column === undefined ? 0 : means[column]!
      const state: ScoreState = mean > 0 ? 'scored' : unseenState(context.coverage, nuclideOfZai(zai))
      if (column === undefined && !(cumulative[row]! > 0)) return undefined
      const independent = estimatedRate(
        mean as PerPrimary,
        current,
        mean > 0 ? context.modelError(zai, 'independent') : null,
      )
      const fed = estimatedRate(
        cumulative[row]! as PerPrimary,
        current,
        cumulative[row]! > 0 ? context.modelError(zai, 'cumulative') : null,
      )
      return residualOf(zai, state, independent, asBound(fed, state))
    },
    scalar(of, name, current) {
      const source = of === TOTAL_REGION ? estimate : layers.get(of)
      if (!source) return NO_ESTIMATE
      const fission = name === 'fissions'
      const mean = fission ? source.fissionsPerPrimary : source.reactionsPerPrimary
      return estimatedRate(
        mean as PerPrimary,
        current,
        (fission ? context.fissionError : context.reactionError) ?? null,
      )
    },
    // Without a single nuclide yields are refused; a region without fission in a target that has some makes none.
    knowsNoFission: () => estimate.nuclides.length > 0,
    activities: (current, times) => resultActivities(estimate.nuclides, means, null, current, times),
  }
}

// ---- notes -------------------------------------------------------------------------------------------------------

const MOST_NAMES = 6

function listed(zais: readonly Zai[]): string {
  const names = zais.slice(0, MOST_NAMES).map(formatZai).join(', ')
  return zais.length > MOST_NAMES ? `${names} and ${zais.length - MOST_NAMES} more` : names
}

/** One sentence a kind, however many nuclides are meant: those made, the most abundant first. */
function feedingNotes(feeding: FeedingMatrix, cumulative: Float64Array): string[] {
  const amounts = new Map(feeding.nuclides.map((zai, row) => [zai, cumulative[row]!]))
  const amountOf = (zai: Zai): number => amounts.get(zai) ?? 0
  const sentences: readonly [DecayNote['kind'], string][] = [
    ['not-listed', 'Not listed by NUBASE2020, so their decay is not followed'],
    ['no-branches', 'No table says how they decay, so their atoms are left there'],
    ['half-life-not-known', 'Half-life not known, taken as shorter than the precursor cut'],
    ['half-life-doubtful', 'Only a limit or an estimate of the half-life near the precursor cut is known'],
    ['assumed-branching', 'A branching is not measured; the listed mode got what the others leave over'],
  ]
  return sentences.flatMap(([kind, sentence]) => {
    const zais = feeding.notes
      .filter((note) => note.kind === kind && amountOf(note.zai) > 0)
      .map((note) => note.zai)
      .sort((p, q) => amountOf(q) - amountOf(p) || p - q)
    return zais.length === 0 ? [] : [`${sentence}: ${listed(zais)}.`]
  })
}

function isomerNotes(coverage: Coverage): string[] {
  if (coverage.isomers === 'resolved') return []
  return [
    'Isomers are not resolved: the number of a nuclide is the sum over its states, and its decay is that of the ground state.',
  ]
}
