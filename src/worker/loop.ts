/**
 * The worker: takes tasks of one job, runs them, stores their tallies and reports them, until neither waiting nor leased
 * tasks are left.
 *
 * A task in hand goes through *taken* (in line for the engine), *running*, *storing* (its tally is being written),
 * *finished* (in line for the next report) and is then forgotten. Leases of all of them are extended meanwhile. Three
 * things can end it early: the queue says that its lease is lost (somebody else has it now: everything of it is dropped),
 * this worker is told to end (`release`: what is finished is reported, the rest is given back), or its engine fails
 * (a failure is reported like a result). Whatever happens, no task is silently kept.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Engine, EngineFailure } from '#engines/engine/engine.ts'
import { parseTaskPayload, type TaskPayload, TaskPayloadError } from '#engines/engine/task-payload.ts'
import { type Lease, type Progress, QueueError, type Report, type TakeAnswer, type WorkerQueue } from '#queue/queue.ts'
import { DISTRIBUTION_FILE_EXTENSION } from '#results/distribution-file.ts'
import { type ObjectSink, StorageError } from '#storage/storage.ts'
import { ATTRIBUTE, codeOf, NO_TRACES, type Traces } from '#traces/traces.ts'
import { BatchSize } from './batch-size.ts'
import type { EngineRun, RunOutcome } from './engine-run.ts'
import { FunctionRunner } from './function-runner.ts'
import type { RunProgram } from './program-run.ts'
import { DEFAULT_OUTPUT_BYTES, ProgramRunner } from './program-runner.ts'
import { MOST_TOGETHER, type StoredTally, TallyBundles } from './tally-bundles.ts'
import { TaskTrace, type TaskTraceOptions } from './task-trace.ts'
import { WaitPause } from './wait-pause.ts'
import { WorkerError } from './worker-error.ts'

export interface WorkerOptions {
  readonly queue: WorkerQueue
  readonly storage: ObjectSink
  readonly jobId: string
  /** Names this worker in leases and logs. */
  readonly workerId: string
  /** What can be run. Program engines are used from here; function engines compute in a thread (`engineModule`). */
  readonly engines: readonly Engine[]
  /** URL of a module that exports `createEngines(): readonly Engine[]` with the same engines. */
  readonly engineModule: string
  /** URL of the engine thread's module, where it does not lie beside this one (a bundle). */
  readonly threadModule?: string
  /** A folder of this worker alone, for programs; it must exist. */
  readonly scratchFolder: string
  /** Largest sum of a program's files, in bytes. Default 2 GiB. */
  readonly outputBytes?: number
  /** Left out: programs run here, as children of this process. */
  readonly runProgram?: RunProgram
  /** Where programs made of sources are kept; workers of one machine may share it. Left out: in the scratch folder. */
  readonly buildFolder?: string
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: (line: string, about?: LogAbout) => void
  /** Left out: none are made. */
  readonly traces?: Traces
  /** Aborted when the worker is told to end: it reports what is finished and gives the rest back. */
  readonly release?: AbortSignal
  /** Aborted when the worker is asked to leave: it takes nothing more and finishes what it has. */
  readonly leave?: AbortSignal
  /** Told after tasks were reported. */
  readonly onReported?: (tasks: number) => void
  /** Stores tallies that are ready at the same time as one object: for storages of which each object costs. */
  readonly bundleTallies?: boolean
  /** How long a full or absent storage is tried again before the worker ends. Default 60 s. */
  readonly storageGiveUpMs?: number
}

/** Which attempt of a task a line is about. */
export interface LogAbout {
  readonly task: number
  readonly generation: number
  readonly attempt: number
}

export interface WorkerEnd {
  /** `released`: it gave tasks back because it was told to end. `left`: it was asked to leave. */
  readonly reason: 'drained' | 'stopped' | 'cancelled' | 'unknown-job' | 'left' | 'released'
  readonly finished: number
  readonly failed: number
}

/** Reports go out when so many are together, or so much time has passed since the first, or none can join them in time. */
const REPORTS_TOGETHER = 64
const REPORT_WITHIN_MS = 100
/** A tally waits so long for others with which it makes one object, where objects are dear. */
const STORE_WITHIN_MS = 100
/** Tallies written at the same time: a folder makes them durable together. */
const MOST_STORING = 64
/** Where tallies become bundles: one is on its way while the next one fills. */
const MOST_BUNDLING = 2 * MOST_TOGETHER
/** Tasks started ahead, so that the engine's thread never waits for this one. */
const STARTED_AHEAD = 2
const FIRST_STORAGE_PAUSE_MS = 200
const LONGEST_STORAGE_PAUSE_MS = 5000

/**
 * Works on a job until it is drained, or the worker is told to end.
 * @throws WorkerError when the job or the machine is such that no task can be worked on.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerEnd> {
  return new JobWorker(options).run()
}

interface Held {
  readonly lease: Lease
  phase: 'taken' | 'running' | 'storing' | 'finished' | 'reporting'
  run: EngineRun | undefined
  historiesDone: number
  /** Of few tasks in a job of many. */
  readonly trace: TaskTrace | undefined
}

class JobWorker {
  readonly #o: WorkerOptions
  readonly #engines: ReadonlyMap<string, Engine>
  readonly #functions: FunctionRunner
  readonly #programs: ProgramRunner
  readonly #size = new BatchSize()
  readonly #waitPause = new WaitPause()
  readonly #bundles = new TallyBundles(
    (key, content, isWanted) => this.#putPatiently(key, content, isWanted),
    () => (this.#notComputed() > 0 && this.#size.endsWithin(STORE_WITHIN_MS) ? STORE_WITHIN_MS : 0),
  )
  readonly #traced: TaskTraceOptions
  /** By task index; a task is in here once at most. */
  readonly #held = new Map<number, Held>()
  readonly #line: Held[] = []
  readonly #finished: { readonly held: Held; readonly report: Report }[] = []
  #running = 0
  #storing = 0
  #reporting = false
  #reportTimer: NodeJS.Timeout | undefined
  #beat: NodeJS.Timeout | undefined
  #beating = false
  #waiting: number | undefined
  #askAgainAtMs = 0
  #stop: WorkerEnd['reason'] | undefined
  #fatal: WorkerError | undefined
  #wake: () => void = () => {}
  #finishedCount = 0
  #failedCount = 0

  constructor(options: WorkerOptions) {
    this.#o = options
    const { jobId, workerId, traces = NO_TRACES } = options
    this.#traced = { traces, jobId, workerId }
    this.#engines = new Map(options.engines.map((engine) => [engine.identity.id, engine]))
    const { engineModule, threadModule } = options
    this.#functions = new FunctionRunner(threadModule ? { engineModule, threadModule } : { engineModule })
    const { scratchFolder, outputBytes = DEFAULT_OUTPUT_BYTES, runProgram, buildFolder } = options
    this.#programs = new ProgramRunner(scratchFolder, outputBytes, runProgram, buildFolder)
  }

  async run(): Promise<WorkerEnd> {
    const onLeave = () => this.#stopTaking('left')
    const onRelease = () => {
      this.#stopTaking('released')
      this.#wake()
    }
    this.#o.leave?.addEventListener('abort', onLeave)
    this.#o.release?.addEventListener('abort', onRelease)
    if (this.#o.leave?.aborted) onLeave()
    if (this.#o.release?.aborted) onRelease()
    try {
      await this.#work()
      if (this.#fatal || this.#stop === 'released') await this.#giveBack()
      if (this.#fatal) throw this.#fatal
      return { reason: this.#stop ?? 'drained', finished: this.#finishedCount, failed: this.#failedCount }
    } finally {
      clearInterval(this.#beat)
      clearTimeout(this.#reportTimer)
      this.#o.leave?.removeEventListener('abort', onLeave)
      this.#o.release?.removeEventListener('abort', onRelease)
      await this.#functions.close()
    }
  }

  /** Returns when nothing is left to do, or at once when the worker must end. */
  async #work() {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      if (this.#fatal || this.#stop === 'released') return
      if (this.#stop && this.#held.size === 0) return
      if (!this.#stop && this.#wantsTasks()) {
        await this.#take()
        continue
      }
      const waitMs = this.#stop || this.#notComputed() > 0 ? undefined : this.#askAgainAtMs - performance.now()
      await (waitMs === undefined ? changed : Promise.race([changed, pause(Math.max(1, waitMs))]))
    }
  }

  #notComputed(): number {
    return this.#line.length + this.#running
  }

  #wantsTasks(): boolean {
    return this.#size.wantsMore(this.#notComputed()) && performance.now() >= this.#askAgainAtMs
  }

  async #take() {
    const { queue, jobId, workerId } = this.#o
    const askedAtMs = this.#o.clock()
    let answer: TakeAnswer
    try {
      answer = await queue.take(jobId, workerId, this.#size.next(this.#waiting))
    } catch (error) {
      return this.#die(queueTrouble(error))
    }
    if (answer.kind === 'end') {
      // With tasks in hand it cannot be drained; an order may have come, and they may still be finished.
      return this.#stopTaking(answer.reason)
    }
    if (answer.kind === 'wait') {
      this.#askAgainAtMs = performance.now() + this.#waitPause.next(answer.retryAfterMs)
      // What is finished here may be all that the others wait for.
      return void this.#report()
    }
    this.#waiting = answer.waiting
    this.#waitPause.reset()
    this.#beat ??= setInterval(() => void this.#extend(), answer.leaseMs / 3)
    for (const lease of answer.leases) {
      const trace = TaskTrace.of(this.#traced, lease, askedAtMs, answer.leases.length)
      const held: Held = { lease, phase: 'taken', run: undefined, historiesDone: 0, trace }
      this.#held.set(lease.task, held)
      this.#line.push(held)
    }
    this.#startNext()
  }

  #stopTaking(reason: WorkerEnd['reason']) {
    this.#stop ??= reason
    // Being told to end overrules whatever was the reason to take no more.
    if (reason === 'released') this.#stop = 'released'
    this.#wake()
  }

  #die(error: WorkerError) {
    // Who is ending anyway gives back what he has and says no more than that.
    if (this.#stop === 'released') this.#o.log(error.message)
    else this.#fatal ??= error
    this.#wake()
  }

  /** Starts tasks that are in line, as far as engine and storage keep up. */
  #startNext() {
    const mostStoring = this.#o.bundleTallies ? MOST_BUNDLING : MOST_STORING
    while (!this.#fatal && this.#line.length > 0 && this.#storing < mostStoring && this.#running < STARTED_AHEAD) {
      const held = this.#line[0]!
      if (this.#held.get(held.lease.task) !== held) {
        // Its lease was lost while it stood in line.
        this.#line.shift()
        continue
      }
      const payload = this.#payloadOf(held)
      if (!payload) continue
      const engine = this.#engineOf(payload)
      if (!engine) return
      if (this.#running >= (engine.kind === 'function' ? STARTED_AHEAD : 1)) return
      this.#line.shift()
      this.#running += 1
      held.phase = 'running'
      held.trace?.begin('engine', { [ATTRIBUTE.engine]: payload.engine })
      held.run = this.#start(engine, payload, held.lease)
      void this.#follow(held, held.run, payload)
    }
  }

  /** The task's payload; without one the failure is on its way and the task out of line. */
  #payloadOf(held: Held): TaskPayload | undefined {
    try {
      return parseTaskPayload(held.lease.payload)
    } catch (error) {
      this.#line.shift()
      const message = (error as Error).message
      const code = error instanceof TaskPayloadError ? error.code : 'TASK_PAYLOAD_INVALID'
      this.#fail(held, { code, message, retriable: false }, null)
      return undefined
    }
  }

  #engineOf(payload: TaskPayload): Engine | undefined {
    const engine = this.#engines.get(payload.engine)
    if (!engine || engine.identity.version !== payload.engineVersion) {
      const known = [...this.#engines.values()].map(({ identity }) => `${identity.id} ${identity.version}`).join(', ')
      this.#die(
        new WorkerError(
          'WORKER_JOB',
          `The job was accepted for the engine ${payload.engine} ${payload.engineVersion}; here is ${known || 'none'}. ` +
            'Results of different versions are not added up: submit the simulation again.',
        ),
      )
      return undefined
    }
    return engine
  }

  #start(engine: Engine, payload: TaskPayload, lease: Lease): EngineRun {
    if (engine.kind === 'function') return this.#functions.start(lease.payload, payload.limits)
    return this.#programs.start(engine, payload, `task${lease.task}-g${lease.generation}-a${lease.attempt}`)
  }

  /** Sees a task through from its engine to the next report. */
  async #follow(held: Held, run: EngineRun, payload: TaskPayload) {
    const begunMs = this.#o.clock()
    const outcome = await run.outcome
    this.#running -= 1
    held.historiesDone = run.progress()
    held.trace?.done(
      { [ATTRIBUTE.histories]: outcome.kind === 'tally' ? outcome.histories : held.historiesDone },
      outcome.kind === 'failed' ? outcome.failure.code : undefined,
    )
    if (outcome.kind === 'tally') this.#size.measured(outcome.engineMs)
    if (this.#held.get(held.lease.task) === held && outcome.kind !== 'abandoned') {
      held.phase = 'storing'
      this.#storing += 1
      // Storing goes on beside the next task's engine.
      void this.#store(held, outcome, payload, begunMs).finally(() => {
        this.#storing -= 1
        this.#startNext()
        this.#wake()
      })
    }
    this.#startNext()
    if (this.#notComputed() === 0) this.#bundles.flush()
    this.#wake()
  }

  async #store(held: Held, outcome: RunOutcome & { kind: 'tally' | 'failed' }, payload: TaskPayload, begunMs: number) {
    const { task, generation, attempt } = held.lease
    const endedAtMs = this.#o.clock()
    const name = `${payload.objectKeyPrefix}tasks/${task}/g${generation}-a${attempt}`
    const logKey = outcome.log === null ? null : `${name}.log`
    try {
      if (logKey) await this.#put(held, logKey, Buffer.from(outcome.log!))
      if (outcome.kind === 'failed') return this.#fail(held, outcome.failure, logKey)
      // Before the tally, which holds its digest: what an accepted row points to is whole.
      if (outcome.distributions) await this.#put(held, `${name}${DISTRIBUTION_FILE_EXTENSION}`, outcome.distributions)
      // Before the tally: what an accepted row points to has its raw outputs beside it.
      if (outcome.raw) await this.#put(held, `${name}.raw.tar`, outcome.raw)
      const isAlone = Boolean(logKey ?? outcome.distributions ?? outcome.raw)
      const stored = await this.#putTally(held, name, outcome.content, isAlone)
      held.historiesDone = outcome.histories
      this.#finish(held, {
        kind: 'finished',
        task,
        generation,
        attempt,
        ...stored,
        histories: outcome.histories,
        startedAtMs: begunMs,
        endedAtMs,
      })
    } catch (error) {
      // Its lease was lost meanwhile: nobody waits for this result any more.
      if (this.#held.get(held.lease.task) !== held) return
      if (error instanceof StorageError && !error.retriable && error.code !== 'STORAGE_UNAVAILABLE') {
        // Of this key, not of the storage: the next attempt has another one.
        this.#fail(held, { code: error.code, message: error.message, retriable: true }, null)
      } else {
        this.#die(new WorkerError('WORKER_MACHINE', `Results cannot be stored. ${(error as Error).message}`, error))
      }
    }
  }

  /** @param isAlone it has objects beside it, whose keys follow from its own */
  async #putTally(held: Held, name: string, content: Uint8Array, isAlone: boolean): Promise<StoredTally> {
    const objectKey = `${name}.tally`
    if (isAlone || !this.#o.bundleTallies) return { objectKey, ...(await this.#put(held, objectKey, content)) }
    return this.#tracedPut(held, objectKey, content, () =>
      this.#bundles.store({ name, content, isWanted: () => this.#isWanted(held) }),
    )
  }

  #put(held: Held, key: string, content: Uint8Array): Promise<{ readonly bytes: number; readonly digest: string }> {
    return this.#tracedPut(held, key, content, () =>
      this.#putPatiently(key, content, () => this.#isWanted(held), fenceOf(held)),
    )
  }

  async #tracedPut<T>({ trace }: Held, key: string, content: Uint8Array, put: () => Promise<T>): Promise<T> {
    trace?.begin('put', { [ATTRIBUTE.bytes]: content.byteLength, 'isolario.object': key })
    try {
      const stored = await put()
      trace?.done()
      return stored
    } catch (error) {
      trace?.done({}, codeOf(error))
      throw error
    }
  }

  #isWanted(held: Held): boolean {
    return this.#held.get(held.lease.task) === held
  }

  /** Puts an object, trying again while the storage is full or away: space may be made, a server may come back. */
  async #putPatiently(key: string, content: Uint8Array, isWanted: () => boolean, about?: LogAbout) {
    const deadline = performance.now() + (this.#o.storageGiveUpMs ?? 60_000)
    for (let waitMs = FIRST_STORAGE_PAUSE_MS; ; waitMs = Math.min(LONGEST_STORAGE_PAUSE_MS, waitMs * 2)) {
      try {
        const { bytes, digest } = await this.#o.storage.put(key, content)
        return { bytes, digest }
      } catch (error) {
        const again = error instanceof StorageError && error.retriable
        const wanted = isWanted() && !this.#fatal && this.#stop !== 'released'
        if (!again || !wanted || performance.now() + waitMs > deadline) throw error
        this.#o.log(`Trying again in ${waitMs} ms: ${error.message}`, about)
        await pause(waitMs)
      }
    }
  }

  #fail(held: Held, failure: EngineFailure, logKey: string | null) {
    const { task, generation, attempt } = held.lease
    this.#o.log(`Task ${task}, attempt ${attempt}, failed: ${failure.message} (${failure.code})`, fenceOf(held))
    const { code, message, retriable } = failure
    this.#finish(held, { kind: 'failed', task, generation, attempt, code, message, retriable, logKey })
  }

  #finish(held: Held, report: Report) {
    if (this.#held.get(held.lease.task) !== held) return
    held.phase = 'finished'
    this.#finished.push({ held, report })
    const isLast = this.#notComputed() === 0 && this.#storing <= 1
    // The next of long tasks is waited for in vain: its report would only make this one late.
    const isAlone = !this.#size.endsWithin(REPORT_WITHIN_MS)
    if (this.#finished.length >= REPORTS_TOGETHER || isLast || isAlone) {
      void this.#report()
    } else {
      // Tallies of a bundle have waited for each other already, and are finished together.
      const waitMs = this.#o.bundleTallies ? 0 : REPORT_WITHIN_MS
      this.#reportTimer ??= setTimeout(() => void this.#report(), waitMs)
    }
  }

  async #report() {
    if (this.#reporting) return
    this.#reporting = true
    clearTimeout(this.#reportTimer)
    this.#reportTimer = undefined
    try {
      while (this.#finished.length > 0 && !this.#fatal) await this.#reportSome()
    } finally {
      this.#reporting = false
      this.#wake()
    }
  }

  async #reportSome() {
    const now = this.#finished.splice(0).filter(({ held }) => this.#held.get(held.lease.task) === held)
    if (now.length === 0) return
    for (const { held } of now) {
      held.phase = 'reporting'
      held.trace?.begin('report', { [ATTRIBUTE.tasks]: now.length })
    }
    try {
      const { queue, jobId, workerId } = this.#o
      const { refused } = await queue.report(
        jobId,
        workerId,
        now.map(({ report }) => report),
      )
      for (const { held, report } of now) {
        this.#held.delete(held.lease.task)
        const isRefused = refused.includes(report.task)
        endTrace(held, report, isRefused)
        if (isRefused) this.#o.log(`The report of task ${report.task} was refused: its lease was lost.`, fenceOf(held))
        else if (report.kind === 'finished') this.#finishedCount += 1
        else this.#failedCount += 1
      }
      if (now.length > refused.length) this.#o.onReported?.(now.length - refused.length)
      // What was reported may have been the last that others wait for, and this worker as well.
      this.#askAgainAtMs = 0
    } catch (error) {
      this.#die(queueTrouble(error))
    }
  }

  /** Extends all leases in hand; abandons what is lost. */
  async #extend() {
    // One that still waits for its answer (control may be restarting) will extend later than this one would.
    if (this.#beating || this.#held.size === 0 || this.#fatal) return
    this.#beating = true
    const asked = [...this.#held.values()].filter((held) => held.phase !== 'reporting')
    try {
      const { queue, jobId, workerId } = this.#o
      const { lost, order } = await queue.extend(jobId, workerId, asked.map(progressOf))
      const gone = new Set(lost)
      for (const held of asked) {
        // While the answer was on its way the task may have been reported: then it is no longer ours by right.
        if (gone.has(held.lease.task) && held.phase !== 'reporting') this.#abandon(held)
      }
      if (order === 'stop') {
        this.#stopTaking('stopped')
        // A program that can ends now with what it has: its tasks may be hours long.
        for (const held of this.#held.values()) if (held.phase === 'running') held.run?.stop?.()
      }
      if (order === 'cancel') {
        this.#stopTaking('cancelled')
        for (const held of [...this.#held.values()]) if (held.phase !== 'reporting') this.#abandon(held)
      }
    } catch (error) {
      this.#die(queueTrouble(error))
    } finally {
      this.#beating = false
    }
  }

  #abandon(held: Held) {
    if (this.#held.get(held.lease.task) !== held) return
    this.#held.delete(held.lease.task)
    held.run?.abandon()
    held.trace?.end('abandoned')
    this.#wake()
  }

  /** Reports what is finished and gives the rest back, as far as the queue can still be reached. */
  async #giveBack() {
    const unfinished = [...this.#held.values()].filter(({ phase }) => phase !== 'finished' && phase !== 'reporting')
    for (const held of unfinished) this.#abandon(held)
    const { queue, jobId, workerId } = this.#o
    // What is finished first: it is worth more, and giving back may fail.
    try {
      const finished = this.#finished.splice(0)
      for (const { held } of finished) held.trace?.begin('report', { [ATTRIBUTE.tasks]: finished.length })
      if (finished.length > 0) {
        const { refused } = await queue.report(
          jobId,
          workerId,
          finished.map(({ report }) => report),
        )
        for (const { held, report } of finished) endTrace(held, report, refused.includes(report.task))
      }
      while (this.#reporting) await pause(5)
    } catch (error) {
      this.#o.log(`Finished tasks could not be reported and will be done again: ${(error as Error).message}`)
    }
    try {
      if (unfinished.length > 0) await queue.release(jobId, workerId, unfinished.map(progressOf))
    } catch (error) {
      this.#o.log(`Tasks could not be given back, their leases will run out: ${(error as Error).message}`)
    }
  }
}

const fenceOf = ({ lease: { task, generation, attempt } }: Held): LogAbout => ({ task, generation, attempt })

function endTrace({ trace }: Held, report: Report, isRefused: boolean) {
  if (isRefused) trace?.end('refused')
  else if (report.kind === 'finished') trace?.end('finished')
  else trace?.end('failed', report.code)
}

function progressOf(held: Held): Progress {
  const { task, generation, attempt } = held.lease
  const historiesDone = held.phase === 'running' ? Math.floor(held.run?.progress() ?? 0) : held.historiesDone
  return { task, generation, attempt, historiesDone }
}

function queueTrouble(error: unknown): WorkerError {
  const message = error instanceof Error ? error.message : String(error)
  const ofJob = error instanceof QueueError && error.code !== 'QUEUE_UNAVAILABLE'
  return new WorkerError(ofJob ? 'WORKER_JOB' : 'WORKER_MACHINE', message, error)
}
