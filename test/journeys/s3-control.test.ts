/** A whole job over a bucket instead of a folder: the same numbers to the last bit, and not one object too many. */

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { ResultDocument } from '#results/document.ts'
import { s3Storage } from '#storage/s3.ts'
import { type Storage, StorageError } from '#storage/storage.ts'
import { describeWith } from '#test/needs.ts'
import { freshBucket, S3_SERVERS } from '#test/servers/buckets.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { type Bench, type BenchOptions, ended, eventually, primaries, startBench } from './control-bench.ts'

const TASKS = 60
const document = primaries(TASKS * 500, TASKS, { key: '00000000feedbeef' })

/** Puts again while the storage is away, as a worker does; everything else is control's own business. */
function patient(storage: Storage): Storage {
  const put: Storage['put'] = async (key, content) => {
    for (;;) {
      try {
        return await storage.put(key, content)
      } catch (error) {
        if (!(error instanceof StorageError) || !error.retriable) throw error
        await new Promise((next) => setTimeout(next, 20))
      }
    }
  }
  return new Proxy(storage, {
    get: (target, name) => (name === 'put' ? put : Reflect.get(target, name).bind(target)),
  })
}

for (const { need, start } of S3_SERVERS) {
  describeWith(need, `a job with its objects on ${need.name}`, (program) => {
    let server: S3Server
    let bench: Bench
    beforeAll(async () => {
      server = await start(program)
    })
    afterAll(() => server?.stop())
    afterEach(() => bench.done())

    const run = async (options: BenchOptions, meanwhile: () => Promise<void>) => {
      bench = await startBench(options)
      const { id } = await bench.client.call('submit', { body: document })
      await meanwhile()
      expect(await ended(bench, id)).toMatchObject({ state: 'done', progress: { tasksDone: TASKS, tasksFailed: 0 } })
      const result = (await bench.client.call('result', { params: { id } })) as ResultDocument
      return { id, numbers: JSON.stringify([result.primaries, result.batches, result.fissions, result.residuals]) }
    }

    it('goes through a kill of the gateway, counts everything once, and leaves nothing when it is deleted', async () => {
      const { numbers: expected } = await run({}, async () => undefined)
      await bench.done()

      const storage = s3Storage({ ...(await freshBucket(server)), prefix: 'isolario/', attempts: 1 })
      const keys = () => Array.fromAsync(storage.list('jobs/'))
      const { id, numbers } = await run({ wrapStorage: () => patient(storage) }, async () => {
        await eventually(keys, (stored) => stored.length >= 5)
        await server.killGateway()
        await server.restartGateway()
      })
      expect(numbers).toBe(expected)

      const rows = await bench.records.acceptedResults(id, 0)
      const named = [...rows.map(({ objectKey }) => objectKey), `jobs/${id}/result/point-0-of-${TASKS}-tasks.isot`]
      await eventually(keys, (stored) => JSON.stringify(stored) === JSON.stringify(named.toSorted()))
      await bench.client.call('remove', { params: { id } })
      await eventually(keys, (stored) => stored.length === 0)
      await storage.close()
    })
  })
}
