/**
 * Runs a job folder with no server at all: the same worker, the same verbs of the queue, the same storage.
 *
 * Several workers of this process share one queue in memory; each computes in a thread of its own. What is stored counts,
 * so the folder can be run again after any kill, and goes on with the tasks that have no tally yet.
 */

import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Engine, planningOf } from '#engines/engine/engine.ts'
import { taskPayloadWriter } from '#engines/engine/task-payload.ts'
import type { FailureReport, Queue, Report, WorkerQueue } from '#queue/queue.ts'
import { type GoalState, goalReached, type NuclideProgress, type PointProgress } from '#simulation/goal.ts'
import { batchesOf, cursorAfter, nextRound, type PlannedTask, planSegments } from '#simulation/plan.ts'
import { seedFromKey } from '#simulation/seeds.ts'
import type { Storage } from '#storage/storage.ts'
import { lockFolder } from './folder-lock.ts'
import { FolderMerges } from './folder-tallies.ts'
import {
  type FolderPlan,
  type JobFolder,
  JobFolderError,
  openJobFolder,
  readPlan,
  storageFolderOf,
  writePlan,
} from './job-folder.ts'
import { runWorker } from './loop.ts'
import { type FolderPoint, type JobFolderResult, type OpenStorage, pointsOfMerges, resultOf } from './merge-folder.ts'

export interface FolderProgress {
  /** Over all points; tasks in hand are counted as far as they are. Never goes backwards. */
  readonly primariesDone: number
  readonly primariesPlanned: number
  readonly tasksDone: number
  readonly tasks: number
  readonly tasksFailed: number
}

export interface RunFolderOptions {
  readonly folder: string
  readonly openStorage: OpenStorage
  /** An empty queue in memory, for this run alone. */
  readonly queue: Queue
  readonly engines: readonly Engine[]
  /** As for a worker. */
  readonly engineModule: string
  readonly threadModule?: string
  /** Workers at the same time. */
  readonly workers: number
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: (line: string) => void
  readonly onProgress?: (progress: FolderProgress) => void
  /** Aborted when the run should end: tasks in hand are given up, everything stored stays. */
  readonly signal?: AbortSignal
  /**
   * What is known of the goal's nuclides at a point, for goals on a statistical error. Without it such a goal runs to its
   * greatest number of primaries.
   */
  readonly nuclideProgress?: (job: JobFolder, point: FolderPoint) => ReadonlyMap<string, NuclideProgress>
}

export interface FolderRun extends JobFolderResult {
  /** `incomplete`: tasks failed for good; the result holds what there is. */
  readonly ending: 'reached' | 'interrupted' | 'incomplete'
  /** How the run ended, for people. */
  readonly sentence: string
  readonly failures: readonly FailureReport[]
}

/** The folder has one job; the queue and its leases are of this process alone. */
const JOB_ID = 'folder'
/** Leases can only be lost if this process stands still for as long, and then all of it does. */
const LEASE_MS = 60_000
const MAX_ATTEMPTS = 3
const PROGRESS_MS = 250
const REPORTS_AT_ONCE = 1000

/**
 * Runs a job folder until its goal is reached, or goes on with one that was begun before.
 * @throws FolderInUseError while another process runs it; JobFolderError; StorageError; WorkerError when no task can be run
 */
export async function runJobFolder(options: RunFolderOptions): Promise<FolderRun> {
  const job = await openJobFolder(options.folder)
  const engine = options.engines.find(({ identity }) => identity.id === job.engine.id)
  if (engine?.identity.version !== job.engine.version) {
    throw new JobFolderError(
      'JOB_ENGINE_DIFFERS',
      `The job was begun with the engine ${job.engine.id} ${job.engine.version}; here is ${engine?.identity.version ?? 'none of this name'}. ` +
        'Results of different versions are not added up: merge what there is, or start the simulation anew.',
    )
  }
  const unlock = await lockFolder(options.folder)
  let storage: Storage | undefined
  try {
    storage = await options.openStorage(storageFolderOf(options.folder))
    return await new FolderRunner(options, job, engine, storage).run()
  } finally {
    await storage?.close()
    await unlock()
  }
}

class FolderRunner {
  readonly #o: RunFolderOptions
  readonly #job: JobFolder
  readonly #engine: Engine
  readonly #storage: Storage
  readonly #merges: FolderMerges
  readonly #failures = new Map<number, FailureReport>()
  readonly #startedAtMs: number
  readonly #ending = new AbortController()
  #plan: FolderPlan = { generation: 0, tasks: [], elapsedMs: 0 }
  #accepting: Promise<void> = Promise.resolve()
  #planning: Promise<boolean> | undefined
  #primariesShown = 0

  constructor(options: RunFolderOptions, job: JobFolder, engine: Engine, storage: Storage) {
    this.#o = options
    this.#job = job
    this.#engine = engine
    this.#storage = storage
    this.#merges = new FolderMerges(job)
    this.#startedAtMs = options.clock()
  }

  async run(): Promise<FolderRun> {
    const { folder, queue } = this.#o
    const before = await readPlan(folder)
    // A new generation for every run: keys of attempts never meet those of a run that was killed.
    this.#plan = { ...before, generation: before.generation + 1 }
    await writePlan(folder, this.#plan)
    for (const { key, message } of await this.#merges.addStored(this.#storage, this.#plan.tasks)) {
      this.#o.log(`${message}. It is removed and the task runs again.`)
      await this.#storage.delete(key)
    }
    const open = this.#plan.tasks.filter(({ task }) => !this.#merges.done.has(task))
    const settings = { leaseMs: LEASE_MS, maxAttempts: MAX_ATTEMPTS, generation: this.#plan.generation }
    await queue.open(JOB_ID, settings, this.#queueTasks(open))
    const endListening = queue.onReports(() => {
      // What could not be read stays unaccepted; the workers end, and so does the run, with the error.
      this.#accept().catch(() => this.#ending.abort())
    })
    const ticker = setInterval(() => void this.#tellProgress(), PROGRESS_MS)
    try {
      await this.#work()
      await this.#accept()
    } finally {
      clearInterval(ticker)
      endListening()
      await this.#writeElapsed()
    }
    await this.#tellProgress()
    return this.#end()
  }

  /** All workers until the last has ended; the first error ends the others. */
  async #work() {
    const { folder, queue, engines, engineModule, threadModule, clock, log, workers } = this.#o
    const scratch = path.join(folder, 'scratch')
    const { signal } = this.#ending
    const release = this.#o.signal ? AbortSignal.any([this.#o.signal, signal]) : signal
    const rounds: WorkerQueue = {
      take: async (jobId, worker, max) => {
        for (;;) {
          const answer = await queue.take(jobId, worker, max)
          const drained = answer.kind === 'end' && answer.reason === 'drained'
          if (!drained || !(await this.#planMore())) return answer
        }
      },
      extend: queue.extend.bind(queue),
      report: queue.report.bind(queue),
      release: queue.release.bind(queue),
    }
    const one = async (number: number) => {
      const scratchFolder = path.join(scratch, String(number))
      await mkdir(scratchFolder, { recursive: true })
      const more = threadModule ? { threadModule } : {}
      const common = {
        queue: rounds,
        storage: this.#storage,
        jobId: JOB_ID,
        engines,
        engineModule,
        // Made once for all workers of the run.
        buildFolder: path.join(scratch, 'built'),
        ...more,
        clock,
        log,
      }
      try {
        await runWorker({ ...common, workerId: `worker ${number}`, scratchFolder, release })
      } catch (error) {
        this.#ending.abort()
        throw error
      }
    }
    // What a killed run left there is nobody's.
    await rm(scratch, { recursive: true, force: true })
    try {
      const ends = await Promise.allSettled(Array.from({ length: workers }, (_, i) => one(i + 1)))
      for (const ending of ends) if (ending.status === 'rejected') throw ending.reason
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  #queueTasks(tasks: readonly PlannedTask[]) {
    const { batchHistories, engine, jobKey, replay, limits, points } = this.#job
    const common = {
      engine: engine.id,
      engineVersion: engine.version,
      jobKey,
      replay,
      limits,
      objectKeyPrefix: '',
    }
    const writers = points.map(({ setup, setupDigest, point }) =>
      taskPayloadWriter({ ...common, setup, setupDigest, point }),
    )
    const { seeds } = planningOf(this.#engine, this.#job.document.setup)
    const seedOf = ({ point, firstBatch }: PlannedTask) =>
      seeds ? seedFromKey(jobKey, points.length, point, firstBatch) : null
    return tasks.map((task) => ({
      task: task.task,
      payload: writers[task.point]!(batchesOf(task, batchHistories), seedOf(task)),
    }))
  }

  /** Folds reported tasks in, one call after the other. */
  #accept(): Promise<void> {
    this.#accepting = this.#accepting.then(async () => {
      for (;;) {
        const reports = await this.#o.queue.reports(JOB_ID, REPORTS_AT_ONCE)
        if (reports.length === 0) return
        for (const report of reports) await this.#acceptOne(report)
        await this.#o.queue.confirm(JOB_ID, reports)
      }
    })
    return this.#accepting
  }

  async #acceptOne(report: Report) {
    if (report.kind === 'failed') {
      this.#failures.set(report.task, report)
      return
    }
    const bad = await this.#merges.add(this.#storage, report.objectKey, this.#plan.tasks[report.task]!)
    if (!bad) return
    await this.#storage.delete(bad.key)
    const { task, generation, attempt } = report
    const { message } = bad
    this.#failures.set(task, {
      task,
      generation,
      attempt,
      code: 'TALLY_UNUSABLE',
      message,
      retriable: false,
      logKey: null,
    })
  }

  /** Where the points stand against the goal. */
  #look(): readonly { readonly progress: PointProgress; readonly state: GoalState }[] {
    const { goal } = this.#job.document.job
    const elapsedSeconds = this.#elapsedMs() / 1000
    return pointsOfMerges(this.#job, this.#merges).map((point) => {
      const { histories, batches } = point.merge
      const wanted = goal.kind === 'statistical-error' && histories > 0
      const nuclides = (wanted && this.#o.nuclideProgress?.(this.#job, point)) || new Map<string, NuclideProgress>()
      const progress = { historiesDone: histories, batchesDone: batches, elapsedSeconds, nuclides }
      return { progress, state: goalReached(goal, progress) }
    })
  }

  #elapsedMs(): number {
    return this.#plan.elapsedMs + Math.max(0, this.#o.clock() - this.#startedAtMs)
  }

  /** Plans a further round when all tasks are done and the goal is not reached. One of several workers that ask does it. */
  #planMore(): Promise<boolean> {
    this.#planning ??= this.#planRound().finally(() => {
      this.#planning = undefined
    })
    return this.#planning
  }

  async #planRound(): Promise<boolean> {
    await this.#accept()
    const { goal, historiesPerTask } = this.#job.document.job
    const { batchHistories } = this.#job
    if (goal.kind === 'primaries' || this.#o.signal?.aborted) return false
    // Another worker may have asked just before and been given a round already.
    const counts = await this.#o.queue.counts(JOB_ID)
    if (counts && counts.waiting > 0) return true
    const { tasks } = this.#plan
    const segments = this.#look().flatMap(({ progress, state }, point) => {
      if (state.reached) return []
      const cursor = cursorAfter(point, tasks, batchHistories)
      // A point of which nothing came back will not do better in another round.
      if (cursor.nextHistory > 0 && progress.historiesDone === 0) return []
      const histories = nextRound({ goal, batchHistories, cursor, progress })
      return histories > 0 ? [{ cursor, histories }] : []
    })
    if (segments.length === 0) return false
    const seconds = Math.max(0.01, this.#elapsedMs() / 1000)
    const { oneBatchPerTask } = planningOf(this.#engine, this.#job.document.setup)
    const speedHint = {
      historiesPerSecond: Math.max(1, this.#merges.histories / seconds / this.#o.workers),
      workers: this.#o.workers,
    }
    const more = planSegments(segments, {
      batchHistories,
      firstTask: tasks.length,
      historiesPerTask,
      speedHint,
      oneBatchPerTask,
    })
    this.#plan = { ...this.#plan, tasks: [...tasks, ...more] }
    // Written before the first of them runs: a tally without a plan would be nobody's.
    await writePlan(this.#o.folder, this.#plan)
    await this.#o.queue.add(JOB_ID, this.#queueTasks(more))
    return true
  }

  /** Time spent is kept over runs; it is a goal of its own. */
  async #writeElapsed() {
    await writePlan(this.#o.folder, { ...this.#plan, elapsedMs: this.#elapsedMs() })
  }

  async #tellProgress() {
    const { onProgress, queue } = this.#o
    if (!onProgress) return
    const { tasks } = this.#plan
    const leases = await queue.leases(JOB_ID)
    const inHand = leases.reduce((sum, lease) => sum + lease.historiesDone, 0)
    this.#primariesShown = Math.max(this.#primariesShown, this.#merges.histories, this.#merges.histories + inHand)
    onProgress({
      primariesDone: this.#primariesShown,
      primariesPlanned: tasks.reduce((sum, task) => sum + task.histories, 0),
      tasksDone: this.#merges.done.size,
      tasks: tasks.length,
      tasksFailed: this.#failures.size,
    })
  }

  #end(): FolderRun {
    const result = resultOf(this.#job, this.#plan.tasks, this.#merges, [])
    const failures = [...this.#failures.values()]
    const looks = this.#look()
    const open = looks.find(({ state }) => !state.reached)
    const sentence = (open ?? looks.at(-1)!).state.sentence
    if (this.#o.signal?.aborted && open) {
      return {
        ...result,
        failures,
        ending: 'interrupted',
        sentence: `The run was interrupted. ${sentence} Run it again to go on.`,
      }
    }
    if (!open) return { ...result, failures, ending: 'reached', sentence }
    const why = failures[0] ? ` ${failures.length} tasks failed; the first: ${failures[0].message}` : ''
    return { ...result, failures, ending: 'incomplete', sentence: `${sentence}${why}` }
  }
}
