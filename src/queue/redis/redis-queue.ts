/** Control's queue in Redis: the same from every replica, and there after each of them has restarted. */

import type { Redis } from 'ioredis'
import { givenUp } from '../given-up.ts'
import {
  type FailureReport,
  type GivenTask,
  type LostResult,
  type Queue,
  QueueError,
  type QueueSettings,
  type Report,
} from '../queue.ts'
import { checkSettings } from '../queue-settings.ts'
import { deleteUser, setUser, type WorkerLogin, workerLogin } from './access.ts'
import type { RedisAddress } from './address.ts'
import { countsAnswer, leasesAnswer, reportsAnswer, spentAnswer, standingAnswer } from './answers.ts'
import { RedisConnection } from './connection.ts'
import { fillingParts } from './filling-parts.ts'
import { RedisHints } from './hints.ts'
import { inspectQueue, jobsInRedis, type QueueInspection } from './inspection.ts'
import { channelOf, checkJobId, keysOf } from './keys.ts'
import { LIBRARY, LIBRARY_NAME } from './scripts/library.ts'
import { checkServer, NO_HINTS, OPEN_TO_ALL, type ServerWarning } from './server-check.ts'
import { AT_ONCE, chunks, fenceOf, RedisWorkerVerbs } from './worker-verbs.ts'

export interface RedisQueueOptions {
  readonly address: RedisAddress
  /** Overrides the name in the URL. */
  readonly username?: string | null
  readonly password?: string | null
  /**
   * From it the passwords of the jobs' users derive; at least 16 bytes, the same for all replicas. Without it no users
   * are made, and workers on a cluster cannot be let in.
   */
  readonly workerSecret?: Uint8Array
  /** A call fails with `QUEUE_UNAVAILABLE` after so long without success. Default 15 s: a failover takes about five. */
  readonly giveUpAfterMs?: number
  /** A server that leaves a call without answer for so long is taken as frozen. Default 3 s. */
  readonly answerWithinMs?: number
  /** Keys of a queue that nobody has touched for so long vanish. Default 7 days. */
  readonly keepMs?: number
  /** Told in sentences when Redis goes away and when it is back. */
  readonly onTrouble?: (sentence: string) => void
  /** Told when a listener of `onReports` throws: its failure is its own and never stops the queue. */
  readonly onListenerError?: (error: unknown) => void
}

export interface RedisQueue extends Queue {
  /**
   * Waits until Redis answers, loads the functions and looks at the server's settings. Nothing depends on it: every verb
   * does what it needs by itself. Resolves with what an operator should know.
   * @throws QueueError `QUEUE_UNAVAILABLE` for what may pass by itself; `QUEUE_DENIED` for a user, password or right that is
   * refused, `QUEUE_ADDRESS_INVALID` for a server that is too old
   */
  ready(): Promise<readonly ServerWarning[]>
  /**
   * Resolves when Redis answers now, for a look at the health of the service.
   * @throws QueueError `QUEUE_UNAVAILABLE` after `answerWithinMs`
   */
  ping(): Promise<void>
  /**
   * Makes the Redis user of a job's workers, or sets it right after it was lost with a server.
   * @throws QueueError `QUEUE_BAD_REQUEST` without `workerSecret`
   */
  grantWorker(jobId: string): Promise<WorkerLogin>
  /** Deletes that user and ends the connections of its workers. */
  revokeWorker(jobId: string): Promise<void>
  /** Every queue that is in Redis. `drop` and `reap` repair what is found. */
  inspectQueues(): Promise<readonly QueueInspection[]>
}

const GIVE_UP_MS = 15_000
const ANSWER_MS = 3000
const KEEP_MS = 7 * 24 * 3600 * 1000
/** Failed tasks that an inspection names for each queue. */
const FAILURES_SHOWN = 20
/** Parts of a filling that are on their way at the same time. */
const SENT_TOGETHER = 8

/** Connects at the first call. */
export function redisQueue(options: RedisQueueOptions): RedisQueue {
  return new ControlQueue(options)
}

class ControlQueue extends RedisWorkerVerbs implements RedisQueue {
  readonly #options: RedisQueueOptions
  readonly #connection: RedisConnection
  readonly #hints: RedisHints
  readonly #keepMs: string

  constructor(options: RedisQueueOptions) {
    const { address, username = null, password = null } = options
    const answerWithinMs = options.answerWithinMs ?? ANSWER_MS
    const connection = new RedisConnection({
      login: async () => ({ address, username, password }),
      renewsLogin: false,
      giveUpAfterMs: options.giveUpAfterMs ?? GIVE_UP_MS,
      answerWithinMs,
      loadLibrary,
      onTrouble: options.onTrouble ?? (() => {}),
    })
    super(connection)
    this.#options = options
    this.#connection = connection
    this.#keepMs = String(options.keepMs ?? KEEP_MS)
    const onListenerError = options.onListenerError ?? (() => {})
    this.#hints = new RedisHints({ connection, onListenerError, askEveryMs: answerWithinMs })
  }

  async ready(): Promise<readonly ServerWarning[]> {
    const { address, workerSecret, giveUpAfterMs = GIVE_UP_MS } = this.#options
    const warnings = [...(await this.#connection.run((redis) => checkServer(redis, address)))]
    await this.#connection.run(loadLibrary)
    if (workerSecret && (await this.#connection.letsAnyoneIn())) warnings.push(OPEN_TO_ALL)
    if (!(await this.#hints.ready(giveUpAfterMs))) warnings.push(NO_HINTS)
    return warnings
  }

  async ping(): Promise<void> {
    await this.#connection.run((redis) => redis.ping(), this.#options.answerWithinMs ?? ANSWER_MS)
  }

  async open(jobId: string, settings: QueueSettings, tasks: readonly GivenTask[]): Promise<void> {
    checkSettings(jobId, settings)
    if (this.#options.workerSecret) await this.grantWorker(jobId)
    const generation = String(settings.generation)
    const begin = [generation, String(settings.leaseMs), String(settings.maxAttempts), this.#keepMs]
    if ((await this.call('begin', jobId, begin)) === 'kept') return
    // Where a higher generation was opened meanwhile, the rest is refused, and that one stays.
    if (await this.#fill(jobId, generation, tasks)) await this.call('finish', jobId, [generation])
  }

  async add(jobId: string, tasks: readonly GivenTask[]): Promise<void> {
    if (!(await this.#fill(jobId, '', tasks))) throw unknownJob(jobId)
  }

  async reports(jobId: string, max: number): Promise<readonly Report[]> {
    return reportsAnswer(await this.call('reports_of', jobId, [String(max)]))
  }

  async confirm(jobId: string, reports: readonly Report[]): Promise<void> {
    for (const part of chunks(reports)) await this.call('confirm', jobId, part.flatMap(fenceOf))
  }

  async tryAgain(jobId: string, lost: readonly LostResult[]): Promise<readonly FailureReport[]> {
    const final: FailureReport[] = []
    for (const part of chunks(lost)) {
      const args = part.flatMap(({ failure, payload }) => [...fenceOf(failure), payload])
      const spent = spentAnswer(await this.call('try_again', jobId, args))
      for (const { failure } of part) {
        const tries = spent.get(failure.task)
        if (tries !== undefined) final.push(givenUp(failure, tries))
      }
    }
    return final
  }

  async reap(jobId: string): Promise<{ returned: number; dead: number }> {
    const sum = { returned: 0, dead: 0 }
    for (;;) {
      const args = [channelOf(jobId), jobId, this.#keepMs, String(AT_ONCE)]
      const [returned, dead] = (await this.call('reap', jobId, args)) as [string, string]
      sum.returned += Number(returned)
      sum.dead += Number(dead)
      if (Number(returned) + Number(dead) < AT_ONCE) return sum
    }
  }

  async order(jobId: string, order: 'stop' | 'cancel'): Promise<void> {
    if ((await this.call('order', jobId, [order])) === 'gone') throw unknownJob(jobId)
  }

  async counts(jobId: string) {
    return countsAnswer(await this.call('counts', jobId, []))
  }

  async standing(jobId: string) {
    return standingAnswer(await this.call('standing', jobId, []))
  }

  async leases(jobId: string) {
    return leasesAnswer(await this.call('leases_of', jobId, []))
  }

  async drop(jobId: string): Promise<void> {
    checkJobId(jobId)
    await this.#connection.run((redis) => redis.unlink(...keysOf(jobId)))
    if (this.#options.workerSecret) await this.revokeWorker(jobId)
  }

  onReports(listener: (jobId: string) => void): () => void {
    return this.#hints.listen(listener)
  }

  async grantWorker(jobId: string): Promise<WorkerLogin> {
    checkJobId(jobId)
    const { workerSecret } = this.#options
    if (!workerSecret) {
      throw new QueueError(
        'QUEUE_BAD_REQUEST',
        'Workers cannot be let into Redis: there is no secret for their passwords.',
      )
    }
    const login = workerLogin(workerSecret, jobId)
    await this.#connection.run((redis) => setUser(redis, jobId, login))
    return login
  }

  async revokeWorker(jobId: string): Promise<void> {
    checkJobId(jobId)
    await this.#connection.run((redis) => deleteUser(redis, jobId))
  }

  async inspectQueues(): Promise<readonly QueueInspection[]> {
    const found: QueueInspection[] = []
    for (const jobId of await this.#connection.run(jobsInRedis)) {
      const queue = await this.#connection.run((redis) => inspectQueue(redis, jobId))
      if (!queue) continue
      const reports = queue.state === 'open' ? await this.reports(jobId, AT_ONCE) : []
      const failures = reports.filter((report) => report.kind === 'failed').slice(0, FAILURES_SHOWN)
      found.push({ ...queue, failures })
    }
    return found
  }

  async close(): Promise<void> {
    this.#hints.close()
    await this.#connection.close()
  }

  /** Sends some parts at a time; they arrive in order. False where the queue is not there (any more). */
  async #fill(jobId: string, generation: string, tasks: readonly GivenTask[]): Promise<boolean> {
    const parts = fillingParts(tasks)
    for (let from = 0; from < parts.length; from += SENT_TOGETHER) {
      const answers = await Promise.all(
        parts
          .slice(from, from + SENT_TOGETHER)
          .map((part) => this.call('fill', jobId, [generation, this.#keepMs, ...part])),
      )
      if (!answers.every((answer) => answer === 'done')) return false
    }
    return true
  }
}

async function loadLibrary(redis: Redis): Promise<void> {
  try {
    await redis.call('FUNCTION', 'LOAD', LIBRARY)
  } catch (error) {
    // Its name holds a digest of its text: what is there is the same.
    if (!(error instanceof Error && error.message.includes(`'${LIBRARY_NAME}' already exists`))) throw error
  }
}

const unknownJob = (jobId: string) =>
  new QueueError('QUEUE_UNKNOWN_JOB', `Job ${jobId} has no queue; open one from the records first.`)
