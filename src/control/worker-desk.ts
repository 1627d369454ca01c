/**
 * What a worker on another machine comes to control for (decisions/0004): with the token of its job it asks how to reach
 * the queue of this job, and for addresses to store its results under. It holds nothing else.
 */

import { LARGEST_RAW_BYTES } from '#engines/engine/task-payload.ts'
import type { ObjectToPut, PutAddress, WorkerAccess } from '#protocol/shapes.ts'
import type { Records } from '#records/records.ts'
import { DISTRIBUTION_FILE_EXTENSION } from '#results/distribution-file.ts'
import { isBundle, LARGEST_BUNDLE_BYTES } from '#results/tally-bundle.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { Tries } from '#storage/storage.ts'
import { ControlError } from './control-error.ts'
import { taskPrefix } from './object-keys.ts'
import { LARGEST_DISTRIBUTIONS_BYTES, LARGEST_TALLY_BYTES } from './stored-tally.ts'

/** Parts of queue, storage and identity that serve workers elsewhere; `main` puts them together. */
export interface WorkerDesk {
  /** A token that speaks for one job until then. */
  mintToken(jobId: string, validUntilMs: number): string
  /** The job that a token speaks for, or why it speaks for none, as the end of a sentence. */
  readToken(token: string, nowMs: number): { readonly jobId: string } | { readonly refused: string }
  /** Makes sure that the job's user of the queue is there. */
  queueAccess(jobId: string): Promise<WorkerAccess['queue']>
  /**
   * Addresses for these objects, in their order; valid for minutes.
   * @param within beginning of keys outside of which nothing is signed
   * @param tries `first`: none of them was sent before, so none is looked for
   */
  signPut(objects: readonly ObjectToPut[], within: string, tries: Tries): Promise<readonly PutAddress[]>
}

/** Below the prefix of the tasks: task, fence of the attempt, kind. */
const OBJECT_NAME = /^\d+\/g\d+-a\d+\.(tally|tallies|isod|log|raw\.tar)$/

/**
 * The job that a worker speaks for.
 * @throws ControlError `WORKERS_ELSEWHERE_UNSERVED`, `WORKER_TOKEN_INVALID`
 */
export function jobOfWorker(desk: WorkerDesk | null, bearer: string | undefined, nowMs: number): string {
  const served = openDesk(desk)
  if (bearer === undefined) {
    throw new ControlError('WORKER_TOKEN_INVALID', 'A worker shows the token of its job as "Authorization: Bearer".')
  }
  const read = served.readToken(bearer, nowMs)
  if ('jobId' in read) return read.jobId
  throw new ControlError('WORKER_TOKEN_INVALID', `The token of the worker ${read.refused}.`)
}

/** @throws ControlError `WORKERS_ELSEWHERE_UNSERVED` where all workers are children of the service. */
export function openDesk(desk: WorkerDesk | null): WorkerDesk {
  if (desk) return desk
  throw new ControlError(
    'WORKERS_ELSEWHERE_UNSERVED',
    'This service keeps its queue in its own memory; only workers that it starts itself reach it.',
  )
}

/** @throws ControlError `JOB_ENDED` also for a job that was deleted: for its workers it is the same. */
export async function refuseEnded(records: Records, jobId: string): Promise<void> {
  const record = await records.simulation(jobId)
  if (record && !FINAL_STATES.has(record.state)) return
  throw new ControlError('JOB_ENDED', `Simulation ${jobId} ${record ? `is ${record.state}` : 'was deleted'}.`)
}

/** Packed raw outputs have the ends of their blocks and two more blocks beside the files themselves. */
const PACKING_BYTES = 2 ** 20 * 2
const largestOf = (key: string): number => {
  if (key.endsWith('.raw.tar')) return LARGEST_RAW_BYTES + PACKING_BYTES
  if (isBundle(key)) return LARGEST_BUNDLE_BYTES
  return key.endsWith(DISTRIBUTION_FILE_EXTENSION) ? LARGEST_DISTRIBUTIONS_BYTES : LARGEST_TALLY_BYTES
}

/** @throws ControlError `BAD_REQUEST` with every object that is not of a task of this job, or too large. */
export function checkObjects(jobId: string, objects: readonly ObjectToPut[]): void {
  const prefix = taskPrefix(jobId)
  const problems = objects.flatMap(({ key, bytes }, index) => {
    const isOwn = key.startsWith(prefix) && OBJECT_NAME.test(key.slice(prefix.length))
    const path = `objects.${index}`
    return [
      ...(isOwn
        ? []
        : [
            {
              code: 'OBJECT_KEY',
              path: `${path}.key`,
              message: `Expected ${prefix}TASK/gGENERATION-aATTEMPT.tally, .tallies, .isod, .log or .raw.tar, got "${key}".`,
            },
          ]),
      ...(bytes <= largestOf(key)
        ? []
        : [
            {
              code: 'OBJECT_SIZE',
              path: `${path}.bytes`,
              message: `At most ${largestOf(key)} bytes, got ${bytes}.`,
            },
          ]),
    ]
  })
  if (problems.length === 0) return
  throw new ControlError('BAD_REQUEST', 'A worker stores results of tasks of its own job only.', { problems })
}
