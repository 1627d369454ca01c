/** The queue in Redis: the contract on a real server, from control's side and from a worker's. */

import { afterAll, beforeAll } from 'vitest'
import { describeQueueContract, type QueueBench } from '#test/contracts/queue.ts'
import { describeWith, REDIS } from '#test/needs.ts'
import { passTime } from '#test/queue-time.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import type { RedisLogin } from './address.ts'
import { redisQueue } from './redis-queue.ts'
import { type RedisWorkerQueue, redisWorkerQueue } from './redis-worker-queue.ts'

const workerSecret = new Uint8Array(32).fill(9)
/** Long: time passes only where a test says so. */
const LEASE_MS = 600_000

describeWith(REDIS, 'the queue in Redis', (bin) => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis(bin)
  })
  afterAll(() => server.stop())

  const bench = async (overWire: boolean): Promise<QueueBench> => {
    await server.client.flushall()
    const address = { url: server.url }
    const queue = redisQueue({ address, workerSecret })
    await queue.ready()
    const clients = new Map<string, RedisWorkerQueue>()
    const access = async (jobId: string): Promise<RedisLogin> => ({ address, ...(await queue.grantWorker(jobId)) })
    return {
      queue,
      workers(jobId) {
        if (!overWire) return queue
        const client = clients.get(jobId) ?? redisWorkerQueue({ jobId, access: () => access(jobId) })
        clients.set(jobId, client)
        return client
      },
      leaseMs: LEASE_MS,
      advance: (ms) => passTime(server.client, ms),
      async close() {
        for (const client of clients.values()) await client.close()
        await queue.close()
      },
    }
  }
  describeQueueContract('Redis', () => bench(false))
  describeQueueContract('Redis, as a worker', () => bench(true))
})
