/**
 * The contract of the queue: one queue a job, leases with a fencing token, at-least-once delivery.
 *
 * A task is waiting, leased, or reported. Who takes a task holds a lease for a while and an attempt number; a lease that
 * is not extended in time goes back to waiting, and a late finish with an old (generation, attempt) is refused.
 * A finish is a *report*: only a row of the records, written by control, accepts a result. The records are the truth;
 * a queue can be rebuilt from them under a higher generation, and then nobody of before matches any more.
 * Implementations: memory of control, a client of it on a local socket, Redis. Suite: test/contracts/queue.ts.
 * A queue is of one job: which job gets workers first is no question for it.
 */

/** What identifies a try at a task. Of two tries at most one is current. */
export interface Fence {
  readonly generation: number
  readonly attempt: number
}

export interface QueueTask {
  /** Index of the task in its job. */
  readonly task: number
  /** What the worker needs, as JSON; opaque to the queue. */
  readonly payload: string
}

/**
 * A payload as control hands it in: whole, or in two pieces. Tasks of a job begin alike, and a setup can hold a template of
 * hundreds of kilobytes: pieces with the very same `head` keep it once, from control to the queue's memory. Workers are
 * given head + rest, whole.
 */
export type GivenPayload = string | { readonly head: string; readonly rest: string }

/** A payload as workers are given it. */
export const wholePayload = (payload: GivenPayload): string =>
  typeof payload === 'string' ? payload : payload.head + payload.rest

export interface GivenTask {
  readonly task: number
  readonly payload: GivenPayload
}

export interface Lease extends QueueTask, Fence {
  readonly jobId: string
}

/** A worker's report that its task is finished: where the result lies and what it holds. */
export interface FinishReport extends Fence {
  readonly task: number
  readonly objectKey: string
  /** First byte of the result where it lies with others in one object; left out where the object is the result. */
  readonly objectStart?: number
  /** SHA-256 of the result. */
  readonly digest: string
  readonly bytes: number
  readonly histories: number
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** A worker's report that its task failed. "May be retried" is a field of the failure, never guessed from a message. */
export interface FailureReport extends Fence {
  readonly task: number
  readonly code: string
  readonly message: string
  readonly retriable: boolean
  /** Key of the stored log, if there is one. */
  readonly logKey: string | null
}

export type Report = ({ readonly kind: 'finished' } & FinishReport) | ({ readonly kind: 'failed' } & FailureReport)

export interface QueueSettings {
  /** How long a lease lasts without being extended. */
  readonly leaseMs: number
  /** Attempts after which a retriable failure or a lost lease ends the task as failed. */
  readonly maxAttempts: number
  /** From the records; higher at each rebuild. */
  readonly generation: number
}

export type TakeAnswer =
  | {
      readonly kind: 'tasks'
      readonly leases: readonly Lease[]
      readonly leaseMs: number
      /** Tasks that still wait after this take, so that a worker takes fewer at once when the end is near. */
      readonly waiting: number
    }
  /** Nothing waits, but others hold leases that may come back, or the queue is just being filled: ask again after `retryAfterMs`. */
  | { readonly kind: 'wait'; readonly leased: number; readonly retryAfterMs: number }
  /** Nothing waits and nothing is leased, or the job was stopped, or the queue is not there: the worker may exit 0. */
  | { readonly kind: 'end'; readonly reason: 'drained' | 'stopped' | 'cancelled' | 'unknown-job' }

export interface QueueCounts {
  readonly waiting: number
  readonly leased: number
  /** Reports that control has not confirmed yet. */
  readonly reported: number
}

/** A task that was reported as finished and whose result turned out to be of no use. */
export interface LostResult {
  /** Under the fence of the report. */
  readonly failure: FailureReport
  /** As at the first time: none is kept of a reported task. */
  readonly payload: string
}

export interface QueueStanding {
  readonly generation: number
  readonly order: 'go-on' | 'stop' | 'cancel'
}

/** What became of an extension: `lost` leases must be abandoned at once (kill the program). */
export interface ExtendAnswer {
  readonly lost: readonly number[]
  /** `stop`: take nothing more, finish what is held. `cancel`: abandon everything. */
  readonly order: 'go-on' | 'stop' | 'cancel'
}

export interface Progress {
  readonly task: number
  readonly attempt: number
  readonly generation: number
  readonly historiesDone: number
}

/**
 * What a worker may do. None of these verbs fails because the job's queue is not there (it may have been dropped, or
 * control may be rebuilding it): `take` answers `end`, `extend` calls every lease lost, `report` refuses everything.
 *
 * A lease whose time is over stays its holder's until somebody reaps it: until then nobody else can hold the task, and
 * extending or reporting it still works. `take` reaps by itself when nothing waits.
 */
export interface WorkerQueue {
  /** Takes up to `max` tasks, oldest first; each gets the next attempt number. */
  take(jobId: string, worker: string, max: number): Promise<TakeAnswer>
  /** Extends leases and tells how far the tasks are. */
  extend(jobId: string, worker: string, held: readonly Progress[]): Promise<ExtendAnswer>
  /**
   * Reports finished and failed tasks; answers the tasks whose fence no longer matches. The same report again (the
   * answer to the first was lost on the way) is success and changes nothing. A retriable failure of a task that has
   * attempts left puts the task back to waiting, behind the others, and does not reach `reports`.
   */
  report(jobId: string, worker: string, reports: readonly Report[]): Promise<{ readonly refused: readonly number[] }>
  /**
   * Gives tasks back untouched (a worker that was told to end). The attempt does not count towards `maxAttempts`, but
   * its number is never given again: objects are stored under it.
   */
  release(jobId: string, worker: string, held: readonly Progress[]): Promise<void>
}

/** What control may do besides. `add` and `order` throw `QUEUE_UNKNOWN_JOB` when the queue is not there. */
export interface Queue extends WorkerQueue {
  /**
   * Makes the queue of a job, or replaces it when the generation is higher: leases and reports of before are void, and
   * so is an order to stop. The same call again, or one with a lower generation, changes nothing.
   */
  open(jobId: string, settings: QueueSettings, tasks: readonly GivenTask[]): Promise<void>
  /** Adds tasks to an open queue; a task index that is known already is left alone. */
  add(jobId: string, tasks: readonly GivenTask[]): Promise<void>
  /**
   * Reports not confirmed yet, oldest first, at most one a task. The same reports come again until they are confirmed.
   * Every failure that arrives here is final: its `retriable` is false, also where it was true and the attempts ran out.
   */
  reports(jobId: string, max: number): Promise<readonly Report[]>
  /**
   * Forgets reports that control has written to the records (or has refused); their tasks never come back in this
   * generation. A report with another fence than the kept one is left alone.
   */
  confirm(jobId: string, reports: readonly Report[]): Promise<void>
  /**
   * Gives tasks out again, behind the others, whose results are lost: the report is forgotten and the attempt counts.
   * Answers the failures of those that have no attempts left, as final ones; their reports stay until control has written
   * that. A report with another fence than the kept one is left alone.
   */
  tryAgain(jobId: string, lost: readonly LostResult[]): Promise<readonly FailureReport[]>
  /**
   * Returns expired leases to waiting, in front and in the order of their tasks; those out of attempts become failed reports with code `TASK_LOST`.
   * Harmless when several replicas do it at once.
   */
  reap(jobId: string): Promise<{ readonly returned: number; readonly dead: number }>
  /** `stop`: no new leases. `cancel`: leases are void at once as well. A cancelled queue is not softened to stopped. */
  order(jobId: string, order: 'stop' | 'cancel'): Promise<void>
  /** `undefined` where there is no queue, or only half of one because who opened it was killed: open it again. */
  counts(jobId: string): Promise<QueueCounts | undefined>
  /** Under which generation the job's queue was opened, and what it was told since; `undefined` when there is none. */
  standing(jobId: string): Promise<QueueStanding | undefined>
  /** Tasks that are leased now, with worker, expiry and histories done. */
  leases(jobId: string): Promise<readonly (Progress & { readonly worker: string; readonly expiresAtMs: number })[]>
  /** Forgets the job's queue. Forgetting what is not there is success. */
  drop(jobId: string): Promise<void>
  /** Calls back soon (coalesced) after reports arrived for any job; returns a function that ends it. */
  onReports(listener: (jobId: string) => void): () => void
  close(): Promise<void>
}

export type QueueErrorCode =
  /** Nobody answers: control is away, for longer than the client was told to wait. */
  | 'QUEUE_UNAVAILABLE'
  | 'QUEUE_UNKNOWN_JOB'
  /** The worker speaks for a job that is not its own. */
  | 'QUEUE_DENIED'
  | 'QUEUE_BAD_REQUEST'
  /** The address cannot be served: path too long for a socket, or somebody else answers there. */
  | 'QUEUE_ADDRESS_INVALID'

/** Code of the failed report of a task whose leases were lost more often than attempts are allowed. */
export const TASK_LOST = 'TASK_LOST'

export class QueueError extends Error {
  override readonly name = 'QueueError'
  readonly code: QueueErrorCode
  constructor(code: QueueErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
