/** The life of a simulation through the API: submit, run, result, and everything a user may do to it. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPostgresRecords } from '#records/postgres.ts'
import { RESULT_SCHEMA, type ResultDocument } from '#results/document.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { type Bench, type BenchOptions, ended, eventually, primaries, spesWith, startBench } from './control-bench.ts'

let bench: Bench

const submit = (body: unknown, key?: string) =>
  bench.client.call('submit', { body, ...(key ? { headers: { 'idempotency-key': key } } : {}) })
const resultOf = async (id: string, query = {}) =>
  (await bench.client.call('result', { params: { id }, query })) as ResultDocument
const numbersOf = ({ primaries: count, batches, fissions, residuals }: ResultDocument) =>
  JSON.stringify({ count, batches, fissions, residuals })

describe('with SQLite', () => lives({}))

describe('with two services at once', () => lives({ replicas: 2 }))

describeWith(POSTGRESQL, 'with PostgreSQL', (bin) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(bin)
  })
  afterAll(() => server.stop())
  const openRecords = async () => openPostgresRecords({ url: await server.database() })
  lives({ openRecords })
  describe('and two services at once', () => lives({ openRecords, replicas: 2 }))
})

function lives(options: BenchOptions): void {
  beforeEach(async () => {
    bench = await startBench(options)
  })
  afterEach(() => bench.done())

  it('runs from submit to the merged result', async () => {
    const made = await submit(primaries(100_003, 10))
    expect(made.state).toBe('accepted')
    expect(made.subject).toBe('40 MeV protons on UC4')
    expect(made.actions).toContain('stop')
    const done = await ended(bench, made.id)
    expect(done).toMatchObject({
      state: 'done',
      progress: { primariesAsked: 100_003, primariesDone: 100_003, tasks: 10, tasksDone: 10, fraction: 1 },
    })
    expect(done.sentence).toMatch(/^Done: 1\.0e5 primaries in \d+ s\.$/)
    const result = await resultOf(made.id)
    expect(result).toMatchObject({ schema: RESULT_SCHEMA, mode: 'monte-carlo', primaries: 100_003, batches: 10 })
    expect(result.provenance).toMatchObject({ jobKey: made.jobKey, setupDigest: made.setupDigest, replay: false })
    expect(result.fissionsPerPrimary).toBeGreaterThan(0.005)
    const again = await resultOf(made.id, { currentMicroampere: 100 })
    expect(again.fissions.perSecond! * 2).toBeCloseTo(result.fissions.perSecond!, -6)
    const csv = await fetch(
      `${bench.client.address('result', { params: { id: made.id }, query: { format: 'csv' } })}`,
      { headers: { authorization: `Bearer ${'0123456789abcdef0123456789abcdef'}` } },
    )
    expect(csv.headers.get('content-type')).toContain('text/csv')
    expect(await csv.text()).toContain('Ag-111')
    const tasks = await bench.client.call('tasks', { params: { id: made.id } })
    expect(tasks.total).toBe(10)
    expect(tasks.items.reduce((sum, task) => sum + task.historiesDone, 0)).toBe(100_003)
  })

  it('is the same for the same key and document, and refuses the key for another', async () => {
    const [a, b] = await Promise.all([submit(primaries(1000, 1), 'k'), submit(primaries(1000, 1), 'k')])
    expect(a.id).toBe(b.id)
    await expect(submit(primaries(2000, 1), 'k')).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', status: 409 })
  })

  it('gets a fresh job key each time, and a replay repeats the numbers and says so', async () => {
    const first = await submit(primaries(20_000, 4))
    const second = await submit(primaries(20_000, 4))
    expect(first.jobKey).not.toBe(second.jobKey)
    await ended(bench, first.id)
    const replay = await bench.client.call('rerun', {
      params: { id: first.id },
      body: { replay: true, memoryMebibytes: 4096 },
    })
    expect(replay).toMatchObject({ replayOf: first.id, jobKey: first.jobKey })
    expect((await bench.records.simulation(replay.id))!.memoryMebibytes).toBe(4096)
    await ended(bench, replay.id)
    const [original, repeated] = [await resultOf(first.id), await resultOf(replay.id)]
    expect(numbersOf(repeated)).toBe(numbersOf(original))
    expect([original.provenance.replay, repeated.provenance.replay]).toEqual([false, true])
    const rerun = await bench.client.call('rerun', { params: { id: replay.id }, body: {} })
    expect(rerun.jobKey).not.toBe(first.jobKey)
  })

  it('goes on with added primaries as if all had been asked for at once', async () => {
    const made = await submit(primaries(30_000, 3, { key: '00000000000000aa' }))
    await ended(bench, made.id)
    let letGo = () => {}
    bench.cluster.gate = new Promise((resolve) => (letGo = resolve))
    const more = await bench.client.call('addPrimaries', { params: { id: made.id }, body: { primaries: 20_000 } })
    expect(more.state).toBe('running')
    await expect(
      bench.client.call('addPrimaries', { params: { id: made.id }, body: { primaries: 1000 } }),
    ).rejects.toMatchObject({ code: 'ACTION_NOT_ALLOWED', message: expect.stringContaining('running') })
    letGo()
    const done = await ended(bench, made.id)
    expect(done.progress).toMatchObject({ primariesAsked: 50_000, primariesDone: 50_000, tasks: 5 })
    await expect(
      bench.client.call('addPrimaries', { params: { id: made.id }, body: { primaries: 1e12 } }),
    ).rejects.toMatchObject({ code: 'JOB_TOO_LARGE', status: 422 })
    const whole = await submit(primaries(50_000, 5, { key: '00000000000000aa' }))
    await ended(bench, whole.id)
    expect(numbersOf(await resultOf(made.id))).toBe(numbersOf(await resultOf(whole.id)))
  })

  it('is stopped with what is finished, and merges that', async () => {
    const letGo = bench.cluster.holdAt(20)
    const made = await submit(primaries(40_000, 200))
    await eventually(
      () => bench.client.call('show', { params: { id: made.id } }),
      ({ progress }) => progress.tasksDone >= 20,
    )
    await bench.client.call('stop', { params: { id: made.id } })
    // The order follows the row; workers that are let go before it would finish everything.
    await eventually(
      () => bench.queue.standing(made.id),
      (standing) => standing?.order !== 'go-on',
    )
    letGo()
    const done = await ended(bench, made.id)
    expect(done.state).toBe('done')
    const { tasksDone, primariesDone } = done.progress
    expect(tasksDone).toBeLessThan(200)
    expect(done.progress).toMatchObject({ tasks: tasksDone, primariesAsked: primariesDone, fraction: 1 })
    expect(done.sentence).toContain('stopped by the user')
    const result = await resultOf(made.id)
    expect(result.primaries).toBe(done.progress.primariesDone)
    expect((await bench.client.call('tasks', { params: { id: made.id }, query: { state: 'dropped' } })).total).toBe(
      200 - done.progress.tasksDone,
    )
    await expect(bench.client.call('stop', { params: { id: made.id } })).rejects.toMatchObject({
      code: 'ACTION_NOT_ALLOWED',
    })
    await bench.client.call('addPrimaries', { params: { id: made.id }, body: { primaries: 1000 } })
    const longer = await ended(bench, made.id)
    const asked = done.progress.primariesDone + 1000
    expect(longer.progress).toMatchObject({ primariesAsked: asked, primariesDone: asked, fraction: 1 })
    expect(longer.progress.tasks).toBe(longer.progress.tasksDone)
    // The remark about the stop went with the primaries that were added after it.
    expect(longer.sentence).not.toContain('stopped by the user')
  })

  it('stopped when everything is done already says nothing of it', async () => {
    const letGo = bench.cluster.holdAt(0)
    const made = await submit(primaries(2000, 2))
    await eventually(
      () => bench.queue.counts(made.id),
      (counts) => counts?.waiting === 0,
    )
    await bench.client.call('stop', { params: { id: made.id } }).catch(() => undefined)
    letGo()
    const done = await ended(bench, made.id)
    expect(done).toMatchObject({ state: 'done', progress: { tasksDone: 2, fraction: 1 } })
    expect(done.sentence).toMatch(/^Done: 2,000 primaries( in \d+ s)?\.$/)
  })

  it('stopped before its first result ends without one, and says so', async () => {
    bench.cluster.gate = new Promise(() => {})
    const made = await submit(primaries(1000, 2))
    await bench.client.call('stop', { params: { id: made.id } })
    const end = await ended(bench, made.id)
    expect(end).toMatchObject({ state: 'cancelled' })
    expect(end.sentence).toContain('before the first task was finished')
  })

  it('is cancelled at once, and deleted with every object', async () => {
    const letGo = bench.cluster.holdAt(20)
    const made = await submit(primaries(100_000, 500))
    await eventually(
      () => bench.client.call('show', { params: { id: made.id } }),
      ({ progress }) => progress.tasksDone > 0,
    )
    await bench.client.call('cancel', { params: { id: made.id } })
    letGo()
    expect((await ended(bench, made.id)).state).toBe('cancelled')
    await eventually(
      () => bench.cluster.status(made.id),
      ({ running }) => running === 0,
    )
    // Its results were abandoned, also those of the tasks that were done.
    for (const route of ['result', 'scan'] as const) {
      await expect(bench.client.call(route, { params: { id: made.id } })).rejects.toMatchObject({
        code: 'ACTION_NOT_ALLOWED',
        message: expect.stringContaining('cancelled'),
      })
    }
    await bench.client.call('remove', { params: { id: made.id } })
    await expect(bench.client.call('show', { params: { id: made.id } })).rejects.toMatchObject({
      code: 'SIMULATION_NOT_FOUND',
      status: 404,
    })
    await eventually(
      () => Array.fromAsync(bench.storage.list(`jobs/${made.id}/`)),
      (keys) => keys.length === 0,
    )
  })

  it('ends as done with some failed tasks, and says how many primaries the result holds', async () => {
    bench.trouble.is = (task) => (task % 3 === 0 ? 'fail' : 'none')
    const made = await submit(primaries(9000, 9))
    const done = await ended(bench, made.id)
    expect(done).toMatchObject({
      state: 'done',
      progress: { tasksDone: 6, tasksFailed: 3, primariesDone: 6000, primariesAsked: 9000 },
    })
    expect(done.sentence).toContain('The result holds 6,000 primaries')
    expect(done.sentence).toContain('Out of memory at 2 GiB')
    expect((await resultOf(made.id)).primaries).toBe(6000)
    // A failed task does not shift the mean: the same tasks of an undisturbed run give the same numbers.
    const failed = await bench.client.call('tasks', { params: { id: made.id }, query: { state: 'failed' } })
    expect(failed.items.map(({ task }) => task)).toEqual([0, 3, 6])
    expect(failed.items[0]!.failure).toEqual({ code: 'PROGRAM_OUT_OF_MEMORY', message: 'Out of memory at 2 GiB.' })
  })

  it('ends as failed with the commonest cause when nothing succeeded', async () => {
    bench.trouble.is = (task) => (task === 0 ? 'damage' : 'fail')
    const made = await submit(primaries(4000, 4))
    const end = await ended(bench, made.id)
    expect(end).toMatchObject({ state: 'failed', failure: { code: 'PROGRAM_OUT_OF_MEMORY' } })
    expect(end.sentence).toBe('Failed: 4 tasks failed (3 tasks of 4): Out of memory at 2 GiB.')
    await expect(resultOf(made.id)).rejects.toMatchObject({ code: 'NO_RESULT_YET' })
  })

  it('accepts no result that it cannot read or that nobody stored', async () => {
    bench.trouble.is = (task) => (task === 1 ? 'damage' : task === 2 ? 'no-object' : 'none')
    const made = await submit(primaries(4000, 4))
    const done = await ended(bench, made.id)
    expect(done.progress).toMatchObject({ tasksDone: 2, tasksFailed: 2 })
    const failed = await bench.client.call('tasks', { params: { id: made.id }, query: { state: 'failed' } })
    expect(failed.items.map(({ failure }) => failure!.code)).toEqual(['RESULT_DAMAGED', 'RESULT_MISSING'])
    for (const { failure } of failed.items) expect(failure!.message).toContain('It failed 3 times and was given up')
  })

  it('makes results again that the storage lost or damaged, to the last bit', async () => {
    const body = primaries(6000, 6, { key: '0123456789abcdef' })
    const undisturbed = await submit(body)
    await ended(bench, undisturbed.id)
    bench.trouble.is = (task, attempt) =>
      task === 1 && attempt < 3 ? 'damage' : task === 2 && attempt === 1 ? 'no-object' : 'none'
    const made = await submit(body)
    expect(await ended(bench, made.id)).toMatchObject({
      state: 'done',
      progress: { tasksDone: 6, tasksFailed: 0, primariesDone: 6000 },
    })
    const rows = await bench.records.acceptedResults(made.id, 0)
    expect(rows.map(({ attempt }) => attempt)).toEqual([1, 3, 2, 1, 1, 1])
    expect(numbersOf(await resultOf(made.id))).toBe(numbersOf(await resultOf(undisturbed.id)))
    expect(bench.log.filter((line) => line.includes('a task is given out again'))).toHaveLength(3)
  })

  it('leaves no object behind that no row points to', async () => {
    bench.trouble.is = (task, attempt) => (task < 3 && attempt === 1 ? 'fail-once' : 'none')
    const made = await submit(primaries(6000, 6))
    await bench.storage.put(`jobs/${made.id}/tasks/2/g0-a7.tally`, new Uint8Array([1, 2, 3]))
    await ended(bench, made.id)
    const rows = await bench.records.acceptedResults(made.id, 0)
    const want = [...rows.map(({ objectKey }) => objectKey), `jobs/${made.id}/result/point-0-of-6-tasks.isot`].sort()
    await eventually(
      () => Array.fromAsync(bench.storage.list(`jobs/${made.id}/`)),
      (keys) => JSON.stringify([...keys].sort()) === JSON.stringify(want),
    )
  })

  it('of a scan has a result at every point, and a table', async () => {
    const made = await submit(primaries(4000, 2, { scan: { parameter: 'setup.beam.energyMeV', values: [30, 40, 50] } }))
    const done = await ended(bench, made.id)
    expect(done).toMatchObject({
      points: 3,
      progress: { primariesAsked: 12_000, primariesDone: 12_000 },
      scan: { values: [30, 40, 50] },
    })
    const table = await bench.client.call('scan', { params: { id: made.id }, query: { nuclides: 'ag111, 132Sn' } })
    expect(table).toMatchObject({ parameter: 'setup.beam.energyMeV', unit: 'MeV', nuclides: ['Ag-111', 'Sn-132'] })
    expect(table.points.map(({ value, primaries: count }) => [value, count])).toEqual([
      [30, 4000],
      [40, 4000],
      [50, 4000],
    ])
    expect(table.points[2]!.fissionsPerPrimary!).toBeGreaterThan(table.points[0]!.fissionsPerPrimary!)
    expect((await resultOf(made.id, { point: 2 })).primaries).toBe(4000)
    await expect(resultOf(made.id, { point: 3 })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(
      bench.client.call('scan', { params: { id: made.id }, query: { nuclides: 'Xx-1' } }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('with a goal on the error runs in rounds until it is reached', async () => {
    const made = await submit(
      spesWith({
        goal: { kind: 'statistical-error', nuclides: ['Ag-111'], relativePercent: 8, maxPrimaries: 100_000_000 },
        batchHistories: 20_000,
      }),
    )
    const done = await ended(bench, made.id)
    expect(done.state).toBe('done')
    expect(done.sentence).toContain('statistical error of Ag-111 is at most 8 %')
    const silver = (await resultOf(made.id)).residuals.find(({ nuclide }) => nuclide === 'Ag-111')!.cumulative
    expect(silver.statisticalError! / silver.perPrimary!).toBeLessThanOrEqual(0.08)
    expect(done.progress.fraction).toBe(1)
    // Added primaries are simply done: the goal was over.
    await bench.client.call('addPrimaries', { params: { id: made.id }, body: { primaries: 20_000 } })
    const longer = await ended(bench, made.id)
    expect(longer.progress.primariesDone).toBe(done.progress.primariesDone + 20_000)
    expect(longer.sentence).toMatch(/^Done: .*The statistical error of Ag-111 is /)
  })

  it('with a goal in time ends about then', async () => {
    const made = await submit(
      spesWith({
        goal: { kind: 'time', minutes: 0.02, maxPrimaries: 1e9 },
        batchHistories: 20_000,
        historiesPerTask: 20_000,
      }),
    )
    const before = Date.now()
    const done = await ended(bench, made.id)
    expect(Date.now() - before).toBeGreaterThan(1000)
    expect(done.state).toBe('done')
    expect(done.sentence).toContain('min are over')
    expect((await resultOf(made.id)).primaries).toBe(done.progress.primariesDone)
  })
}
