/**
 * What an operator's Prometheus reads. Names and labels are an interface: dashboards and alarms are made of them. Labels
 * have few values: routes are patterns, never addresses, and no label names a user or a simulation.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { TASK_FAILURES } from '#protocol/task-failures.ts'
import type { QueueCounts } from '#queue/queue.ts'
import { deadlined } from './deadline.ts'
import type { Reached } from './reachability.ts'

/** What is asked for when somebody reads the metrics. */
export interface MetricsSources {
  /** Tasks in the queues of all active jobs, and the age of the oldest report not taken in; `null` when not leading. */
  readonly queues: () => Promise<QueuePicture | null>
  readonly isLeading: () => boolean
  /** Jobs that are held up, by the code of the cause; empty when not leading. */
  readonly held: () => ReadonlyMap<string, number>
  /** Whether queue and storage do what this replica asks of them. */
  readonly reached: () => Promise<Reached>
  readonly eventStreams: () => number
}

export interface QueuePicture extends QueueCounts {
  readonly mergeLagMs: number
}

export interface FinishedTask {
  readonly histories: number
  readonly startedAtMs: number
  readonly endedAtMs: number
}

export interface Metrics {
  /** @param route pattern of the route */
  request(route: string, method: string, status: number, seconds: number): void
  refusal(code: string): void
  accepted(engine: string, tasks: readonly FinishedTask[]): void
  /** @param codes cause of each task that failed for good */
  failed(engine: string, codes: readonly string[]): void
  leasesExpired(count: number): void
  /** In the text format of Prometheus. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>
}

const TASK_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600]
/** Causes beyond those of the table that get a label of their own: engines have some, and a worker may report anything. */
const FURTHER_CAUSES = 50
const OTHER_CAUSE = 'OTHER'
const CAUSE = /^[A-Z][A-Z0-9_]{2,47}$/
/** Whoever reads the metrics waits ten seconds by default (scrape_timeout of Prometheus). */
const QUEUES_WITHIN_MS = 5000
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** @param ofProcess with memory, processor and event loop of this process: once in a process */
export function createMetrics(sources: MetricsSources, ofProcess: boolean): Metrics {
  const register = new Registry()
  const registers = [register]
  if (ofProcess) collectDefaultMetrics({ register })
  const queueTasks = new Gauge({
    name: 'isolario_queue_tasks',
    help: 'Tasks in the queues of active jobs, by state; told by the replica that moves the jobs on.',
    labelNames: ['state'],
    registers,
  })
  const mergeLag = new Gauge({
    name: 'isolario_merge_lag_seconds',
    help: 'Age of the oldest finished task whose result is not merged yet, 0 when there is none; told by the replica that moves the jobs on.',
    registers,
  })
  const reached = new Gauge({
    name: 'isolario_reachable',
    help: '1 where the queue or the storage does what this replica asks of it, 0 where it does not.',
    labelNames: ['part'],
    registers,
  })
  new Gauge({
    name: 'isolario_jobs_held',
    help: 'Active jobs that are held up, by the code of the cause; told by the replica that moves the jobs on.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, jobs] of sources.held()) this.set({ code }, jobs)
    },
  })
  new Gauge({
    name: 'isolario_reconciler_leader',
    help: '1 on the replica that moves the jobs on, 0 on the others.',
    registers,
    collect() {
      this.set(sources.isLeading() ? 1 : 0)
    },
  })
  new Gauge({
    name: 'isolario_event_streams',
    help: 'Open event streams of this replica.',
    registers,
    collect() {
      this.set(sources.eventStreams())
    },
  })
  const taskSeconds = new Histogram({
    name: 'isolario_task_duration_seconds',
    help: 'Wall time of tasks whose result was accepted.',
    labelNames: ['engine'],
    buckets: TASK_SECONDS,
    registers,
  })
  const primaries = new Counter({
    name: 'isolario_primaries_total',
    help: 'Primaries of accepted results.',
    labelNames: ['engine'],
    registers,
  })
  const failures = new Counter({
    name: 'isolario_task_failures_total',
    help: 'Tasks that failed for good, by the code of the cause; a task that is tried again is not in it.',
    labelNames: ['engine', 'code'],
    registers,
  })
  const furtherCauses = new Set<string>()
  const causeOf = (code: string): string => {
    if (Object.hasOwn(TASK_FAILURES, code) || furtherCauses.has(code)) return code
    if (!CAUSE.test(code) || furtherCauses.size >= FURTHER_CAUSES) return OTHER_CAUSE
    furtherCauses.add(code)
    return code
  }
  const leaseExpiries = new Counter({
    name: 'isolario_lease_expiries_total',
    help: 'Leases of tasks that ran out: workers that were lost or too slow to say that they live.',
    registers,
  })
  const refusals = new Counter({
    name: 'isolario_refusals_total',
    help: 'Requests answered with an error, by its code.',
    labelNames: ['code'],
    registers,
  })
  const requestSeconds = new Histogram({
    name: 'isolario_http_request_duration_seconds',
    help: 'Time to the end of the answer; event streams are not in it.',
    labelNames: ['route', 'method', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  })

  return {
    request: (route, method, status, seconds) => requestSeconds.observe({ route, method, status }, seconds),
    refusal: (code) => refusals.inc({ code }),
    accepted(engine, tasks) {
      for (const { histories, startedAtMs, endedAtMs } of tasks) {
        taskSeconds.observe({ engine }, Math.max(0, endedAtMs - startedAtMs) / 1000)
        primaries.inc({ engine }, histories)
      }
    },
    failed(engine, codes) {
      for (const code of codes) failures.inc({ engine, code: causeOf(code) })
    },
    leasesExpired: (count) => leaseExpiries.inc(count),
    async read() {
      const now = await sources.reached()
      for (const part of ['queue', 'storage'] as const) reached.set({ part }, now[part] ? 1 : 0)
      // A queue that is away leaves every job's question without answer for long.
      const picture = now.queue ? await deadlined(sources.queues(), QUEUES_WITHIN_MS).catch(() => null) : null
      queueTasks.reset()
      // Told by one replica only, so that a sum over replicas is right; where it cannot be told, nothing is.
      if (picture) {
        for (const state of ['waiting', 'leased', 'reported'] as const) queueTasks.set({ state }, picture[state])
        mergeLag.set(picture.mergeLagMs / 1000)
      } else mergeLag.remove()
      return { contentType: register.contentType, text: await register.metrics() }
    },
  }
}
