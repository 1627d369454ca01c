/**
 * Control is killed in the middle of its work, again and again, at calls to records and storage picked at random: the
 * totals are exact and the result is the same to the last bit.
 */

import { afterEach, describe, expect, it } from 'vitest'
import { openPostgresRecords } from '#records/postgres.ts'
import { RecordsError } from '#records/records.ts'
import type { ResultDocument } from '#results/document.ts'
import { StorageError } from '#storage/storage.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { startPostgres } from '#test/servers/postgres.ts'
import { type Bench, type BenchOptions, ended, eventually, primaries, startBench } from './control-bench.ts'

let bench: Bench
afterEach(() => bench.done())

const TASKS = 120
const COUNT = TASKS * 500 - 3
const document = primaries(COUNT, TASKS, { key: '00000000feedbeef' })

async function sampled(id: string): Promise<string> {
  const {
    primaries: count,
    batches,
    fissions,
    residuals,
  } = (await bench.client.call('result', { params: { id } })) as ResultDocument
  return JSON.stringify({ count, batches, fissions, residuals })
}

/** A fixed row of numbers from 0 to 1: a failing run can be repeated. */
function randomRow(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

async function killAgainAndAgain(options: BenchOptions, seed: number): Promise<void> {
  bench = await startBench(options)
  const calm = await bench.client.call('submit', { body: document })
  await ended(bench, calm.id)
  const expected = await sampled(calm.id)

  const random = randomRow(seed)
  const kills: string[] = []
  const { id } = await bench.client.call('submit', { body: document, headers: { 'idempotency-key': 'once' } })
  bench.trouble.is = (task, attempt) => (task % 17 === 3 && attempt === 1 ? 'fail-once' : 'none')
  for (let n = 0; n < 25; n++) {
    const when = random() < 0.5 ? 'before' : 'after'
    const dead = bench.killAtCall(1 + Math.floor(random() ** 2 * 80), when)
    const call = await Promise.race([
      dead,
      ended(bench, id, 60_000).then(
        () => null,
        () => dead,
      ),
    ])
    if (call === null) break
    kills.push(`${when} ${call}`)
    await bench.restart()
    // The sender of the request did not hear the answer and asks again.
    expect((await bench.client.call('submit', { body: document, headers: { 'idempotency-key': 'once' } })).id).toBe(id)
  }
  process.stdout.write(`control was killed ${kills.length} times: ${kills.join(', ')}\n`)
  expect(kills.length).toBeGreaterThanOrEqual(10)
  expect(new Set(kills).size).toBeGreaterThanOrEqual(4)

  const done = await ended(bench, id, 60_000)
  expect(done).toMatchObject({ state: 'done', progress: { primariesDone: COUNT, tasksDone: TASKS, tasksFailed: 0 } })
  expect(await sampled(id)).toBe(expected)
  // From nothing but rows and objects, after one more start.
  await bench.restart()
  expect(await sampled(id)).toBe(expected)
}

describe('control killed at random calls', () => {
  it('counts every primary once and gives the undisturbed result', () => killAgainAndAgain({}, 20260101), 120_000)

  it('ends a stop and a cancel that were under way', async () => {
    bench = await startBench()
    for (const [verb, state] of [
      ['stop', 'done'],
      ['cancel', 'cancelled'],
    ] as const) {
      const { id } = await bench.client.call('submit', { body: primaries(2_000_000, 400) })
      await eventually(
        () => bench.client.call('show', { params: { id } }),
        ({ progress }) => progress.tasksDone > 0,
      )
      bench.cluster.abandon()
      await bench.client.call(verb, { params: { id } })
      await bench.restart()
      const end = await ended(bench, id)
      expect(end.state).toBe(state)
      const { total } = await bench.client.call('tasks', { params: { id }, query: { state: 'dropped' } })
      expect(total + end.progress.tasksDone).toBe(400)
    }
  })

  it('sweeps the objects of a simulation that was deleted while nobody could remove them', async () => {
    bench = await startBench()
    const { id } = await bench.client.call('submit', { body: primaries(2000, 2) })
    await ended(bench, id)
    await bench.records.remove(id, Date.now())
    expect((await Array.fromAsync(bench.storage.list(`jobs/${id}/`))).length).toBeGreaterThan(0)
    await bench.restart()
    await eventually(
      () => Array.fromAsync(bench.storage.list('jobs/')),
      (keys) => keys.length === 0,
    )
  })
})

describe('a simulation with very many objects', () => {
  it('is deleted at once, and its objects behind it; what a killed replica leaves of them is swept', async () => {
    const deleted: string[] = []
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    bench = await startBench({
      wrapStorage: (storage) =>
        new Proxy(storage, {
          get: (_, name) => {
            const value = Reflect.get(storage, name, storage)
            if (name !== 'delete') return typeof value === 'function' ? value.bind(storage) : value
            return async (key: string) => {
              deleted.push(key)
              if (deleted.length > 3) await gate
              await storage.delete(key)
            }
          },
        }),
    })
    const { id } = await bench.client.call('submit', { body: primaries(50_000, 50) })
    await ended(bench, id)
    const keys = () => Array.fromAsync(bench.storage.list(`jobs/${id}/`))
    expect(await keys()).toHaveLength(51)
    await bench.client.call('remove', { params: { id } })
    await expect(bench.client.call('show', { params: { id } })).rejects.toMatchObject({ code: 'SIMULATION_NOT_FOUND' })
    await eventually(
      async () => deleted.length,
      (begun) => begun > 8,
    )
    const killed = bench.restart()
    letGo()
    await killed
    await eventually(keys, (left) => left.length === 0)
    // Said when the sweep has gone through everything, which is after the last object of this simulation.
    const swept = 'objects that nothing pointed to were removed from the storage'
    await eventually(
      async () => bench.log.join(''),
      (log) => log.includes(swept),
    )
  })
})

describeWith(POSTGRESQL, 'control killed at random calls, with PostgreSQL', (bin) => {
  it('counts every primary once and gives the undisturbed result', async () => {
    const server = await startPostgres(bin)
    try {
      const url = await server.database()
      await killAgainAndAgain({ openRecords: () => openPostgresRecords({ url }) }, 20260202)
    } finally {
      await server.stop()
    }
  }, 180_000)
})

describe('faults that pass', () => {
  it('holds up while the records or the storage are away, says why, and goes on by itself', async () => {
    const away = { records: false, storage: false, bucket: false }
    bench = await startBench({
      wrapRecords: (records) =>
        failing(
          records,
          ['acceptResults'],
          () => away.records && new RecordsError('RECORDS_FULL', 'There is no space left for the records.'),
        ),
      wrapStorage: (storage) =>
        failing(storage, ['get'], () =>
          away.storage
            ? new StorageError('STORAGE_UNAVAILABLE', 'The storage cannot be reached.')
            : away.bucket && new StorageError('STORAGE_UNAVAILABLE', 'There is no bucket.', { retriable: false }),
        ),
    })
    for (const what of ['records', 'storage', 'bucket'] as const) {
      away[what] = true
      const { id } = await bench.client.call('submit', { body: primaries(4000, 4) })
      const held = await eventually(
        () => bench.client.call('show', { params: { id } }),
        ({ sentence }) => sentence.startsWith('Held up'),
      )
      const said = { records: 'no space left', storage: 'cannot be reached', bucket: 'There is no bucket' }
      expect(held.sentence).toContain(said[what])
      expect(held.sentence).toContain(
        what === 'bucket' ? 'An administrator has to set bucket, keys' : 'goes on by itself',
      )
      away[what] = false
      expect((await ended(bench, id)).progress).toMatchObject({ primariesDone: 4000, tasksDone: 4 })
    }
  })

  it('answers requests with a clear code while the records are away', async () => {
    const away = { now: false }
    bench = await startBench({
      wrapRecords: (records) =>
        failing(
          records,
          ['list', 'accept', 'lastEvent', 'ping'],
          () => away.now && new RecordsError('RECORDS_UNAVAILABLE', 'The database does not answer.'),
        ),
    })
    away.now = true
    await expect(bench.client.call('list')).rejects.toMatchObject({ code: 'RECORDS_UNAVAILABLE', status: 503 })
    await expect(bench.client.call('submit', { body: primaries(1000, 1) })).rejects.toMatchObject({
      code: 'RECORDS_UNAVAILABLE',
    })
    expect(await bench.client.call('health')).toMatchObject({
      status: 'degraded',
      problems: ['The database does not answer.'],
    })
    away.now = false
    expect(await bench.client.call('health')).toMatchObject({ status: 'ready', problems: [] })
  })

  it('says that a stored result is damaged instead of showing a wrong number', async () => {
    bench = await startBench()
    const { id } = await bench.client.call('submit', { body: primaries(3000, 3) })
    await ended(bench, id)
    for await (const key of bench.storage.list(`jobs/${id}/result/`)) await bench.storage.delete(key)
    const [row] = await bench.records.acceptedResults(id, 0)
    await bench.storage.delete(row!.objectKey)
    await bench.restart()
    await expect(bench.client.call('result', { params: { id } })).rejects.toMatchObject({
      code: 'STORED_RESULT_DAMAGED',
      status: 500,
      message: expect.stringContaining(row!.objectKey),
    })
  })
})

/** The same adapter, with some calls failing while `error` gives one. */
function failing<T extends object>(target: T, names: readonly (keyof T)[], error: () => Error | false): T {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        const failure = names.includes(name as keyof T) && error()
        return failure ? Promise.reject(failure) : value.apply(target, args)
      }
    },
  })
}
