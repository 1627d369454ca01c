/** The control service: built from adapters that it knows by their contracts only. */

import type { FastifyInstance } from 'fastify'
import type { Cluster } from '#cluster/cluster.ts'
import type { Engine } from '#engines/engine/engine.ts'
import type { Identity } from '#identity/identity.ts'
import type { Queue } from '#queue/queue.ts'
import type { Records } from '#records/records.ts'
import type { SpeedHint } from '#simulation/plan.ts'
import type { Storage } from '#storage/storage.ts'
import { AcceptedRates } from './accepted-rate.ts'
import { createEventHub } from './events.ts'
import { makeHandlers } from './handlers.ts'
import { JobConditions } from './job-conditions.ts'
import { JobDocuments } from './job-documents.ts'
import { type ControlLimits, DEFAULT_LIMITS } from './limits.ts'
import { LiveMerges } from './live-merges.ts'
import type { Log } from './log.ts'
import { createOrphanSweep } from './orphan-sweep.ts'
import { createReconciler } from './reconciler.ts'
import { ResultsReader } from './results-reader.ts'
import { buildServer } from './server.ts'
import { Summaries } from './summaries.ts'

export interface ControlOptions {
  /** Of the product; part of every result. */
  readonly version: string
  readonly records: Records
  readonly queue: Queue
  readonly storage: Storage
  readonly cluster: Cluster
  readonly identity: Identity
  readonly engines: readonly Engine[]
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Made by `createLog`, so that nothing secret reaches it. */
  readonly log: Log
  readonly limits?: Partial<ControlLimits>
  /** Folder of the built portal; `null` or left out for the API alone. */
  readonly staticFolder?: string | null
}

export interface Control {
  /** The HTTP server; ready after `start` or `listen`. */
  app(): Promise<FastifyInstance>
  /** Listens and answers the address, for example `http://127.0.0.1:7411`. */
  listen(host: string, port: number): Promise<string>
  /** Begins to make queue and workers follow the records. */
  start(): Promise<void>
  /** Ends streams, requests and looks at jobs. The adapters are left to whoever made them. */
  close(): Promise<void>
}

/** Histories per second of one worker, for the size of tasks only: the built-in model's measured order of magnitude. */
const EXPECTED_HISTORIES_PER_SECOND = 4e6

export function createControl(options: ControlOptions): Control {
  const { version, records, queue, storage, cluster, identity, clock, log } = options
  const limits: ControlLimits = { ...DEFAULT_LIMITS, ...options.limits }
  const engines = new Map(options.engines.map((engine) => [engine.identity.id, engine]))
  const documents = new JobDocuments()
  const conditions = new JobConditions()
  const rates = new AcceptedRates()
  const merges = new LiveMerges(records, storage, documents, limits.merges)
  const summaries = new Summaries({ documents, conditions, rates, engines, clock })
  const results = new ResultsReader({ records, documents, merges, engines, version })
  const events = createEventHub({ records, summaries, identity, limits, clock, log })
  const hintFor = (_engineId: string, workers: number): SpeedHint => ({
    historiesPerSecond: EXPECTED_HISTORIES_PER_SECOND,
    workers: Math.max(1, workers),
  })
  const reconciler = createReconciler({
    version,
    records,
    queue,
    storage,
    cluster,
    engines,
    documents,
    merges,
    conditions,
    rates,
    limits,
    clock,
    log,
    speedHint: hintFor,
    onChange: () => events.nudge(),
    onProgress: (id) => events.progress(id),
    onComplete: (id) => events.progress(id, true),
  })
  const server = buildServer({
    version,
    identity,
    limits,
    log,
    staticFiles: options.staticFolder ? { folder: options.staticFolder } : null,
    handlers: (openApi) =>
      makeHandlers({
        version,
        records,
        queue,
        storage,
        cluster,
        identity,
        engines,
        documents,
        merges,
        results,
        summaries,
        reconciler,
        events,
        limits,
        clock,
        log,
        openApi,
        speedHint: async (engineId) => hintFor(engineId, await cluster.capacity()),
      }),
  })
  // Whoever awaits the server hears of a failure; nobody may await it before it fails.
  server.catch(() => undefined)
  const { orphanAgeMs: ageMs, orphanSweepEveryMs: everyMs } = limits
  const sweep = createOrphanSweep({ records, storage, clock, log, ageMs, everyMs })

  return {
    app: () => server,
    async listen(host, port) {
      const app = await server
      const address = await app.listen({ host, port })
      return address.replace(/\/$/, '')
    },
    async start() {
      await server
      reconciler.start()
      sweep.start()
    },
    async close() {
      // Streams first: the server waits for every connection that it still serves.
      events.close()
      await reconciler.close()
      await (await server).close()
      await sweep.close()
    },
  }
}
