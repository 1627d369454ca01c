/**
 * What everything that stores objects must do, whether it can read them or not. An implementation's test file calls
 * `describeSinkContract(name, make)`; `describeStorageContract` does so for a whole storage.
 */

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectSink, Storage } from '#storage/storage.ts'

/** One fresh, empty storage. */
export interface SinkBench {
  readonly sink: ObjectSink
  /** Reads what the sink stored. */
  readonly storage: Storage
  /** False where a key may become the folder of another: an S3 server that has no folders does not notice. */
  readonly refusesNestedKeys: boolean
  close(): Promise<void>
}

export const bytesOf = (text: string) => new Uint8Array(Buffer.from(text))
export const textOf = (content: Uint8Array | undefined) => content && Buffer.from(content).toString()
export const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Keys that are none. */
export const WRONG_KEYS: readonly string[] = [
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  'a/../b',
  './a',
  'a b',
  'a\\b',
  'ä',
  'a\0b',
  'a\nb',
  '%2e%2e',
  'x'.repeat(513),
]

/** The suite. `make` gives a new bench for every test. */
export function describeSinkContract(name: string, make: () => Promise<SinkBench>): void {
  describe(`sink contract: ${name}`, () => {
    let bench: SinkBench
    let sink: ObjectSink
    let storage: Storage
    beforeEach(async () => {
      bench = await make()
      sink = bench.sink
      storage = bench.storage
    })
    afterEach(() => bench.close())

    it('stores an object whole and answers its length and digest', async () => {
      const content = bytesOf('residual nuclei')
      const info = { key: 'jobs/j1/a.tally', bytes: 15, digest: sha256(content) }
      expect(await sink.put('jobs/j1/a.tally', content)).toEqual(info)
      expect(await storage.head('jobs/j1/a.tally')).toEqual(info)
      expect(textOf(await storage.get('jobs/j1/a.tally'))).toBe('residual nuclei')
    })

    it('holds empty objects and objects of megabytes', async () => {
      await sink.put('empty', new Uint8Array())
      expect(await storage.get('empty')).toEqual(new Uint8Array())
      expect(await storage.head('empty')).toMatchObject({ bytes: 0 })
      const large = new Uint8Array(5 * 2 ** 20).map((_, i) => (i * 31) % 251)
      await sink.put('large', large)
      expect(sha256((await storage.get('large'))!)).toBe(sha256(large))
    })

    it('stores what a view shows, not the buffer behind it', async () => {
      const view = new Uint8Array(bytesOf('0123456789').buffer.slice(0), 0).subarray(2, 5)
      await sink.put('view', view)
      expect(await storage.get('view')).toEqual(new Uint8Array(view))
    })

    it('takes the same content again, and never overwrites with another', async () => {
      await sink.put('a', bytesOf('first'))
      expect(await sink.put('a', bytesOf('first'))).toMatchObject({ bytes: 5 })
      await expect(sink.put('a', bytesOf('other'))).rejects.toMatchObject({
        code: 'STORAGE_EXISTS',
        retriable: false,
      })
      await expect(sink.put('a', bytesOf('longer than first'))).rejects.toMatchObject({ code: 'STORAGE_EXISTS' })
      expect(textOf(await storage.get('a'))).toBe('first')
    })

    it('lets one of many writers of different contents win, whole', async () => {
      const contents = Array.from({ length: 12 }, (_, i) => bytesOf(String.fromCharCode(97 + i).repeat(10_000 + i)))
      const results = await Promise.allSettled(contents.map((content) => sink.put('race', content)))
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'STORAGE_EXISTS' })
      }
      const winner = results.findIndex((result) => result.status === 'fulfilled')
      expect(textOf(await storage.get('race'))).toBe(textOf(contents[winner]))
    })

    it('lets all of many writers of the same content succeed', async () => {
      const content = bytesOf('the same tally')
      const infos = await Promise.all(Array.from({ length: 12 }, () => sink.put('same', content)))
      expect(new Set(infos.map((info) => info.digest)).size).toBe(1)
    })

    it('takes a key of names that only look odd', async () => {
      for (const key of ['...', '.hidden', 'a/.b', '-', '_', 'a..b']) {
        await sink.put(key, bytesOf(key))
        expect(textOf(await storage.get(key))).toBe(key)
      }
    })

    it('never has a key as the folder of another', async () => {
      const { refusesNestedKeys } = bench
      await sink.put('one/two', bytesOf('x'))
      await sink.put('three', bytesOf('x'))
      for (const key of ['one', 'three/four', 'three/four/five']) {
        if (refusesNestedKeys) {
          await expect(sink.put(key, bytesOf('y')), key).rejects.toMatchObject({ code: 'STORAGE_KEY_INVALID' })
          expect(await storage.get(key), key).toBeUndefined()
        } else {
          // Who does not look cannot refuse; nothing is damaged by it.
          await sink.put(key, bytesOf('y'))
        }
      }
      expect(textOf(await storage.get('one/two'))).toBe('x')
      expect(textOf(await storage.get('three'))).toBe('x')
    })

    it('refuses keys that are none', async () => {
      for (const key of WRONG_KEYS) {
        await expect(sink.put(key, bytesOf('x')), key).rejects.toMatchObject({ code: 'STORAGE_KEY_INVALID' })
      }
    })
  })
}
