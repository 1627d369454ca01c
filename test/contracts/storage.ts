/**
 * What every object storage must do. An implementation's test file calls `describeStorageContract(name, make)`.
 */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Storage } from '#storage/storage.ts'
import { bytesOf, describeSinkContract, type SinkBench, sha256, textOf, WRONG_KEYS } from './object-sink.ts'

/** One fresh, empty storage. */
export interface StorageBench extends Omit<SinkBench, 'sink'> {
  /** Another client of the same storage, as a second process would have it. */
  another(): Promise<Storage>
  /** Changes a byte of a stored object behind the storage's back; `undefined` where that cannot be done. */
  readonly damage: ((key: string) => Promise<void>) | undefined
}

export async function keysOf(storage: Storage, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of storage.list(prefix)) keys.push(key)
  return keys
}

/** The suite. `make` gives a new bench for every test. */
export function describeStorageContract(name: string, make: () => Promise<StorageBench>): void {
  describeSinkContract(name, async () => {
    const bench = await make()
    return { ...bench, sink: bench.storage }
  })

  describe(`storage contract: ${name}`, () => {
    let bench: StorageBench
    let storage: Storage
    beforeEach(async () => {
      bench = await make()
      storage = bench.storage
    })
    afterEach(() => bench.close())

    it('gives back what was put, with length and digest, also to another client', async () => {
      const content = bytesOf('residual nuclei')
      const info = { key: 'jobs/j1/a.tally', bytes: 15, digest: sha256(content) }
      expect(await storage.put('jobs/j1/a.tally', content)).toEqual(info)
      expect(await storage.head('jobs/j1/a.tally')).toEqual(info)
      expect(textOf(await storage.get('jobs/j1/a.tally'))).toBe('residual nuclei')
      const other = await bench.another()
      expect(textOf(await other.get('jobs/j1/a.tally'))).toBe('residual nuclei')
      await other.close()
    })

    it('has nothing under a key that was never put', async () => {
      expect(await storage.get('none')).toBeUndefined()
      expect(await storage.head('none')).toBeUndefined()
      expect(await storage.get('none', { start: 0, end: 5 })).toBeUndefined()
    })

    it('gives ranges, half-open and clipped to the object', async () => {
      await storage.put('r', bytesOf('0123456789'))
      expect(textOf(await storage.get('r', { start: 2, end: 5 }))).toBe('234')
      expect(textOf(await storage.get('r', { start: 0, end: 10 }))).toBe('0123456789')
      expect(textOf(await storage.get('r', { start: 8, end: 100 }))).toBe('89')
      expect(textOf(await storage.get('r', { start: 10, end: 12 }))).toBe('')
      expect(textOf(await storage.get('r', { start: 5, end: 5 }))).toBe('')
    })

    it('lists keys by prefix in code-unit order', async () => {
      const keys = ['a-b', 'a.b', 'a/1', 'a/10', 'a/2/x', 'a0', 'aB', 'ab', 'b/c/d/e', 'B']
      for (const key of keys.toReversed()) await storage.put(key, bytesOf(key))
      expect(await keysOf(storage, '')).toEqual(keys.toSorted())
      expect(await keysOf(storage, 'a/')).toEqual(['a/1', 'a/10', 'a/2/x'])
      expect(await keysOf(storage, 'a/1')).toEqual(['a/1', 'a/10'])
      expect(await keysOf(storage, 'a')).toEqual(keys.filter((key) => key.startsWith('a')).toSorted())
      expect(await keysOf(storage, 'b/c')).toEqual(['b/c/d/e'])
      expect(await keysOf(storage, 'a/1/none')).toEqual([])
      expect(await keysOf(storage, 'zz')).toEqual([])
    })

    it('goes on listing after a key, whether that is there or not', async () => {
      const keys = ['a-b', 'a/1', 'a/10', 'a/2/x', 'a0', 'b/c', 'b/d'].toSorted()
      for (const key of keys) await storage.put(key, bytesOf(key))
      const following = async (prefix: string, text: string) => {
        const found: string[] = []
        for await (const key of storage.list(prefix, text)) found.push(key)
        return found
      }
      for (const text of ['', ...keys, 'a/', 'a/15', 'a/2/', 'a/zz', 'a', 'z']) {
        expect(await following('', text), text).toEqual(keys.filter((key) => key > text))
        expect(await following('a/1', text), text).toEqual(keys.filter((key) => key.startsWith('a/1') && key > text))
        expect(await following('a/', text), text).toEqual(keys.filter((key) => key.startsWith('a/') && key > text))
      }
    })

    it('deletes, and deleting what is not there is success', async () => {
      await storage.put('d/e/f', bytesOf('x'))
      await storage.put('d/g', bytesOf('y'))
      await storage.delete('d/e/f')
      await storage.delete('d/e/f')
      await storage.delete('never/was/there')
      await storage.delete('d')
      expect(await storage.get('d/e/f')).toBeUndefined()
      expect(await keysOf(storage, '')).toEqual(['d/g'])
      // The name is free again: for another content, and for an object where a folder was.
      await storage.put('d/e', bytesOf('z'))
      expect(textOf(await storage.get('d/e'))).toBe('z')
    })

    it('refuses keys and beginnings of keys that are none', async () => {
      for (const key of WRONG_KEYS) {
        await expect(storage.get(key), key).rejects.toMatchObject({ code: 'STORAGE_KEY_INVALID' })
        await expect(storage.head(key), key).rejects.toMatchObject({ code: 'STORAGE_KEY_INVALID' })
        await expect(storage.delete(key), key).rejects.toMatchObject({ code: 'STORAGE_KEY_INVALID' })
      }
      for (const prefix of ['../', '/etc', 'a//']) {
        await expect(keysOf(storage, prefix), prefix).rejects.toMatchObject({ code: 'STORAGE_KEY_INVALID' })
      }
      expect(await keysOf(storage, '')).toEqual([])
    })

    it('notices a damaged object and says which one and what to do', async ({ skip }) => {
      if (!bench.damage) return skip('objects of this storage cannot be reached from outside')
      await storage.put('jobs/j/x', bytesOf('precious counts'))
      await bench.damage('jobs/j/x')
      await expect(storage.get('jobs/j/x')).rejects.toMatchObject({ code: 'STORAGE_DAMAGED', retriable: false })
      await expect(storage.get('jobs/j/x')).rejects.toThrow(/jobs\/j\/x is damaged.* (backup|again)/)
      await storage.delete('jobs/j/x')
      await storage.put('jobs/j/x', bytesOf('precious counts'))
      expect(textOf(await storage.get('jobs/j/x'))).toBe('precious counts')
    })

    it('is unavailable once closed', async () => {
      const other = await bench.another()
      await other.close()
      await expect(other.get('a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      await expect(other.put('a', bytesOf('x'))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    })

    it('agrees with a table of keys and contents, whatever is done to it', async () => {
      const segment = fc.constantFrom('a', 'b', 'a-', 'a.b', 'B0')
      const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
      const step = fc.record({ do: fc.constantFrom('put', 'put', 'delete', 'get'), key, content: fc.nat({ max: 2 }) })
      let runs = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const root = `run${runs++}/`
          const table = new Map<string, string>()
          for (const { do: action, key: short, content: n } of steps) {
            const full = root + short
            const content = `content ${n}`
            if (action === 'delete') {
              await storage.delete(full)
              table.delete(full)
            } else if (action === 'get') {
              expect(textOf(await storage.get(full))).toBe(table.get(full))
            } else {
              const nested =
                bench.refusesNestedKeys &&
                [...table.keys()].some((k) => k.startsWith(`${full}/`) || full.startsWith(`${k}/`))
              const there = table.get(full)
              const code = nested
                ? 'STORAGE_KEY_INVALID'
                : there !== undefined && there !== content
                  ? 'STORAGE_EXISTS'
                  : undefined
              const put = storage.put(full, bytesOf(content))
              if (code) await expect(put).rejects.toMatchObject({ code })
              else {
                await put
                table.set(full, content)
              }
            }
          }
          expect(await keysOf(storage, root)).toEqual([...table.keys()].toSorted())
        }),
        { numRuns: 25 },
      )
    })
  })
}
