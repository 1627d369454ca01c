/**
 * The queue in the memory of control: one machine, filled from the records at start, gone with the process.
 *
 * Every verb does its work before it gives the event loop back, so two calls never see half of each other; this is what
 * the Lua scripts of the Redis queue do with a server in between.
 */

import { givenUp, lostReport } from './given-up.ts'
import {
  type ExtendAnswer,
  type FailureReport,
  type GivenTask,
  type Lease,
  type LostResult,
  type Progress,
  type Queue,
  QueueError,
  type QueueSettings,
  type Report,
  type TakeAnswer,
} from './queue.ts'
import { checkSettings, checkTake, waitPause } from './queue-settings.ts'
import { ReportListeners } from './report-listeners.ts'
import { WaitingLine } from './waiting-line.ts'

export interface MemoryQueueOptions {
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Told when a listener of `onReports` throws: its failure is its own and never stops the queue. */
  readonly onListenerError?: (error: unknown) => void
}

interface Entry {
  readonly task: number
  /** What the payloads of many tasks begin with: one text for all of them. */
  head: string
  /** The rest is emptied when the task is confirmed: thousands of finished tasks would only hold memory. */
  rest: string
  state: 'waiting' | 'leased' | 'reported' | 'confirmed'
  /** Number of the last try; never given twice in a generation. */
  attempt: number
  /** Tries that count towards `maxAttempts`: those not given back untouched. */
  spent: number
}

interface Held {
  readonly entry: Entry
  readonly worker: string
  expiresAtMs: number
  historiesDone: number
}

interface Job {
  readonly settings: QueueSettings
  readonly entries: Map<number, Entry>
  readonly waiting: WaitingLine<Entry>
  readonly held: Map<number, Held>
  /** Insertion order is the order of arrival. */
  readonly reported: Map<number, Report>
  order: 'go-on' | 'stop' | 'cancel'
}

/** A queue for every job, in this process. */
export function memoryQueue(options: MemoryQueueOptions): Queue {
  return new MemoryQueue(options)
}

class MemoryQueue implements Queue {
  readonly #clock: () => number
  readonly #jobs = new Map<string, Job>()
  readonly #listeners: ReportListeners
  #closed = false

  constructor(options: MemoryQueueOptions) {
    this.#clock = options.clock
    this.#listeners = new ReportListeners(options.onListenerError ?? (() => {}))
  }

  async open(jobId: string, settings: QueueSettings, tasks: readonly GivenTask[]): Promise<void> {
    this.#checkOpen()
    checkSettings(jobId, settings)
    const existing = this.#jobs.get(jobId)
    if (existing && existing.settings.generation >= settings.generation) return
    const job: Job = {
      settings: { ...settings },
      entries: new Map(),
      waiting: new WaitingLine(),
      held: new Map(),
      reported: new Map(),
      order: 'go-on',
    }
    append(job, tasks)
    this.#jobs.set(jobId, job)
  }

  async add(jobId: string, tasks: readonly GivenTask[]): Promise<void> {
    append(this.#known(jobId), tasks)
  }

  async take(jobId: string, worker: string, max: number): Promise<TakeAnswer> {
    this.#checkOpen()
    checkTake(max)
    const job = this.#jobs.get(jobId)
    if (!job) return { kind: 'end', reason: 'unknown-job' }
    if (job.order === 'stop') return { kind: 'end', reason: 'stopped' }
    if (job.order === 'cancel') return { kind: 'end', reason: 'cancelled' }
    const now = this.#clock()
    if (job.waiting.length === 0) this.#reap(jobId, job, now)
    if (job.waiting.length === 0) {
      if (job.held.size === 0) return { kind: 'end', reason: 'drained' }
      return { kind: 'wait', leased: job.held.size, retryAfterMs: pause(job, now) }
    }
    const { generation, leaseMs } = job.settings
    const leases: Lease[] = []
    while (leases.length < max) {
      const entry = job.waiting.shift()
      if (!entry) break
      entry.state = 'leased'
      entry.attempt += 1
      entry.spent += 1
      job.held.set(entry.task, { entry, worker, expiresAtMs: now + leaseMs, historiesDone: 0 })
      leases.push({ jobId, task: entry.task, payload: entry.head + entry.rest, generation, attempt: entry.attempt })
    }
    return { kind: 'tasks', leases, leaseMs, waiting: job.waiting.length }
  }

  async extend(jobId: string, _worker: string, held: readonly Progress[]): Promise<ExtendAnswer> {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    if (!job) return { lost: held.map((p) => p.task), order: 'cancel' }
    const expiresAtMs = this.#clock() + job.settings.leaseMs
    const lost: number[] = []
    for (const progress of held) {
      const lease = currentLease(job, progress)
      if (!lease) {
        lost.push(progress.task)
        continue
      }
      lease.expiresAtMs = expiresAtMs
      // Messages of one worker may overtake each other; what it has done does not go backwards.
      lease.historiesDone = Math.max(lease.historiesDone, progress.historiesDone)
    }
    return { lost, order: job.order }
  }

  async report(jobId: string, _worker: string, reports: readonly Report[]): Promise<{ refused: readonly number[] }> {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    if (!job) return { refused: reports.map((r) => r.task) }
    const refused: number[] = []
    let arrived = false
    for (const report of reports) {
      const lease = currentLease(job, report)
      if (!lease) {
        if (!alreadyReported(job, report)) refused.push(report.task)
        continue
      }
      job.held.delete(report.task)
      if (report.kind === 'failed' && report.retriable && lease.entry.spent < job.settings.maxAttempts) {
        lease.entry.state = 'waiting'
        job.waiting.push(lease.entry)
        continue
      }
      lease.entry.state = 'reported'
      const gaveUp = report.kind === 'failed' && report.retriable
      job.reported.set(report.task, gaveUp ? givenUp(report, lease.entry.spent) : { ...report })
      arrived = true
    }
    if (arrived) this.#listeners.announce(jobId)
    return { refused }
  }

  async release(jobId: string, _worker: string, held: readonly Progress[]): Promise<void> {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    if (!job) return
    // Given back in reverse and put in front, they come out again in the order in which they were taken.
    for (const progress of held.toReversed()) {
      const lease = currentLease(job, progress)
      if (!lease) continue
      job.held.delete(progress.task)
      lease.entry.spent -= 1
      lease.entry.state = 'waiting'
      job.waiting.unshift(lease.entry)
    }
  }

  async reports(jobId: string, max: number): Promise<readonly Report[]> {
    this.#checkOpen()
    const reported = this.#jobs.get(jobId)?.reported
    return reported ? reported.values().take(max).toArray() : []
  }

  async confirm(jobId: string, reports: readonly Report[]): Promise<void> {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    if (!job) return
    for (const report of reports) {
      const kept = job.reported.get(report.task)
      if (!kept || kept.generation !== report.generation || kept.attempt !== report.attempt) continue
      job.reported.delete(report.task)
      const entry = job.entries.get(report.task)!
      entry.state = 'confirmed'
      entry.head = ''
      entry.rest = ''
    }
  }

  async tryAgain(jobId: string, lost: readonly LostResult[]): Promise<readonly FailureReport[]> {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    if (!job) return []
    const final: FailureReport[] = []
    for (const { failure, payload } of lost) {
      const kept = job.reported.get(failure.task)
      if (!kept || kept.generation !== failure.generation || kept.attempt !== failure.attempt) continue
      const entry = job.entries.get(failure.task)!
      if (entry.spent >= job.settings.maxAttempts) {
        final.push(givenUp(failure, entry.spent))
        continue
      }
      job.reported.delete(failure.task)
      entry.head = ''
      entry.rest = payload
      entry.state = 'waiting'
      job.waiting.push(entry)
    }
    return final
  }

  async reap(jobId: string): Promise<{ returned: number; dead: number }> {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    return job ? this.#reap(jobId, job, this.#clock()) : { returned: 0, dead: 0 }
  }

  async order(jobId: string, order: 'stop' | 'cancel'): Promise<void> {
    const job = this.#known(jobId)
    if (job.order === 'cancel') return
    job.order = order
    if (order === 'stop') return
    for (const { entry } of job.held.values()) {
      entry.state = 'waiting'
      job.waiting.unshift(entry)
    }
    job.held.clear()
  }

  async counts(jobId: string) {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    return job && { waiting: job.waiting.length, leased: job.held.size, reported: job.reported.size }
  }

  async standing(jobId: string) {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    return job && { generation: job.settings.generation, order: job.order }
  }

  async leases(jobId: string) {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    if (!job) return []
    return Array.from(job.held.values(), ({ entry, worker, expiresAtMs, historiesDone }) => ({
      task: entry.task,
      generation: job.settings.generation,
      attempt: entry.attempt,
      worker,
      expiresAtMs,
      historiesDone,
    }))
  }

  async drop(jobId: string): Promise<void> {
    this.#checkOpen()
    this.#jobs.delete(jobId)
  }

  onReports(listener: (jobId: string) => void): () => void {
    return this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#jobs.clear()
    this.#listeners.clear()
  }

  #checkOpen() {
    if (this.#closed) throw new QueueError('QUEUE_UNAVAILABLE', 'The queue is closed: this process is ending.')
  }

  #known(jobId: string): Job {
    this.#checkOpen()
    const job = this.#jobs.get(jobId)
    if (!job) throw new QueueError('QUEUE_UNKNOWN_JOB', `Job ${jobId} has no queue; open one from the records first.`)
    return job
  }

  #reap(jobId: string, job: Job, now: number): { returned: number; dead: number } {
    const returned: Entry[] = []
    let dead = 0
    const expired = [...job.held].filter(([, { expiresAtMs }]) => expiresAtMs <= now)
    for (const [task, { entry, worker }] of expired.sort(([one], [other]) => one - other)) {
      job.held.delete(task)
      if (entry.spent < job.settings.maxAttempts) {
        entry.state = 'waiting'
        returned.push(entry)
        continue
      }
      dead += 1
      entry.state = 'reported'
      const { attempt, spent } = entry
      const { generation } = job.settings
      job.reported.set(task, lostReport({ task, generation, attempt, spent, worker }))
    }
    for (const entry of returned.toReversed()) job.waiting.unshift(entry)
    if (dead > 0) this.#listeners.announce(jobId)
    return { returned: returned.length, dead }
  }
}

function append(job: Job, tasks: readonly GivenTask[]) {
  for (const { task, payload } of tasks) {
    if (job.entries.has(task)) continue
    const pieces = typeof payload === 'string' ? { head: '', rest: payload } : payload
    const entry: Entry = { task, head: pieces.head, rest: pieces.rest, state: 'waiting', attempt: 0, spent: 0 }
    job.entries.set(task, entry)
    job.waiting.push(entry)
  }
}

function currentLease(job: Job, fence: { task: number; generation: number; attempt: number }): Held | undefined {
  const held = job.held.get(fence.task)
  if (!held || held.entry.attempt !== fence.attempt || job.settings.generation !== fence.generation) return undefined
  return held
}

/** True where this very try was reported before: the worker did not get the answer and says it again. */
function alreadyReported(job: Job, report: Report): boolean {
  const entry = job.entries.get(report.task)
  return (
    entry !== undefined &&
    (entry.state === 'reported' || entry.state === 'confirmed') &&
    entry.attempt === report.attempt &&
    job.settings.generation === report.generation
  )
}

/** Until the next lease can come back, within bounds. */
function pause(job: Job, now: number): number {
  let soonest = Number.POSITIVE_INFINITY
  for (const { expiresAtMs } of job.held.values()) soonest = Math.min(soonest, expiresAtMs)
  return waitPause(soonest - now)
}
