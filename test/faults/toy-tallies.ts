/** What the engine of a simulated run counts, and what a job must end with: functions of the histories alone. */

import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { parseTaskPayload, resultIdentityOf, type TaskPayload } from '#engines/engine/task-payload.ts'
import type { SimulationRecord, TaskPlan } from '#records/records.ts'
import { RunMerge } from '#results/merge.ts'
import type { ResultIdentity } from '#results/pool.ts'
import type { TaskTally } from '#results/tally.ts'
import { encodeMerge, encodeTaskTally } from '#results/tally-file.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { batchesOf, pointsOf } from '#simulation/plan.ts'
import { toyTally } from '../programs/toy-engines.ts'

/** Answers for the built-in engine, but counts like a toy and checks nothing: a run has thousands of tasks. */
export const toyBuiltin: Engine = {
  ...builtinEngine,
  check: () => [],
  // So slow that a job of this world has some tasks.
  planning: () => ({ historiesPerSecond: 10, oneBatchPerTask: false, seeds: false }),
  simulate: (task) => toyTally(task),
} as Engine

interface Made {
  readonly tally: TaskTally
  readonly content: Uint8Array
}

const made = new Map<string, Made>()
const parsed = new Map<string, TaskPayload>()

/** A payload as the worker's thread reads it; equal texts are read once. */
export function payloadOf(text: string): TaskPayload {
  let payload = parsed.get(text)
  if (!payload) {
    payload = parseTaskPayload(text)
    if (parsed.size > 5000) parsed.clear()
    parsed.set(text, payload)
  }
  return payload
}

/** The tally file of a task: the same object for the same histories. */
export function tallyOf(payload: TaskPayload): Made {
  return tallyFor(resultIdentityOf(payload), payload.batches)
}

function tallyFor(identity: ResultIdentity, batches: TaskPayload['batches']): Made {
  const { setupDigest, jobKey, point, engine, replay } = identity
  const range = batches.map(({ ordinal, first, histories }) => `${ordinal}:${first}+${histories}`).join()
  const key = `${setupDigest} ${jobKey} ${point} ${engine.version} ${replay} ${range}`
  let known = made.get(key)
  if (!known) {
    const tally = toyTally({ setup: {} as never, stream: { jobKey, point }, batches })
    known = { tally, content: encodeTaskTally(identity, tally) }
    if (made.size > 20_000) made.clear()
    made.set(key, known)
  }
  return known
}

/** What every tally of a point of a job must say of itself. */
export function identityOfPoint(record: SimulationRecord, point: number): ResultIdentity {
  const document = JSON.parse(record.document) as SimulationDocument
  return {
    setupDigest: pointsOf(document)[point]!.setupDigest,
    engine: { id: record.engineId, version: record.engineVersion },
    jobKey: record.jobKey,
    point,
    replay: document.job.key !== null,
  }
}

/** The tally file that a task must have, whoever runs it and however often. */
export const expectedTally = (identity: ResultIdentity, plan: TaskPlan, batchHistories: number): Uint8Array =>
  tallyFor(identity, batchesOf(plan, batchHistories)).content

/** The final merge of an undisturbed run of these tasks. */
export function expectedMerge(identity: ResultIdentity, plans: readonly TaskPlan[], batchHistories: number) {
  const merge = new RunMerge()
  for (const plan of plans) merge.add(tallyFor(identity, batchesOf(plan, batchHistories)).tally)
  return encodeMerge(identity, merge.toSnapshot())
}
