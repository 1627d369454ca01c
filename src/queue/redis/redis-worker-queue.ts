/**
 * The queue as a worker on a cluster sees it: it speaks for one job, as that job's own Redis user, and asks control for
 * its access at the start and whenever Redis does not know the user any more (a restart or a failover loses users).
 */

import {
  type ExtendAnswer,
  type Progress,
  QueueError,
  type Report,
  type TakeAnswer,
  type WorkerQueue,
} from '../queue.ts'
import type { RedisLogin } from './address.ts'
import { RedisConnection } from './connection.ts'
import { RedisWorkerVerbs } from './worker-verbs.ts'

export interface RedisWorkerQueueOptions {
  readonly jobId: string
  /**
   * Asks control where Redis is and as whom to speak. Rejects with `QUEUE_UNKNOWN_JOB` when the job is over, with
   * `QUEUE_DENIED` when this worker is not let in; after any other error it is asked again, with growing pauses.
   */
  readonly access: () => Promise<RedisLogin>
  /**
   * Whether control says that the job is over; asked where its queue is not there. A queue that was lost with its server
   * is opened again within seconds, and then workers are needed: until the job is over they wait for it. Left out, a
   * queue that is not there is taken for the end.
   */
  readonly isOver?: () => Promise<boolean>
  /** A call fails with `QUEUE_UNAVAILABLE` after so long without success. Default 60 s: the work in hand is worth waiting. */
  readonly giveUpAfterMs?: number
  /** A server that leaves a call without answer for so long is taken as frozen. Default 3 s. */
  readonly answerWithinMs?: number
  /** Told in sentences when Redis goes away and when it is back. */
  readonly onTrouble?: (sentence: string) => void
}

export interface RedisWorkerQueue extends WorkerQueue {
  close(): Promise<void>
}

/** Connects at the first call. */
export function redisWorkerQueue(options: RedisWorkerQueueOptions): RedisWorkerQueue {
  return new JobQueue(options)
}

/** Pause of a worker whose queue is being opened again. */
const REOPENING_MS = 1000

class JobQueue implements RedisWorkerQueue {
  readonly #jobId: string
  readonly #isOver: () => Promise<boolean>
  readonly #connection: RedisConnection
  readonly #verbs: RedisWorkerVerbs

  constructor(options: RedisWorkerQueueOptions) {
    this.#jobId = options.jobId
    this.#isOver = options.isOver ?? (async () => true)
    this.#connection = new RedisConnection({
      login: options.access,
      renewsLogin: true,
      giveUpAfterMs: options.giveUpAfterMs ?? 60_000,
      answerWithinMs: options.answerWithinMs ?? 3000,
      onTrouble: options.onTrouble ?? (() => {}),
    })
    this.#verbs = new RedisWorkerVerbs(this.#connection)
  }

  async take(jobId: string, worker: string, max: number): Promise<TakeAnswer> {
    const over: TakeAnswer = { kind: 'end', reason: 'unknown-job' }
    const answer = await this.#ask<TakeAnswer>(jobId, () => this.#verbs.take(jobId, worker, max), over)
    if (answer.kind !== 'end' || answer.reason !== 'unknown-job' || answer === over || (await this.#isOver()))
      return answer
    return { kind: 'wait', leased: 0, retryAfterMs: REOPENING_MS }
  }

  async extend(jobId: string, worker: string, held: readonly Progress[]): Promise<ExtendAnswer> {
    const over: ExtendAnswer = { lost: held.map(({ task }) => task), order: 'cancel' }
    const answer = await this.#ask(jobId, () => this.#verbs.extend(jobId, worker, held), over)
    // Of a queue that is not there as well: whether that is the end, the next take tells.
    if (answer.order !== 'cancel' || answer === over || (await this.#isOver())) return answer
    return { ...answer, order: 'go-on' }
  }

  report(jobId: string, worker: string, reports: readonly Report[]) {
    return this.#ask(jobId, () => this.#verbs.report(jobId, worker, reports), {
      refused: reports.map(({ task }) => task),
    })
  }

  release(jobId: string, worker: string, held: readonly Progress[]) {
    return this.#ask(jobId, () => this.#verbs.release(jobId, worker, held), undefined)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  /** @param over the answer where control says that the job is over: the same as that of a queue that is not there */
  async #ask<T>(jobId: string, ask: () => Promise<T>, over: T): Promise<T> {
    if (jobId !== this.#jobId) {
      throw new QueueError(
        'QUEUE_DENIED',
        `This worker belongs to job ${this.#jobId} and cannot speak for job ${jobId}.`,
      )
    }
    try {
      return await ask()
    } catch (error) {
      if (error instanceof QueueError && error.code === 'QUEUE_UNKNOWN_JOB') return over
      throw error
    }
  }
}
