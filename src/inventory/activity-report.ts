/**
 * Activities of a result document: of every residual nucleus at the end of irradiation and after cooling.
 *
 * Their statistical errors are those of linear combinations of correlated cells, from the vectors kept per group of
 * batches as for cumulative rates; where a single counted cell feeds, its own moments are used. They have no model error
 * of their own: after long irradiation it is that of the cumulative rate, after a short one that of what fed by then.
 */

import { formatSpan } from '#nuclides/half-life.ts'
import { formatZai } from '#nuclides/names.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import { stateOf } from '#nuclides/states.ts'
import { particlesPerSecond, secondsFromDays, secondsFromHours } from '#quantities/conversions.ts'
import type { Days, Hours, Microamperes, Seconds } from '#quantities/units.ts'
import type { ActivityConditions, ResidualActivity } from '#results/document.ts'
import type { ResidualSample } from '#results/merge.ts'
import { standardErrorFromMoments } from '#results/statistics.ts'
import { type ActivityMatrices, activityMatrices, activityOf } from './activity.ts'
import { applyFeeding, type LinearFeeding } from './cumulative.ts'
import { cumulativeErrors } from './cumulative-errors.ts'

/** The part of operation that activities depend on, as the simulation document names it. */
export interface OperationTimes {
  readonly irradiationDays: number
  readonly coolingHours: number
  /** Fraction of the irradiation during which the beam is on, taken as a mean rate. */
  readonly dutyCycle: number
}

/** Activities of one result, by nuclide. */
export interface ResultActivities {
  readonly conditions: ActivityConditions
  /**
   * `null` where nothing that feeds the nuclide was made, and where its half-life is not known; 0 Bq for what is stable.
   * @param ownScored whether the production of the nuclide itself is part of the numbers
   */
  of(zai: Zai, ownScored: boolean): ResidualActivity | null
  /** What a reader must know: half-lives that are limits or estimates, and nuclides that have no row. */
  notes(rows: ReadonlySet<Zai>): readonly string[]
}

const MOST_NAMES = 6
/** A half-life known badly matters this close to the times of the operation. */
const DOUBT_FACTOR = 100
/** Activities below this share of all are not worth a note. */
const NOTEWORTHY = 1e-6

/**
 * Activities from independent production.
 * @param produced nuclides of the production
 * @param perPrimary independent production per primary, over `produced`
 * @param sample what was sampled, for the errors; `null` for an estimate
 * Throws an InventoryError for times or a duty cycle that cannot be.
 */
export function resultActivities(
  produced: readonly Zai[],
  perPrimary: ArrayLike<number>,
  sample: ResidualSample | null,
  current: Microamperes,
  times: OperationTimes,
): ResultActivities {
  const irradiation = secondsFromDays(times.irradiationDays as Days)
  const cooling = secondsFromHours(times.coolingHours as Hours)
  const matrices = activityMatrices(produced, { irradiation, cooling, dutyCycle: times.dutyCycle })
  const { network } = matrices
  const primaries = particlesPerSecond(current)
  const end = momentOf(matrices.endOfIrradiation, perPrimary, sample)
  const cooled =
    matrices.afterCooling === matrices.endOfIrradiation ? end : momentOf(matrices.afterCooling, perPrimary, sample)
  const rowOf = new Map(network.nuclides.map((zai, row) => [zai, row]))
  const becquerels = (row: number, atoms: number): number => activityOf(network, row, atoms * primaries) ?? 0
  return {
    conditions: { ...times, activityTime: timeInWords(irradiation, cooling, times.dutyCycle) },
    of(zai, ownScored) {
      const row = rowOf.get(zai)
      if (row === undefined || network.known[row] === 0 || !(end.atoms[row]! > 0)) return null
      const error = (of: Moment): number | null => {
        const value = of.errorOf(row)
        return value === null ? null : becquerels(row, value)
      }
      return {
        endOfIrradiationBq: becquerels(row, end.atoms[row]!),
        endOfIrradiationErrorBq: error(end),
        afterCoolingBq: becquerels(row, cooled.atoms[row]!),
        afterCoolingErrorBq: error(cooled),
        ...(ownScored ? {} : { lowerBound: true }),
      }
    },
    notes: (rows) =>
      notesOf(
        matrices,
        rows,
        end.atoms.map((atoms, row) => becquerels(row, atoms)),
      ),
  }
}

interface Moment {
  /** Per primary a second. */
  readonly atoms: Float64Array
  /** One standard error of `atoms`; `null` where the sample tells none. */
  errorOf(row: number): number | null
}

function momentOf(feeding: LinearFeeding, perPrimary: ArrayLike<number>, sample: ResidualSample | null): Moment {
  const atoms = applyFeeding(feeding, perPrimary)
  if (!sample) return { atoms, errorOf: () => null }
  const errors = cumulativeErrors(feeding, sample)
  const errorOf = (row: number): number | null => {
    if (sample.squares) {
      const counted: number[] = []
      for (let at = feeding.offsets[row]!; at < feeding.offsets[row + 1]! && counted.length < 2; at++) {
        if (sample.sums[feeding.columns[at]!] !== 0) counted.push(at)
      }
      if (counted.length === 1) {
        const column = feeding.columns[counted[0]!]!
        const own = standardErrorFromMoments(sample.histories, sample.sums[column]!, sample.squares[column]!)
        return own === null ? null : own * feeding.fractions[counted[0]!]!
      }
    }
    return errors[row]! > 0 ? errors[row]! : null
  }
  return { atoms, errorOf }
}

function timeInWords(irradiation: Seconds, cooling: Seconds, dutyCycle: number): string {
  const beam =
    dutyCycle === 1 ? 'at the stated current' : `at ${dutyCycle} of the stated current, the mean of the duty cycle`
  const later = cooling === 0 ? 'without cooling' : `and after ${formatSpan(cooling)} of cooling`
  return (
    `activities at the end of ${formatSpan(irradiation)} of irradiation ${beam}, ${later}; ` +
    'of what was produced, all of it still in the target; the material of the target itself is not counted'
  )
}

function listed(zais: readonly Zai[]): string {
  const names = zais.slice(0, MOST_NAMES).map(formatZai).join(', ')
  return zais.length > MOST_NAMES ? `${names} and ${zais.length - MOST_NAMES} more` : names
}

function notesOf(
  { network, irradiation, cooling }: ActivityMatrices,
  rows: ReadonlySet<Zai>,
  activities: Float64Array,
): string[] {
  const all = activities.reduce((sum, value) => sum + value, 0)
  const row = new Map(network.nuclides.map((zai, at) => [zai, at]))
  const activity = (zai: Zai): number => activities[row.get(zai)!]!
  const descending = (p: Zai, q: Zai): number => activity(q) - activity(p) || p - q
  const matters = (seconds: number): boolean =>
    [irradiation, cooling].some((time) => seconds < time * DOUBT_FACTOR && seconds > time / DOUBT_FACTOR)
  const doubtful = network.notes
    .filter((note) => note.kind === 'half-life-doubtful' && activity(note.zai) > NOTEWORTHY * all)
    .map((note) => note.zai)
    .filter((zai) => matters(stateOf(zai)?.halfLife.seconds ?? 0))
    .sort(descending)
  const unlisted = network.nuclides.filter((zai) => !rows.has(zai) && activity(zai) > 0).sort(descending)
  const missing = unlisted.reduce((sum, zai) => sum + activity(zai), 0)
  return [
    ...(doubtful.length > 0
      ? [
          `Only a limit or an estimate of the half-life is known, taken as the value in activities: ${listed(doubtful)}.`,
        ]
      : []),
    ...(missing > NOTEWORTHY * all
      ? [
          `Fed only by precursors beyond the cut, so without a row: ${listed(unlisted)}, together ` +
            `${missing.toPrecision(2)} Bq at the end of irradiation.`,
        ]
      : []),
  ]
}
