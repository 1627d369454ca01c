/**
 * The product on PostgreSQL, Redis under Sentinels and Ceph, one replica of control and its workers on the same machine as
 * the servers: what a task costs beyond its engine, and how soon one sees it.
 */

import { builtinEngine } from '#engines/builtin/engine.ts'
import { parseDocument } from '#simulation/parse.ts'
import { startReplicatedProduct, TOKEN } from '../test/journeys/replicated-product.ts'
import { CEPH, HAPROXY, POSTGRESQL, REDIS } from '../test/needs.ts'
import { resultRow } from './job-rows.ts'
import { type Benchmark, type Measurement, median } from './measurement.ts'
import { ProcessorWatch, usedBetween } from './processor-times.ts'
import { clientOf, type Door, meanPauseMs, spesJob, until, watchedJob } from './watched-job.ts'

const NEEDS = [POSTGRESQL, REDIS, CEPH, HAPROXY] as const
/** About 10 ms of the engine, and about 5 s: what the budgets are for. */
const SHORT = { tasks: 400, histories: 250_000 }
const LONG = { tasks: 6, histories: 120_000_000 }

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
    const watch = new ProcessorWatch()
    try {
      const door: Door = { url: product.url, token: TOKEN }
      // The first job of a service loads code and opens connections.
      await watchedJob(door, spesJob(100_000, 1000))
      const filled = await fillMilliseconds(door)
      const before = watch.now()
      const tiny = await watchedJob(door, spesJob(100_000, 100))
      const used = usedBetween(before, watch.now(), 1000)
      const engineMs = engineMilliseconds(SHORT.histories)
      const short = await watchedJob(door, spesJob(SHORT.tasks * SHORT.histories, SHORT.histories))
      const long = await watchedJob(door, spesJob(LONG.tasks * LONG.histories, LONG.histories))
      const longMs = long.tasks.reduce((sum, task) => sum + task.endedAtMs - task.startedAtMs, 0) / LONG.tasks
      return [
        {
          name: '10,000 tasks: accept and fill the queue',
          value: filled,
          unit: 'ms',
          budget: { limit: 1000, kind: 'at most' },
          how: 'request to 10,000 tasks that wait in Redis; through HAProxy',
        },
        {
          name: 'submission to the first task running in a child process',
          value: tiny.toFirstStartMs,
          unit: 'ms',
          how: 'a worker is started as a child of control and asks for access; no pod is in it (bench `pods` has one)',
        },
        {
          name: 'overhead of a task, tasks of 10 ms in batches',
          value: short.wallMs / SHORT.tasks - engineMs,
          unit: 'ms',
          budget: { limit: 3, kind: 'at most' },
          how: `${SHORT.tasks} tasks, one worker: first start to last end, divided by the tasks, less the bare engine (${engineMs.toFixed(1)} ms) in this process`,
        },
        {
          name: 'tasks of next to nothing, one after the other',
          value: tiny.wallMs / 1000,
          unit: 'ms',
          how: '1,000 tasks of 100 histories, one worker: first start to last end, divided by the tasks; all parts share two cores',
        },
        {
          name: 'processor time of a task of next to nothing',
          value: used.sum,
          unit: 'ms',
          how: `the same tasks, start of the worker and looks of the page included; in ms: ${used.words}`,
        },
        {
          name: 'overhead of a task, long tasks',
          value: meanPauseMs(long),
          unit: 'ms',
          budget: { limit: 20, kind: 'at most' },
          how: `${LONG.tasks} tasks of ${(longMs / 1000).toFixed(1)} s, one worker: from the end of one to the start of the next, mean; storing and reporting go on beside the next`,
        },
        await resultRow(door, 0.5),
      ]
    } finally {
      watch.close()
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

/** Wall time of the bare engine for one task, median of the later ones of many. */
function engineMilliseconds(histories: number): number {
  const parsed = parseDocument(spesJob(histories, histories))
  if (!parsed.ok || builtinEngine.kind !== 'function') throw new Error('the example cannot be simulated')
  const { setup } = parsed.document
  const times: number[] = []
  for (let n = 0; n < 60; n++) {
    const started = performance.now()
    const batches = [{ ordinal: n, first: n * histories, histories }]
    builtinEngine.simulate({ setup, stream: { jobKey: '0123456789abcdef', point: 0 }, batches })
    times.push(performance.now() - started)
  }
  return median(times.slice(20))
}
