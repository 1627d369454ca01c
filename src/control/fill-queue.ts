/** Makes the queue of a job hold what the rows say is open. */

import { taskPayloadPieces } from '#engines/engine/task-payload.ts'
import { type GivenTask, type Queue, QueueError } from '#queue/queue.ts'
import type { OpenTask, Records, SimulationRecord } from '#records/records.ts'
import { batchesOf } from '#simulation/plan.ts'
import type { JobDocument } from './job-documents.ts'
import type { ControlLimits } from './limits.ts'
import { jobPrefix } from './object-keys.ts'

export function queueTasks(
  record: SimulationRecord,
  job: JobDocument,
  tasks: readonly OpenTask[],
): readonly GivenTask[] {
  const writers = new Map<number, ReturnType<typeof taskPayloadPieces>>()
  return tasks.map((task) => {
    let write = writers.get(task.point)
    if (!write) {
      const { setup, setupDigest } = job.points[task.point]!
      write = taskPayloadPieces({
        engine: record.engineId,
        engineVersion: record.engineVersion,
        setup,
        setupDigest,
        jobKey: record.jobKey,
        point: task.point,
        replay: job.replay,
        limits: { timeSeconds: record.timeSeconds, memoryMebibytes: record.memoryMebibytes },
        objectKeyPrefix: jobPrefix(record.id),
      })
      writers.set(task.point, write)
    }
    return { task: task.task, payload: write(batchesOf(task, record.batchHistories), task.seed) }
  })
}

/**
 * Opens the queue under the next generation, so that nobody who holds a lease of before matches any more. Two that do it
 * at once open two generations; the higher one stays.
 */
export async function openQueue(
  records: Records,
  queue: Queue,
  record: SimulationRecord,
  job: JobDocument,
  limits: Pick<ControlLimits, 'leaseMs' | 'maxAttempts'>,
): Promise<number> {
  const generation = await records.nextGeneration(record.id)
  const open = await records.openTasks(record.id)
  const { leaseMs, maxAttempts } = limits
  await queue.open(record.id, { leaseMs, maxAttempts, generation }, queueTasks(record, job, open))
  return open.length
}

/** Adds tasks; false where the queue is not there any more: then only a new one helps. */
export function addTasks(queue: Queue, id: string, tasks: readonly GivenTask[]): Promise<boolean> {
  return unlessGone(queue.add(id, tasks))
}

/** Gives an order; false where there is no queue, and so nobody who could obey. */
export function orderQueue(queue: Queue, id: string, order: 'stop' | 'cancel'): Promise<boolean> {
  return unlessGone(queue.order(id, order))
}

async function unlessGone(done: Promise<void>): Promise<boolean> {
  try {
    await done
    return true
  } catch (error) {
    if (error instanceof QueueError && error.code === 'QUEUE_UNKNOWN_JOB') return false
    throw error
  }
}
