/** Control with real records and storage, the queue in memory, and workers that live in this process. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { vi } from 'vitest'
import type { Cluster, WorkerRequest, WorkersStatus, WorkLeft } from '#cluster/cluster.ts'
import { type Control, type ControlOptions, createControl } from '#control/control.ts'
import { createLog } from '#control/log.ts'
import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine, FunctionEngine } from '#engines/engine/engine.ts'
import { parseTaskPayload } from '#engines/engine/task-payload.ts'
import { localIdentity } from '#identity/local.ts'
import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import { memoryQueue } from '#queue/memory.ts'
import type { Queue, Report } from '#queue/queue.ts'
import type { Records } from '#records/records.ts'
import { openSqliteRecords } from '#records/sqlite.ts'
import { DISTRIBUTION_FILE_EXTENSION } from '#results/distribution-file.ts'
import type { SimulationInput } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { folderStorage } from '#storage/folder.ts'
import type { Storage } from '#storage/storage.ts'
import { encodeTask } from '#worker/encode-task.ts'

// Other suites share the machine: what takes a second alone may take ten.
vi.setConfig({ testTimeout: 60_000 })

export const TOKEN = '0123456789abcdef0123456789abcdef'

/** What a worker of the test does with a task instead of simulating it. */
export type Trouble = (task: number, attempt: number) => 'none' | 'lose' | 'fail' | 'fail-once' | 'damage' | 'no-object'

/** Workers as loops in this process: the same verbs, no processes. */
export class LoopCluster implements Cluster {
  readonly wanted = new Map<string, WorkerRequest>()
  readonly #running = new Map<string, number>()
  readonly #listeners = new Set<(jobId: string) => void>()
  readonly #queue: Queue
  readonly #storage: Storage
  readonly #engines: ReadonlyMap<string, Engine>
  readonly trouble: { is: Trouble }
  /** Holds every worker back while it is set. */
  gate: Promise<void> | null = null
  tasksAtOnce = 4
  reason: string | null = null
  places = 2
  /** The one job that gets workers; all others wait behind it. */
  served: string | null = null

  /** Holds every worker back once a task was reached; answers what lets them go. */
  holdAt(task: number): () => void {
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    const before = this.trouble.is
    this.trouble.is = (reached, attempt) => {
      if (reached >= task) this.gate ??= gate
      return before(reached, attempt)
    }
    return letGo
  }
  #closed = false
  #names = 0

  constructor(queue: Queue, storage: Storage, engines: readonly Engine[], trouble: { is: Trouble }) {
    this.#queue = queue
    this.#storage = storage
    this.#engines = new Map(engines.map((engine) => [engine.identity.id, engine]))
    this.trouble = trouble
  }

  async capacity() {
    return this.places
  }

  async start(request: WorkerRequest) {
    this.wanted.set(request.jobId, request)
    if (this.#waits(request.jobId)) return
    for (let n = this.#running.get(request.jobId) ?? 0; n < request.slots; n++) void this.#work(request.jobId)
  }

  async status(jobId: string): Promise<WorkersStatus> {
    const running = this.#running.get(jobId) ?? 0
    const wanted = this.wanted.get(jobId)?.slots ?? 0
    const state = running > 0 ? 'running' : wanted > 0 ? 'waiting' : 'absent'
    const priority = this.wanted.get(jobId)?.priority ?? null
    const reason = this.#waits(jobId) ? 'All 2 places for workers are given to other jobs.' : this.reason
    return { jobId, state, wanted, running, priority, reason, failures: [] }
  }

  async outlook(workLeft: WorkLeft) {
    const left = this.served === null ? null : workLeft(this.served)
    const line = [...this.wanted.keys()].filter((jobId) => this.#waits(jobId))
    return new Map(
      line.map((jobId, index) => {
        const waitMs = left && left.ms / this.places
        return [jobId, { position: index + 1, waitMs, unknown: left === null ? this.served : null }]
      }),
    )
  }

  #waits(jobId: string): boolean {
    return this.served !== null && jobId !== this.served
  }

  async jobs() {
    return [...this.wanted.keys()]
  }

  async stop(jobId: string) {
    this.wanted.delete(jobId)
  }

  onChange(listener: (jobId: string) => void) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close() {
    this.#closed = true
  }

  /** As if every worker was killed: they finish nothing more. */
  abandon() {
    this.#closed = true
  }

  async #work(jobId: string) {
    const worker = `w${++this.#names}`
    this.#running.set(jobId, (this.#running.get(jobId) ?? 0) + 1)
    try {
      while (!this.#closed && this.wanted.has(jobId)) {
        await this.gate
        const answer = await this.#queue.take(jobId, worker, this.tasksAtOnce).catch(() => null)
        if (!answer || answer.kind === 'end') break
        if (answer.kind === 'wait') {
          await new Promise((next) => setTimeout(next, 5))
          continue
        }
        for (const lease of answer.leases) {
          // A worker whose storage went away stores nothing: its lease runs out.
          const report = await this.#run(lease.task, lease.payload, lease.generation, lease.attempt).catch(() => null)
          if (this.#closed) return
          if (report) await this.#queue.report(jobId, worker, [report]).catch(() => undefined)
        }
        await new Promise((turn) => setImmediate(turn))
      }
    } finally {
      const left = (this.#running.get(jobId) ?? 1) - 1
      this.#running.set(jobId, left)
      // Drained: nobody is wanted until somebody asks again.
      if (left === 0) this.wanted.delete(jobId)
      for (const listener of this.#listeners) listener(jobId)
    }
  }

  async #run(task: number, text: string, generation: number, attempt: number): Promise<Report | null> {
    const trouble = this.trouble.is(task, attempt)
    const fence = { task, generation, attempt }
    if (trouble === 'lose') return null
    if (trouble === 'fail' || (trouble === 'fail-once' && attempt === 1)) {
      const retriable = trouble === 'fail-once'
      return {
        kind: 'failed',
        ...fence,
        code: 'PROGRAM_OUT_OF_MEMORY',
        message: 'Out of memory at 2 GiB.',
        retriable,
        logKey: null,
      }
    }
    const payload = parseTaskPayload(text)
    const engine = this.#engines.get(payload.engine) as FunctionEngine
    const { setup, jobKey, point, batches, setupDigest, replay } = payload
    const startedAtMs = Date.now()
    const tally = engine.simulate({ setup, stream: { jobKey, point }, batches })
    const { id, version } = engine.identity
    const identity = { setupDigest, engine: { id, version }, jobKey, point, replay }
    const { content: bytes, distributions } = encodeTask(identity, tally)
    const objectKey = `${payload.objectKeyPrefix}tasks/${task}/g${generation}-a${attempt}.tally`
    if (distributions) await this.#storage.put(objectKey.replace('.tally', DISTRIBUTION_FILE_EXTENSION), distributions)
    if (trouble === 'damage') bytes[bytes.length >> 1]! ^= 0xff
    const digest = trouble === 'no-object' ? 'f'.repeat(64) : (await this.#storage.put(objectKey, bytes)).digest
    return {
      kind: 'finished',
      ...fence,
      objectKey,
      digest,
      bytes: bytes.length,
      histories: tally.histories,
      startedAtMs,
      endedAtMs: Date.now(),
    }
  }
}

export interface Bench {
  readonly folder: string
  readonly records: Records
  readonly storage: Storage
  queue: Queue
  cluster: LoopCluster
  control: Control
  client: Client
  url: string
  /** Everything that was logged, as text. */
  readonly log: string[]
  readonly trouble: { is: Trouble }
  /** Throws away everything in memory, as a kill does, and starts again on the same records and storage. */
  restart(): Promise<void>
  /**
   * Kills control and its workers at a call to records or storage: before it has an effect, or after it and before its
   * answer arrives. Resolves with the name of the call when they are dead; `restart` brings them back.
   */
  killAtCall(calls: number, when: 'before' | 'after'): Promise<string>
  done(): Promise<void>
}

export type BenchOptions = Partial<
  Pick<
    ControlOptions,
    | 'limits'
    | 'staticFolder'
    | 'engines'
    | 'workers'
    | 'identity'
    | 'keepsGroups'
    | 'publicUrl'
    | 'metricsListen'
    | 'traces'
  >
> & {
  /** A free one unless it has to be known before. */
  readonly port?: number
  /** SQLite in the folder of the bench unless another is given. */
  readonly openRecords?: () => Promise<Records>
  /** Services over the same records, storage, queue and workers; 1 unless more are asked for. */
  readonly replicas?: number
  /** Of several services all move the jobs on at once, as two do for a moment when a lease is a little wrong. */
  readonly withoutLease?: boolean
  /** The queue in memory unless another is given; called again at every start. */
  readonly openQueue?: () => Queue
  readonly wrapRecords?: (records: Records) => Records
  readonly wrapStorage?: (storage: Storage) => Storage
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-control-'))
  const ownRecords = await (options.openRecords?.() ?? openSqliteRecords(path.join(folder, 'records.sqlite')))
  const records = options.wrapRecords?.(ownRecords) ?? ownRecords
  const ownStorage = await folderStorage({ folder: path.join(folder, 'objects'), clock: Date.now })
  const storage = options.wrapStorage?.(ownStorage) ?? ownStorage
  const engines = options.engines ?? [builtinEngine]
  const lines: string[] = []
  const log = createLog('trace', { write: (line) => void lines.push(line) })
  const trouble: { is: Trouble } = { is: () => 'none' }

  const bench = { folder, records, storage, log: lines, trouble } as unknown as Bench
  let life = newLife()
  let others: Control[] = []
  const begin = async () => {
    life = newLife()
    bench.queue = options.openQueue?.() ?? memoryQueue({ clock: Date.now })
    const mortalStorage = mortal(storage, life)
    bench.cluster = new LoopCluster(bench.queue, mortalStorage, engines, trouble)
    const make = () =>
      createControl({
        version: '0.0.0-test',
        records: mortal(records, life),
        queue: bench.queue,
        storage: mortalStorage,
        cluster: bench.cluster,
        identity: options.identity ?? localIdentity({ token: TOKEN }),
        keepsGroups: options.keepsGroups ?? false,
        publicUrl: options.publicUrl ?? null,
        engines,
        clock: Date.now,
        log,
        staticFolder: options.staticFolder ?? null,
        workers: options.workers ?? null,
        metricsListen: options.metricsListen ?? null,
        ...(options.traces ? { traces: options.traces } : {}),
        replicated: (options.replicas ?? 1) > 1 && !options.withoutLease,
        limits: {
          leadMs: 1000,
          reconcileEveryMs: 50,
          leaseMs: 5000,
          workerGraceMs: 100,
          heartbeatMs: 200,
          ...options.limits,
        },
      })
    bench.control = make()
    others = Array.from({ length: (options.replicas ?? 1) - 1 }, make)
    bench.url = await bench.control.listen('127.0.0.1', options.port ?? 0)
    bench.client = createClient({ fetch: fetch as unknown as Fetch, baseUrl: bench.url, token: TOKEN })
    for (const control of [bench.control, ...others]) await control.start()
  }
  bench.killAtCall = (calls, when) =>
    new Promise((resolve) => {
      life.plan = { calls, when, dead: resolve }
    })
  bench.restart = async () => {
    life.dead = true
    bench.cluster.abandon()
    for (const control of [bench.control, ...others]) await control.close()
    await bench.queue.close()
    await begin()
  }
  bench.done = async () => {
    bench.cluster.abandon()
    for (const control of [bench.control, ...others]) await control.close()
    await bench.queue.close()
    await ownRecords.close()
    await ownStorage.close()
    rmSync(folder, { recursive: true, force: true })
  }
  await begin()
  return bench
}

interface Life {
  dead: boolean
  plan: { calls: number; readonly when: 'before' | 'after'; readonly dead: (call: string) => void } | null
}

const newLife = (): Life => ({ dead: false, plan: null })

/** The same adapter as seen by a process that may die: nothing it does after its death has an effect. */
function mortal<T extends object>(target: T, life: Life): T {
  const killed = () => Promise.reject(new Error('killed'))
  // biome-ignore lint/correctness/useYield: it dies before it gives anything
  const killedListing = async function* () {
    throw new Error('killed')
  }
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        // A listing dies when it is read; as a promise nobody would wait for it.
        const death = () => (name === 'list' ? killedListing() : killed())
        if (life.dead) return death()
        const { plan } = life
        const dies = plan !== null && --plan.calls <= 0
        if (dies && plan.when === 'before') {
          life.dead = true
          plan.dead(String(name))
          return death()
        }
        const answer = value.apply(target, args)
        if (!dies || !(answer instanceof Promise)) return answer
        return answer.then(() => {
          life.dead = true
          plan.dead(String(name))
          return killed()
        })
      }
    },
  })
}

const spes = presetById('spes-uc4')!.document

/** The SPES example with another job. */
export const spesWith = (job: NonNullable<SimulationInput['job']>, name = 'A test'): SimulationInput => ({
  ...spes,
  name,
  job: { ...spes.job, ...job },
})

export const primaries = (
  count: number,
  tasks: number,
  more: NonNullable<SimulationInput['job']> = {},
): SimulationInput =>
  spesWith({
    goal: { kind: 'primaries', primaries: count },
    batchHistories: Math.ceil(count / tasks),
    historiesPerTask: Math.ceil(count / tasks),
    ...more,
  })

/** Waits until the condition holds; fails with the last answer. */
export async function eventually<T>(
  look: () => Promise<T>,
  good: (value: T) => boolean,
  withinMs = 45_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const value = await look()
    if (good(value)) return value
    if (Date.now() > deadline)
      throw new Error(`not within ${withinMs} ms; last: ${JSON.stringify(value).slice(0, 800)}`)
    await new Promise((next) => setTimeout(next, 10))
  }
}

export const ended = (bench: Bench, id: string, withinMs?: number) =>
  eventually(
    () => bench.client.call('show', { params: { id } }),
    ({ state }) => state === 'done' || state === 'failed' || state === 'cancelled',
    withinMs,
  )
