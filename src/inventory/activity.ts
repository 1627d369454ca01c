/**
 * Activities of what was produced, at the end of an irradiation and after cooling.
 *
 * **Duty cycle.** The beam is taken to run all the time at its mean: rate times duty cycle. Nuclides that live much longer
 * than the pauses do not feel the difference; for shorter ones the number is the mean over the cycle, and whether the
 * irradiation ends with the beam on or in a pause is not told.
 *
 * **What is meant.** Everything produced stays where it is until it decays: no release, no separation (the solver can
 * carry a loss per element where that is wanted). The material of the target itself, 238U and its daughters, is not part
 * of the numbers. Independent production is what goes in; feeding by decay is followed exactly, in time, and no precursor
 * cut plays a part.
 *
 * **Errors.** Activities are linear in production, so the matrices made here are applied to means and to the vector of
 * every batch alike, as it is done for cumulative production (physics conventions 9). The relative error of a cumulative
 * rate is never that of an activity: after a short irradiation a precursor of some hours has not fed yet.
 */

import type { Zai } from '#nuclides/nuclide.ts'
import type { Becquerels, Seconds } from '#quantities/units.ts'
import type { ColumnMatrix } from './column-matrix.ts'
import { applyFeeding, type LinearFeeding } from './cumulative.ts'
import { type DecayData, EVALUATED_DECAY } from './decay-data.ts'
import { type DecayNetwork, decayNetwork } from './decay-network.ts'
import { InventoryError } from './inventory-error.ts'
import { propagator, SMALLEST_SHARE, transferOver } from './solver.ts'

/** How long the beam is on and what follows. */
export interface Irradiation {
  readonly irradiation: Seconds
  /** Fraction of the irradiation during which the beam is on, 0 to 1; taken as a mean rate. */
  readonly dutyCycle: number
  /** From the end of irradiation to the moment of the later activities. */
  readonly cooling: Seconds
}

/** From independent production to atoms, for one list of produced nuclides and one irradiation. */
export interface ActivityMatrices extends Irradiation {
  readonly network: DecayNetwork
  /** Atoms at the end of irradiation per atom produced a second (beam on), that is in seconds. */
  readonly endOfIrradiation: LinearFeeding
  readonly afterCooling: LinearFeeding
}

/** The inventory of produced nuclides at two moments; vectors are over `nuclides`. */
export interface Activities {
  /** Everything produced or fed, ascending. */
  readonly nuclides: readonly Zai[]
  readonly endOfIrradiation: MomentActivities
  readonly afterCooling: MomentActivities
  /** What these numbers rest on: the decay data that were used or missed. */
  readonly network: DecayNetwork
}

export interface MomentActivities {
  readonly atoms: Float64Array
  /** `null` where no activity can be stated: half-life not known, or nuclide not listed. 0 for what is stable. */
  readonly activities: readonly (Becquerels | null)[]
}

export interface ActivityQuestion extends Irradiation {
  /** Each once, in any order. */
  readonly nuclides: readonly Zai[]
  /** Independent production while the beam is on, atoms a second; over `nuclides`. */
  readonly ratesPerSecond: ArrayLike<number>
}

/** Makes rows over `network.nuclides` and columns over `produced` of a product of column matrices. */
function feedingOf(network: DecayNetwork, produced: readonly Zai[], columns: readonly SparseColumn[]): LinearFeeding {
  const counts = new Uint32Array(network.size + 1)
  for (const { rows, values } of columns) {
    for (let at = 0; at < rows.length; at++) counts[rows[at]! + 1]! += Number(values[at]! >= SMALLEST_SHARE)
  }
  for (let row = 0; row < network.size; row++) counts[row + 1]! += counts[row]!
  const next = counts.slice()
  const columnOf = new Uint32Array(counts[network.size]!)
  const fractions = new Float64Array(counts[network.size]!)
  columns.forEach(({ rows, values }, column) => {
    rows.forEach((row, at) => {
      const value = values[at]!
      if (value < SMALLEST_SHARE) return
      const entry = next[row]!++
      columnOf[entry] = column
      fractions[entry] = value
    })
  })
  return { produced, nuclides: network.nuclides, offsets: counts, columns: columnOf, fractions }
}

interface SparseColumn {
  readonly rows: Uint32Array
  readonly values: Float64Array
}

function column(matrix: ColumnMatrix, at: number, factor: number): SparseColumn {
  const [first, last] = [matrix.offsets[at]!, matrix.offsets[at + 1]!]
  return {
    rows: matrix.rows.subarray(first, last),
    values: matrix.values.slice(first, last).map((value) => value * factor),
  }
}

function times(matrix: ColumnMatrix, { rows, values }: SparseColumn, work: Float64Array): SparseColumn {
  values.forEach((factor, at) => {
    const j = rows[at]!
    for (let entry = matrix.offsets[j]!; entry < matrix.offsets[j + 1]!; entry++) {
      work[matrix.rows[entry]!]! += factor * matrix.values[entry]!
    }
  })
  // What a column reaches includes what each of its nuclides reaches.
  const product = Float64Array.from(rows, (row) => work[row]!)
  for (const row of rows) work[row] = 0
  return { rows, values: product }
}

const recent: { readonly key: readonly unknown[]; readonly matrices: ActivityMatrices }[] = []
const MOST_REMEMBERED = 8

const sameList = (p: readonly Zai[], q: readonly Zai[]): boolean =>
  p === q || (p.length === q.length && p.every((zai, at) => zai === q[at]))

/**
 * The matrices from production to atoms. Making them takes some tens of milliseconds for two thousand nuclides; the last
 * few are remembered, so that the picture of a running job costs no more than their application.
 * @param nuclides produced, each once, in any order
 * Throws an {@link InventoryError} for times that are negative or not finite, for a duty cycle outside 0 to 1, and where a
 * nuclide is given twice.
 */
export function activityMatrices(
  nuclides: readonly Zai[],
  when: Irradiation,
  data: DecayData = EVALUATED_DECAY,
): ActivityMatrices {
  const { irradiation, dutyCycle, cooling } = when
  if (!(dutyCycle >= 0 && dutyCycle <= 1)) {
    throw new InventoryError('duty-cycle-not-valid', `a duty cycle of ${dutyCycle}; expected a number from 0 to 1`)
  }
  const key = [irradiation, dutyCycle, cooling, data]
  const found = recent.findIndex(
    (entry) =>
      entry.key.every((part, at) => part === key[at]) && sameList(entry.matrices.endOfIrradiation.produced, nuclides),
  )
  const [known] = found < 0 ? [] : recent.splice(found, 1)
  const matrices = known?.matrices ?? makeMatrices([...nuclides], when, data)
  recent.unshift(known ?? { key, matrices })
  recent.length = Math.min(recent.length, MOST_REMEMBERED)
  return matrices
}

function makeMatrices(produced: readonly Zai[], when: Irradiation, data: DecayData): ActivityMatrices {
  const { irradiation, dutyCycle, cooling } = when
  const network = decayNetwork(produced, { data })
  const index = new Map(network.nuclides.map((zai, at) => [zai, at]))
  const { build } = propagator(network, irradiation)
  const built = produced.map((zai) => column(build, index.get(zai)!, dutyCycle))
  const endOfIrradiation = feedingOf(network, produced, built)
  let afterCooling = endOfIrradiation
  // Also where the time is refused: zero alone needs no matrices.
  if (cooling !== 0) {
    const transfer = transferOver(network, cooling)
    const work = new Float64Array(network.size)
    afterCooling = feedingOf(
      network,
      produced,
      built.map((of) => times(transfer, of, work)),
    )
  }
  return { irradiation, dutyCycle, cooling, network, endOfIrradiation, afterCooling }
}

/** Activity of atoms of the network's nuclide `at`, Bq; `null` where its half-life is not known. */
export const activityOf = (network: DecayNetwork, at: number, atoms: number): Becquerels | null =>
  network.known[at] === 1 ? ((network.decayConstants[at]! * atoms) as Becquerels) : null

/**
 * Atoms and activities of everything produced or fed, at the end of irradiation and after cooling.
 * The rates are those of independent production with the beam on; `dutyCycle` makes their mean.
 * Throws an {@link InventoryError} as {@link activityMatrices} does, for rates that are negative or not finite, and for a
 * vector of another length than the list of nuclides.
 */
export function activitiesAfter(question: ActivityQuestion): Activities {
  const { nuclides, ratesPerSecond } = question
  for (let at = 0; at < ratesPerSecond.length; at++) {
    const rate = ratesPerSecond[at]!
    if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY)) {
      throw new InventoryError(
        'amount-not-valid',
        `production rate ${rate} of entry ${at}; expected a finite number from 0`,
      )
    }
  }
  const matrices = activityMatrices(nuclides, question)
  const { network } = matrices
  const moment = (feeding: LinearFeeding): MomentActivities => {
    const atoms = applyFeeding(feeding, ratesPerSecond)
    return { atoms, activities: Array.from(atoms, (value, at) => activityOf(network, at, value)) }
  }
  const endOfIrradiation = moment(matrices.endOfIrradiation)
  return {
    nuclides: network.nuclides,
    endOfIrradiation,
    afterCooling: question.cooling === 0 ? endOfIrradiation : moment(matrices.afterCooling),
    network,
  }
}
