/** The queue in Redis: pairs of claim and report, filling, memory. One server of our own, append-only file on. */

import { queueTasks } from '#control/fill-queue.ts'
import type { JobDocument } from '#control/job-documents.ts'
import type { FinishReport, GivenTask, Lease } from '#queue/queue.ts'
import { type RedisQueue, redisQueue } from '#queue/redis/redis-queue.ts'
import type { SimulationRecord } from '#records/records.ts'
import { presetById } from '#simulation/presets.ts'
import { REDIS } from '#test/needs.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import { type Benchmark, type Measurement, median } from './measurement.ts'

const JOB = 'bench'
const CALLERS = 32
const SETTINGS = { leaseMs: 60_000, maxAttempts: 3 }
/** As a job of 1e10 primaries has them: ten batches a task. */
const BATCHES = 10
const BATCH_HISTORIES = 1_000_000

/** Tasks of the SPES example with the payload that control writes. */
function tasksOf(count: number): readonly GivenTask[] {
  const { setup } = presetById('spes-uc4')!.document
  const record = {
    ...{ id: 'abcdefghijklmnop', engineId: 'builtin', engineVersion: '1.0.0', jobKey: '00000000000000aa' },
    ...{ timeSeconds: 86_400, memoryMebibytes: 2048, batchHistories: BATCH_HISTORIES },
  } as unknown as SimulationRecord
  const job = { points: [{ setup, setupDigest: 'a'.repeat(64) }], replay: false } as unknown as JobDocument
  const histories = BATCHES * BATCH_HISTORIES
  return queueTasks(
    record,
    job,
    Array.from({ length: count }, (_, task) => ({
      ...{ task, point: 0, firstHistory: task * histories, histories, firstBatch: task * BATCHES, seed: null },
    })),
  )
}

const finished = (lease: Lease): FinishReport & { kind: 'finished' } => ({
  kind: 'finished',
  ...{ task: lease.task, generation: lease.generation, attempt: lease.attempt },
  objectKey: `jobs/abcdefghijklmnop/tasks/${lease.task}/g${lease.generation}-a${lease.attempt}.tally`,
  digest: '0123456789abcdef'.repeat(4),
  ...{ bytes: 40_000, histories: BATCHES * BATCH_HISTORIES, startedAtMs: 1764201600000, endedAtMs: 1764201605000 },
})

/** Milliseconds until all tasks are taken and reported. */
async function drain(queue: RedisQueue, atOnce: number): Promise<number> {
  const started = performance.now()
  const caller = async (name: string) => {
    for (;;) {
      const answer = await queue.take(JOB, name, atOnce)
      if (answer.kind !== 'tasks') return
      await queue.report(JOB, name, answer.leases.map(finished))
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, (_, n) => caller(`w${n}`)))
  return performance.now() - started
}

async function memory(server: RedisServer, keys: string): Promise<number> {
  const sizes = await Promise.all((await server.client.keys(keys)).map((key) => server.client.memory('USAGE', key)))
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) / 1e6
}

async function measure(server: RedisServer, queue: RedisQueue): Promise<readonly Measurement[]> {
  let generation = 0
  const open = (tasks: readonly GivenTask[]) => queue.open(JOB, { ...SETTINGS, generation: ++generation }, tasks)
  const rates: Record<number, number[]> = { 1: [], 10: [] }
  const fills: number[] = []
  for (let run = 0; run < 3; run++) {
    for (const atOnce of [1, 10]) {
      const started = performance.now()
      await open(tasksOf(10_000))
      fills.push(performance.now() - started)
      rates[atOnce]!.push(10_000 / ((await drain(queue, atOnce)) / 1000))
    }
  }
  const many = tasksOf(100_000)
  const started = performance.now()
  await open(many)
  const filled = performance.now() - started
  const waiting = await memory(server, '{isolario:bench}:*')
  await drain(queue, 50)
  const reported = await memory(server, '{isolario:bench}:*')
  const confirming = performance.now()
  for (;;) {
    const reports = await queue.reports(JOB, 500)
    if (reports.length === 0) break
    await queue.confirm(JOB, reports)
  }
  const confirmed = performance.now() - confirming
  const rest = await memory(server, '{isolario:bench}:*')
  await queue.drop(JOB)
  const how = `${CALLERS} callers on one connection, appendfsync everysec; median of 3 runs of 10,000 tasks`
  return [
    {
      name: 'take and report, one task at a time',
      value: median(rates[1]!),
      unit: 'tasks/s',
      budget: { limit: 10_000, kind: 'at least' },
      how,
    },
    { name: 'take and report, ten at a time', value: median(rates[10]!), unit: 'tasks/s', how },
    {
      name: '10,000 tasks: write the payloads and fill the queue',
      value: median(fills),
      unit: 'ms',
      budget: { limit: 1000, kind: 'at most' },
      how: 'payloads of the SPES example, ten batches each; median of 6',
    },
    { name: '100,000 tasks: fill the queue', value: filled, unit: 'ms', how: 'payloads written before' },
    {
      name: '100,000 tasks waiting',
      value: waiting,
      unit: 'MB',
      budget: { limit: 50, kind: 'at most' },
      how: 'memory of all keys as Redis reckons it; the common beginning of the payloads is kept once',
    },
    {
      name: '100,000 tasks reported and none confirmed',
      value: reported,
      unit: 'MB',
      how: 'control away all the while',
    },
    { name: '100,000 tasks confirmed', value: rest, unit: 'MB', how: 'what is left until the queue is dropped' },
    { name: 'read and confirm reports', value: 100_000 / (confirmed / 1000), unit: 'reports/s', how: '500 at a time' },
  ]
}

export const benchmark: Benchmark = {
  name: 'redis-queue',
  unavailable: () => (REDIS.find() === undefined ? REDIS.how : null),
  async run(): Promise<readonly Measurement[]> {
    const server = await startRedis(REDIS.find()!)
    const queue = redisQueue({ address: { url: server.url } })
    try {
      await queue.ready()
      return await measure(server, queue)
    } finally {
      await queue.close()
      await server.stop()
    }
  },
}
