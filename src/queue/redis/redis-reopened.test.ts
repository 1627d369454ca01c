/** A queue that was lost with all its server's data, as its workers see it until control has opened it again. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, REDIS } from '#test/needs.ts'
import { type RedisServer, startRedis } from '#test/servers/redis.ts'
import { redisQueue } from './redis-queue.ts'
import { redisWorkerQueue } from './redis-worker-queue.ts'

const JOB = 'lost'
const settings = { leaseMs: 5000, maxAttempts: 5, generation: 1 }
const tasks = [0, 1].map((task) => ({ task, payload: `{"task":${task}}` }))

describeWith(REDIS, 'a worker whose queue is gone', (bin) => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis(bin)
  })
  afterAll(() => server.stop())

  it('waits for it while its job goes on, and ends when control says that it is over', async () => {
    const address = { url: server.url }
    const control = redisQueue({ address, workerSecret: new Uint8Array(32) })
    let over = false
    const worker = redisWorkerQueue({
      jobId: JOB,
      access: async () => ({ address, ...(await control.grantWorker(JOB)) }),
      isOver: async () => over,
    })
    try {
      await control.open(JOB, settings, tasks)
      const first = await worker.take(JOB, 'w', 1)
      expect(first).toMatchObject({ kind: 'tasks', leases: [{ task: 0, generation: 1 }] })
      await server.client.flushall()

      const held = [{ task: 0, attempt: 1, generation: 1, historiesDone: 0 }]
      expect(await worker.extend(JOB, 'w', held)).toEqual({ lost: [0], order: 'go-on' })
      expect(await worker.take(JOB, 'w', 1)).toMatchObject({ kind: 'wait' })

      await control.open(JOB, { ...settings, generation: 2 }, tasks)
      expect(await worker.take(JOB, 'w', 1)).toMatchObject({ kind: 'tasks', leases: [{ task: 0, generation: 2 }] })
      await control.drop(JOB)
      over = true
      expect(await worker.take(JOB, 'w', 1)).toEqual({ kind: 'end', reason: 'unknown-job' })
    } finally {
      await worker.close()
      await control.close()
    }
  })
})
