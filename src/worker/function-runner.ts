/** Runs function engines in a thread of their own, one task after the other. */

import { Worker } from 'node:worker_threads'
import type { TaskLimits } from '#engines/engine/task-payload.ts'
import type { EngineRun, RunOutcome } from './engine-run.ts'
import {
  type EngineThreadData,
  RunCells,
  type SimulateMessage,
  type ThreadAnswer,
  type ThreadReady,
} from './engine-thread-messages.ts'

/** A run that was told to end and has not by then is ended with its thread. */
const END_WITHIN_MS = 2000

interface Pending {
  readonly cells: RunCells
  readonly limits: TaskLimits
  readonly message: SimulateMessage
  readonly settle: (outcome: RunOutcome) => void
  abandoned: boolean
  /** Its time is over and it was told to end. */
  expired: boolean
  timer: NodeJS.Timeout | undefined
}

export interface FunctionRunnerOptions {
  /** URL of a module that exports `createEngines(): readonly Engine[]`; loaded in the thread. */
  readonly engineModule: string
  /** URL of the thread's own module; the default is right where the sources run as they are. */
  readonly threadModule?: string
}

/** Tasks may be started while others run: they wait in the thread, so that it never waits for this one. */
export class FunctionRunner {
  readonly #options: FunctionRunnerOptions
  /** In the order in which the thread works on them. */
  readonly #pending = new Map<number, Pending>()
  #thread: Worker | undefined
  #ready = false
  #memoryMebibytes = 0
  #nextId = 1

  constructor(options: FunctionRunnerOptions) {
    this.#options = options
  }

  /** Starts a task; it runs when those started before are done. */
  start(payload: string, limits: TaskLimits): EngineRun {
    const id = this.#nextId++
    const cells = new RunCells()
    const outcome = new Promise<RunOutcome>((resolve) => {
      const pending: Pending = {
        cells,
        limits,
        message: { id, payload, cells: cells.buffer },
        settle: resolve,
        abandoned: false,
        expired: false,
        timer: undefined,
      }
      this.#pending.set(id, pending)
    })
    const thread = this.#threadFor(limits)
    thread.postMessage(this.#pending.get(id)!.message)
    if (this.#pending.size === 1) this.#watchFirst()
    return { outcome, progress: () => cells.historiesDone, abandon: () => this.#abandon(id) }
  }

  /** Ends the thread; what runs is abandoned. */
  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer)
      pending.settle({ kind: 'abandoned' })
    }
    this.#pending.clear()
    await thread?.terminate()
  }

  #threadFor(limits: TaskLimits): Worker {
    // A thread's limit is fixed at its start. Tasks of one job have the same; a change means nothing runs here now.
    if (this.#thread && limits.memoryMebibytes !== this.#memoryMebibytes && this.#pending.size === 1) {
      void this.#thread.terminate()
      this.#thread = undefined
    }
    this.#thread ??= this.#newThread(limits)
    return this.#thread
  }

  #newThread(limits: TaskLimits): Worker {
    this.#memoryMebibytes = limits.memoryMebibytes
    const { engineModule, threadModule } = this.#options
    const data: EngineThreadData = { engineModule }
    const url = new URL(threadModule ?? './engine-thread.ts', import.meta.url)
    const thread = new Worker(url, {
      workerData: data,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMebibytes },
    })
    let cause: Error | undefined
    this.#ready = false
    thread.on('message', (said: ThreadAnswer | ThreadReady) => {
      if (said.kind !== 'ready') return this.#answered(said)
      if (this.#thread !== thread) return
      this.#ready = true
      this.#watchFirst()
    })
    thread.on('error', (error: Error) => {
      cause = error
    })
    thread.on('exit', () => {
      if (this.#thread === thread) this.#threadEnded(cause)
    })
    return thread
  }

  #answered(answer: ThreadAnswer) {
    const pending = this.#pending.get(answer.id)
    if (!pending) return
    this.#pending.delete(answer.id)
    clearTimeout(pending.timer)
    if (pending.abandoned) pending.settle({ kind: 'abandoned' })
    else if (answer.kind === 'tally') pending.settle({ ...answer, log: null })
    else if (answer.kind === 'abandoned' && pending.expired) pending.settle(outOfTime(pending.limits))
    else pending.settle(answer)
    this.#watchFirst()
  }

  #first(): Pending | undefined {
    for (const pending of this.#pending.values()) return pending
    return undefined
  }

  /** The first is the one that computes; its time limit begins when the one before it is done. */
  #watchFirst() {
    const first = this.#first()
    if (!first || first.timer || !this.#ready) return
    first.timer = setTimeout(() => {
      first.expired = true
      first.cells.stop()
      first.timer = setTimeout(() => this.#endThreadOf(first, outOfTime(first.limits)), END_WITHIN_MS)
    }, first.limits.timeSeconds * 1000)
  }

  #abandon(id: number) {
    const pending = this.#pending.get(id)
    if (!pending || pending.abandoned) return
    pending.abandoned = true
    pending.cells.stop()
    if (pending !== this.#first()) return
    clearTimeout(pending.timer)
    pending.timer = setTimeout(() => this.#endThreadOf(pending, { kind: 'abandoned' }), END_WITHIN_MS)
  }

  /** Ends a thread whose engine does not listen; the others start again in a new one. */
  #endThreadOf(pending: Pending, outcome: RunOutcome) {
    this.#pending.delete(pending.message.id)
    const thread = this.#thread
    this.#thread = undefined
    void thread?.terminate()
    pending.settle(outcome)
    this.#startAgain()
  }

  #threadEnded(cause: Error | undefined) {
    this.#thread = undefined
    const first = this.#first()
    if (!first) return
    this.#pending.delete(first.message.id)
    clearTimeout(first.timer)
    first.settle(first.abandoned ? { kind: 'abandoned' } : crashed(cause, first.limits))
    this.#startAgain()
  }

  #startAgain() {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer)
      pending.timer = undefined
    }
    const first = this.#first()
    if (!first) return
    const thread = this.#newThread(first.limits)
    this.#thread = thread
    for (const pending of this.#pending.values()) thread.postMessage(pending.message)
    this.#watchFirst()
  }
}

const outOfTime = (limits: TaskLimits): RunOutcome => ({
  kind: 'failed',
  failure: {
    code: 'TASK_OUT_OF_TIME',
    message:
      `The task took longer than its limit of ${limits.timeSeconds} s and was ended. ` +
      'Run the simulation again with more time for a task, or with fewer histories in one.',
    retriable: false,
  },
  log: null,
})

function crashed(cause: (Error & { code?: string }) | undefined, limits: TaskLimits): RunOutcome {
  if (cause?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const message =
      `The task needed more memory than its limit of ${limits.memoryMebibytes} MiB and was ended. ` +
      'Run the simulation again with more memory.'
    return { kind: 'failed', failure: { code: 'TASK_OUT_OF_MEMORY', message, retriable: false }, log: null }
  }
  const message = `The engine's thread ended by itself${cause ? `: ${cause.message}` : ''}.`
  return { kind: 'failed', failure: { code: 'ENGINE_CRASHED', message, retriable: true }, log: cause?.stack ?? null }
}
