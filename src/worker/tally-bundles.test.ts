import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LARGEST_BUNDLE_BYTES } from '#results/tally-bundle.ts'
import { MOST_TOGETHER, TallyBundles } from './tally-bundles.ts'

const digestOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
const always = () => true

/** A store that answers when it is told to. */
function slowStore(patienceMs = 0) {
  const objects = new Map<string, Uint8Array>()
  const open: { key: string; isWanted: () => boolean; done: (error?: Error) => void }[] = []
  const put = (key: string, content: Uint8Array, isWanted: () => boolean) =>
    new Promise<{ bytes: number; digest: string }>((resolve, reject) => {
      const done = (error?: Error) => {
        if (error) return reject(error)
        objects.set(key, content)
        resolve({ bytes: content.byteLength, digest: digestOf(content) })
      }
      open.push({ key, isWanted, done })
    })
  /** Ends the put that is under way. */
  const next = async (error?: Error) => {
    open.shift()?.done(error)
    await new Promise((turn) => setImmediate(turn))
  }
  return { objects, open, next, bundles: new TallyBundles(put, () => patienceMs) }
}

const tallyOf = (number: number, bytes = 10) => ({
  name: `jobs/j/tasks/${number}/g1-a1`,
  content: new Uint8Array(bytes).fill(number),
  isWanted: always,
})

describe('tallies that are stored together', () => {
  it('are those that came while another was being stored; whoever comes alone goes alone and at once', async () => {
    const { bundles, open, next } = slowStore()
    const first = bundles.store(tallyOf(1))
    await Promise.resolve()
    const others = [2, 3, 4].map((number) => bundles.store(tallyOf(number, number)))
    expect(open.map(({ key }) => key)).toEqual(['jobs/j/tasks/1/g1-a1.tally'])
    await next()
    expect(open.map(({ key }) => key)).toEqual(['jobs/j/tasks/2/g1-a1.tallies'])
    await next()
    const digest = digestOf(tallyOf(1).content)
    expect(await first).toEqual({ objectKey: 'jobs/j/tasks/1/g1-a1.tally', bytes: 10, digest })
    expect((await Promise.all(others)).map(({ objectStart, bytes }) => [objectStart, bytes])).toEqual([
      [0, 2],
      [2, 3],
      [5, 4],
    ])
  })

  it('wait for others as long as it is worth it, and no longer than until no more come or there are many', async () => {
    const { bundles, open, next } = slowStore(60_000)
    const few = [1, 2, 3].map((number) => bundles.store(tallyOf(number)))
    await new Promise((turn) => setImmediate(turn))
    expect(open).toEqual([])
    bundles.flush()
    await Promise.resolve()
    await next()
    expect(new Set((await Promise.all(few)).map(({ objectKey }) => objectKey)).size).toBe(1)

    const many = Array.from({ length: MOST_TOGETHER }, (_, number) => bundles.store(tallyOf(number)))
    await Promise.resolve()
    await next()
    await Promise.all(many)
    bundles.flush()

    const busy = slowStore(60_000)
    const before = busy.bundles.store(tallyOf(1))
    busy.bundles.flush()
    await Promise.resolve()
    const meanwhile = busy.bundles.store(tallyOf(2))
    busy.bundles.flush()
    await busy.next()
    await before
    expect(busy.open).toHaveLength(1)
    await busy.next()
    expect((await meanwhile).objectKey).toBe('jobs/j/tasks/2/g1-a1.tally')

    const soon = slowStore(5)
    const alone = soon.bundles.store(tallyOf(7))
    await expect.poll(() => soon.open.length).toBe(1)
    await soon.next()
    expect((await alone).objectKey).toBe('jobs/j/tasks/7/g1-a1.tally')
  })

  it('are found again where they are said to lie, whatever comes when', async () => {
    const some = fc.array(fc.oneof(fc.constant('next' as const), fc.integer({ min: 0, max: 5000 })), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(some, async (steps) => {
        const { bundles, open, next, objects } = slowStore()
        const given = []
        for (const [number, step] of steps.entries()) {
          if (step === 'next') await next()
          else given.push({ tally: tallyOf(number, step), stored: bundles.store(tallyOf(number, step)) })
        }
        await new Promise((turn) => setImmediate(turn))
        while (open.length > 0) await next()
        for (const { tally, stored } of given) {
          const { objectKey, objectStart = 0, bytes, digest } = await stored
          const found = objects.get(objectKey)!.subarray(objectStart, objectStart + bytes)
          expect(Buffer.compare(found, tally.content)).toBe(0)
          expect(digest).toBe(digestOf(tally.content))
        }
      }),
      { numRuns: 50 },
    )
  })

  it('make no larger object than a reader holds, and one that is larger by itself goes alone', async () => {
    const { bundles, open, next } = slowStore()
    const sizes = [10, LARGEST_BUNDLE_BYTES, 10, LARGEST_BUNDLE_BYTES + 1, 10, 10]
    const all = sizes.map((bytes, number) => bundles.store(tallyOf(number, bytes)))
    await Promise.resolve()
    while (open.length > 0) await next()
    expect((await Promise.all(all)).map(({ objectKey }) => objectKey)).toEqual([
      'jobs/j/tasks/0/g1-a1.tally',
      'jobs/j/tasks/1/g1-a1.tally',
      'jobs/j/tasks/2/g1-a1.tally',
      'jobs/j/tasks/3/g1-a1.tally',
      'jobs/j/tasks/4/g1-a1.tallies',
      'jobs/j/tasks/4/g1-a1.tallies',
    ])
  })

  it('are wanted as long as one of them is, and all are told what went wrong', async () => {
    const { bundles, open, next } = slowStore()
    const wanted = new Set([2, 3])
    const first = bundles.store(tallyOf(1))
    await Promise.resolve()
    const others = [2, 3].map((number) => bundles.store({ ...tallyOf(number), isWanted: () => wanted.has(number) }))
    await next()
    await first
    expect(open[0]!.isWanted()).toBe(true)
    wanted.delete(2)
    expect(open[0]!.isWanted()).toBe(true)
    wanted.delete(3)
    expect(open[0]!.isWanted()).toBe(false)
    const ends = Promise.allSettled(others)
    await next(new Error('full'))
    expect((await ends).map((end) => end.status === 'rejected' && end.reason.message)).toEqual(['full', 'full'])
    const after = bundles.store(tallyOf(9))
    await Promise.resolve()
    await next()
    expect((await after).objectKey).toBe('jobs/j/tasks/9/g1-a1.tally')
  })
})
