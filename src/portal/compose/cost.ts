/** What a run will cost, told before it is asked for: primaries, tasks, time. */

import { flukaPlanning } from '#engines/fluka/planning.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { planJob, primariesPerPoint } from '#simulation/plan.ts'
import { primaries, whole } from '../words/amounts.ts'
import { duration } from '../words/durations.ts'

/** Speed of the built-in engine as its benchmark has it on one core; only the promise of time depends on it. */
const HISTORIES_PER_SECOND = 5e6

/** Workers that a plan of long tasks is shown for; the service takes those that it has. */
const USUAL_WORKERS = 4

export interface Cost {
  readonly points: number
  readonly tasks: number
  /** At most, for goals that end by themselves. */
  readonly primaries: number
  readonly isBound: boolean
  /** Of one core, milliseconds; `null` where the goal decides it. */
  readonly coreMs: number
}

export function costOf(document: SimulationDocument): Cost {
  const fluka = document.setup.engine.id === 'fluka' ? flukaPlanning(document.setup) : null
  const historiesPerSecond = fluka?.historiesPerSecond ?? HISTORIES_PER_SECOND
  const plan = fluka
    ? planJob(document, { oneBatchPerTask: true, speedHint: { historiesPerSecond, workers: USUAL_WORKERS } })
    : planJob(document)
  const points = plan.points.length
  const each = primariesPerPoint(document.job)
  const isBound = document.job.goal.kind !== 'primaries'
  const byTime = document.job.goal.kind === 'time' ? document.job.goal.minutes * 60_000 : Number.POSITIVE_INFINITY
  return {
    points,
    tasks: plan.tasks.length,
    primaries: each * points,
    isBound,
    coreMs: Math.min(((each * points) / historiesPerSecond) * 1000, byTime),
  }
}

/** The cost as one sentence. */
export function costInWords(cost: Cost): string {
  const tasks = cost.tasks === 1 ? '1 task' : `${whole(cost.tasks)} tasks${cost.isBound ? ' at first' : ''}`
  const points = cost.points === 1 ? '' : `${whole(cost.points)} scan points, `
  const most = cost.isBound ? 'at most ' : ''
  return `${points}${most}${primaries(cost.primaries)} primaries, ${tasks}, ${most}about ${duration(cost.coreMs)} on one core`
}
