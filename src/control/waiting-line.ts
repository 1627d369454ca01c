/**
 * What is told of jobs that wait for their first worker: their place in line, and about when it is their turn. The cluster
 * knows who is before whom, the rows and the measured speeds how much work that is.
 */

import type { Outlook, Work, WorkLeft } from '#cluster/cluster.ts'
import type { SimulationRecord } from '#records/records.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { JobCondition, LineStanding } from './job-conditions.ts'
import type { JobDocuments } from './job-documents.ts'
import { type UnknownWork, type WorkerSpeeds, workLeft } from './work-left.ts'

export interface LineParts {
  readonly documents: Pick<JobDocuments, 'of'>
  readonly speeds: WorkerSpeeds
  readonly conditionOf: (id: string) => JobCondition
  readonly nowMs: number
  /** Asks the cluster. */
  readonly outlook: (workLeft: WorkLeft) => Promise<ReadonlyMap<string, Outlook>>
}

/** An estimate stays as it is while a new one differs by less than this part of the wait: nothing flickers. */
const STEADY_WITHIN = 0.1

/** @param active all jobs that have not ended */
export async function standingsInLine(
  active: readonly SimulationRecord[],
  { documents, speeds, conditionOf, nowMs, outlook }: LineParts,
): Promise<ReadonlyMap<string, LineStanding>> {
  // All that work are looked at first: their speed is that of their engine for those that wait.
  const works = new Map<string, Work | UnknownWork>()
  const byId = new Map(active.map((record) => [record.id, record]))
  const hasWorkers = (record: SimulationRecord) => conditionOf(record.id).workers > 0
  for (const record of [...active.filter(hasWorkers), ...active.filter((one) => !hasWorkers(one))]) {
    const condition = conditionOf(record.id)
    const { goal } = documents.of(record).document.job
    works.set(record.id, workLeft(record, goal, condition, speeds.of(record, condition, nowMs), nowMs))
  }
  const known = (jobId: string) => {
    const work = works.get(jobId)
    return typeof work === 'object' ? work : null
  }
  const standings = new Map<string, LineStanding>()
  for (const [jobId, { position, waitMs, unknown }] of await outlook(known)) {
    const record = byId.get(jobId)
    if (!record || FINAL_STATES.has(record.state)) continue
    const before = conditionOf(jobId).line
    const startsAtMs = waitMs === null ? null : steady(before, position, nowMs + waitMs, nowMs)
    const why = waitMs === null ? whyUnknown(unknown === null ? undefined : byId.get(unknown), unknown, works) : null
    standings.set(jobId, { position, startsAtMs, why })
  }
  return standings
}

function steady(before: LineStanding | null, position: number, startsAtMs: number, nowMs: number): number {
  if (before?.startsAtMs == null || before.position !== position) return Math.round(startsAtMs)
  const off = Math.abs(before.startsAtMs - startsAtMs)
  return off <= STEADY_WITHIN * (startsAtMs - nowMs) ? before.startsAtMs : Math.round(startsAtMs)
}

function whyUnknown(
  record: SimulationRecord | undefined,
  unknown: string | null,
  works: ReadonlyMap<string, Work | UnknownWork>,
): string {
  if (unknown === null) return 'nothing is known of what holds the places'
  if (!record) return 'a job before it is none of this installation'
  return works.get(record.id) === 'goal'
    ? `nobody can tell yet when simulation ${record.id} has reached its goal`
    : `no speed of the engine ${record.engineId} was measured yet`
}
