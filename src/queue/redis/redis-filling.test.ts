/** Opening a queue in Redis: half of one is never taken for a whole one, and replicas that open at once agree. */

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWith, REDIS } from '#test/needs.ts'
import { passTime } from '#test/queue-time.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import { type Queue, type QueueTask, TASK_LOST } from '../queue.ts'
import { keysOf } from './keys.ts'
import { type RedisQueue, redisQueue } from './redis-queue.ts'
import { functionName } from './scripts/library.ts'

const JOB = 'job'
const settings = (generation: number) => ({ leaseMs: 600_000, maxAttempts: 2, generation })
const tasksOf = (count: number): QueueTask[] =>
  Array.from({ length: count }, (_, task) => ({ task, payload: `{"setup":"${'s'.repeat(100)}","task":${task}}` }))

/** Takes all there is; every task once and with its payload. */
async function takeAll(queue: Queue): Promise<number[]> {
  const taken: number[] = []
  for (;;) {
    const answer = await queue.take(JOB, 'w', 500)
    if (answer.kind !== 'tasks') return taken.sort((one, other) => one - other)
    for (const { task, payload } of answer.leases) {
      expect(JSON.parse(payload)).toEqual({ setup: 's'.repeat(100), task })
      taken.push(task)
    }
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describeWith(REDIS, 'filling a queue in Redis', (bin) => {
  let server: RedisServer
  let queue: RedisQueue
  let other: RedisQueue
  beforeAll(async () => {
    server = await startRedis(bin)
    queue = redisQueue({ address: { url: server.url } })
    other = redisQueue({ address: { url: server.url } })
    await Promise.all([queue.ready(), other.ready()])
  })
  beforeEach(() => server.client.flushall())
  afterAll(async () => {
    await queue.close()
    await other.close()
    await server.stop()
  })

  const call = (name: 'begin' | 'fill', args: readonly (string | number)[]) =>
    server.client.call('FCALL', functionName(name), 7, ...keysOf(JOB), ...args)

  /** What a replica leaves that was killed while it filled. */
  async function fillHalf(generation: number) {
    expect(await call('begin', [generation, 600_000, 2, 60_000])).toBe('fill')
    const payload = `{"setup":"${'s'.repeat(100)}","task":0}`
    expect(await call('fill', [generation, 60_000, 0, 0, 0, payload])).toBe('done')
  }

  it('keeps the beginning that all payloads share once', async () => {
    await queue.open(JOB, settings(1), tasksOf(3000))
    const payloads = await server.client.hgetall(keysOf(JOB)[1]!)
    expect(Object.keys(payloads).filter((field) => field.startsWith('text:'))).toEqual(['text:1'])
    expect(payloads['2999']).toBe('1:2999}')
    expect(await takeAll(queue)).toEqual(numbers(3000))
  })

  it.each([1, 2])('does not take half a queue for a whole one; generation %d makes it whole', async (generation) => {
    await fillHalf(1)
    expect(await queue.counts(JOB)).toBeUndefined()
    expect(await queue.take(JOB, 'w', 1)).toMatchObject({ kind: 'wait', leased: 0 })
    expect(await queue.extend(JOB, 'w', [{ task: 0, generation: 1, attempt: 1, historiesDone: 0 }])).toEqual({
      lost: [0],
      order: 'go-on',
    })
    await expect(queue.add(JOB, tasksOf(1))).rejects.toMatchObject({ code: 'QUEUE_UNKNOWN_JOB' })
    await expect(queue.order(JOB, 'stop')).rejects.toMatchObject({ code: 'QUEUE_UNKNOWN_JOB' })
    await queue.open(JOB, settings(generation), tasksOf(1200))
    expect(await queue.counts(JOB)).toEqual({ waiting: 1200, leased: 0, reported: 0 })
    expect(await takeAll(queue)).toEqual(numbers(1200))
  })

  it('refuses what a filler sends late, after another has begun a higher generation', async () => {
    await fillHalf(1)
    await other.open(JOB, settings(2), tasksOf(5))
    expect(await call('fill', [1, 60_000, 0, 77, 0, 'late'])).toBe('gone')
    expect(await call('begin', [1, 600_000, 2, 60_000])).toBe('kept')
    await other.drop(JOB)
    expect(await call('fill', [2, 60_000, 0, 77, 0, 'late'])).toBe('gone')
    expect(await server.client.dbsize()).toBe(0)
  })

  it('lets replicas open the same generation at once, and different ones: the highest stays, whole', async () => {
    const tasks = tasksOf(4000)
    await Promise.all([queue.open(JOB, settings(1), tasks), other.open(JOB, settings(1), tasks)])
    expect(await queue.counts(JOB)).toEqual({ waiting: 4000, leased: 0, reported: 0 })
    await Promise.all([3, 2, 5, 4].map((n) => (n % 2 ? queue : other).open(JOB, settings(n), tasks)))
    const answer = await queue.take(JOB, 'w', 1)
    expect(answer).toMatchObject({ kind: 'tasks', leases: [{ generation: 5, attempt: 1 }] })
    expect((await takeAll(other)).length).toBe(3999)
  })

  it('lets replicas add, reap and confirm at once: each thing happens once', async () => {
    await queue.open(JOB, settings(1), [])
    const tasks = tasksOf(1500)
    await Promise.all([queue, other, queue, other].map((one) => one.add(JOB, tasks)))
    expect((await takeAll(queue)).length).toBe(1500)
    await passTime(server.client, 600_001)
    const reaped = await Promise.all([queue, other, queue, other].map((one) => one.reap(JOB)))
    expect(reaped.reduce((sum, { returned }) => sum + returned, 0)).toBe(1500)
    expect(await queue.counts(JOB)).toEqual({ waiting: 1500, leased: 0, reported: 0 })
    await takeAll(other)
    await passTime(server.client, 600_001)
    const dead = await Promise.all([queue, other, queue, other].map((one) => one.reap(JOB)))
    expect(dead.reduce((sum, { dead }) => sum + dead, 0)).toBe(1500)
    const reports = await queue.reports(JOB, 2000)
    expect(new Set(reports.map(({ task }) => task)).size).toBe(1500)
    await Promise.all([queue.confirm(JOB, reports), other.confirm(JOB, reports)])
    expect(await queue.counts(JOB)).toEqual({ waiting: 0, leased: 0, reported: 0 })
  })

  it('is all gone after FLUSHALL, and the fences of before are refused after it is opened again', async () => {
    await queue.open(JOB, settings(1), tasksOf(2))
    const answer = await queue.take(JOB, 'w', 2)
    if (answer.kind !== 'tasks') throw new Error('no tasks')
    const [lease] = answer.leases
    await server.client.flushall()
    expect(await queue.counts(JOB)).toBeUndefined()
    expect(await queue.take(JOB, 'w', 1)).toEqual({ kind: 'end', reason: 'unknown-job' })
    await queue.open(JOB, settings(2), tasksOf(2))
    const { task, generation, attempt } = lease!
    const report = { kind: 'failed', code: 'X', message: 'x', retriable: false, logKey: null } as const
    expect(await queue.report(JOB, 'w', [{ ...report, task, generation, attempt }])).toEqual({ refused: [task] })
    expect(await queue.counts(JOB)).toEqual({ waiting: 2, leased: 0, reported: 0 })
  })

  it('does not take leases for lost because nobody could speak to Redis for a while', async () => {
    await queue.open(JOB, settings(1), tasksOf(3))
    await queue.take(JOB, 'w', 3)
    await queue.reap(JOB)
    const [meta, , , , leases] = keysOf(JOB)
    /** All clocks go on and nobody asks anything meanwhile. */
    const silence = async (ms: number) => {
      await passTime(server.client, ms)
      await server.client.hincrby(meta!, 'seen', -ms)
    }
    // Long after the end of the leases, only a quarter of them is over.
    await silence(2_000_000)
    expect(await queue.take(JOB, 'w', 1)).toMatchObject({ kind: 'wait', leased: 3 })
    expect(await queue.reap(JOB)).toEqual({ returned: 0, dead: 0 })
    const left = (await queue.leases(JOB)).map(({ expiresAtMs }) => expiresAtMs - Date.now())
    expect(Math.max(...left)).toBeLessThan(460_000)
    expect(Math.min(...left)).toBeGreaterThan(400_000)
    const { attempt, generation } = (await queue.leases(JOB))[0]!
    expect(await queue.extend(JOB, 'w', [{ task: 0, attempt, generation, historiesDone: 1 }])).toMatchObject({
      lost: [],
    })
    await passTime(server.client, 470_000)
    expect(await queue.reap(JOB)).toEqual({ returned: 2, dead: 0 })
    // A clock that is set back, or is that of another server, does not make a lease longer.
    await server.client.hincrby(meta!, 'seen', 5_000_000)
    await server.client.zincrby(leases!, 5_000_000, '0')
    await queue.reap(JOB)
    expect((await queue.leases(JOB))[0]!.expiresAtMs - Date.now()).toBeLessThan(600_000)
  })

  it('does not lengthen a lease that begins right after such a silence', async () => {
    await queue.open(JOB, settings(1), tasksOf(4))
    await queue.take(JOB, 'w', 1)
    await queue.reap(JOB)
    const [meta] = keysOf(JOB)
    await passTime(server.client, 2_000_000)
    await server.client.hincrby(meta!, 'seen', -2_000_000)
    // The line is not empty: nothing is reaped, and the first to speak is a worker that takes.
    expect(await queue.take(JOB, 'v', 1)).toMatchObject({ kind: 'tasks', leases: [{ task: 1 }] })
    const ends = async () => {
      const leases = (await queue.leases(JOB)).toSorted((one, other) => one.task - other.task)
      return leases.map(({ expiresAtMs }) => Math.round((expiresAtMs - Date.now()) / 10_000))
    }
    // A quarter of the old one is over; the new one has its whole length, then and after whoever looks next.
    expect(await ends()).toEqual([45, 60])
    await queue.reap(JOB)
    expect(await ends()).toEqual([45, 60])
    const [old, fresh] = (await queue.leases(JOB)).toSorted((one, other) => one.task - other.task)
    await queue.extend(JOB, 'w', [{ ...old!, historiesDone: 1 }])
    expect(await ends()).toEqual([60, 60])
    await passTime(server.client, 600_001)
    expect(await queue.reap(JOB)).toEqual({ returned: 2, dead: 0 })
    expect(fresh!.expiresAtMs - Date.now()).toBeLessThan(601_000)
  })

  it('gives every key a time to live, also those that came later, and renews it while somebody looks', async () => {
    const short = redisQueue({ address: { url: server.url }, keepMs: 100_000 })
    await short.open(JOB, settings(1), tasksOf(3))
    await short.take(JOB, 'w', 2)
    const lives = async () => Promise.all((await server.client.keys('*')).map((key) => server.client.pttl(key)))
    // A worker makes keys and may not say how long they live.
    expect(await lives()).toContain(-1)
    await short.reap(JOB)
    expect((await lives()).every((ms) => ms > 0)).toBe(true)
    for (const key of await server.client.keys('*')) await server.client.pexpire(key, 20_000)
    await short.reap(JOB)
    expect((await lives()).every((ms) => ms > 90_000)).toBe(true)
    await short.close()
  })

  it('tells an operator of every queue, also of one that nobody opened properly', async () => {
    await queue.open(JOB, settings(3), tasksOf(4))
    await queue.open('second', { ...settings(1), maxAttempts: 1 }, tasksOf(2))
    await queue.take('second', 'w', 1)
    await passTime(server.client, 600_001)
    await queue.reap('second')
    await queue.take('second', 'w', 1)
    await queue.order('second', 'stop')
    await server.client.hset('{isolario:third}:tries', '1', '1 1 0 w')
    await server.client.set('{isolario:spoilt}:meta', 'x')
    await server.client.set('somebody-else', 'x')
    const found = await queue.inspectQueues()
    expect(found).toMatchObject([
      { jobId: JOB, state: 'open', generation: 3, order: 'go-on', waiting: 4, leased: 0, lost: 0, nextExpiryMs: null },
      { jobId: 'second', state: 'open', order: 'stop', waiting: 0, leased: 1, reported: 1, lost: 1 },
      { jobId: 'spoilt', state: 'broken' },
      { jobId: 'third', state: 'broken', generation: 0 },
    ])
    expect(found[1]!.nextExpiryMs).toBeGreaterThan(0)
    expect(found.every(({ bytes }) => bytes > 50)).toBe(true)
    expect(found[0]!.livesMs).toBeGreaterThan(0)
    expect(found[1]!.failures).toMatchObject([{ task: 0, code: TASK_LOST }])
    await queue.drop('third')
    await queue.drop('spoilt')
    expect(await queue.inspectQueues()).toHaveLength(2)
  })
})
