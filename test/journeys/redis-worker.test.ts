/** Workers that speak to a Redis which is killed under them: they go on, and every task is reported once. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisQueue } from '#queue/redis/redis-queue.ts'
import { redisWorkerQueue } from '#queue/redis/redis-worker-queue.ts'
import { folderStorage } from '#storage/folder.ts'
import { describeWith, REDIS } from '#test/needs.ts'
import { createEngines, TOY_ENGINE_MODULE, toyPoint, toyTasks } from '#test/programs/toy-engines.ts'
import { startRedis } from '#test/servers/redis.ts'
import { runWorker } from '#worker/loop.ts'

const JOB = 'j'
const TASKS = 800

describeWith(REDIS, 'workers on Redis', (bin) => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'isolario-worker-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('work on while it is killed and comes back, as whom they are let in again', async () => {
    const server = await startRedis(bin)
    const address = { url: server.url }
    const control = redisQueue({ address, workerSecret: new Uint8Array(32), giveUpAfterMs: 60_000 })
    // A take whose answer died with the server leaves its tasks on lease to nobody: they come back after that time.
    const settings = { leaseMs: 5000, maxAttempts: 5, generation: 1 }
    await control.open(JOB, settings, toyTasks(toyPoint('toy'), TASKS, 2))
    const storage = await folderStorage({ folder: path.join(folder, 'objects'), clock: Date.now })
    let reported = 0
    let asked = 0
    const kills = [TASKS / 4, TASKS / 2]
    let killing: Promise<void> = Promise.resolve()
    const onReported = (tasks: number) => {
      reported += tasks
      if (kills.length === 0 || reported < kills[0]!) return
      kills.shift()
      killing = killing.then(async () => {
        await server.kill()
        await server.restart()
      })
    }
    const work = async (name: string) => {
      const queue = redisWorkerQueue({
        jobId: JOB,
        async access() {
          asked += 1
          return { address, ...(await control.grantWorker(JOB)) }
        },
      })
      const scratchFolder = await mkdtemp(path.join(folder, `${name}-`))
      const engines = createEngines()
      const clock = Date.now
      try {
        return await runWorker({
          ...{ queue, storage, jobId: JOB, workerId: name, engines, engineModule: TOY_ENGINE_MODULE },
          ...{ scratchFolder, clock, log: () => undefined, onReported },
        })
      } finally {
        await queue.close()
      }
    }
    const ends = await Promise.all(['w1', 'w2'].map(work))
    await killing
    expect(ends.map(({ reason }) => reason)).toEqual(['drained', 'drained'])
    // What Redis forgot with its last moment is done again by another, and both are told that it is well.
    expect(ends.reduce((sum, { finished }) => sum + finished, 0)).toBeGreaterThanOrEqual(TASKS)
    expect(asked).toBeGreaterThan(2)
    const reports = await control.reports(JOB, 2 * TASKS)
    expect(new Set(reports.map(({ task }) => task)).size).toBe(TASKS)
    expect(reports.every(({ kind }) => kind === 'finished')).toBe(true)
    await control.close()
    await storage.close()
    await server.stop()
  }, 60_000)
})
