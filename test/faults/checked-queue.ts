/**
 * One copy of the queue, held against what its contract promises, verb by verb. The queue itself is the real one in
 * memory; here stands only what was granted to whom, as an honest bystander would write it down.
 *
 * All verbs that change something are kept with their time, so that a copy can be made of any moment: that is how the
 * last acknowledged writes are lost, and how an old primary comes back.
 */

import { memoryQueue } from '#queue/memory.ts'
import {
  type FailureReport,
  type Fence,
  type Lease,
  type LostResult,
  type Progress,
  type Queue,
  type QueueTask,
  type Report,
  TASK_LOST,
} from '#queue/queue.ts'
import type { World } from './world.ts'

/** Verbs that go over the wire. */
export type Verb = Exclude<keyof Queue, 'onReports' | 'close'>

interface Entry {
  readonly verb: Verb
  readonly args: readonly unknown[]
  readonly atMs: number
}

/** A task in the eyes of the bystander. */
interface Tried {
  attempt: number
  /** Tries that count. */
  spent: number
  /** `reported`: by its holder, or given up. */
  state: 'free' | 'held' | 'reported'
  heldUntilMs: number
}

interface WatchedJob {
  readonly generation: number
  readonly leaseMs: number
  readonly maxAttempts: number
  readonly tasks: Map<number, Tried>
  confirmed: number
  order: 'go-on' | 'stop' | 'cancel'
}

/** What a copy tells the rest of the run. */
export interface QueueNews {
  /** A report was taken by the queue as that of the task's holder. */
  acknowledged(jobId: string, report: Report): void
  /** Whether the rows know what became of a task, or no longer want to. */
  isSettled(jobId: string, task: number): boolean
  /** Reports arrived. */
  reported(jobId: string): void
}

export type QueueMutation = (queue: Queue) => Queue

const CHANGING: ReadonlySet<Verb> = new Set<Verb>([
  'open',
  'add',
  'take',
  'extend',
  'report',
  'release',
  'confirm',
  'tryAgain',
  'reap',
  'order',
  'drop',
])

export class CheckedQueue {
  readonly #world: World
  readonly #news: QueueNews
  readonly #mutation: QueueMutation
  readonly #inner: Queue
  readonly #jobs = new Map<string, WatchedJob>()
  readonly #log: Entry[] = []
  /** Set while old verbs are played again. */
  #replayedAtMs: number | null = null

  constructor(world: World, news: QueueNews, mutation: QueueMutation = (queue) => queue) {
    this.#world = world
    this.#news = news
    this.#mutation = mutation
    this.#inner = mutation(memoryQueue({ clock: () => this.#now() }))
    this.#inner.onReports((jobId) => {
      if (this.#replayedAtMs === null) news.reported(jobId)
    })
  }

  /** The state of this copy before its last writes. @param lost how many of them */
  async copyWithout(lost: number): Promise<CheckedQueue> {
    const copy = new CheckedQueue(this.#world, this.#news, this.#mutation)
    for (const { verb, args, atMs } of this.#log.slice(0, Math.max(0, this.#log.length - lost))) {
      copy.#replayedAtMs = atMs
      await copy.execute(verb, args).catch(() => undefined)
    }
    copy.#replayedAtMs = null
    return copy
  }

  async execute(verb: Verb, args: readonly unknown[]): Promise<unknown> {
    const jobId = args[0] as string
    if (CHANGING.has(verb)) this.#log.push({ verb, args, atMs: this.#now() })
    const forgotten = verb === 'confirm' ? await this.#checkConfirmed(jobId, args[1] as readonly Report[]) : 0
    const returned =
      verb === 'tryAgain'
        ? await this.#keptOf(
            jobId,
            (args[1] as readonly LostResult[]).map(({ failure }) => failure),
          )
        : []
    const before = await this.#inner.counts(jobId)
    const answer = await (this.#inner[verb] as (...args: readonly unknown[]) => Promise<unknown>)(...args)
    const job = this.#noteOpenAndDrop(verb, args)
    if (!job) return answer
    if (verb === 'reap' || (verb === 'take' && before?.waiting === 0 && job.order === 'go-on')) this.#reaped(job)
    switch (verb) {
      case 'take':
        this.#took(jobId, job, answer as Awaited<ReturnType<Queue['take']>>)
        break
      case 'extend':
        this.#extended(job, args[2] as readonly Progress[], answer as Awaited<ReturnType<Queue['extend']>>)
        break
      case 'report':
        this.#reported(jobId, job, args[2] as readonly Report[], (answer as { refused: readonly number[] }).refused)
        break
      case 'release':
        for (const progress of args[2] as readonly Progress[]) this.#released(job, progress)
        break
      case 'tryAgain':
        this.#triedAgain(jobId, job, returned, answer as readonly FailureReport[])
        break
      case 'reports':
        this.#listed(job, answer as readonly Report[])
        break
      case 'order':
        job.order = job.order === 'cancel' ? 'cancel' : (args[1] as 'stop' | 'cancel')
        if (job.order === 'cancel') {
          for (const tried of job.tasks.values()) if (tried.state === 'held') tried.state = 'free'
        }
        break
      default:
    }
    job.confirmed += forgotten
    await this.#checkSums(jobId, job)
    return answer
  }

  #now(): number {
    return this.#replayedAtMs ?? this.#world.clock()
  }

  #broken(promise: string, message: string) {
    this.#world.violated(promise, message)
  }

  #noteOpenAndDrop(verb: Verb, args: readonly unknown[]): WatchedJob | undefined {
    const jobId = args[0] as string
    if (verb === 'drop') this.#jobs.delete(jobId)
    const job = this.#jobs.get(jobId)
    const tasks = (tasks: readonly QueueTask[], into: WatchedJob) => {
      for (const { task } of tasks) {
        if (!into.tasks.has(task)) into.tasks.set(task, { attempt: 0, spent: 0, state: 'free', heldUntilMs: 0 })
      }
    }
    if (verb === 'add' && job) tasks(args[1] as readonly QueueTask[], job)
    if (verb === 'open') {
      const settings = args[1] as { generation: number; leaseMs: number; maxAttempts: number }
      if (job && job.generation >= settings.generation) return job
      const made: WatchedJob = { ...settings, tasks: new Map(), confirmed: 0, order: 'go-on' }
      tasks(args[2] as readonly QueueTask[], made)
      this.#jobs.set(jobId, made)
      return made
    }
    return job
  }

  #took(jobId: string, job: WatchedJob, answer: Awaited<ReturnType<Queue['take']>>) {
    if (answer.kind === 'end') {
      const open = [...job.tasks.values()].filter(({ state }) => state !== 'reported').length
      if (answer.reason === 'drained' && open > 0) {
        this.#broken('drained', `a worker of ${jobId} was sent home while ${open} tasks were not reported`)
      }
      return
    }
    if (answer.kind === 'wait') return
    for (const lease of answer.leases) this.#granted(jobId, job, lease)
  }

  #granted(jobId: string, job: WatchedJob, { task, attempt, generation }: Lease) {
    const tried = job.tasks.get(task)
    const what = `task ${task} of ${jobId}, fence (${generation}, ${attempt})`
    if (!tried || generation !== job.generation) return this.#broken('fence', `${what} was granted and is not known`)
    if (job.order !== 'go-on') this.#broken('order', `${what} was granted after the order to ${job.order}`)
    if (attempt <= tried.attempt) this.#broken('fence', `${what} was granted again`)
    if (tried.state === 'reported') this.#broken('twice', `${what} was granted although it was reported`)
    if (tried.state === 'held') this.#broken('one holder', `${what} was granted while another holds it`)
    tried.attempt = attempt
    tried.spent += 1
    tried.state = 'held'
    tried.heldUntilMs = this.#now() + job.leaseMs
    if (tried.spent > job.maxAttempts) this.#broken('attempts', `${what} was granted for the ${tried.spent}th time`)
  }

  #extended(job: WatchedJob, held: readonly Progress[], answer: Awaited<ReturnType<Queue['extend']>>) {
    for (const progress of held) {
      const tried = job.tasks.get(progress.task)
      const isHolder = this.#isCurrent(job, progress) && tried!.state === 'held'
      if (answer.lost.includes(progress.task)) {
        if (isHolder) this.#broken('lease', `task ${progress.task} was called lost to its holder`)
      } else if (!isHolder) {
        this.#broken('fence', `the lease of task ${progress.task} was extended for somebody who does not hold it`)
      } else tried!.heldUntilMs = this.#now() + job.leaseMs
    }
  }

  #reported(jobId: string, job: WatchedJob, reports: readonly Report[], refused: readonly number[]) {
    for (const report of reports) {
      if (refused.includes(report.task)) continue
      const tried = job.tasks.get(report.task)
      if (!tried || !this.#isCurrent(job, report) || tried.state === 'free') {
        const fence = `(${report.generation}, ${report.attempt})`
        this.#broken('late fence', `a report of task ${report.task} of ${jobId} with the fence ${fence} was taken`)
        continue
      }
      const isTriedAgain = report.kind === 'failed' && report.retriable && tried.spent < job.maxAttempts
      if (tried.state === 'held') tried.state = isTriedAgain ? 'free' : 'reported'
      if (tried.state === 'reported') this.#news.acknowledged(jobId, report)
    }
  }

  #released(job: WatchedJob, progress: Progress) {
    const tried = job.tasks.get(progress.task)
    if (!tried || !this.#isCurrent(job, progress) || tried.state !== 'held') return
    tried.state = 'free'
    tried.spent -= 1
  }

  /** A reported task waits again, unless it has had all of its tries. */
  #triedAgain(jobId: string, job: WatchedJob, tasks: readonly number[], answer: readonly FailureReport[]) {
    for (const task of tasks) {
      const tried = job.tasks.get(task)!
      const isGivenUp = answer.some((one) => one.task === task)
      if (isGivenUp !== tried.spent >= job.maxAttempts) {
        const what = isGivenUp ? 'given up' : 'given out again'
        this.#broken(
          'attempts',
          `task ${task} of ${jobId}, whose result is lost, was ${what} after ${tried.spent} tries`,
        )
      }
      if (!isGivenUp) tried.state = 'free'
    }
  }

  #listed(job: WatchedJob, reports: readonly Report[]) {
    const seen = new Set<number>()
    for (const report of reports) {
      if (seen.has(report.task)) this.#broken('twice', `task ${report.task} is in the list of reports twice`)
      seen.add(report.task)
      const tried = job.tasks.get(report.task)
      if (!tried || !this.#isCurrent(job, report)) {
        this.#broken('late fence', `the report of task ${report.task} in the list is of an old try`)
        continue
      }
      if (report.kind === 'failed' && report.code === TASK_LOST) {
        if (tried.spent < job.maxAttempts) {
          this.#broken('attempts', `task ${report.task} was given up after ${tried.spent} tries`)
        }
      }
      if (tried.state !== 'reported') {
        this.#broken('report', `task ${report.task} is in the list of reports and nobody reported it`)
      }
    }
  }

  /** Leases whose time is over go back, or are given up after the last try. */
  #reaped(job: WatchedJob) {
    for (const tried of job.tasks.values()) {
      if (tried.state !== 'held' || tried.heldUntilMs > this.#now()) continue
      tried.state = tried.spent < job.maxAttempts ? 'free' : 'reported'
    }
  }

  #isCurrent(job: WatchedJob, { task, generation, attempt }: Progress | Report): boolean {
    return generation === job.generation && job.tasks.get(task)?.attempt === attempt
  }

  /** Nothing is forgotten before the rows have it. Answers how many of the reports are there to be forgotten. */
  async #checkConfirmed(jobId: string, reports: readonly Report[]): Promise<number> {
    const known = await this.#keptOf(jobId, reports)
    for (const task of known) {
      if (this.#replayedAtMs === null && !this.#news.isSettled(jobId, task)) {
        this.#broken('confirm', `the report of task ${task} of ${jobId} is forgotten before there is a row`)
      }
    }
    return known.length
  }

  /** Those whose very report is kept. */
  async #keptOf(jobId: string, fences: readonly (Fence & { task: number })[]): Promise<readonly number[]> {
    const kept = new Set((await this.#inner.reports(jobId, 1e6)).map(fenceOf))
    return fences.filter((fence) => kept.has(fenceOf(fence))).map(({ task }) => task)
  }

  /** Every task is in one place. */
  async #checkSums(jobId: string, job: WatchedJob) {
    const counts = await this.#inner.counts(jobId)
    if (!counts) return this.#broken('lost', `the queue of ${jobId} is gone`)
    const { waiting, leased, reported } = counts
    if (job.order === 'cancel' && leased > 0) this.#broken('order', `${jobId} is cancelled and has ${leased} leases`)
    const sum = waiting + leased + reported + job.confirmed
    if (sum !== job.tasks.size) {
      this.#broken('lost', `${jobId} has ${job.tasks.size} tasks, of which ${sum} are somewhere in the queue`)
    }
  }
}

const fenceOf = ({ task, generation, attempt }: Fence & { task: number }) => `${task} ${generation} ${attempt}`
