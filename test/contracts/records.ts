/** What every implementation of the records must do. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AcceptedResult, Hint, NewSimulation, Records, TaskFailure, TaskPlan } from '#records/records.ts'
import { FINAL_STATES, NEXT_STATES, SIMULATION_STATES } from '#simulation/life-cycle.ts'

export const tasksOf = (count: number, from = 0, point = 0, firstHistory = 0): TaskPlan[] =>
  Array.from({ length: count }, (_, i) => ({
    task: from + i,
    point,
    firstHistory: firstHistory + i * 1000,
    histories: 1000,
    firstBatch: i * 10,
  }))

export const newSimulation = (id: string, changes: Partial<NewSimulation> = {}): NewSimulation => ({
  id,
  owner: 'anna',
  name: `Simulation ${id}`,
  document: '{"isolario":1}',
  setupDigest: 'd'.repeat(64),
  subject: '40 MeV protons on UC4',
  engineId: 'builtin',
  engineVersion: '1',
  jobKey: '0123456789abcdef',
  batchHistories: 100,
  primariesPlanned: 4000,
  replayOf: null,
  memoryMebibytes: 512,
  timeSeconds: 60,
  priority: 'normal',
  notes: ['235U is treated as 238U'],
  points: [{ point: 0, value: null, setupDigest: 'd'.repeat(64) }],
  tasks: tasksOf(4),
  idempotency: null,
  ...changes,
})

export const resultOf = (task: number, changes: Partial<AcceptedResult> = {}): AcceptedResult => ({
  task,
  generation: 1,
  attempt: 1,
  objectKey: `jobs/x/tasks/${task}/g1-a1.tally`,
  digest: 'e'.repeat(64),
  bytes: 5_000_000_000,
  histories: 1000,
  startedAtMs: 1_700_000_000_000,
  endedAtMs: 1_700_000_001_000,
  ...changes,
})

export const failureOf = (task: number): TaskFailure => ({
  task,
  generation: 1,
  attempt: 3,
  code: 'PROGRAM_OUT_OF_MEMORY',
  message: 'Out of memory at 2 GiB.',
  logKey: `jobs/x/tasks/${task}/log.txt`,
  atMs: 1_700_000_002_000,
})

const NOW = 1_700_000_000_000

export function describeRecordsContract(
  name: string,
  make: () => Promise<{ records: Records; done(): Promise<void> }>,
): void {
  describe(`records contract: ${name}`, () => {
    let records: Records
    let done: () => Promise<void>
    beforeEach(async () => {
      const made = await make()
      records = made.records
      done = made.done
    })
    afterEach(() => done())

    it('takes over a result that was made elsewhere: done as it comes, and never to be gone on with', async () => {
      const results = [0, 1, 2, 3].map((task) => resultOf(task, { histories: 1000 }))
      await records.accept(newSimulation('one', { imported: { origin: '{"program":"FLUKA"}', results } }), NOW)
      expect(await records.simulation('one')).toMatchObject({
        state: 'done',
        imported: '{"program":"FLUKA"}',
        tasks: 4,
        tasksDone: 4,
        historiesDone: 4000,
        startedAtMs: null,
        endedAtMs: NOW,
      })
      expect(await records.acceptedResults('one', 0)).toMatchObject(results)
      expect(await records.active()).toEqual([])
      expect(await records.openTasks('one')).toEqual([])
      expect(await records.addTasks('one', ['done'], 'running', tasksOf(1, 4, 4000), 5000, NOW)).toBeUndefined()
      await records.accept(newSimulation('two'), NOW)
      expect((await records.simulation('two'))?.imported).toBeNull()
      expect(await records.remove('one', NOW)).toBe(true)
    })

    it('knows of a user the groups that were noted last', async () => {
      expect(await records.groupsOf('anna')).toEqual([])
      await records.noteGroups('anna', ['isolpharm', 'isolpharm/über', 'two words'], NOW)
      await records.noteGroups('bruno', ['spes'], NOW)
      expect(await records.groupsOf('anna')).toEqual(['isolpharm', 'isolpharm/über', 'two words'])
      await records.noteGroups('anna', ['spes'], NOW + 1)
      await records.noteGroups('bruno', [], NOW + 1)
      expect(await records.groupsOf('anna')).toEqual(['spes'])
      expect(await records.groupsOf('bruno')).toEqual([])
    })

    it('gives back a simulation as it was written, large numbers included', async () => {
      const simulation = newSimulation('one', { primariesPlanned: 1e12, tasks: tasksOf(2, 0, 0, 9e11) })
      const answer = await records.accept(simulation, NOW)
      expect(answer.kind).toBe('created')
      const record = await records.simulation('one')
      expect(record).toMatchObject({
        id: 'one',
        state: 'accepted',
        primariesPlanned: 1e12,
        notes: ['235U is treated as 238U'],
        tasks: 2,
        tasksDone: 0,
        historiesDone: 0,
        createdAtMs: NOW,
        startedAtMs: null,
        failure: null,
      })
      expect((await records.openTasks('one'))[1]).toEqual({
        task: 1,
        point: 0,
        firstHistory: 9e11 + 1000,
        histories: 1000,
        firstBatch: 10,
        seed: null,
      })
      expect(await records.simulation('two')).toBeUndefined()
    })

    it('knows a repeated request by its idempotency key, and refuses the key for another request', async () => {
      const idempotency = { key: 'k1', requestDigest: 'r1' }
      await records.accept(newSimulation('one', { idempotency }), NOW)
      expect(await records.accept(newSimulation('two', { idempotency }), NOW)).toMatchObject({
        kind: 'repeated',
        simulation: { id: 'one' },
      })
      expect(
        await records.accept(newSimulation('three', { idempotency: { key: 'k1', requestDigest: 'r2' } }), NOW),
      ).toEqual({ kind: 'conflict' })
      expect(await records.accept(newSimulation('four', { owner: 'bruno', idempotency }), NOW)).toMatchObject({
        kind: 'created',
      })
      expect((await records.list({ sort: 'createdAt', order: 'asc', offset: 0, limit: 10 })).total).toBe(2)
    })

    it('makes one simulation of two equal requests at the same time', async () => {
      const idempotency = { key: 'k1', requestDigest: 'r1' }
      const answers = await Promise.all(
        ['one', 'two', 'three'].map((id) => records.accept(newSimulation(id, { idempotency }), NOW)),
      )
      expect(answers.map((a) => a.kind).sort()).toEqual(['created', 'repeated', 'repeated'])
    })

    it('accepts one result a task, and the same call again answers the same', async () => {
      await records.accept(newSimulation('one'), NOW)
      expect(await records.acceptResults('one', [resultOf(0), resultOf(2)], NOW)).toEqual([0, 2])
      expect([...(await records.acceptResults('one', [resultOf(0), resultOf(2)], NOW))].sort()).toEqual([0, 2])
      expect(await records.acceptResults('one', [resultOf(0, { attempt: 2, objectKey: 'other' })], NOW)).toEqual([])
      expect(await records.acceptResults('one', [resultOf(0, { objectKey: 'a copy' })], NOW)).toEqual([0])
      expect(await records.acceptResults('one', [resultOf(0, { digest: 'f'.repeat(64) })], NOW)).toEqual([])
      expect(await records.simulation('one')).toMatchObject({ tasksDone: 2, historiesDone: 2000 })
      const rows = await records.acceptedResults('one', 0)
      expect(rows.map((r) => [r.task, r.objectKey, r.bytes, r.firstHistory])).toEqual([
        [0, 'jobs/x/tasks/0/g1-a1.tally', 5_000_000_000, 0],
        [2, 'jobs/x/tasks/2/g1-a1.tally', 5_000_000_000, 2000],
      ])
      expect((await records.openTasks('one')).map((t) => t.task)).toEqual([1, 3])
    })

    it('keeps where in an object with several results one of them begins', async () => {
      await records.accept(newSimulation('one'), NOW)
      const bundle = { objectKey: 'jobs/x/tasks/1/g1-a1.tallies', bytes: 40 }
      const results = [
        resultOf(0),
        resultOf(1, { ...bundle, objectStart: 0 }),
        resultOf(2, { ...bundle, objectStart: 5_000_000_000 }),
      ]
      expect(await records.acceptResults('one', results, NOW)).toEqual([0, 1, 2])
      const plan = (task: number) => ({ task, point: 0, firstHistory: task * 1000 })
      expect(await records.acceptedResults('one', 0)).toMatchObject(
        results.map((result) => ({ ...result, ...plan(result.task) })),
      )
      expect((await records.acceptedResults('one', 0))[0]).not.toHaveProperty('objectStart')
      expect((await records.task('one', 2))!.accepted).toEqual(results[2])
    })

    it('counts a result once when many writers bring it at the same time', async () => {
      await records.accept(newSimulation('one', { tasks: tasksOf(50) }), NOW)
      const all = Array.from({ length: 50 }, (_, task) => resultOf(task))
      await Promise.all(
        [all, [...all].reverse(), all.slice(10, 40), all].map((part) => records.acceptResults('one', part, NOW)),
      )
      expect(await records.simulation('one')).toMatchObject({ tasksDone: 50, historiesDone: 50_000 })
      expect(await records.openTasks('one')).toEqual([])
    })

    it('refuses results for a task that is not there, failed or dropped, and after the end', async () => {
      await records.accept(newSimulation('one'), NOW)
      expect(await records.acceptResults('one', [resultOf(99)], NOW)).toEqual([])
      expect(await records.failTasks('one', [failureOf(1)], NOW)).toEqual([1])
      expect(await records.acceptResults('one', [resultOf(1), resultOf(0)], NOW)).toEqual([0])
      expect(await records.failTasks('one', [failureOf(0), failureOf(1)], NOW)).toEqual([])
      expect(await records.dropWaitingTasks('one', NOW)).toBe(2)
      expect(await records.acceptResults('one', [resultOf(2)], NOW)).toEqual([])
      await records.changeState('one', ['accepted'], { to: 'done' }, NOW)
      expect(await records.acceptResults('one', [resultOf(3)], NOW)).toEqual([])
      expect(await records.simulation('one')).toMatchObject({ tasksDone: 1, tasksFailed: 1, historiesDone: 1000 })
      const tasks = await records.tasks('one', { offset: 0, limit: 10 })
      expect(tasks.items.map((t) => t.state)).toEqual(['done', 'failed', 'dropped', 'dropped'])
      expect(tasks.items[1]!.failure).toEqual(failureOf(1))
      expect((await records.tasks('one', { state: 'dropped', offset: 1, limit: 10 })).items.map((t) => t.task)).toEqual(
        [3],
      )
      expect((await records.tasks('one', { state: 'failed', offset: 0, limit: 10 })).total).toBe(1)
      expect(await records.task('one', 1)).toMatchObject({ state: 'failed' })
      expect(await records.task('one', 7)).toBeUndefined()
    })

    it('changes the state only as the life cycle allows, and only from the states named', async () => {
      await records.accept(newSimulation('one'), NOW)
      expect(await records.changeState('one', ['running'], { to: 'done' }, NOW)).toBeUndefined()
      expect(await records.changeState('one', ['accepted', 'running'], { to: 'running' }, NOW + 5)).toMatchObject({
        state: 'running',
        startedAtMs: NOW + 5,
      })
      expect(await records.changeState('one', ['running'], { to: 'cancelled' }, NOW)).toBeUndefined()
      const failed = await records.changeState(
        'one',
        ['running'],
        { to: 'failed', failure: { code: 'X', message: 'All tasks failed.' } },
        NOW + 9,
      )
      expect(failed).toMatchObject({
        state: 'failed',
        failure: { code: 'X', message: 'All tasks failed.' },
        endedAtMs: NOW + 9,
      })
      for (const to of SIMULATION_STATES)
        expect(await records.changeState('one', [...SIMULATION_STATES], { to }, NOW)).toBeUndefined()
      expect(NEXT_STATES.failed).toEqual([])
    })

    it('lets exactly one of many equal changes of state through', async () => {
      await records.accept(newSimulation('one'), NOW)
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => records.changeState('one', ['accepted'], { to: 'running' }, NOW)),
      )
      expect(answers.filter((a) => a !== undefined)).toHaveLength(1)
    })

    it('adds a segment to a finished job, and never the same histories twice', async () => {
      await records.accept(newSimulation('one'), NOW)
      await records.dropWaitingTasks('one', NOW)
      await records.changeState('one', ['accepted'], { to: 'done' }, NOW)
      const more = tasksOf(3, 4, 0, 4000)
      expect(await records.addTasks('one', ['running'], 'running', more, 7000, NOW)).toBeUndefined()
      expect(await records.addTasks('one', ['done'], 'running', more, 7000, NOW)).toMatchObject({
        state: 'running',
        tasks: 7,
        primariesPlanned: 7000,
        endedAtMs: null,
      })
      await expect(
        records.addTasks('one', ['running'], 'running', tasksOf(1, 9, 0, 4000), 8000, NOW),
      ).rejects.toMatchObject({ code: 'RECORDS_REFUSED' })
      await expect(
        records.addTasks('one', ['running'], 'running', tasksOf(1, 4, 0, 9000), 8000, NOW),
      ).rejects.toMatchObject({ code: 'RECORDS_REFUSED' })
      const overlapping = [{ task: 9, point: 0, firstHistory: 6500, histories: 1000, firstBatch: 70 }]
      await expect(records.addTasks('one', ['running'], 'running', overlapping, 8000, NOW)).rejects.toMatchObject({
        code: 'RECORDS_REFUSED',
        message: expect.stringContaining('7000'),
      })
      expect(await records.simulation('one')).toMatchObject({ tasks: 7, primariesPlanned: 7000 })
      await expect(records.accept(newSimulation('one'), NOW)).rejects.toMatchObject({ code: 'RECORDS_REFUSED' })
    })

    it('does a change that is asked for again under its key once, and answers what is', async () => {
      const changeState: Records['changeState'] = (...change) => records.changeState(...change)
      const once = { owner: 'anna', key: 'k', requestDigest: 'stop one' }
      await records.accept(newSimulation('one'), NOW)
      expect(await records.answered(once)).toBeUndefined()
      // What is not done takes no key.
      expect(await changeState('one', ['done'], { to: 'running' }, NOW, once)).toBeUndefined()
      expect(await records.answered(once)).toBeUndefined()
      expect(await changeState('one', ['accepted'], { to: 'stopping' }, NOW, once)).toMatchObject({ state: 'stopping' })
      await records.dropWaitingTasks('one', NOW)
      await changeState('one', ['stopping'], { to: 'done' }, NOW)
      const events = await records.lastEvent()
      expect(await records.answered(once)).toMatchObject({ id: 'one', state: 'done' })
      expect(await changeState('one', ['accepted'], { to: 'stopping' }, NOW, once)).toMatchObject({ state: 'done' })
      expect(await records.lastEvent()).toBe(events)

      const other = { ...once, requestDigest: 'cancel one' }
      await expect(records.answered(other)).rejects.toMatchObject({ code: 'RECORDS_CONFLICT' })
      await expect(changeState('one', ['done'], { to: 'running' }, NOW, other)).rejects.toMatchObject({
        code: 'RECORDS_CONFLICT',
      })
      expect(await records.simulation('one')).toMatchObject({ state: 'done' })
      // Another person's key of the same name is another one.
      expect(await records.answered({ ...once, owner: 'bruno' })).toBeUndefined()
    })

    it('adds a segment once, however often and by how many it is asked for under one key', async () => {
      await records.accept(newSimulation('one', { tasks: tasksOf(1), primariesPlanned: 1000 }), NOW)
      await records.changeState('one', ['accepted'], { to: 'running' }, NOW)
      await records.acceptResults('one', [resultOf(0)], NOW)
      await records.changeState('one', ['running'], { to: 'done' }, NOW)
      const once = { owner: 'anna', key: 'more', requestDigest: '1000 for one' }
      const add = () => records.addTasks('one', ['done'], 'running', tasksOf(1, 1, 0, 1000), 2000, NOW, once)
      const answers = await Promise.all([add(), add(), add()])
      expect(answers.map((record) => [record?.state, record?.tasks, record?.primariesPlanned])).toEqual(
        Array(3).fill(['running', 2, 2000]),
      )
      await records.acceptResults('one', [resultOf(1)], NOW)
      await records.changeState('one', ['running'], { to: 'done' }, NOW)
      // Its answer was lost for so long that the job has ended again: nothing more is added.
      expect(await add()).toMatchObject({ state: 'done', tasks: 2, tasksDone: 2, primariesPlanned: 2000 })
      // After the simulation is gone its keys are free.
      await records.remove('one', NOW)
      expect(await records.answered(once)).toBeUndefined()
    })

    it('orders a job among those of its owner until it ends', async () => {
      await records.accept(newSimulation('one', { priority: 'low' }), NOW)
      expect(await records.simulation('one')).toMatchObject({ priority: 'low', revision: 0 })
      const events = await records.lastEvent()
      expect(await records.setPriority('one', 'high', NOW)).toMatchObject({ priority: 'high', revision: 1 })
      expect(await records.lastEvent()).toBe(events + 1)
      await records.changeState('one', ['accepted'], { to: 'failed', failure: { code: 'X', message: 'x' } }, NOW)
      expect(await records.setPriority('one', 'low', NOW)).toBeUndefined()
      expect(await records.setPriority('none', 'low', NOW)).toBeUndefined()
      expect(await records.simulation('one')).toMatchObject({ priority: 'high' })
    })

    it('plans no longer what a stop dropped, and forgets nothing that a cancelled job had planned', async () => {
      const each = 2.5e11
      const tasks = tasksOf(4).map((t) => ({ ...t, firstHistory: t.task * each, histories: each }))
      await records.accept(newSimulation('one', { primariesPlanned: 1e12, tasks }), NOW)
      await records.changeState('one', ['accepted'], { to: 'running' }, NOW)
      await records.acceptResults('one', [resultOf(0, { histories: each })], NOW)
      await records.failTasks('one', [failureOf(1)], NOW)
      await records.changeState('one', ['running'], { to: 'stopping', remark: 'Stopped.' }, NOW)
      expect(await records.dropWaitingTasks('one', NOW)).toBe(2)
      expect(await records.dropWaitingTasks('one', NOW)).toBe(0)
      const stopped = { primariesPlanned: 5e11, tasks: 4, tasksDone: 1, tasksFailed: 1, tasksDropped: 2 }
      expect(await records.simulation('one')).toMatchObject(stopped)
      await records.changeState('one', ['stopping'], { to: 'done' }, NOW + 10)
      expect(await records.simulation('one')).toMatchObject({ ...stopped, remark: 'Stopped.', idleMs: 0 })
      // From the end to the added primaries nobody was at work.
      const more = tasksOf(1, 4, 0, 1e12)
      expect(await records.addTasks('one', ['done'], 'running', more, 5e11 + 1000, NOW + 35)).toMatchObject({
        primariesPlanned: 5e11 + 1000,
        tasks: 5,
        tasksDropped: 2,
        idleMs: 25,
        remark: null,
      })
      const further = tasksOf(1, 5, 0, 1e12 + 1000)
      expect(await records.addTasks('one', ['running'], 'running', further, 5e11 + 2000, NOW + 50)).toMatchObject({
        idleMs: 25,
      })

      await records.accept(newSimulation('two'), NOW)
      await records.changeState('two', ['accepted'], { to: 'cancelling' }, NOW)
      expect(await records.dropWaitingTasks('two', NOW)).toBe(4)
      expect(await records.simulation('two')).toMatchObject({ primariesPlanned: 4000, tasks: 4, tasksDropped: 0 })
    })

    it('lets a job end or grow, never both at the same time', async () => {
      for (let round = 0; round < 5; round++) {
        const id = `job${round}`
        await records.accept(newSimulation(id, { tasks: tasksOf(1) }), NOW)
        await records.changeState(id, ['accepted'], { to: 'running' }, NOW)
        await records.acceptResults(id, [resultOf(0)], NOW)
        const [ended, grown] = await Promise.all([
          records.changeState(id, ['running'], { to: 'done' }, NOW),
          records.addTasks(id, ['running'], 'running', tasksOf(1, 1, 0, 1000), 2000, NOW),
        ])
        expect([ended, grown].filter((answer) => answer !== undefined)).toHaveLength(1)
        expect(await records.openTasks(id)).toHaveLength(grown ? 1 : 0)
      }
    })

    it('hands out generations that only grow', async () => {
      await records.accept(newSimulation('one'), NOW)
      const taken = await Promise.all(Array.from({ length: 6 }, () => records.nextGeneration('one')))
      expect([...taken].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
      await expect(records.nextGeneration('nobody')).rejects.toMatchObject({ code: 'RECORDS_REFUSED' })
    })

    it('filters, sorts, searches and pages; wildcards in a search are letters', async () => {
      for (let i = 0; i < 12; i++) {
        await records.accept(
          newSimulation(`s${i}`, { name: i % 2 ? `Silver ${i}` : `100%_target ${i}`, owner: i < 6 ? 'anna' : 'bruno' }),
          NOW + i,
        )
      }
      await records.changeState('s3', ['accepted'], { to: 'running' }, NOW)
      const base = { sort: 'createdAt', order: 'desc', offset: 0, limit: 100 } as const
      expect((await records.list({ ...base, limit: 3 })).items.map((s) => s.id)).toEqual(['s11', 's10', 's9'])
      expect((await records.list({ ...base, offset: 10 })).items.map((s) => s.id)).toEqual(['s1', 's0'])
      expect((await records.list({ ...base, search: 'sILver' })).total).toBe(6)
      expect((await records.list({ ...base, search: '0%_t' })).total).toBe(6)
      expect((await records.list({ ...base, search: '%' })).total).toBe(6)
      expect((await records.list({ ...base, search: "'; drop table simulations; --" })).total).toBe(0)
      await records.accept(newSimulation('turkish', { name: 'Ölçüm Ünal' }), NOW - 1)
      for (const search of ['Ölçüm', 'ölçüm', 'ünal', 'lçü']) {
        expect(
          (await records.list({ ...base, search })).items.map((s) => s.id),
          search,
        ).toEqual(['turkish'])
      }
      await records.changeState('turkish', ['accepted'], { to: 'cancelling' }, NOW)
      await records.changeState('turkish', ['cancelling'], { to: 'cancelled' }, NOW)
      await records.remove('turkish', NOW)
      expect((await records.list({ ...base, state: 'running' })).items.map((s) => s.id)).toEqual(['s3'])
      expect((await records.list({ ...base, owner: 'bruno' })).total).toBe(6)
      expect((await records.list({ ...base, sort: 'name', order: 'asc', limit: 1 })).items[0]!.name).toBe(
        '100%_target 0',
      )
      expect((await records.active()).map((s) => s.id)).toEqual(Array.from({ length: 12 }, (_, i) => `s${i}`))
    })

    it('writes events in the order of their commits, without gaps for a reader that goes on from what it has seen', async () => {
      const seen: number[] = []
      let reading = true
      const reader = (async () => {
        let last = 0
        while (reading || (await records.lastEvent()) > last) {
          for (const event of await records.eventsAfter(last, 7)) {
            seen.push(event.sequence)
            last = event.sequence
          }
          await new Promise((next) => setTimeout(next, 1))
        }
      })()
      await Promise.all(Array.from({ length: 30 }, (_, i) => records.accept(newSimulation(`s${i}`), NOW)))
      await Promise.all(
        Array.from({ length: 30 }, (_, i) => records.changeState(`s${i}`, ['accepted'], { to: 'running' }, NOW)),
      )
      reading = false
      await reader
      expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    })

    it('removes a finished simulation with all that belongs to it, and no other', async () => {
      await records.accept(newSimulation('one', { idempotency: { key: 'k', requestDigest: 'r' } }), NOW)
      await records.accept(newSimulation('two'), NOW)
      expect(await records.remove('one', NOW)).toBe(false)
      await records.acceptResults('one', [resultOf(0)], NOW)
      expect(await records.changeState('one', ['accepted'], { to: 'done' }, NOW)).toBeUndefined()
      await records.dropWaitingTasks('one', NOW)
      await records.changeState('one', ['accepted'], { to: 'done' }, NOW)
      expect(FINAL_STATES.has('done')).toBe(true)
      expect(await records.remove('one', NOW)).toBe(true)
      expect(await records.simulation('one')).toBeUndefined()
      expect((await records.tasks('one', { offset: 0, limit: 10 })).total).toBe(0)
      expect(await records.acceptedResults('one', 0)).toEqual([])
      expect((await records.eventsAfter(0, 100)).at(-1)).toMatchObject({
        kind: 'deleted',
        simulationId: 'one',
        owner: 'anna',
      })
      expect((await records.openTasks('two')).length).toBe(4)
      expect(
        await records.accept(newSimulation('one', { idempotency: { key: 'k', requestDigest: 'r' } }), NOW),
      ).toMatchObject({ kind: 'created' })
    })

    it('keeps the points of a scan', async () => {
      const points = [25, 30.5, 40].map((value, point) => ({ point, value, setupDigest: `${point}` }))
      await records.accept(
        newSimulation('one', { points, tasks: points.flatMap((p) => tasksOf(2, p.point * 2, p.point)) }),
        NOW,
      )
      expect(await records.points('one')).toEqual(points)
      await records.acceptResults('one', [resultOf(2), resultOf(4)], NOW)
      expect((await records.acceptedResults('one', 1)).map((r) => r.task)).toEqual([2])
    })

    it('keeps the condition of a job that goes on, for its newest holder, and none of an ended one', async () => {
      await records.accept(newSimulation('one'), NOW)
      const condition = async () => (await records.simulation('one'))!.condition
      expect(await condition()).toBeNull()
      await records.setCondition('one', 'by the second', 2)
      await records.setCondition('one', 'late, by the first', 1)
      expect(await condition()).toBe('by the second')
      expect((await records.active())[0]!.condition).toBe('by the second')
      const before = (await records.simulation('one'))!.revision
      await records.setCondition('one', 'by one who runs alone', null)
      expect(await condition()).toBe('by one who runs alone')
      expect((await records.simulation('one'))!.revision).toBe(before)
      expect(await records.changeState('one', ['accepted'], { to: 'cancelling' }, NOW)).toMatchObject({
        condition: 'by one who runs alone',
      })
      await records.changeState('one', ['cancelling'], { to: 'cancelled' }, NOW)
      await records.setCondition('one', 'too late', 9)
      expect(await condition()).toBeNull()
      await records.setCondition('nobody', 'x', 1)
    })

    it('gives a lease to one of many, for as long as it is renewed, under a number that grows with each change', async () => {
      const holders = Array.from({ length: 8 }, (_, n) => `replica ${n}`)
      const answers = await Promise.all(holders.map((holder) => records.holdLease('work', holder, 60_000)))
      expect(answers.filter((fence) => fence !== null)).toEqual([1])
      const first = holders[answers.findIndex((fence) => fence !== null)]!
      const other = holders.find((holder) => holder !== first)!
      expect(await records.holdLease('work', first, 60_000)).toBe(1)
      expect(await records.holdLease('other work', other, 60_000)).toBe(1)
      expect(await records.holdLease('work', other, 60_000)).toBeNull()
      await records.releaseLease('work', other)
      expect(await records.holdLease('work', other, 60_000)).toBeNull()
      await records.releaseLease('work', first)
      expect(await records.holdLease('work', other, 0)).toBe(2)
      // It is over at once, by the clock of the database.
      expect(await records.holdLease('work', first, 60_000)).toBe(3)
      expect(await records.holdLease('work', other, 60_000)).toBeNull()
    })

    it('tells listeners of every change once it can be seen, and of nothing that did not happen', async () => {
      const heard: Hint[] = []
      let wake = () => {}
      const end = records.listen((hint) => {
        heard.push(hint)
        wake()
      })
      const until = async (kind: Hint['kind'], id: string) => {
        while (!heard.some((hint) => hint.kind === kind && ('simulationId' in hint ? hint.simulationId : '') === id))
          await new Promise<void>((resolve) => (wake = resolve))
        heard.length = 0
      }
      await until('missed', '')
      await records.accept(newSimulation('one'), NOW)
      await until('changed', 'one')
      await records.acceptResults('one', [resultOf(0)], NOW)
      await until('progress', 'one')
      await records.failTasks('one', [failureOf(1)], NOW)
      await until('progress', 'one')
      await records.setCondition('one', 'waits', null)
      await until('progress', 'one')
      // None of these changes anything.
      await records.acceptResults('one', [resultOf(0, { attempt: 2 })], NOW)
      await records.changeState('one', ['running'], { to: 'stopping' }, NOW)
      await records.accept(newSimulation('one'), NOW).catch(() => undefined)
      await records.remove('one', NOW)
      await records.changeState('one', ['accepted'], { to: 'stopping' }, NOW)
      await until('changed', 'one')
      await records.holdLease('work', 'a', 60_000)
      await records.releaseLease('work', 'b')
      await records.releaseLease('work', 'a')
      await records.dropWaitingTasks('one', NOW)
      await records.changeState('one', ['stopping'], { to: 'done' }, NOW)
      while (heard.length < 2) await new Promise<void>((resolve) => (wake = resolve))
      expect(heard).toEqual([
        { kind: 'lease', name: 'work' },
        { kind: 'changed', simulationId: 'one' },
      ])
      end()
      await records.remove('one', NOW)
      const again: Hint[] = []
      const endAgain = records.listen((hint) => {
        again.push(hint)
        wake()
      })
      while (again.length < 1) await new Promise<void>((resolve) => (wake = resolve))
      expect(again).toEqual([{ kind: 'missed' }])
      expect(heard).toHaveLength(2)
      endAgain()
    })

    it('prunes events by age and by number, and says up to where', async () => {
      for (let n = 1; n <= 6; n++) await records.accept(newSimulation(`s${n}`), NOW + n)
      expect(await records.prunedEvents()).toBe(0)
      expect(await records.pruneEvents({ sinceMs: NOW, most: 100 })).toBe(0)
      expect(await records.pruneEvents({ sinceMs: NOW + 3, most: 100 })).toBe(2)
      expect(await records.prunedEvents()).toBe(2)
      expect((await records.eventsAfter(0, 10)).map((event) => event.sequence)).toEqual([3, 4, 5, 6])
      const both = [1, 2].map(() => records.pruneEvents({ sinceMs: NOW, most: 1 }))
      expect((await Promise.all(both)).sort()).toEqual([0, 3])
      expect(await records.prunedEvents()).toBe(5)
      expect(await records.lastEvent()).toBe(6)
      await records.accept(newSimulation('s7'), NOW)
      expect((await records.eventsAfter(5, 10)).map((event) => event.sequence)).toEqual([6, 7])
    })

    it('remembers deletions however old they are: what was left in the storage is found by them', async () => {
      await records.accept(newSimulation('gone'), NOW)
      await records.changeState('gone', ['accepted'], { to: 'cancelling' }, NOW)
      await records.changeState('gone', ['cancelling'], { to: 'cancelled' }, NOW)
      expect(await records.remove('gone', NOW)).toBe(true)
      await records.accept(newSimulation('other'), NOW + 10)
      await records.pruneEvents({ sinceMs: NOW + 10, most: 100 })
      const left = (await records.eventsAfter(0, 10)).map(({ kind, simulationId }) => [kind, simulationId])
      expect(left).toEqual([
        ['deleted', 'gone'],
        ['changed', 'other'],
      ])
    })

    it('drops nothing of a job that goes on again', async () => {
      await records.accept(newSimulation('one'), NOW)
      await records.acceptResults(
        'one',
        [0, 1, 2, 3].map((task) => resultOf(task)),
        NOW,
      )
      await records.changeState('one', ['accepted'], { to: 'done' }, NOW)
      await records.addTasks('one', ['done'], 'running', tasksOf(2, 4, 0, 4000), 6000, NOW)
      // As a process does that was held up since the job was stopping.
      expect(await records.dropWaitingTasks('one', NOW)).toBe(0)
      expect((await records.openTasks('one')).map((task) => task.task)).toEqual([4, 5])
    })

    it('accepts 10,000 tasks in one transaction', async () => {
      const started = performance.now()
      await records.accept(newSimulation('one', { tasks: tasksOf(10_000) }), NOW)
      const accepted = performance.now()
      await records.acceptResults(
        'one',
        Array.from({ length: 10_000 }, (_, task) => resultOf(task)),
        NOW,
      )
      process.stdout.write(
        `records ${name}: 10,000 tasks written in ${Math.round(accepted - started)} ms, their results in ${Math.round(performance.now() - accepted)} ms\n`,
      )
      expect(await records.simulation('one')).toMatchObject({
        tasks: 10_000,
        tasksDone: 10_000,
        historiesDone: 10_000_000,
      })
      const page = await records.tasks('one', { offset: 9_990, limit: 100 })
      expect(page.items).toHaveLength(10)
      expect(page.total).toBe(10_000)
    })
  })
}
