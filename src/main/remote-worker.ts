/**
 * How a worker elsewhere reaches queue and storage: with the token of its job it asks control for both (decisions/0004).
 * What control refuses for good ends the worker; whatever may pass is tried again by the parts themselves.
 */

import { ApiError, createClient, type Fetch } from '#protocol/client.ts'
import { MOST_OBJECTS_TO_PUT } from '#protocol/shapes.ts'
import { QueueError, type WorkerQueue } from '#queue/queue.ts'
import { redisWorkerQueue } from '#queue/redis/redis-worker-queue.ts'
import { signedSink } from '#storage/signed-sink.ts'
import { type ObjectSink, StorageError } from '#storage/storage.ts'

export interface ControlReach {
  /** Address of the control service. */
  readonly url: string
  /** Token of the job. */
  readonly token: string
  readonly jobId: string
  readonly fetch: typeof fetch
  readonly log: (line: string) => void
}

export interface Reached {
  readonly queue: WorkerQueue
  readonly storage: ObjectSink
  close(): Promise<void>
}

/** Asks nobody yet. */
export function reachControl({ url, token, jobId, fetch, log }: ControlReach): Reached {
  const client = createClient({ fetch: fetch as unknown as Fetch, baseUrl: url.replace(/\/+$/, ''), token })
  const queue = redisWorkerQueue({
    jobId,
    async access() {
      const { simulation, queue } = await client.call('workerAccess').catch((error: unknown) => {
        throw queueTrouble(error)
      })
      if (simulation === jobId) return queue
      throw new QueueError('QUEUE_DENIED', `The token is of simulation ${simulation}, not of ${jobId}.`)
    },
    // A control that does not answer has not said so either.
    isOver: () =>
      client.call('workerAccess').then(
        () => false,
        (error: unknown) => error instanceof ApiError && (error.code === 'JOB_ENDED' || error.status === 401),
      ),
    onTrouble: log,
  })
  const storage = signedSink({
    async ask(objects, tries) {
      // In the query: a service of before takes no further field in the body, and looks for all objects at every try.
      const input = { query: { tries }, body: { objects } }
      const { addresses } = await client.call('workerAddresses', input).catch((error: unknown) => {
        throw storageTrouble(error)
      })
      return addresses
    },
    together: Math.min(64, MOST_OBJECTS_TO_PUT),
  })
  return { queue, storage, close: () => queue.close() }
}

/** What the queue makes of an answer of control: over, not let in, or worth another try. */
function queueTrouble(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error
  switch (error.code) {
    case 'JOB_ENDED':
      return new QueueError('QUEUE_UNKNOWN_JOB', error.message, error)
    case 'WORKER_TOKEN_INVALID':
    case 'WORKERS_ELSEWHERE_UNSERVED':
    case 'HOST_NOT_ALLOWED':
      return new QueueError('QUEUE_DENIED', `${error.message} ${error.advice}`, error)
    default:
      return error
  }
}

/** The end of a job is for the queue to tell: until its next word the result waits. */
function storageTrouble(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error
  const retriable = error.status === 0 || error.status >= 500 || error.status === 429 || error.code === 'JOB_ENDED'
  return new StorageError('STORAGE_UNAVAILABLE', error.message, { retriable, cause: error })
}
