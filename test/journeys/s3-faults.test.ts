/** Gateways that are killed, started again and frozen while objects are stored: nothing that was acknowledged is lost. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { memoryQueue } from '#queue/memory.ts'
import { digestOf } from '#storage/digest.ts'
import { type S3Options, s3Storage } from '#storage/s3.ts'
import { signedSink } from '#storage/signed-sink.ts'
import { type ObjectSink, type PutRequest, type SigningStorage, StorageError } from '#storage/storage.ts'
import { describeWith } from '#test/needs.ts'
import { createEngines, TOY_ENGINE_MODULE, toyPoint, toyTasks } from '#test/programs/toy-engines.ts'
import { freshBucket, S3_SERVERS } from '#test/servers/buckets.ts'
import type { S3Server } from '#test/servers/s3-server.ts'
import { runWorker } from '#worker/loop.ts'

/** Puts as a worker does: the same content again until it is stored. Answers how often it had to try. */
async function persistently(sink: ObjectSink, key: string, content: Uint8Array): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      await sink.put(key, content)
      return tries
    } catch (error) {
      if (!(error instanceof StorageError) || !error.retriable || tries > 300) throw error
      await new Promise((next) => setTimeout(next, 20))
    }
  }
}

for (const { need, start } of S3_SERVERS) {
  describeWith(need, `a gateway of ${need.name} in trouble`, (program) => {
    let server: S3Server
    let options: S3Options
    let storage: SigningStorage
    beforeAll(async () => {
      server = await start(program)
    })
    afterAll(() => server?.stop())
    beforeEach(async () => {
      options = { ...(await freshBucket(server)), attempts: 2 }
      storage = s3Storage(options)
    })
    afterEach(() => storage.close())

    const sinks: readonly [string, (from: SigningStorage, patienceMs: number) => ObjectSink][] = [
      ['with keys', (from) => from],
      [
        'with signed addresses',
        (from, patienceMs) => {
          const ask = (objects: readonly PutRequest[]) => from.signPut(objects, 60, 'jobs/')
          return signedSink({ ask, attempts: 2, firstPauseMs: 10, patienceMs })
        },
      ],
    ]

    it.each(sinks)('%s: killed again and again under load, it loses nothing that it acknowledged', async (_, make) => {
      const sink = make(storage, 20_000)
      const contents = new Map<string, Uint8Array>(
        Array.from({ length: 480 }, (_, i) => [`jobs/j/${i}`, new Uint8Array(randomBytes(30_000 + i))]),
      )
      const acknowledged = new Set<string>()
      const waiting: string[] = [...contents.keys()]
      const hand = async () => {
        for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
          await persistently(sink, key, contents.get(key)!)
          acknowledged.add(key)
        }
      }
      const work = Promise.all(Array.from({ length: 8 }, hand))
      for (const reached of [20, 60, 100]) {
        while (acknowledged.size < reached) await new Promise((next) => setTimeout(next, 1))
        await server.killGateway()
        const before = [...acknowledged]
        // Under load: there was more to store than could have been stored meanwhile.
        expect(acknowledged.size).toBeLessThan(480)
        await server.restartGateway()
        // What was acknowledged before the kill is there, whole.
        for (const key of before.slice(-10)) {
          expect(digestOf((await storage.get(key))!), key).toBe(digestOf(contents.get(key)!))
        }
      }
      await work
      expect(acknowledged.size).toBe(480)
      const stored: string[] = []
      for await (const key of storage.list('jobs/')) stored.push(key)
      expect(stored).toEqual([...contents.keys()].toSorted())
      for (const [key, content] of contents) expect(digestOf((await storage.get(key))!), key).toBe(digestOf(content))
    })

    it.each(sinks)('%s: frozen, it is given up in time; thawed, it goes on', async (_, make) => {
      const impatient = s3Storage({ ...options, silenceMs: 300 })
      const sink = make(impatient, 300)
      await storage.put('jobs/j/before', new Uint8Array(100))
      server.freezeGateway()
      try {
        await expect(sink.put('jobs/j/meanwhile', new Uint8Array(100))).rejects.toMatchObject({
          code: 'STORAGE_UNAVAILABLE',
          retriable: true,
        })
        await expect(impatient.get('jobs/j/before')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      } finally {
        server.thawGateway()
      }
      // What it was told while it was frozen it may have done after all: that is the same object.
      expect(await persistently(sink, 'jobs/j/meanwhile', new Uint8Array(100))).toBeGreaterThan(0)
      expect(await storage.get('jobs/j/meanwhile')).toEqual(new Uint8Array(100))
      await impatient.close()
    })

    it('away while a worker without keys has results to store, it costs a wait and no computation', async () => {
      const scratch = await mkdtemp(path.join(tmpdir(), 'isolario-s3-worker-'))
      const queue = memoryQueue({ clock: Date.now })
      const tasks = toyTasks(toyPoint('toy'), 12, 2)
      await queue.open('j', { leaseMs: 60_000, maxAttempts: 5, generation: 1 }, tasks)
      const asked = new Map<string, string>()
      let failures = 0
      const ask = async (objects: readonly PutRequest[]) => {
        for (const { key, sha256 } of objects) {
          // The same content at every try.
          expect(asked.get(key) ?? sha256).toBe(sha256)
          asked.set(key, sha256)
        }
        return storage.signPut(objects, 60, 'jobs/j/').catch((error: unknown) => {
          failures++
          throw error
        })
      }
      await server.killGateway()
      const working = runWorker({
        queue,
        storage: signedSink({ ask, attempts: 2, firstPauseMs: 10 }),
        jobId: 'j',
        workerId: 'w1',
        engines: createEngines(),
        engineModule: TOY_ENGINE_MODULE,
        scratchFolder: scratch,
        clock: Date.now,
        log: () => undefined,
      })
      while (failures < 3) await new Promise((next) => setTimeout(next, 5))
      await server.restartGateway()
      expect(await working).toEqual({ reason: 'drained', finished: 12, failed: 0 })
      const reports = await queue.reports('j', 100)
      expect(reports).toHaveLength(12)
      expect(asked.size).toBe(12)
      for (const report of reports) {
        if (report.kind !== 'finished') throw new Error(report.message)
        // Nobody took a task again, so nobody computed it again.
        expect(report.attempt).toBe(1)
        expect(digestOf((await storage.get(report.objectKey))!)).toBe(report.digest)
      }
      await queue.close()
      await rm(scratch, { recursive: true, force: true })
    })

    it('killed in the middle of a large object, it has all of it or nothing', async () => {
      const large = s3Storage({ ...options, partsFromBytes: 6 * 2 ** 20, partBytes: 5 * 2 ** 20 })
      const content = new Uint8Array(randomBytes(24 * 2 ** 20))
      let done = false
      const put = persistently(large, 'jobs/j/large', content).finally(() => {
        done = true
      })
      for (const waitMs of [15, 60]) {
        await new Promise((next) => setTimeout(next, waitMs))
        await server.killGateway()
        await server.restartGateway()
        const found = await large.get('jobs/j/large')
        if (found || done) expect(digestOf(found!)).toBe(digestOf(content))
      }
      await put
      expect(digestOf((await large.get('jobs/j/large'))!)).toBe(digestOf(content))
      await large.removeUnfinished(-60_000)
      expect(await large.removeUnfinished(-60_000)).toBe(0)
      await large.close()
    })
  })
}
