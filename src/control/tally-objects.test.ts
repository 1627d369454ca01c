import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { LARGEST_BUNDLE_BYTES } from '#results/tally-bundle.ts'
import type { Storage } from '#storage/storage.ts'
import { MemoryStorage } from '#test/faults/memory-storage.ts'
import { TallyObjects } from './tally-objects.ts'

const KEY = 'jobs/j/tasks/3/g1-a1.tallies'
const parts = ['one', 'three', 'eleven'].map((text) => Buffer.from(text))
const digestOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
const partOf = (index: number) => ({
  objectKey: KEY,
  objectStart: parts.slice(0, index).reduce((sum, { length }) => sum + length, 0),
  bytes: parts[index]!.length,
  digest: digestOf(parts[index]!),
})

let storage: MemoryStorage
let reads = 0
let isAway = false
let objects: TallyObjects
beforeEach(async () => {
  storage = new MemoryStorage()
  ;[reads, isAway] = [0, false]
  await storage.put(KEY, Buffer.concat(parts))
  const counting: Pick<Storage, 'get'> = {
    get: async (key, range) => {
      reads += 1
      if (isAway) throw new Error('away')
      return storage.get(key, range)
    },
  }
  objects = new TallyObjects(counting as Storage)
})

describe('results in a bundle', () => {
  it('are read with one question, in any order', async () => {
    const found = await Promise.all([2, 0, 1].map((index) => objects.read(partOf(index), 100)))
    expect(found.map((part) => Buffer.from(part as Uint8Array).toString())).toEqual(['eleven', 'one', 'three'])
    expect(reads).toBe(1)
  })

  it('are not taken from another place, nor from behind the end', async () => {
    expect(await objects.read({ ...partOf(1), objectStart: 2 }, 100)).toMatch(/SHA-256/)
    expect(await objects.read({ ...partOf(2), objectStart: 10 }, 100)).toMatch(/^ends before the 6 bytes from 10/)
    const { objectStart: _, ...nowhere } = partOf(0)
    expect(await objects.read(nowhere, 100)).toMatch(/where its tally begins was not reported/)
    expect(await objects.read(partOf(2), 5)).toMatch(/said to have 6 bytes; at most 5/)
    expect(await objects.read({ ...partOf(2), objectStart: 0, bytes: LARGEST_BUNDLE_BYTES + 1 }, 2 ** 30)).toMatch(
      /ends before/,
    )
  })

  it('are missing where there is no bundle', async () => {
    expect(await objects.read({ ...partOf(0), objectKey: 'jobs/j/tasks/4/g1-a1.tallies' }, 100)).toBeUndefined()
  })

  it('are asked for again after the storage was away', async () => {
    isAway = true
    await expect(objects.read(partOf(0), 100)).rejects.toThrow('away')
    isAway = false
    expect(await objects.read(partOf(0), 100)).toEqual(parts[0])
  })
})

it('a result that is an object by itself must be all of it', async () => {
  await storage.put('jobs/j/tasks/5/g1-a1.tally', parts[1]!)
  const whole = { objectKey: 'jobs/j/tasks/5/g1-a1.tally', bytes: 5, digest: digestOf(parts[1]!) }
  expect(await objects.read(whole, 100)).toEqual(parts[1])
  expect(await objects.read({ ...whole, bytes: 4 }, 100)).toMatch(/^has more than the 4 bytes/)
  expect(await objects.read({ ...whole, bytes: 6 }, 100)).toMatch(/^has fewer than the 6 bytes/)
})
