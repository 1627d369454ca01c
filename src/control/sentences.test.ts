import { describe, expect, it } from 'vitest'
import type { SimulationRecord } from '#records/records.ts'
import { SIMULATION_STATES } from '#simulation/life-cycle.ts'
import { about, amount, counted, span } from './amounts.ts'
import { JobConditions } from './job-conditions.ts'
import { sentenceOf } from './sentences.ts'

const record = (changes: Partial<SimulationRecord>): SimulationRecord =>
  ({
    state: 'running',
    historiesDone: 1_234_567,
    tasks: 100,
    tasksDone: 12,
    tasksFailed: 0,
    tasksDropped: 0,
    idleMs: 0,
    imported: null,
    remark: null,
    failure: null,
    startedAtMs: 1000,
    endedAtMs: null,
    ...changes,
  }) as SimulationRecord
const none = new JobConditions().of('nobody')
const say = (
  changes: Partial<SimulationRecord>,
  condition = {},
  primariesAsked: number | null = 1e7,
  remainingMs: number | null = null,
) =>
  sentenceOf({
    record: record(changes),
    condition: { ...none, ...condition },
    primariesAsked,
    remainingMs,
    nowMs: 5000,
  })

describe('the state in words', () => {
  it('tells how far a job is and how long it will take', () => {
    expect(say({}, {}, 1e7, 8400)).toBe('Running: 1.2e6 of 1.0e7 primaries, 12 of 100 tasks; about 8 s to go')
    expect(say({ tasksDropped: 60 })).toBe('Running: 1.2e6 of 1.0e7 primaries, 12 of 40 tasks')
    expect(say({ tasksFailed: 2 }, {}, null)).toBe('Running: 1.2e6 primaries, 12 of 100 tasks, 2 failed')
    expect(say({}, { waiting: 'All workers are busy with other jobs.' })).toMatch(
      /tasks\. All workers are busy with other jobs\.$/,
    )
  })

  it('tells why a job waits, is held up, or ended', () => {
    expect(say({ state: 'accepted' }, { waiting: 'Two other simulations are before this one.' })).toBe(
      'Waiting: Two other simulations are before this one.',
    )
    expect(say({}, { hold: 'There is no space left' })).toBe(
      'Held up: There is no space left. It goes on by itself; nothing that was accepted is lost.',
    )
    const hold = 'The cluster refused this: jobs.batch is forbidden.'
    expect(say({}, { hold, holdCode: 'CLUSTER_UNAVAILABLE' })).toContain('forbidden. It goes on by itself; nothing')
    expect(say({}, { hold, holdCode: 'CLUSTER_REFUSED' })).toBe(
      `Held up: ${hold} An administrator has to set rights, quota or names in the cluster right, then it goes on; nothing that was accepted is lost.`,
    )
    expect(say({}, { hold: 'Something went wrong inside Isolario.', holdCode: 'INTERNAL' })).toContain(
      'Isolario. An administrator has to find the cause in the log of the service, then',
    )
    expect(say({}, { hold, holdCode: 'DOCUMENT_INVALID' })).toContain('has to look into the log of the service, then')
    expect(say({ state: 'stopping' }, { leased: 1 })).toContain('1 task in hand is finished first')
    expect(say({ state: 'failed', failure: { code: 'X', message: 'Out of memory.' }, endedAtMs: 5000 })).toBe(
      'Failed: Out of memory.',
    )
    expect(say({ state: 'done', endedAtMs: 13_000, remark: 'It was stopped by the user.' })).toBe(
      'Done: 1.2e6 primaries in 12 s. It was stopped by the user.',
    )
    expect(say({ state: 'done', endedAtMs: 86_400_000, idleMs: 86_387_000 })).toBe('Done: 1.2e6 primaries in 12 s.')
    expect(say({ state: 'done', endedAtMs: 13_000 }, { hold: 'left over' })).not.toContain('left over')
  })

  it('tells a job that waits when it is about its turn, or why nobody can tell', () => {
    const waiting = 'All 8 places for workers are given to other jobs; this job is next.'
    const line = { position: 1, startsAtMs: 5000 + 20 * 60_000, why: null }
    expect(say({ state: 'accepted' }, { waiting, line })).toBe(
      `Waiting: it starts in about 20 min if nobody else comes. ${waiting}`,
    )
    expect(say({ state: 'accepted' }, { waiting, line: { ...line, startsAtMs: 4000 } })).toBe(
      `Waiting: it may start at any moment. ${waiting}`,
    )
    const why = 'no speed of the engine fluka was measured yet'
    expect(say({ state: 'accepted' }, { waiting, line: { position: 1, startsAtMs: null, why } })).toBe(
      `Waiting: ${waiting} No estimate of the wait: no speed of the engine fluka was measured yet.`,
    )
    // One that lost all its workers waits as well.
    expect(say({}, { waiting, line })).toMatch(
      /12 of 100 tasks\. It starts in about 20 min if nobody else comes\. All 8 .* next\.$/,
    )
    expect(say({}, { waiting, line, workers: 2 })).not.toContain('starts in')
  })

  it('has a sentence for every state', () => {
    for (const state of SIMULATION_STATES) expect(say({ state })).toMatch(/^[A-Z][a-z ]+: ./)
  })
})

describe('amounts and spans', () => {
  it('are exact where short, rounded where long', () => {
    expect([0, 1, 99_999, 100_000, 1.26e12].map(amount)).toEqual(['0', '1', '99,999', '1.0e5', '1.3e12'])
    expect([0, 8400, 99_000, 100_000, 3_600_000, 7_500_000, 2 * 86_400_000, 90 * 3_600_000].map(span)).toEqual([
      '1 s',
      '8 s',
      '99 s',
      '2 min',
      '60 min',
      '2 h 5 min',
      '2 d',
      '3 d 18 h',
    ])
    const minute = 60_000
    expect(
      [0, 8400, 99_000, 100_000, 99 * minute, 125 * minute, 594 * minute, 600 * minute, 90 * 60 * minute].map(about),
    ).toEqual(['1 s', '8 s', '99 s', '2 min', '99 min', '2.1 h', '9.9 h', '10 h', '90 h'])
    expect([100, 36 * 24, 5000].map((hours) => about(hours * 60 * minute))).toEqual(['4 d', '36 d', 'more than 99 d'])
    expect([counted(1, 'task'), counted(2, 'task')]).toEqual(['1 task', '2 tasks'])
  })
})

it('the fraction of an open-ended goal never falls', () => {
  const conditions = new JobConditions()
  conditions.set('a', { goalFraction: 0.4 })
  conditions.set('a', { goalFraction: 0.3 })
  expect(conditions.of('a').goalFraction).toBe(0.4)
  expect(conditions.set('a', { goalFraction: 0.2 })).toBe(false)
  conditions.set('a', { goalFraction: 0.9 })
  expect(conditions.of('a').goalFraction).toBe(0.9)
})
