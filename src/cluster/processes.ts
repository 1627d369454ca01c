/**
 * Workers as child processes of this service, on one machine.
 *
 * All jobs share `capacity` places as `shares.ts` says. A free place goes to a job that has fewer than its share; where
 * none is free, workers of jobs that have more than theirs are asked to leave after their tasks in hand. A worker that ends with code 0 found its queue drained, and its job wants no more workers
 * until it is started again. One that ends badly is replaced after a delay that doubles; workers that keep ending
 * badly before a single task was reported are not replaced any more, and the status says why.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Cluster, Outlook, WorkerRequest, WorkersStatus, WorkLeft } from './cluster.ts'
import { WORKER_EXIT } from './exit-codes.ts'
import { waitInLine } from './line-sentence.ts'
import { outlookOfShares } from './outlook.ts'
import { LEAVE, PROGRESS } from './pipe.ts'
import { type Claim, lineOf, sharesOf } from './shares.ts'

/** How to start a worker. Everything is explicit: nothing of this process's environment reaches it. */
export interface WorkerCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Working folder. */
  readonly folder: string
}

export interface ProcessClusterOptions {
  /** Number of workers at the same time over all jobs: the machine's cores. */
  readonly capacity: number
  readonly command: (request: WorkerRequest) => WorkerCommand
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Told every line that a worker writes to its standard error. */
  readonly onLine?: (jobId: string, pid: number, line: string) => void
  /** Delay before the first replacement; doubles with every failure in a row. Default 250 ms. */
  readonly firstDelayMs?: number
  /** Default 30 s. */
  readonly longestDelayMs?: number
  /** Bad ends in a row without a reported task, after which a job gets no more workers. Default 6. */
  readonly giveUpAfter?: number
  /** Grace given to workers by `close`. Default 3 s. */
  readonly closeGraceMs?: number
}

type Failure = WorkersStatus['failures'][number]

interface Worker {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<void>
  leaving: boolean
  progressed: boolean
  stderrTail: string
}

interface Job {
  request: WorkerRequest
  readonly workers: Set<Worker>
  failures: Failure[]
  /** Bad ends in a row without progress. */
  badInARow: number
  /** No new worker before; 0: no delay. */
  notBeforeMs: number
  timer: NodeJS.Timeout | undefined
  phase: 'wanted' | 'drained' | 'given-up' | 'stopping'
  gaveUpBecause: string | null
}

const MAX_FAILURES_KEPT = 20
const STDERR_TAIL_CHARACTERS = 2000
/** Jobs that ended are remembered for their status, the oldest forgotten first. */
const MAX_ENDED_JOBS = 500

/** A cluster of child processes. */
export function processCluster(options: ProcessClusterOptions): Cluster {
  if (!Number.isSafeInteger(options.capacity) || options.capacity < 1) {
    throw new RangeError(`A cluster needs at least one place for a worker, got ${options.capacity}.`)
  }
  return new ProcessCluster(options)
}

class ProcessCluster implements Cluster {
  readonly #options: Required<ProcessClusterOptions>
  /** In the order of asking. */
  readonly #jobs = new Map<string, Job>()
  /** Owners in the order in which they were last given a place: who waited longest comes first. */
  readonly #served = new Map<string, number>()
  #turn = 0
  readonly #listeners = new Set<(jobId: string) => void>()
  #closed = false

  constructor(options: ProcessClusterOptions) {
    this.#options = {
      onLine: () => {},
      firstDelayMs: 250,
      longestDelayMs: 30_000,
      giveUpAfter: 6,
      closeGraceMs: 3000,
      ...options,
    }
  }

  async capacity(): Promise<number> {
    return this.#options.capacity
  }

  async start(request: WorkerRequest): Promise<void> {
    if (this.#closed) throw new Error('The cluster is closed: this process is ending.')
    const job = this.#jobs.get(request.jobId)
    if (job?.phase === 'wanted') {
      job.request = request
    } else if (job?.phase === 'drained' && job.workers.size > 0) {
      // The others are about to find the queue drained as well, or there is new work and they stay for it.
      job.request = request
      job.phase = 'wanted'
    } else if (job?.phase === 'stopping') {
      throw new Error(`The workers of job ${request.jobId} are being stopped; start them when that is done.`)
    } else {
      this.#jobs.delete(request.jobId)
      this.#jobs.set(request.jobId, {
        request,
        workers: job?.workers ?? new Set(),
        failures: [],
        badInARow: 0,
        notBeforeMs: 0,
        timer: undefined,
        phase: 'wanted',
        gaveUpBecause: null,
      })
      this.#forgetOldJobs()
    }
    this.#schedule()
    this.#announce(request.jobId)
  }

  async status(jobId: string): Promise<WorkersStatus> {
    const job = this.#jobs.get(jobId)
    if (!job) return { jobId, state: 'absent', wanted: 0, running: 0, priority: null, reason: null, failures: [] }
    const running = job.workers.size
    const state = running > 0 ? 'running' : job.phase === 'wanted' ? 'waiting' : 'ended'
    const wanted = job.phase === 'wanted' ? job.request.slots : 0
    const { priority } = job.request
    return { jobId, state, wanted, running, priority, reason: this.#reason(job), failures: [...job.failures] }
  }

  async outlook(workLeft: WorkLeft): Promise<ReadonlyMap<string, Outlook>> {
    return outlookOfShares(this.#places(), this.#claims(), workLeft)
  }

  async jobs(): Promise<readonly string[]> {
    const active = [...this.#jobs].filter(([, job]) => job.workers.size > 0 || job.phase === 'wanted')
    return active.map(([jobId]) => jobId)
  }

  async stop(jobId: string, graceMs: number): Promise<void> {
    const job = this.#jobs.get(jobId)
    if (!job) return
    job.phase = 'stopping'
    clearTimeout(job.timer)
    for (const { process } of job.workers) process.kill('SIGTERM')
    const force = setTimeout(() => {
      for (const { process } of job.workers) killGroup(process.pid)
    }, graceMs)
    await Promise.all([...job.workers].map((worker) => worker.ended))
    clearTimeout(force)
    if (this.#jobs.get(jobId) === job) this.#jobs.delete(jobId)
    this.#schedule()
    this.#announce(jobId)
  }

  onChange(listener: (jobId: string) => void): () => void {
    const own = (jobId: string) => listener(jobId)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#jobs.keys()].map((jobId) => this.stop(jobId, this.#options.closeGraceMs)))
    this.#listeners.clear()
  }

  /** Fills free places, and asks for those that others have beyond their share. */
  #schedule() {
    if (this.#closed) return
    const shares = sharesOf(this.#places(), this.#claims())
    const shareOf = (job: Job) => shares.get(job.request.jobId) ?? 0
    const jobs = [...this.#jobs.values()].filter(({ phase }) => phase === 'wanted')
    let lacking = 0
    for (const job of jobs) {
      while (job.workers.size < shareOf(job)) {
        if (this.#running() >= this.#options.capacity) {
          lacking += shareOf(job) - job.workers.size
          break
        }
        this.#spawn(job)
      }
    }
    lacking -= jobs.reduce((sum, { workers }) => sum + [...workers].filter(({ leaving }) => leaving).length, 0)
    for (const job of jobs) {
      const stay = [...job.workers].filter(({ leaving }) => !leaving)
      for (const worker of stay.slice(shareOf(job)).slice(0, Math.max(0, lacking))) {
        lacking -= 1
        worker.leaving = true
        worker.process.stdin.write(`${LEAVE}\n`)
      }
    }
  }

  #running(): number {
    return this.#jobs.values().reduce((sum, job) => sum + job.workers.size, 0)
  }

  /** Places that are not held by workers which end anyway. */
  #places(): number {
    const ending = this.#jobs.values().filter(({ phase }) => phase !== 'wanted')
    return this.#options.capacity - ending.reduce((sum, { workers }) => sum + workers.size, 0)
  }

  #claims(): Claim[] {
    const now = this.#options.clock()
    const turnOf = ({ request: { owner } }: Job) => this.#served.get(owner) ?? 0
    const jobs = [...this.#jobs.values()].filter(({ phase }) => phase === 'wanted')
    // Those with workers in the order of asking, then those without, of the owners who waited longest first.
    const waiting = jobs.filter(({ workers }) => workers.size === 0).sort((a, b) => turnOf(a) - turnOf(b))
    return [...jobs.filter(({ workers }) => workers.size > 0), ...waiting].map((job) => {
      const { jobId, owner, priority, slots } = job.request
      const has = job.workers.size
      // Before its delay is over nobody is started for it, and others have the places meanwhile.
      return { jobId, owner, priority, has, wants: job.notBeforeMs > now ? has : Math.max(slots, 0) }
    })
  }

  #spawn(job: Job) {
    const { jobId } = job.request
    const { program, args, environment, folder } = this.#options.command(job.request)
    const child = spawn(program, args, {
      env: environment,
      cwd: folder,
      // A process group of its own: it is killed with all its children, and Ctrl-C in a terminal reaches only us.
      detached: true,
      stdio: 'pipe',
    })
    const worker: Worker = {
      process: child,
      ended: new Promise((resolve) => {
        child.once('close', () => resolve())
      }),
      leaving: false,
      progressed: false,
      stderrTail: '',
    }
    if (job.workers.size === 0) this.#served.set(job.request.owner, ++this.#turn)
    job.workers.add(worker)
    let failedToStart: Error | undefined
    child.on('error', (error) => {
      failedToStart = error
    })
    // The worker may be gone when it is asked to leave.
    child.stdin.on('error', () => {})
    onLines(child.stdout, (line) => {
      if (line !== PROGRESS) return
      worker.progressed = true
      job.badInARow = 0
    })
    onLines(child.stderr, (line) => {
      worker.stderrTail = `${worker.stderrTail}${line}\n`.slice(-STDERR_TAIL_CHARACTERS)
      this.#options.onLine(jobId, child.pid ?? 0, line)
    })
    // Whatever it left in its group goes with it; only then can its pipes close.
    child.once('exit', () => killGroup(child.pid))
    child.once('close', (exitCode, signal) => {
      job.workers.delete(worker)
      const failure = { exitCode: failedToStart ? null : exitCode, signal }
      this.#ended(job, worker, failure, failedToStart)
      this.#schedule()
      this.#announce(jobId)
    })
  }

  #ended(job: Job, worker: Worker, end: { exitCode: number | null; signal: string | null }, startError?: Error) {
    if (job.phase === 'stopping') return
    if (end.exitCode === WORKER_EXIT.drained) {
      if (!worker.leaving && job.phase === 'wanted') job.phase = 'drained'
      return
    }
    const message = startError
      ? `The worker could not be started: ${startError.message}.`
      : describeEnd(end.exitCode, end.signal, worker.stderrTail)
    job.failures = [...job.failures, { atMs: this.#options.clock(), ...end, message }].slice(-MAX_FAILURES_KEPT)
    if (job.phase !== 'wanted') return
    if (!worker.progressed) job.badInARow += 1
    if (end.exitCode === WORKER_EXIT.job) {
      job.phase = 'given-up'
      job.gaveUpBecause = `The workers of this job cannot work. ${message}`
    } else if (job.badInARow >= this.#options.giveUpAfter) {
      job.phase = 'given-up'
      job.gaveUpBecause = `No more workers are started: ${job.badInARow} in a row ended before they finished a single task. ${message}`
    } else {
      const { firstDelayMs, longestDelayMs } = this.#options
      const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, job.badInARow - 1))
      job.notBeforeMs = this.#options.clock() + delayMs
      clearTimeout(job.timer)
      job.timer = setTimeout(() => {
        job.notBeforeMs = 0
        this.#schedule()
        this.#announce(job.request.jobId)
      }, delayMs)
    }
  }

  #reason(job: Job): string | null {
    if (job.gaveUpBecause) return job.gaveUpBecause
    if (job.phase !== 'wanted') return null
    const last = job.failures.at(-1)
    const waitMs = job.notBeforeMs - this.#options.clock()
    if (waitMs > 0 && last) {
      return `${last.message} A new worker starts in ${(waitMs / 1000).toFixed(1)} s.`
    }
    const { capacity } = this.#options
    if (job.workers.size === 0) {
      const claims = this.#claims()
      const isItsTurn = (sharesOf(this.#places(), claims).get(job.request.jobId) ?? 0) > 0
      const position = isItsTurn ? 0 : lineOf(this.#places(), claims).indexOf(job.request.jobId) + 1
      return waitInLine(capacity, position)
    }
    if (job.request.slots > capacity) {
      return `${job.request.slots} workers are wanted; this machine runs at most ${capacity} at a time.`
    }
    return job.workers.size < job.request.slots
      ? `${job.workers.size} of ${job.request.slots} workers run; the others wait for a free place.`
      : null
  }

  #forgetOldJobs() {
    if (this.#jobs.size <= MAX_ENDED_JOBS) return
    for (const [jobId, job] of this.#jobs) {
      if (job.phase === 'wanted' || job.workers.size > 0) continue
      this.#jobs.delete(jobId)
      return
    }
  }

  #announce(jobId: string) {
    for (const listener of this.#listeners) setImmediate(listener, jobId)
  }
}

function describeEnd(exitCode: number | null, signal: string | null, stderrTail: string): string {
  const how =
    signal === 'SIGKILL'
      ? 'was killed (SIGKILL): by somebody, or by the system for want of memory'
      : signal
        ? `was ended by ${signal}`
        : exitCode === WORKER_EXIT.machine
          ? 'found that this machine cannot work now'
          : `ended with exit code ${exitCode}`
  const said = stderrTail.trim().split('\n').at(-1)
  return `A worker ${how}${said ? `; it said last: ${said.slice(0, 500)}` : ''}.`
}

function killGroup(pid: number | undefined) {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

/** Calls back for every line, cutting lines that do not end. */
function onLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const pieces = (rest + chunk).split('\n')
    rest = pieces.pop()!.slice(-16_384)
    for (const piece of pieces) onLine(piece)
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
