/**
 * The queue loses things: all of it, its last moments, a round. The rows are the truth, so every total is exact and the
 * result is the same to the last bit.
 */

import { afterEach, describe, expect, it } from 'vitest'
import { QueueError, type QueueTask } from '#queue/queue.ts'
import { redisQueue } from '#queue/redis/redis-queue.ts'
import type { ResultDocument } from '#results/document.ts'
import { describeWith, REDIS } from '#test/needs.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import { type Bench, ended, eventually, primaries, startBench } from './control-bench.ts'

let bench: Bench

/** Tasks of a job with their payloads, as a worker gets them that then vanishes. */
async function stealAll(id: string): Promise<readonly QueueTask[]> {
  const answer = await eventually(
    () => bench.queue.take(id, 'thief', 1000),
    ({ kind }) => kind === 'tasks',
  )
  if (answer.kind !== 'tasks') throw new Error('no tasks')
  return answer.leases.map(({ task, payload }) => ({ task, payload }))
}

/** A queue as a failover may leave it: of the next generation, with other tasks than the rows say. */
async function replaceQueue(id: string, tasks: readonly QueueTask[]) {
  const generation = await bench.records.nextGeneration(id)
  await bench.queue.open(id, { leaseMs: 60_000, maxAttempts: 3, generation }, tasks)
}

const COUNT = 60 * 500
const document = primaries(COUNT, 60, { key: '00000000feedbeef' })

async function sampled(id: string): Promise<string> {
  const result = (await bench.client.call('result', { params: { id } })) as ResultDocument
  return JSON.stringify([result.primaries, result.batches, result.fissions, result.residuals])
}

async function undisturbed(): Promise<string> {
  const { id } = await bench.client.call('submit', { body: document })
  await ended(bench, id)
  return sampled(id)
}

describe('a queue that has less than the rows, or more', () => {
  afterEach(() => bench.done())

  it('gets back the tasks that it lost, while others still hold what it kept', async () => {
    bench = await startBench()
    bench.cluster.gate = new Promise(() => undefined)
    const { id } = await bench.client.call('submit', { body: document })
    const tasks = await stealAll(id)
    expect(tasks).toHaveLength(60)
    await replaceQueue(id, tasks.slice(0, 1))
    // The only task that is left is on lease for a minute.
    await bench.queue.take(id, 'thief', 1)
    await eventually(
      () => bench.queue.counts(id),
      (counts) => counts?.waiting === 59 && counts.leased === 1,
    )
  })

  it('does not keep a job from its end by giving out what is accepted', async () => {
    bench = await startBench()
    const letGo = bench.cluster.holdAt(50)
    const { id } = await bench.client.call('submit', { body: document })
    await eventually(
      () => bench.client.call('show', { params: { id } }),
      ({ progress }) => progress.tasksDone >= 40,
    )
    const tasks = await bench.records.tasks(id, { offset: 0, limit: 1000 })
    const payloads = await stealAll(id)
    const done = tasks.items.filter(({ accepted }) => accepted !== null)
    // The queue forgot what was reported: of the accepted tasks it gives out one again, whose worker then vanishes.
    const again = { task: done[0]!.task, payload: payloads[0]!.payload }
    bench.trouble.is = (task) => (task === again.task ? 'lose' : 'none')
    const open = await bench.records.openTasks(id)
    const known = new Map(payloads.map((one) => [one.task, one]))
    await replaceQueue(id, [again, ...open.flatMap(({ task }) => known.get(task) ?? [])])
    letGo()
    const end = await ended(bench, id)
    expect(end).toMatchObject({ state: 'done', progress: { primariesDone: COUNT, tasksDone: 60, tasksFailed: 0 } })
  })

  it('is opened again when it vanishes in the middle of a look', async () => {
    bench = await startBench()
    const expected = await undisturbed()
    const { id } = await bench.client.call('submit', { body: document })
    for (let n = 0; n < 20; n++) {
      await bench.queue.drop(id)
      await new Promise((next) => setTimeout(next, 5))
    }
    expect(await ended(bench, id)).toMatchObject({ state: 'done', progress: { tasksDone: 60, tasksFailed: 0 } })
    expect(await sampled(id)).toBe(expected)
    expect(bench.log.join('')).not.toContain('a job cannot go on')
  })

  it('holds a job up in words and in the metrics while it does not answer', async () => {
    bench = await startBench({ metricsListen: { host: '127.0.0.1', port: 0 } })
    const told = () => fetch(bench.control.metricsUrl()!).then((answer) => answer.text())
    expect(await told()).toContain('isolario_reachable{part="queue"} 1\n')
    const counts = bench.queue.counts
    const away = new QueueError('QUEUE_UNAVAILABLE', 'Redis did not take a request for 15 s.')
    bench.queue.counts = () => Promise.reject(away)
    const { id } = await bench.client.call('submit', { body: document })
    const held = await eventually(
      () => bench.client.call('show', { params: { id } }),
      ({ sentence }) => sentence.startsWith('Held up'),
    )
    expect(held.sentence).toContain('Redis did not take a request')
    const metrics = await told()
    expect(metrics).toContain('isolario_reachable{part="queue"} 0\n')
    expect(metrics).toContain('isolario_reachable{part="storage"} 1\n')
    expect(metrics).toContain('isolario_jobs_held{code="QUEUE_UNAVAILABLE"} 1\n')
    expect(metrics).not.toContain('isolario_merge_lag_seconds 0')
    bench.queue.counts = counts
    expect(await ended(bench, id)).toMatchObject({ state: 'done', progress: { tasksDone: 60 } })
    const after = await told()
    expect(after).toContain('isolario_reachable{part="queue"} 1\n')
    expect(after).not.toContain('isolario_jobs_held{')
  })
})

describeWith(REDIS, 'control with its queue in Redis', (bin) => {
  let server: RedisServer
  afterEach(async () => {
    await bench.done()
    await server.stop()
  })

  const start = async (appendOnly: boolean) => {
    server = await startRedis(bin, { appendOnly })
    const address = { url: server.url }
    bench = await startBench({
      replicas: 2,
      openQueue: () => redisQueue({ address, answerWithinMs: 1000, giveUpAfterMs: 60_000 }),
    })
  }
  const untilDone = (id: string, tasks: number) =>
    eventually(
      () => bench.client.call('show', { params: { id } }),
      ({ progress }) => progress.tasksDone >= tasks,
    )

  it('goes on with two replicas when Redis is emptied, killed, and replaced by an empty one', async () => {
    await start(false)
    const expected = await undisturbed()
    const { id } = await bench.client.call('submit', { body: document })
    await untilDone(id, 10)
    await server.client.flushall()
    await untilDone(id, 20)
    await server.kill()
    await server.restart()
    await untilDone(id, 30)
    await bench.restart()
    expect(await ended(bench, id)).toMatchObject({
      state: 'done',
      progress: { primariesDone: COUNT, tasksDone: 60, tasksFailed: 0 },
    })
    expect(await sampled(id)).toBe(expected)
    await eventually(
      () => server.client.keys('*'),
      (keys) => keys.length === 0,
    )
  })

  it('goes on where it was when control restarts and Redis was not lost', async () => {
    await start(true)
    const letGo = bench.cluster.holdAt(30)
    const { id } = await bench.client.call('submit', { body: document })
    await untilDone(id, 20)
    const before = await bench.records.simulation(id)
    await bench.restart()
    letGo()
    bench.trouble.is = () => 'none'
    expect(await ended(bench, id)).toMatchObject({ state: 'done', progress: { tasksDone: 60 } })
    expect((await bench.records.simulation(id))!.generation).toBe(before!.generation)
  })
})
