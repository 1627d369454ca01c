/** The control service: built from adapters that it knows by their contracts only. */

import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Cluster } from '#cluster/cluster.ts'
import type { Engine, MissingEngine } from '#engines/engine/engine.ts'
import type { Identity } from '#identity/identity.ts'
import type { Queue } from '#queue/queue.ts'
import type { Hint, Records } from '#records/records.ts'
import type { Storage } from '#storage/storage.ts'
import { NO_TRACES, type Traces } from '#traces/traces.ts'
import { AcceptedRates } from './accepted-rate.ts'
import { type Connections, trackConnections } from './connections.ts'
import { createEventHub } from './events.ts'
import { FirstAskers } from './first-askers.ts'
import { makeHandlers } from './handlers.ts'
import { createHealth } from './health-routes.ts'
import { createHousekeeping } from './housekeeping.ts'
import { JobConditions } from './job-conditions.ts'
import { JobDocuments } from './job-documents.ts'
import { leadingAlone, leadingByLease, RECONCILER_LEASE } from './leadership.ts'
import { type ControlLimits, DEFAULT_LIMITS } from './limits.ts'
import { LiveMerges } from './live-merges.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import { type MetricsServer, serveMetrics } from './metrics-server.ts'
import { createOrphanSweep } from './orphan-sweep.ts'
import type { InspectQueues } from './queue-handlers.ts'
import { createReachability } from './reachability.ts'
import { createReconciler } from './reconciler.ts'
import { createRemovals } from './removals.ts'
import { ResultsReader } from './results-reader.ts'
import { buildServer } from './server.ts'
import { Summaries } from './summaries.ts'
import type { WorkerDesk } from './worker-desk.ts'
import { askWorkersAtOnce } from './workers-at-once.ts'

export interface ControlOptions {
  /** Of the product; part of every result. */
  readonly version: string
  readonly records: Records
  readonly queue: Queue
  readonly storage: Storage
  readonly cluster: Cluster
  readonly identity: Identity
  readonly engines: readonly Engine[]
  /** Told to whoever asks which engines there are. Left out: none is missed. */
  readonly missingEngines?: readonly MissingEngine[]
  /** For workers on other machines; `null` or left out where all workers are children of the service. */
  readonly workers?: WorkerDesk | null
  /** Looks at all queues that their server has; left out, at those of active jobs. */
  readonly inspectQueues?: InspectQueues | null
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Made by `createLog`, so that nothing secret reaches it. */
  readonly log: Log
  /** Left out: none are made. They are closed by whoever made them. */
  readonly traces?: Traces
  readonly limits?: Partial<ControlLimits>
  /** Address of the service for browsers where a proxy or a name leads to it, for example `https://isolario.example.org`. */
  readonly publicUrl?: string | null
  /**
   * True for one of several services over the same records, queue, storage and cluster: the one that holds the lease in
   * the records moves the jobs on. Left out, this one is alone and does so from its start.
   */
  readonly replicated?: boolean
  /** Where metrics are served, for the operator alone; `null` or left out for nowhere. */
  readonly metricsListen?: { readonly host: string; readonly port: number } | null
  /** Remembers the groups of whoever submits, for a cluster whose workers wait in queues of projects. */
  readonly keepsGroups?: boolean
  /** Folder of the built portal; `null` or left out for the API alone. */
  readonly staticFolder?: string | null
}

export interface Control {
  /** The HTTP server; ready after `start` or `listen`. */
  app(): Promise<FastifyInstance>
  /** Listens and answers the address, for example `http://127.0.0.1:7411`. */
  listen(host: string, port: number): Promise<string>
  /** Begins to make queue and workers follow the records, or to wait for its turn to. */
  start(): Promise<void>
  /** Whether this service moves the jobs on now. */
  isLeading(): boolean
  /** Address of the metrics, or `null` where none are served. */
  metricsUrl(): string | null
  /**
   * Ends without dropping anything: says that it is not ready, lets another replica lead, takes requests on for
   * `drainMs`, sends the readers of streams elsewhere, and answers what is in flight. The adapters are left to whoever
   * made them.
   */
  close(): Promise<void>
}

/** A page that watches asks within some milliseconds of being told; who is on a slow line asks later. */
const ASKED_WITHIN_MS = 100

export function createControl(options: ControlOptions): Control {
  const { version, records, queue, storage, cluster, identity, clock, log } = options
  const workers = options.workers ?? null
  const traces = options.traces ?? NO_TRACES
  const limits: ControlLimits = { ...DEFAULT_LIMITS, ...options.limits }
  const engines = new Map(options.engines.map((engine) => [engine.identity.id, engine]))
  const documents = new JobDocuments()
  const conditions = new JobConditions()
  const rates = new AcceptedRates()
  const merges = new LiveMerges(records, storage, documents, limits.merges)
  const summaries = new Summaries({ documents, engines, clock })
  const firstAskers = new FirstAskers()
  const results = new ResultsReader({ records, documents, merges, engines, version })
  const events = createEventHub({ records, summaries, identity, limits, clock, log })
  const health = createHealth()
  const workersAtOnce = askWorkersAtOnce(cluster, clock)
  const removals = createRemovals({ storage, log })
  const sweep = createOrphanSweep({ records, storage, clock, log, ageMs: limits.orphanAgeMs })
  const housekeeping = createHousekeeping({ records, sweep, limits, clock, log })
  const { metricsListen = null } = options
  const reachability = createReachability({ queue, storage, clock })
  const metrics = createMetrics(
    {
      queues: () => reconciler.queues(),
      isLeading: () => leadership.isLeading(),
      held: () => (leadership.isLeading() ? conditions.held() : new Map()),
      reached: () => reachability.now(),
      eventStreams: () => events.readers,
    },
    metricsListen !== null,
  )
  const leadership = options.replicated ? leadingByLease({ records, leaseMs: limits.leadMs, log }) : leadingAlone()
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
    traces,
    leadership,
    onLeading: (leading) => (leading ? housekeeping.begin() : housekeeping.cease()),
    onAccepted({ id, engineId }, results, failures) {
      metrics.accepted(engineId, results)
      metrics.failed(
        engineId,
        failures.map(({ code }) => code),
      )
      for (const { task, generation, attempt, code, message } of failures)
        log.warn({ job: id, task, generation, attempt, code }, `a task failed: ${message}`)
    },
    onTryAgain: ({ id }, { task, generation, attempt, code, message }) =>
      log.warn({ job: id, task, generation, attempt, code }, `a task is given out again: ${message}`),
    onLeasesExpired: (count) => metrics.leasesExpired(count),
    onChange: () => events.nudge(),
    onProgress: (id) => events.progress(id),
    onLook: (error) => reachability.note(error),
    onComplete(id, tasks) {
      events.progress(id, true)
      return events.readers > 0 ? firstAskers.asked(id, tasks, ASKED_WITHIN_MS) : undefined
    },
  })
  const server = buildServer({
    version,
    identity,
    workers,
    clock,
    noteGroups: options.keepsGroups
      ? async ({ id, groups }) => {
          if (groups !== undefined) await records.noteGroups(id, groups, clock())
        }
      : null,
    limits,
    log,
    publicUrl: options.publicUrl ?? null,
    records,
    health,
    metrics,
    traces,
    staticFiles: options.staticFolder ? { folder: options.staticFolder } : null,
    handlers: (openApi) =>
      makeHandlers({
        version,
        records,
        queue,
        storage,
        cluster,
        identity,
        removals,
        workers,
        inspectQueues: options.inspectQueues ?? null,
        engines,
        missingEngines: options.missingEngines ?? [],
        documents,
        merges,
        results,
        onResult: (id, tasks) => firstAskers.given(id, tasks),
        summaries,
        reconciler,
        events,
        limits,
        clock,
        log,
        traces,
        openApi,
        workersAtOnce,
      }),
  })
  // Whoever awaits the server hears of a failure; nobody may await it before it fails.
  server.catch(() => undefined)
  const connections = server.then((app) => trackConnections(app.server))
  connections.catch(() => undefined)
  let metricsServer: MetricsServer | null = null
  let unlisten: () => void = () => undefined
  let closing: Promise<void> | null = null

  /** Changes by other replicas; those of this one are only told twice. */
  const hear = (hint: Hint): void => {
    switch (hint.kind) {
      case 'changed':
        events.nudge()
        reconciler.kick(hint.simulationId)
        break
      case 'progress':
        events.progress(hint.simulationId)
        break
      case 'lease':
        if (hint.name === RECONCILER_LEASE) leadership.notice()
        break
      case 'missed':
        events.nudge()
        reconciler.kickAll()
        leadership.notice()
    }
  }

  const close = async (): Promise<void> => {
    health.drain()
    const handedOver = reconciler.close()
    // Who never listened has nobody to send elsewhere.
    if (limits.drainMs > 0 && (await server).server.listening) await pause(limits.drainMs)
    unlisten()
    // Streams first: the server waits for every request that it still answers.
    events.close()
    await handedOver
    const app = await server
    await endServer(app, await connections, limits.closeWithinMs)
    await housekeeping.close()
    await removals.close()
    await metricsServer?.close()
  }

  return {
    app: () => server,
    async listen(host, port) {
      const app = await server
      const address = await app.listen({ host, port })
      return address.replace(/\/$/, '')
    },
    async start() {
      await server
      if (metricsListen) metricsServer = await serveMetrics(metrics, metricsListen.host, metricsListen.port)
      // The first submission finds the answer there.
      void workersAtOnce()
      unlisten = records.listen(hear)
      reconciler.start()
    },
    isLeading: () => leadership.isLeading(),
    metricsUrl: () => metricsServer?.url ?? null,
    close: () => (closing ??= close()),
  }
}

/** Takes nothing more, waits for what is in flight, and after a while no longer. */
async function endServer(app: FastifyInstance, connections: Connections, withinMs: number): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), withinMs)
  try {
    const closed = app.close()
    connections.endIdle()
    await closed
  } finally {
    clearTimeout(late)
  }
}
