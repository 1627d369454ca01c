/** What a queue can be opened with. */

import { QueueError, type QueueSettings } from './queue.ts'

/** @throws QueueError `QUEUE_BAD_REQUEST` that says what is not possible. */
export function checkSettings(jobId: string, settings: QueueSettings): void {
  const { leaseMs, maxAttempts, generation } = settings
  const wrong =
    jobId === ''
      ? 'the job has no id'
      : !(leaseMs > 0)
        ? `a lease of ${leaseMs} ms`
        : !Number.isSafeInteger(maxAttempts) || maxAttempts < 1
          ? `${maxAttempts} attempts`
          : !Number.isSafeInteger(generation) || generation < 0
            ? `generation ${generation}`
            : undefined
  if (wrong) throw new QueueError('QUEUE_BAD_REQUEST', `Cannot open a queue: ${wrong} is not possible.`)
}

/** @throws QueueError `QUEUE_BAD_REQUEST` */
export function checkTake(max: number): void {
  if (Number.isSafeInteger(max) && max >= 1) return
  throw new QueueError('QUEUE_BAD_REQUEST', `Cannot take ${max} tasks: give a whole number of at least 1.`)
}

/** Bounds of the pause a worker is told to make while others hold the last leases. */
const SHORTEST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1000

/** @param untilNextMs until the next lease can come back; negative where one is over already */
export const waitPause = (untilNextMs: number): number =>
  Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, untilNextMs))
