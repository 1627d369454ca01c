import { expect, it } from 'vitest'
import type { WorkLeft } from '#cluster/cluster.ts'
import type { SimulationRecord } from '#records/records.ts'
import type { Goal } from '#simulation/document.ts'
import { type JobCondition, JobConditions, type LineStanding } from './job-conditions.ts'
import { standingsInLine } from './waiting-line.ts'
import { WorkerSpeeds, workLeft } from './work-left.ts'

const NOW = 1_000_000_000
const MINUTE = 60_000
const none = new JobConditions().of('nobody')
const record = (id: string, changes: Partial<SimulationRecord> = {}): SimulationRecord =>
  ({
    id,
    engineId: 'builtin',
    state: 'running',
    points: 1,
    primariesPlanned: 1_000_000,
    historiesDone: 0,
    startedAtMs: NOW - MINUTE,
    ...changes,
  }) as SimulationRecord
/** 1,000 histories a second, from four workers. */
const atWork: Partial<JobCondition> = {
  workers: 4,
  pace: { fromMs: NOW - 20_000, toMs: NOW, histories: 20_000, steps: 20 },
}

const million: Goal = { kind: 'primaries', primaries: 1_000_000 }

/** A line of one behind a job with four places. */
async function standing(
  active: readonly SimulationRecord[],
  conditions: Readonly<Record<string, Partial<JobCondition>>>,
  goals: Readonly<Record<string, Goal>> = {},
  nowMs = NOW,
) {
  const outlook = async (left: WorkLeft) => {
    const work = left('first')
    const waitMs = work && (work.isDivisible ? work.ms / 4 : work.ms)
    return new Map([['second', { position: 1, waitMs, unknown: work ? null : 'first' }]])
  }
  const told = await standingsInLine(active, {
    documents: { of: ({ id }) => ({ document: { job: { goal: goals[id] ?? million } } }) as never },
    speeds: new WorkerSpeeds(),
    conditionOf: (id) => ({ ...none, ...conditions[id] }),
    nowMs,
    outlook,
  })
  return told.get('second')
}
const waits = record('second', { state: 'accepted', startedAtMs: null })
const minutesOf = (line: LineStanding | undefined) => line?.startsAtMs && (line.startsAtMs - NOW) / MINUTE

it('1.2 million primaries at 1,000 a second are twenty minutes', async () => {
  const first = record('first', { primariesPlanned: 1_220_000, historiesDone: 20_000 })
  const line = await standing([first, waits], { first: atWork })
  expect(line).toMatchObject({ position: 1, why: null })
  expect(minutesOf(line)).toBeCloseTo(20, 6)
})

it('a job that waits is reckoned with the speed of its engine as another one shows it', () => {
  const speeds = new WorkerSpeeds()
  expect(speeds.of(waits, none, NOW)).toBeNull()
  expect(speeds.of(record('first'), { ...none, ...atWork }, NOW)).toBeCloseTo(0.25, 9)
  const speed = speeds.of(waits, none, NOW)
  expect(workLeft(waits, million, none, speed, NOW)).toEqual({ ms: 4_000_000, isDivisible: true })
  expect(speeds.of({ engineId: 'fluka' }, none, NOW)).toBeNull()
})

it('without a measured speed nothing is said but that', async () => {
  expect(await standing([record('first'), waits], { first: { workers: 4 } })).toEqual({
    position: 1,
    startsAtMs: null,
    why: 'no speed of the engine builtin was measured yet',
  })
})

it('a time for a goal ends by the clock', async () => {
  const first = { kind: 'time', minutes: 10, maxPrimaries: 1e9 } as const
  expect(minutesOf(await standing([record('first'), waits], {}, { first }))).toBeCloseTo(9, 6)
})

it('a statistical error ends when the histories behind it are there, and at the limit at the latest', async () => {
  const goal = (maxPrimaries: number): Goal => ({
    ...{ kind: 'statistical-error', nuclides: ['Ag-111'], relativePercent: 2, maxPrimaries },
  })
  const first = record('first', { historiesDone: 300_000, primariesPlanned: 400_000 })
  const conditions = { first: { ...atWork, goalFraction: 0.25 } }
  // 300,000 are a quarter: 900,000 are left.
  expect(minutesOf(await standing([first, waits], conditions, { first: goal(1e9) }))).toBeCloseTo(15, 6)
  expect(minutesOf(await standing([first, waits], conditions, { first: goal(600_000) }))).toBeCloseTo(5, 6)
  expect(await standing([first, waits], { first: atWork }, { first: goal(1e9) })).toMatchObject({
    startsAtMs: null,
    why: 'nobody can tell yet when simulation first has reached its goal',
  })
})

it('a job of somebody else before it leaves nothing to say', async () => {
  expect(await standing([waits], {})).toMatchObject({ why: 'a job before it is none of this installation' })
})

it('an estimate stays while it is off by less than a tenth', async () => {
  const first = record('first', { primariesPlanned: 1_200_000 })
  const line = (minutes: number) => ({ position: 1, startsAtMs: NOW + minutes * MINUTE, why: null })
  const told = (before: LineStanding) => standing([first, waits], { first: atWork, second: { line: before } })
  expect(minutesOf(await told(line(21.5)))).toBe(21.5)
  expect(minutesOf(await told(line(23)))).toBeCloseTo(20, 6)
  expect(minutesOf(await told({ ...line(21), position: 2 }))).toBeCloseTo(20, 6)
})
