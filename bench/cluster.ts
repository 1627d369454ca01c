/**
 * The product on PostgreSQL, Redis under Sentinels and Ceph, one replica of control and its workers on the same machine as
 * the servers: what a task costs beyond its engine, and how soon one sees it.
 */

import { builtinEngine } from '#engines/builtin/engine.ts'
import { parseDocument } from '#simulation/parse.ts'
import { startReplicatedProduct, TOKEN } from '../test/journeys/replicated-product.ts'
import { CEPH, HAPROXY, POSTGRESQL, REDIS } from '../test/needs.ts'
import { jobRows } from './job-rows.ts'
import type { Benchmark, Measurement } from './measurement.ts'
import { clientOf, type Door, spesJob, until, watchedJob } from './watched-job.ts'

const NEEDS = [POSTGRESQL, REDIS, CEPH, HAPROXY] as const
const LONG_TASKS = 60
const LONG_HISTORIES = 2_000_000

export const benchmark: Benchmark = {
  name: 'cluster',
  unavailable() {
    const missing = NEEDS.filter((need) => need.find() === undefined)
    return missing.length === 0 ? null : missing.map(({ how }) => how).join(' ')
  },
  async run(): Promise<readonly Measurement[]> {
    const [postgresql, redis, ceph, haproxy] = NEEDS.map((need) => need.find()!) as [string, string, string, string]
    const product = await startReplicatedProduct(
      { postgresql, redis, ceph, haproxy },
      {
        replicas: 1,
        environment: { ISOLARIO_CLUSTER: 'processes', ISOLARIO_WORKER_SLOTS: '1', ISOLARIO_LOG_LEVEL: 'warn' },
      },
    )
    try {
      const door: Door = { url: product.url, token: TOKEN }
      // The first job of a service loads code and opens connections.
      await watchedJob(door, spesJob(100_000, 1000))
      const filled = await fillMilliseconds(door)
      const { rows, toFirstStartMs } = await jobRows(door, { overheadMs: 3, resultSeconds: 0.5 }, 'one worker')
      const engineMs = engineMilliseconds()
      const long = await watchedJob(door, spesJob(LONG_TASKS * LONG_HISTORIES, LONG_HISTORIES))
      return [
        {
          name: '10,000 tasks: accept and fill the queue',
          value: filled,
          unit: 'ms',
          budget: { limit: 1000, kind: 'at most' },
          how: 'request to 10,000 tasks that wait in Redis; through HAProxy',
        },
        {
          name: 'submission to the first task running',
          value: toFirstStartMs,
          unit: 'ms',
          budget: { limit: 1000, kind: 'at most' },
          how: 'a worker process is started for it and asks for access',
        },
        ...rows,
        {
          name: 'overhead of a task, long tasks',
          value: long.wallMs / LONG_TASKS - engineMs,
          unit: 'ms',
          budget: { limit: 20, kind: 'at most' },
          how: `${LONG_TASKS} tasks of ${LONG_HISTORIES} histories, one worker: wall time of a task less that of the bare engine (${engineMs.toFixed(0)} ms) in this process`,
        },
      ]
    } finally {
      await product.stop()
    }
  },
}

async function fillMilliseconds(door: Door): Promise<number> {
  const client = clientOf(door)
  const started = performance.now()
  const { id } = await client.call('submit', { body: spesJob(10_000_000, 1000) })
  const held = async () => {
    const one = (await client.call('queues')).find(({ jobId }) => jobId === id)
    return one?.state === 'open' ? one.waiting + one.leased + one.reported : 0
  }
  await until(async () => (await held()) > 9000)
  const taken = performance.now() - started
  await client.call('cancel', { params: { id } })
  await until(async () => (await client.call('show', { params: { id } })).state === 'cancelled')
  return taken
}

/** Wall time of the bare engine for one long task, median of 5. */
function engineMilliseconds(): number {
  const parsed = parseDocument(spesJob(LONG_HISTORIES, LONG_HISTORIES))
  if (!parsed.ok || builtinEngine.kind !== 'function') throw new Error('the example cannot be simulated')
  const { setup } = parsed.document
  const times: number[] = []
  for (let n = 0; n < 7; n++) {
    const started = performance.now()
    const batches = [{ ordinal: n, first: n * LONG_HISTORIES, histories: LONG_HISTORIES }]
    builtinEngine.simulate({ setup, stream: { jobKey: '0123456789abcdef', point: 0 }, batches })
    times.push(performance.now() - started)
  }
  return times.slice(2).sort((a, b) => a - b)[2]!
}
