/** The next round of a job with an open-ended goal: a statistical error, or a time. */

import { describeMerge } from '#engines/engine/describe-result.ts'
import type { Engine } from '#engines/engine/engine.ts'
import type { Records, SimulationRecord, TaskPlan } from '#records/records.ts'
import type { Goal } from '#simulation/document.ts'
import { goalReached, type PointProgress } from '#simulation/goal.ts'
import { cursorAfter, nextRound, planSegments } from '#simulation/plan.ts'
import type { EngineCutting } from './cutting.ts'
import { pointProgress } from './goal-progress.ts'
import type { JobDocuments } from './job-documents.ts'
import type { LiveMerges } from './live-merges.ts'

export interface RoundParts {
  readonly records: Records
  readonly documents: JobDocuments
  readonly merges: LiveMerges
  readonly engines: ReadonlyMap<string, Engine>
  readonly version: string
  readonly clock: () => number
}

export interface GoalLook {
  /** Smallest over the points. */
  readonly fraction: number
  /** Of the point that is furthest from the goal, or the last one reached. */
  readonly sentence: string
  readonly reached: boolean
  readonly progress: readonly PointProgress[]
}

/** Looks where every point stands. */
export async function lookAtGoal(parts: RoundParts, record: SimulationRecord): Promise<GoalLook> {
  const job = parts.documents.of(record)
  const { goal } = job.document.job
  const engine = parts.engines.get(record.engineId)
  const elapsedSeconds = record.startedAtMs === null ? 0 : Math.max(0, (parts.clock() - record.startedAtMs) / 1000)
  const progress: PointProgress[] = []
  for (const { point, setup, setupDigest } of job.points) {
    const { merge } = await parts.merges.current(record, point)
    if (goal.kind !== 'statistical-error' || !engine || merge.histories === 0) {
      progress.push({ historiesDone: merge.histories, batchesDone: merge.batches, elapsedSeconds, nuclides: new Map() })
      continue
    }
    const origin = { version: parts.version, setupDigest, jobKey: record.jobKey, replay: job.replay }
    const result = describeMerge(merge, engine, setup, job.document.operation, { region: 'total' }, origin, [])
    progress.push(pointProgress(result, goal.nuclides, elapsedSeconds))
  }
  const states = progress.map((point) => goalReached(goal, point))
  const open = states.filter((state) => !state.reached).sort((a, b) => a.fraction - b.fraction)[0]
  const last = open ?? states.at(-1)!
  return { fraction: open ? open.fraction : 1, sentence: last.sentence, reached: open === undefined, progress }
}

/**
 * Tasks of the next round; empty when no point needs or may have one.
 * @param goal not one in primaries
 */
export async function planRound(
  parts: RoundParts,
  record: SimulationRecord,
  goal: Goal,
  look: GoalLook,
  cutting: EngineCutting,
): Promise<readonly TaskPlan[]> {
  // Only what the record at hand knows of: if another replica plans the same round, the task numbers collide and one
  // of the two is refused.
  const { items } = await parts.records.tasks(record.id, { offset: 0, limit: Math.max(1, record.tasks) })
  const { batchHistories } = record
  const segments = look.progress.flatMap((progress, point) => {
    if (goalReached(goal, progress).reached) return []
    const cursor = cursorAfter(point, items, batchHistories)
    // A point of which nothing was accepted will not do better in another round.
    if (cursor.nextHistory > 0 && progress.historiesDone === 0) return []
    const histories = nextRound({ goal, batchHistories, cursor, progress })
    return histories > 0 ? [{ cursor, histories }] : []
  })
  if (segments.length === 0) return []
  const { historiesPerTask } = parts.documents.of(record).document.job
  return planSegments(segments, { batchHistories, firstTask: record.tasks, historiesPerTask, ...cutting })
}
