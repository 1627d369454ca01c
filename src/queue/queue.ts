/**
 * The contract of the queue: one queue a job, leases with a fencing token, at-least-once delivery.
 *
 * A task is waiting, leased, or reported. Who takes a task holds a lease for a while and an attempt number; a lease that
 * is not extended in time goes back to waiting, and a late finish with an old (generation, attempt) is refused.
 * A finish is a *report*: only a row of the records, written by control, accepts a result. The records are the truth;
 * a queue can be rebuilt from them under a higher generation, and then nobody of before matches any more.
 * Implementations: memory of control, a client of it on a local socket, Redis. Suite: test/contracts/queue.ts.
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

export interface Lease extends QueueTask, Fence {
  readonly jobId: string
}

/** A worker's report that its task is finished: where the result lies and what it holds. */
export interface FinishReport extends Fence {
  readonly task: number
  readonly objectKey: string
  /** SHA-256 of the object. */
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
  | { readonly kind: 'tasks'; readonly leases: readonly Lease[]; readonly leaseMs: number }
  /** Nothing waits, but others hold leases that may come back: ask again after `retryAfterMs`. */
  | { readonly kind: 'wait'; readonly leased: number; readonly retryAfterMs: number }
  /** Nothing waits and nothing is leased, or the job was stopped, or the queue is not there: the worker may exit 0. */
  | { readonly kind: 'end'; readonly reason: 'drained' | 'stopped' | 'cancelled' | 'unknown-job' }

export interface QueueCounts {
  readonly waiting: number
  readonly leased: number
  /** Reports that control has not confirmed yet. */
  readonly reported: number
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

/** What a worker may do. */
export interface WorkerQueue {
  /** Takes up to `max` tasks; each gets the next attempt number. */
  take(jobId: string, worker: string, max: number): Promise<TakeAnswer>
  /** Extends leases and tells how far the tasks are. */
  extend(jobId: string, worker: string, held: readonly Progress[]): Promise<ExtendAnswer>
  /** Reports finished and failed tasks; answers the tasks whose fence no longer matches. */
  report(jobId: string, worker: string, reports: readonly Report[]): Promise<{ readonly refused: readonly number[] }>
  /** Gives tasks back untouched (a worker that was told to end); the attempt does not count. */
  release(jobId: string, worker: string, held: readonly Progress[]): Promise<void>
}

/** What control may do besides. */
export interface Queue extends WorkerQueue {
  /** Makes the queue of a job, or replaces it when the generation is higher; the same call again changes nothing. */
  open(jobId: string, settings: QueueSettings, tasks: readonly QueueTask[]): Promise<void>
  /** Adds tasks to an open queue; a task index that is known already is left alone. */
  add(jobId: string, tasks: readonly QueueTask[]): Promise<void>
  /** Reports not confirmed yet, oldest first. The same reports come again until they are confirmed. */
  reports(jobId: string, max: number): Promise<readonly Report[]>
  /** Forgets reports that control has written to the records (or has refused). */
  confirm(jobId: string, reports: readonly Report[]): Promise<void>
  /**
   * Returns expired leases to waiting; those out of attempts become failed reports with code `TASK_LOST`.
   * Harmless when several replicas do it at once.
   */
  reap(jobId: string): Promise<{ readonly returned: number; readonly dead: number }>
  /** `stop`: no new leases. `cancel`: leases are void at once. */
  order(jobId: string, order: 'stop' | 'cancel'): Promise<void>
  counts(jobId: string): Promise<QueueCounts | undefined>
  /** Tasks that are leased now, with worker, expiry and histories done. */
  leases(jobId: string): Promise<readonly (Progress & { readonly worker: string; readonly expiresAtMs: number })[]>
  /** Forgets the job's queue. Forgetting what is not there is success. */
  drop(jobId: string): Promise<void>
  /** Calls back soon after reports arrived for any job; returns a function that ends it. */
  onReports(listener: (jobId: string) => void): () => void
  close(): Promise<void>
}

export type QueueErrorCode = 'QUEUE_UNAVAILABLE' | 'QUEUE_UNKNOWN_JOB' | 'QUEUE_DENIED' | 'QUEUE_BAD_REQUEST'

export class QueueError extends Error {
  override readonly name = 'QueueError'
  readonly code: QueueErrorCode
  constructor(code: QueueErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
