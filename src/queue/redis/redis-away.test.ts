/** Redis is killed, frozen, replaced: what becomes of the queue and of those who wait for it. */

import { afterEach, expect, it } from 'vitest'
import { describeWith, REDIS } from '#test/needs.ts'
import { workUnderLoad } from '#test/queue-load.ts'
import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '#test/servers/redis.ts'
import { type RedisQueue, type RedisQueueOptions, redisQueue } from './redis-queue.ts'
import { type RedisWorkerQueue, redisWorkerQueue } from './redis-worker-queue.ts'

const workerSecret = new Uint8Array(32).fill(5)
const JOB = 'job'
const settings = { leaseMs: 60_000, maxAttempts: 2, generation: 1 }
const tasks = [0, 1, 2].map((task) => ({ task, payload: `{"task":${task}}` }))

const toClose: { close(): Promise<void> }[] = []
const toStop: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((one) => one.close()))
  await Promise.all(toStop.splice(0).map((one) => one.stop()))
})

function queueOn(options: RedisQueueOptions): RedisQueue {
  const queue = redisQueue({ workerSecret, answerWithinMs: 1000, giveUpAfterMs: 60_000, ...options })
  toClose.push(queue)
  return queue
}

/** A worker that control lets in; `asked` counts how often. */
function workerOf(
  queue: RedisQueue,
  address: RedisQueueOptions['address'],
  asked: { times: number },
): RedisWorkerQueue {
  const worker = redisWorkerQueue({
    jobId: JOB,
    answerWithinMs: 1000,
    async access() {
      asked.times += 1
      return { address, ...(await queue.grantWorker(JOB)) }
    },
  })
  toClose.push(worker)
  return worker
}

describeWith(REDIS, 'a Redis that goes away', (bin) => {
  const start = async (options?: Parameters<typeof startRedis>[1]): Promise<RedisServer> => {
    const server = await startRedis(bin, options)
    toStop.push(server)
    return server
  }
  const startCluster = async (): Promise<RedisCluster> => {
    const cluster = await startRedisCluster(bin)
    toStop.push(cluster)
    return cluster
  }

  it('loses nothing that was answered when it is killed again and again, if it writes before it answers', async () => {
    // With "everysec" an answer may go out before its write, while the disk is busy with the last one.
    const server = await start({ args: ['--appendfsync', 'always'] })
    const address = { url: server.url }
    const replicas = [queueOn({ address }), queueOn({ address })]
    const asked = { times: 0 }
    const workers = [1, 2, 3, 4].map(() => workerOf(replicas[0]!, address, asked))
    const killAndRestart = async () => {
      await server.kill()
      await server.restart()
    }
    const result = await workUnderLoad({
      jobId: JOB,
      tasks: 800,
      replicas,
      workers,
      disturb: [150, 350, 550].map((after) => ({ after, by: killAndRestart })),
    })
    expect(result.failures).toEqual([])
    expect(result.accepted.size).toBe(800)
    expect(result.repeatedAfterReport).toEqual([])
    // The queue itself was never lost, and its functions neither; only the users are, each time.
    expect(result.generation).toBe(1)
    expect(asked.times).toBeGreaterThan(workers.length)
  }, 60_000)

  it('is built again from the rows when it comes back empty', async () => {
    const server = await start({ appendOnly: false })
    const address = { url: server.url }
    const queue = queueOn({ address })
    const workers = [1, 2].map(() => workerOf(queue, address, { times: 0 }))
    const result = await workUnderLoad({
      jobId: JOB,
      tasks: 600,
      replicas: [queue],
      workers,
      disturb: [
        {
          after: 200,
          async by() {
            await server.kill()
            await server.restart()
          },
        },
        { after: 400, by: async () => void (await server.client.flushall()) },
      ],
    })
    expect(result.failures).toEqual([])
    expect(result.accepted.size).toBe(600)
    expect(result.generation).toBe(3)
  }, 60_000)

  it('goes on under Sentinels when the primary is killed and when the next one freezes', async () => {
    const cluster = await startCluster()
    const address = { sentinels: cluster.sentinels, master: cluster.master }
    const replicas = [queueOn({ address }), queueOn({ address })]
    expect((await replicas[0]!.ready()).map(({ code }) => code)).toEqual(['REDIS_LOSES_WRITES', 'REDIS_OPEN'])
    const asked = { times: 0 }
    const workers = [1, 2, 3].map(() => workerOf(replicas[0]!, address, asked))
    const primaries: number[] = []
    const result = await workUnderLoad({
      jobId: JOB,
      tasks: 1500,
      replicas,
      workers,
      disturb: [
        {
          after: 300,
          async by() {
            const first = await cluster.primary()
            await first.kill()
            primaries.push(first.port, (await cluster.failover(first)).port)
          },
        },
        {
          after: 900,
          async by() {
            const second = await cluster.primary()
            second.freeze()
            primaries.push((await cluster.failover(second)).port)
            // It still believes to be the primary for a moment.
            second.thaw()
          },
        },
      ],
    })
    expect(new Set(primaries).size).toBe(3)
    expect(result.failures).toEqual([])
    expect(result.accepted.size).toBe(1500)
    // Each new primary knew none of the users; the first worker that asks brings it back for all.
    expect(asked.times).toBeGreaterThanOrEqual(workers.length + 2)
  }, 60_000)

  it('loses no task when it falls back to a moment ago, as a failover makes it', async () => {
    const server = await start()
    const address = { url: server.url }
    const replicas = [queueOn({ address }), queueOn({ address })]
    const workers = [1, 2, 3, 4].map(() => workerOf(replicas[0]!, address, { times: 0 }))
    let fallbacks = 0
    const fallBack = async () => {
      const keys = await server.client.keys('{isolario:*}:*')
      const before = (await keys.reduce((all, key) => all.dumpBuffer(key), server.client.multi()).exec())!
      await new Promise((next) => setTimeout(next, 60))
      const back = server.client.multi().flushall()
      for (const [at, key] of keys.entries()) if (before[at]![1]) back.restore(key, 0, before[at]![1] as Buffer)
      await back.exec()
      fallbacks += 1
    }
    const result = await workUnderLoad({
      jobId: JOB,
      tasks: 900,
      replicas,
      workers,
      disturb: [0, 1, 150, 300, 450, 600, 750, 900].map((after) => ({ after, by: fallBack })),
    })
    expect(result.failures).toEqual([])
    expect(fallbacks).toBe(8)
    expect(result.accepted.size).toBe(900)
  }, 60_000)

  it('says that it is away after the stated time, whether it is dead or only frozen, and works when it is back', async () => {
    const server = await start({ args: ['--appendfsync', 'always'] })
    const told: string[] = []
    const address = { url: server.url }
    const queue = queueOn({ address, giveUpAfterMs: 500, answerWithinMs: 200, onTrouble: (line) => told.push(line) })
    await queue.open(JOB, settings, tasks)
    server.freeze()
    const asked = await Promise.allSettled([queue.counts(JOB), queue.take(JOB, 'w', 1), queue.reap(JOB)])
    await expect(queue.ping()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
    for (const call of asked) expect(call).toMatchObject({ status: 'rejected', reason: { code: 'QUEUE_UNAVAILABLE' } })
    server.thaw()
    await expect
      .poll(() => queue.counts(JOB).catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({ reported: 0 })
    await server.kill()
    await expect(queue.counts(JOB)).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    await server.restart()
    await expect
      .poll(() => queue.counts(JOB).catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({ reported: 0 })
    // Not once for every call: away and back take turns, at least twice.
    const isBack = told.map((line) => line === 'Redis answers again.')
    expect(isBack.length).toBeGreaterThanOrEqual(4)
    expect(isBack).toEqual(isBack.map((_, n) => n % 2 === 1))
  })

  it('is heard of again after a restart', async () => {
    const server = await start()
    const queue = queueOn({ address: { url: server.url } })
    const heard: string[] = []
    queue.onReports((jobId) => heard.push(jobId))
    queue.onReports(() => {
      throw new Error('not mine')
    })
    await queue.ready()
    await server.kill()
    await server.restart()
    await queue.open(JOB, settings, tasks)
    const answer = await queue.take(JOB, 'w', 1)
    if (answer.kind !== 'tasks') throw new Error('no tasks')
    const { task, generation, attempt } = answer.leases[0]!
    const subscribers = async () => Number(await server.client.call('PUBSUB', 'NUMPAT'))
    await expect.poll(subscribers, { timeout: 20_000 }).toBe(1)
    const failure = { kind: 'failed', code: 'X', message: 'x', retriable: false, logKey: null } as const
    await queue.report(JOB, 'w', [{ ...failure, task, generation, attempt }])
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual([JOB])
  })

  it('tells an operator what its settings will cost', async () => {
    const good = redisQueue({ address: { url: (await start()).url } })
    toClose.push(good)
    expect(await good.ready()).toEqual([])
    await good.ping()
    const bad = await start({ appendOnly: false, args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] })
    const codes = (await queueOn({ address: { url: bad.url } }).ready()).map(({ code }) => code)
    expect(codes).toEqual(['REDIS_EVICTS', 'REDIS_NOT_DURABLE', 'REDIS_OPEN'])
    await bad.client.call('ACL', 'SETUSER', 'blind', 'on', '>pass', '~*', '&*', '+@all', '-info', '-config')
    const blind = queueOn({ address: { url: bad.url }, username: 'blind', password: 'pass' })
    expect((await blind.ready()).map(({ code }) => code)).toEqual(['REDIS_NOT_CHECKED', 'REDIS_OPEN'])
    const wrong = queueOn({ address: { url: bad.url }, username: 'blind', password: 'wrong' })
    for (const refused of [wrong.ready(), wrong.counts(JOB)]) {
      await expect(refused).rejects.toMatchObject({
        code: 'QUEUE_DENIED',
        message: expect.stringContaining('refuses the user or the password'),
      })
    }
  })

  it('takes reports in and makes room when its memory is full, and refuses new tasks in words', async () => {
    const server = await start({ args: ['--maxmemory', '6mb'] })
    const queue = queueOn({ address: { url: server.url }, giveUpAfterMs: 300 })
    await queue.open(JOB, settings, tasks)
    const answer = await queue.take(JOB, 'w', 3)
    if (answer.kind !== 'tasks') throw new Error('no tasks')
    await server.client.config('SET', 'maxmemory', '1mb')
    await expect(queue.open('next', settings, tasks)).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
      message: expect.stringContaining('OOM'),
    })
    const failure = { kind: 'failed', code: 'X', message: 'x', retriable: false, logKey: null } as const
    const reports = answer.leases.map(({ task, generation, attempt }) => ({ ...failure, task, generation, attempt }))
    expect(await queue.report(JOB, 'w', reports)).toEqual({ refused: [] })
    await queue.confirm(JOB, await queue.reports(JOB, 10))
    expect(await queue.counts(JOB)).toEqual({ waiting: 0, leased: 0, reported: 0 })
  })
})
