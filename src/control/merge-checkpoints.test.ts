/** Leaders that never live for a whole merge: each goes on from what the one before has stored. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AcceptedResult, Records, SimulationRecord, TaskPlan } from '#records/records.ts'
import { encodeMerge, encodeTaskTally } from '#results/tally-file.ts'
import { batchesOf } from '#simulation/plan.ts'
import { presetById } from '#simulation/presets.ts'
import type { Storage } from '#storage/storage.ts'
import { MemoryStorage } from '#test/faults/memory-storage.ts'
import { toyTally } from '#test/programs/toy-engines.ts'
import { identityOf, JobDocuments, storedDocument } from './job-documents.ts'
import { LiveMerges } from './live-merges.ts'
import { checkpointPrefix } from './object-keys.ts'

const BATCH = 10
const spes = presetById('spes-uc4')!.document

/** A job whose tasks have all ended; of some numbers a task failed, and has no result. */
async function job(tasks: number, failed: ReadonlySet<number>) {
  const record = {
    ...{ id: 'abcd', document: storedDocument(spes), priority: 'normal', engineId: 'builtin', engineVersion: '1' },
    ...{ jobKey: '0123456789abcdef', batchHistories: BATCH, points: 1, state: 'running' },
    ...{ tasks, tasksDone: tasks - failed.size, tasksFailed: failed.size, tasksDropped: 0, imported: null },
  } as SimulationRecord
  const documents = new JobDocuments()
  const identity = identityOf(record, documents.of(record), 0)
  const storage = new MemoryStorage()
  const rows: (AcceptedResult & TaskPlan)[] = []
  for (let task = 0; task < tasks; task++) {
    if (failed.has(task)) continue
    const plan = { task, point: 0, firstHistory: 2 * BATCH * task, histories: 2 * BATCH, firstBatch: 2 * task }
    const tally = toyTally({
      setup: {} as never,
      stream: { jobKey: record.jobKey, point: 0 },
      batches: batchesOf(plan, BATCH),
    })
    const objectKey = `jobs/abcd/tasks/${task}/g1-a1.tally`
    const { bytes, digest } = await storage.put(objectKey, encodeTaskTally(identity, tally))
    rows.push({ ...plan, ...{ generation: 1, attempt: 1, objectKey, bytes, digest, startedAtMs: 0, endedAtMs: 1 } })
  }
  const records = { acceptedResults: async () => rows } as unknown as Records
  return { record, documents, storage, records, identity, rows }
}

/** Storage as seen by a replica that dies after so many results were read. */
function mortal(storage: MemoryStorage, reads: number): Storage & { readonly used: () => number } {
  let used = 0
  return Object.assign(Object.create(storage) as Storage, {
    used: () => used,
    put: (key: string, content: Uint8Array) => (used > reads ? dead() : storage.put(key, content)),
    list: (prefix: string) => storage.list(prefix),
    head: (key: string) => storage.head(key),
    get: (key: string, range?: { start: number; end: number }) => {
      if (key.includes('/tasks/') && ++used > reads) return dead()
      return storage.get(key, range)
    },
  })
}
const dead = () => Promise.reject(new Error('killed'))

it('a merge comes to its end however short its leaders live, and is the same to the last bit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 120 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 119 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 8 }),
      async (tasks, failures, everyTasks, lives) => {
        const failed = new Set(failures.filter((task) => task < tasks && tasks > failures.length))
        const made = await job(tasks, failed)
        const { record, documents, records, storage, identity, rows } = made
        const calm = await new LiveMerges(records, storage, documents, 4).current(record, 0)
        const expected = encodeMerge(identity, calm.merge.toSnapshot())
        const checkpoints = { everyTasks, everyMs: 0, clock: () => 0 }
        for (let life = 0; ; life++) {
          // Each lives for one checkpoint at least: a task and its readers more.
          const store = mortal(storage, everyTasks + lives[life % lives.length]!)
          const merges = new LiveMerges(records, store, documents, 4, checkpoints)
          const end = await merges.current(record, 0).catch((error: Error) => error)
          if (end instanceof Error) {
            expect(end.message).toBe('killed')
            expect(life).toBeLessThan(Math.ceil(rows.length / everyTasks) + 1)
            continue
          }
          expect(end.tasks).toBe(rows.length)
          expect(Buffer.compare(encodeMerge(identity, end.merge.toSnapshot()), expected)).toBe(0)
          break
        }
      },
    ),
    { numRuns: 60 },
  )
})

it('one that does not fit the rows, or is damaged, is not taken', async () => {
  const { record, documents, records, storage, identity, rows } = await job(12, new Set())
  const checkpoints = { everyTasks: 4, everyMs: 0, clock: () => 0 }
  await new LiveMerges(records, mortal(storage, 9), documents, 4, checkpoints).current(record, 0).catch(() => {})
  const keys = storage.keys(checkpointPrefix(record.id, 0))
  expect(keys.map((key) => /first-(\d+)/.exec(key)![1])).toEqual(['4', '8'])
  const calm = encodeMerge(
    identity,
    (await new LiveMerges(records, storage, documents, 4).current(record, 0)).merge.toSnapshot(),
  )
  const resumed = async () => {
    const store = mortal(storage, 1000)
    const { merge } = await new LiveMerges(records, store, documents, 4, checkpoints).current(record, 0)
    expect(Buffer.compare(encodeMerge(identity, merge.toSnapshot()), calm)).toBe(0)
    return store.used()
  }
  expect(await resumed()).toBe(4)
  const largest = storage.peek(keys[1]!)!
  await storage.delete(keys[1]!)
  await storage.put(keys[1]!, largest.slice(0, -1))
  expect(await resumed()).toBe(8)
  // The same tasks with another result: the row of before has nothing to do with what is accepted now.
  const { digest } = rows[1]!
  Object.assign(rows[1]!, { digest: `${digest.slice(1)}0` })
  await expect(resumed()).rejects.toThrow(/SHA-256/)
})
