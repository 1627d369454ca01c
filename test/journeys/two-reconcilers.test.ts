/**
 * The lease is a matter of economy. Where it is a little wrong (a leader that was frozen and goes on, a clock that jumps),
 * two move the same jobs on for a while; here three do all the time, over PostgreSQL, and the results are the same to the
 * last bit.
 */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPostgresRecords } from '#records/postgres.ts'
import type { ResultDocument } from '#results/document.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { type Bench, ended, eventually, primaries, spesWith, startBench } from './control-bench.ts'

describeWith(POSTGRESQL, 'three that reconcile at once', (bin) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(bin)
  })
  afterAll(() => server.stop())

  const over = async (replicas: number, work: (bench: Bench) => Promise<void>) => {
    const bench = await startBench({
      openRecords: async () => openPostgresRecords({ url: await server.database() }),
      replicas,
      withoutLease: true,
    })
    try {
      await work(bench)
    } finally {
      await bench.done()
    }
  }
  const sampled = async (bench: Bench, id: string) => {
    const result = (await bench.client.call('result', { params: { id } })) as ResultDocument
    const { primaries: count, batches, fissions, residuals } = result
    return JSON.stringify({ count, batches, fissions, residuals })
  }
  const key = '00000000feedbeef'
  const jobs = [
    primaries(150 * 200 - 7, 150, { key }),
    // Rounds are planned by whoever comes first, and are the same whoever does.
    spesWith({
      goal: { kind: 'statistical-error', nuclides: ['Ag-111'], relativePercent: 15, maxPrimaries: 100_000_000 },
      batchHistories: 10_000,
      historiesPerTask: 20_000,
      key,
    }),
    primaries(3000, 6, { scan: { parameter: 'setup.beam.energyMeV', values: [30, 40, 50] }, key }),
  ]

  it('give every job the result that one alone gives it, with workers that fail and get lost', async () => {
    const expected: string[] = []
    await over(1, async (bench) => {
      for (const body of jobs) {
        const { id } = await bench.client.call('submit', { body })
        expect(await ended(bench, id)).toMatchObject({ state: 'done' })
        expected.push(await sampled(bench, id))
      }
    })
    await over(3, async (bench) => {
      bench.trouble.is = (task, attempt) => (attempt === 1 && task % 13 === 5 ? 'fail-once' : 'none')
      const made = await Promise.all(jobs.map((body) => bench.client.call('submit', { body })))
      for (const [n, { id }] of made.entries()) {
        const done = await ended(bench, id)
        expect(done).toMatchObject({ state: 'done', progress: { tasksFailed: 0 } })
        expect(await sampled(bench, id)).toBe(expected[n])
        // One final merge a point, one object a task, and nothing else.
        const keys = await Array.fromAsync(bench.storage.list(`jobs/${id}/`))
        const points = done.scan?.values.length ?? 1
        await eventually(
          () => Array.fromAsync(bench.storage.list(`jobs/${id}/`)),
          (left) => left.length === done.progress.tasksDone + points,
        ).catch((error: unknown) => {
          throw new Error(`objects of job ${n}: ${keys.length} for ${done.progress.tasksDone} tasks`, { cause: error })
        })
      }
      const errors = bench.log.filter((line) => /^\{"level":[56]0/.test(line))
      expect(errors).toEqual([])
    })
  }, 90_000)

  it('stop, prolong, cancel and delete as one alone does', async () => {
    await over(3, async (bench) => {
      for (let round = 0; round < 2; round++) {
        const { id } = await bench.client.call('submit', { body: primaries(400 * 500, 400) })
        await eventually(
          () => bench.client.call('show', { params: { id } }),
          ({ progress }) => progress.tasksDone > 20,
        )
        await bench.client.call('stop', { params: { id } })
        const stopped = await ended(bench, id)
        expect(stopped.state).toBe('done')
        const { primariesDone } = stopped.progress
        // At once, while the others may still be busy with the end.
        await bench.client.call('addPrimaries', { params: { id }, body: { primaries: 20_000 } })
        const longer = await ended(bench, id)
        expect(longer.progress).toMatchObject({
          primariesDone: primariesDone + 20_000,
          primariesAsked: primariesDone + 20_000,
          tasksFailed: 0,
        })
        await bench.client.call('remove', { params: { id } })
        const other = await bench.client.call('submit', { body: primaries(400 * 500, 400) })
        await bench.client.call('cancel', { params: { id: other.id } })
        expect(await ended(bench, other.id)).toMatchObject({ state: 'cancelled' })
      }
    })
  }, 90_000)
})
