/** What control gives to workers on other machines, and to nobody else. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WorkerDesk } from '#control/worker-desk.ts'
import { ApiError, type CallInput, createClient, type Fetch } from '#protocol/client.ts'
import type { RouteName } from '#protocol/routes.ts'
import type { ObjectToPut } from '#protocol/shapes.ts'
import type { Lease } from '#queue/queue.ts'
import { type Bench, ended, eventually, primaries, startBench } from './control-bench.ts'

const HOUR_MS = 3_600_000
const signed: string[] = []
const triesTold: string[] = []

/** Tokens that anybody can read: what is tested is what control does with them. */
const desk: WorkerDesk = {
  mintToken: (jobId, validUntilMs) => `job:${jobId}:${validUntilMs}`,
  readToken(token, nowMs) {
    const [, jobId, until] = /^job:([a-z0-9]+):(\d+)$/.exec(token) ?? []
    if (jobId === undefined) return { refused: 'is no token of this installation' }
    return Number(until) > nowMs ? { jobId } : { refused: 'is too old' }
  },
  queueAccess: async (jobId) => ({
    address: { url: 'redis://redis.test' },
    username: `job-${jobId}`,
    password: 'p',
  }),
  async signPut(objects, _within, tries) {
    signed.push(...objects.map(({ key }) => key))
    triesTold.push(tries)
    return objects.map(({ key }) => ({ kind: 'put', url: `http://s3.test/${key}`, headers: { 'if-none-match': '*' } }))
  },
}

let bench: Bench
let id: string
let letGo: () => void
beforeAll(async () => {
  bench = await startBench({ workers: desk })
  // Its own workers take nothing until the end.
  bench.cluster.gate = new Promise((resolve) => (letGo = resolve))
  id = (await bench.client.call('submit', { body: primaries(4000, 4) })).id
})
afterAll(async () => {
  letGo()
  await bench.done()
})

const asWorker = (token: string) => createClient({ fetch: fetch as unknown as Fetch, baseUrl: bench.url, token })
const refusal = async (token: string, route: RouteName, input: CallInput = {}) => {
  const error = await asWorker(token)
    .call(route, input)
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}
const object = (key: string, bytes = 10): ObjectToPut => ({
  key,
  bytes,
  sha256: 'a'.repeat(64),
  md5: 'AAAAAAAAAAAAAAAAAAAAAA==',
})

describe('workers elsewhere', () => {
  it('are let in by the owner of a simulation, for a limited time', async () => {
    const before = Date.now()
    const made = await bench.client.call('workerToken', { params: { id }, body: { validForHours: 2 } })
    expect(made.simulation).toBe(id)
    expect(made.validUntilMs - before).toBeGreaterThanOrEqual(2 * HOUR_MS)
    expect(await asWorker(made.token).call('workerAccess')).toEqual({
      simulation: id,
      queue: { address: { url: 'redis://redis.test' }, username: `job-${id}`, password: 'p' },
    })
  })

  it('are refused with a token of another making, a too old one, or none', async () => {
    const old = desk.mintToken(id, Date.now() - 1)
    for (const token of ['nonsense', old]) {
      expect((await refusal(token, 'workerAccess')).code).toBe('WORKER_TOKEN_INVALID')
    }
    expect((await refusal(old, 'workerAccess')).message).toContain('too old')
    const none = createClient({ fetch: fetch as unknown as Fetch, baseUrl: bench.url })
    await expect(none.call('workerAccess')).rejects.toMatchObject({ code: 'WORKER_TOKEN_INVALID', status: 401 })
  })

  it('cannot read or steer anything with their token', async () => {
    const token = desk.mintToken(id, Date.now() + HOUR_MS)
    for (const route of ['show', 'stop', 'tasks', 'workerToken'] as const) {
      const input = { params: { id }, ...(route === 'workerToken' ? { body: {} } : {}) }
      expect((await refusal(token, route, input)).code, route).toBe('NOT_SIGNED_IN')
    }
  })

  it('store results of tasks of their own job only, and hear of every wrong key at once', async () => {
    const token = desk.mintToken(id, Date.now() + HOUR_MS)
    const good = object(`jobs/${id}/tasks/3/g1-a2.tally`)
    const { addresses } = await asWorker(token).call('workerAddresses', { body: { objects: [good] } })
    expect(addresses).toEqual([{ kind: 'put', url: `http://s3.test/${good.key}`, headers: { 'if-none-match': '*' } }])
    // A worker of an earlier release does not say whether it has sent them before.
    expect(triesTold).toEqual(['further'])
    await asWorker(token).call('workerAddresses', { query: { tries: 'first' }, body: { objects: [good] } })
    expect(triesTold).toEqual(['further', 'first'])
    const wrong = [
      object('jobs/other/tasks/3/g1-a2.tally'),
      object(`jobs/${id}/result/point-0-of-4-tasks.isot`),
      object(`jobs/${id}/tasks/../../other/tasks/1/g1-a1.tally`),
      object(`jobs/${id}/tasks/1/g1-a1.tally`, 2 ** 40),
    ]
    const error = await refusal(token, 'workerAddresses', { body: { objects: [good, ...wrong] } })
    expect(error.code).toBe('BAD_REQUEST')
    expect(error.problems.map(({ path }) => path)).toEqual([
      'objects.1.key',
      'objects.2.key',
      'objects.3.key',
      'objects.4.bytes',
    ])
    expect(signed).toEqual([good.key, good.key])
  })

  it('cannot make another job’s objects their own: neither its results nor its logs', async () => {
    await bench.storage.put('jobs/other/tasks/0/g1-a1.log', Buffer.from('of another user'))
    const taken = await eventually(
      () => bench.queue.take(id, 'hostile', 2),
      (answer) => answer.kind === 'tasks' && answer.leases.length === 2,
    )
    const [first, second] = taken.kind === 'tasks' ? taken.leases : []
    const fence = ({ task, generation, attempt }: Lease) => ({ task, generation, attempt })
    const { refused } = await bench.queue.report(id, 'hostile', [
      {
        kind: 'finished',
        ...fence(first!),
        ...{ objectKey: 'jobs/other/tasks/0/g1-a1.tally', digest: 'a'.repeat(64), bytes: 10, histories: 1000 },
        ...{ startedAtMs: 1, endedAtMs: 2 },
      },
      {
        kind: 'failed',
        ...fence(second!),
        ...{
          code: 'PROGRAM_KILLED',
          message: 'last words \0',
          retriable: false,
          logKey: 'jobs/other/tasks/0/g1-a1.log',
        },
      },
    ])
    expect(refused).toEqual([])
    const failed = () => bench.client.call('tasks', { params: { id }, query: { state: 'failed' } })
    const { items } = await eventually(failed, ({ total }) => total === 2)
    expect(items.map(({ failure }) => failure?.code).sort()).toEqual(['PROGRAM_KILLED', 'RESULT_OF_OTHER_TASK'])
    for (const { task } of items) {
      await expect(bench.client.call('taskLog', { params: { id, task } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  it('cannot make the service read more than they reported, nor other bytes', async () => {
    let task = -1
    // The task is given out again while it has attempts left; who lies takes it again, and leaves the others alone.
    for (let n = 0; n < 3; n++) {
      const leases = await eventually(
        async () => {
          const taken = await bench.queue.take(id, 'hostile', 100)
          const all = taken.kind === 'tasks' ? taken.leases : []
          const others = all.filter((lease) => task >= 0 && lease.task !== task)
          await bench.queue.release(
            id,
            'hostile',
            others.map((lease) => ({ ...lease, historiesDone: 0 })),
          )
          return all.filter((lease) => !others.includes(lease))
        },
        (mine) => mine.length > 0,
      )
      const { generation, attempt } = leases[0]!
      task = leases[0]!.task
      await bench.queue.release(
        id,
        'hostile',
        leases.slice(1).map((lease) => ({ ...lease, historiesDone: 0 })),
      )
      const objectKey = `jobs/${id}/tasks/${task}/g${generation}-a${attempt}.tally`
      const { digest } = await bench.storage.put(objectKey, Buffer.alloc(100_000))
      const report = { kind: 'finished', task, generation, attempt, objectKey, digest, bytes: 10 } as const
      await bench.queue.report(id, 'hostile', [{ ...report, histories: 1000, startedAtMs: 1, endedAtMs: 2 }])
    }
    const failed = () => bench.client.call('tasks', { params: { id }, query: { state: 'failed' } })
    const { items } = await eventually(failed, ({ items }) => items.some((one) => one.task === task))
    expect(items.find((one) => one.task === task)?.failure).toMatchObject({
      code: 'RESULT_DAMAGED',
      message: expect.stringContaining('has more than the 10 bytes that were reported'),
    })
  })

  it('hear that their simulation has ended', async () => {
    letGo()
    expect((await ended(bench, id)).state).toBe('done')
    const token = desk.mintToken(id, Date.now() + HOUR_MS)
    expect((await refusal(token, 'workerAccess')).code).toBe('JOB_ENDED')
    const late = { body: { objects: [object(`jobs/${id}/tasks/0/g1-a9.tally`)] } }
    expect((await refusal(token, 'workerAddresses', late)).code).toBe('JOB_ENDED')
    await expect(bench.client.call('workerToken', { params: { id }, body: {} })).rejects.toMatchObject({
      code: 'JOB_ENDED',
    })
    const gone = desk.mintToken('gone', Date.now() + HOUR_MS)
    expect((await refusal(gone, 'workerAccess')).message).toBe('Simulation gone was deleted.')
  })
})
