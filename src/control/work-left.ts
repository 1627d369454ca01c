/**
 * How much work jobs still are, in milliseconds of one worker: histories that are left, divided by what one worker does. The
 * speed is measured, of the job itself or of the newest job of its engine; nothing is guessed before anything was
 * measured.
 */

import type { Work } from '#cluster/cluster.ts'
import type { SimulationRecord } from '#records/records.ts'
import type { Goal } from '#simulation/document.ts'
import { rateOf } from './accepted-rate.ts'
import type { JobCondition } from './job-conditions.ts'

/** Histories per millisecond of one worker, for each engine as it was seen last. */
export class WorkerSpeeds {
  readonly #ofEngine = new Map<string, number>()

  /** Takes note of a job that works. @returns its speed per worker, or that of its engine; `null`: nothing was measured */
  of(record: Pick<SimulationRecord, 'engineId'>, { pace, workers }: JobCondition, nowMs: number): number | null {
    const rate = rateOf(pace, nowMs)
    if (rate !== null && rate > 0 && workers > 0) {
      const speed = rate / workers
      this.#ofEngine.set(record.engineId, speed)
      return speed
    }
    return this.#ofEngine.get(record.engineId) ?? null
  }

  clear(): void {
    this.#ofEngine.clear()
  }
}

/** Why nothing can be said of the end of a job. */
export type UnknownWork = 'speed' | 'goal'

/**
 * What a job still is.
 * @param speed histories per millisecond of one worker
 */
export function workLeft(
  record: SimulationRecord,
  goal: Goal,
  condition: JobCondition,
  speed: number | null,
  nowMs: number,
): Work | UnknownWork {
  // What is in hand is finished, and it is not known how much of it is left: it is no more than a task.
  if (record.state === 'stopping' || record.state === 'cancelling') return { ms: 0, isDivisible: true }
  if (goal.kind === 'time') {
    const begins = record.startedAtMs ?? nowMs
    return { ms: Math.max(0, begins + goal.minutes * 60_000 - nowMs), isDivisible: false }
  }
  const histories = historiesLeft(record, goal, condition)
  if (histories === null) return 'goal'
  return speed === null ? 'speed' : { ms: histories / speed, isDivisible: true }
}

function historiesLeft(record: SimulationRecord, goal: Goal, { goalFraction }: JobCondition): number | null {
  const planned = Math.max(0, record.primariesPlanned - record.historiesDone)
  if (goal.kind === 'primaries') return planned
  // The square of the error falls as the histories grow: half the goal is half of the histories.
  if (!goalFraction || record.points > 1 || record.historiesDone === 0) return null
  const whole = Math.min(record.historiesDone / Math.min(1, goalFraction), limitOf(goal, record))
  return Math.max(planned, whole - record.historiesDone)
}

const limitOf = (goal: Goal, { points }: SimulationRecord): number =>
  goal.kind === 'primaries' ? goal.primaries * points : goal.maxPrimaries * points
