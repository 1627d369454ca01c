import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Job, SimulationDocument } from './document.ts'
import type { NuclideProgress } from './goal.ts'
import { parseDocument } from './parse.ts'
import {
  batchesOf,
  batchHistoriesOf,
  batchLimit,
  cursorAfter,
  MAX_BATCHES,
  MAX_TASKS,
  nextRound,
  PlanError,
  type PlannedTask,
  planJob,
  planMorePrimaries,
  planSegments,
  primariesPerPoint,
} from './plan.ts'
import { presetById } from './presets.ts'

const spes = presetById('spes-uc4')!.document
const withJob = (job: Partial<Job>): SimulationDocument => ({ ...spes, job: { ...spes.job, ...job } })
const asking = (primaries: number, more: Partial<Job> = {}) =>
  withJob({ goal: { kind: 'primaries', primaries }, ...more })
const energies = (...values: number[]): Partial<Job> => ({ scan: { parameter: 'setup.beam.energyMeV', values } })
const total = (tasks: readonly PlannedTask[]) => tasks.reduce((sum, { histories }) => sum + histories, 0)

/** All batches of a point in order, checked to be contiguous in histories and ordinals. */
function contiguous(tasks: readonly PlannedTask[], point: number, batchHistories: number) {
  const batches = tasks.filter((task) => task.point === point).flatMap((task) => batchesOf(task, batchHistories))
  let next = 0
  for (const [index, batch] of batches.entries()) {
    if (batch.ordinal !== index || batch.first !== next)
      throw new Error(`batch ${index} of point ${point} is not in line`)
    next += batch.histories
  }
  return batches
}

describe('planning a job', () => {
  test('no primary is lost or added, whatever the numbers', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 3_000_000 })),
        fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 50_000 })),
        fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 100_000 })),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 64 }),
        (primaries, batchWanted, historiesPerTask, points, workers) => {
          const batchHistories = Math.max(
            batchWanted ?? batchHistoriesOf(asking(primaries).job),
            Math.ceil(primaries / 5000),
          )
          const values = Array.from({ length: points }, (_, index) => 30 + index)
          const plan = planJob(asking(primaries, energies(...values)), {
            batchHistories,
            ...(historiesPerTask === undefined ? {} : { historiesPerTask }),
            speedHint: { historiesPerSecond: 1e5, workers },
          })
          expect(plan.primariesPlanned).toBe(primaries * points)
          expect(total(plan.tasks)).toBe(primaries * points)
          expect(plan.tasks.map(({ task }) => task)).toEqual(plan.tasks.map((_, index) => index))
          for (let point = 0; point < points; point++) {
            const batches = contiguous(plan.tasks, point, batchHistories)
            expect(batches.reduce((sum, { histories }) => sum + histories, 0)).toBe(primaries)
            expect(batches.slice(0, -1).every(({ histories }) => histories === batchHistories)).toBe(true)
          }
        },
      ),
    )
  })

  test('the batches do not depend on tasks, workers or speed', () => {
    const batchesWith = (options: Parameters<typeof planJob>[1]) =>
      contiguous(planJob(asking(1_234_567), options).tasks, 0, planJob(asking(1_234_567), options).batchHistories)
    const plain = batchesWith({})
    expect(batchesWith({ historiesPerTask: 1 })).toEqual(plain)
    expect(batchesWith({ historiesPerTask: 777_777 })).toEqual(plain)
    expect(batchesWith({ speedHint: { historiesPerSecond: 10, workers: 200 } })).toEqual(plain)
  })

  test.each([1, 3, 9, 10, 11, 99, 100, 101, 1000, 12_345, 1e5, 1e6, 1e7, 123_456_789, 1e9, 1e10, 1e12])(
    '%d primaries give a sensible number of batches',
    (primaries) => {
      const batchHistories = batchHistoriesOf(asking(primaries).job)
      const batches = Math.ceil(primaries / batchHistories)
      expect(batches).toBeGreaterThanOrEqual(Math.min(10, primaries))
      expect(batches).toBeLessThanOrEqual(primaries <= 1e9 ? 200 : MAX_BATCHES)
    },
  )

  test('a job of fewer primaries than batches still works', () => {
    const plan = planJob(asking(3))
    expect(contiguous(plan.tasks, 0, plan.batchHistories).map(({ histories }) => histories)).toEqual([1, 1, 1])
  })

  test('every goal that the checks accept has few enough batches', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: 0.01, max: 100_000, noNaN: true }),
        fc.integer({ min: 1, max: 1e12 }),
        fc.integer({ min: 1, max: 1000 }),
        (relativePercent, minutes, maxPrimaries, points) => {
          const scan = energies(...Array.from({ length: points }, (_, index) => 1 + index))
          for (const goal of [
            { kind: 'statistical-error' as const, nuclides: ['Ag-111'], relativePercent, maxPrimaries },
            { kind: 'time' as const, minutes, maxPrimaries },
            { kind: 'primaries' as const, primaries: maxPrimaries },
          ]) {
            const { job } = withJob({ goal, ...scan })
            if (primariesPerPoint(job) * points > 1e12) continue
            expect(Math.ceil(primariesPerPoint(job) / batchHistoriesOf(job))).toBeLessThanOrEqual(batchLimit(job))
          }
        },
      ),
    )
  })

  test('10,000 tasks are planned to the last history', () => {
    const plan = planJob(asking(1e7, { batchHistories: 1000, historiesPerTask: 1000 }))
    expect(plan.tasks.length).toBe(10_000)
    expect(total(plan.tasks)).toBe(1e7)
  })

  test('more tasks than a job may have are made larger', () => {
    const plan = planJob(asking(1e12, { historiesPerTask: 1 }))
    expect(plan.tasks.length).toBeLessThanOrEqual(MAX_TASKS)
    expect(total(plan.tasks)).toBe(1e12)
  })

  test('a task lasts about two seconds, and each of few workers gets several', () => {
    const long = planJob(asking(1e9), { speedHint: { historiesPerSecond: 5e6, workers: 2 } })
    expect(long.tasks[0]!.histories).toBe(1e7)
    const short = planJob(asking(1e6), { speedHint: { historiesPerSecond: 5e6, workers: 2 } })
    expect(short.tasks.length).toBeGreaterThanOrEqual(7)
  })

  test('a scan has a point for each value, its setup and digest; tasks of the points alternate', () => {
    const plan = planJob(asking(1000, { ...energies(30, 40, 50), batchHistories: 100, historiesPerTask: 500 }))
    expect(plan.points.map(({ point, value, setup }) => [point, value, setup.beam.energyMeV])).toEqual([
      [0, 30, 30],
      [1, 40, 40],
      [2, 50, 50],
    ])
    expect(new Set(plan.points.map(({ setupDigest }) => setupDigest)).size).toBe(3)
    expect(plan.points[1]!.setupDigest).toBe(planJob(spes).points[0]!.setupDigest)
    expect(spes.setup.beam.energyMeV).toBe(40)
    expect(plan.tasks.map(({ point, firstHistory, firstBatch }) => [point, firstHistory, firstBatch])).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 0],
      [0, 500, 5],
      [1, 500, 5],
      [2, 500, 5],
    ])
    const layers = parseDocument({
      ...asking(10),
      job: { scan: { parameter: 'setup.target.layers.2.thicknessMm', values: [1, 2] } },
    })
    if (!layers.ok) throw new Error(JSON.stringify(layers.problems))
    expect(
      planJob(layers.document).points.map(({ setup }) => setup.target.layers.map((one) => one.thicknessMm)[2]),
    ).toEqual([1, 2])
  })

  test('numbers that are no numbers of histories are refused', () => {
    const cutting = { batchHistories: 10, firstTask: 0, historiesPerTask: null }
    const cursor = { point: 0, nextHistory: 0, nextBatch: 0 }
    for (const histories of [0, -1, 0.5, Number.NaN]) {
      expect(() => planSegments([{ cursor, histories }], cutting)).toThrowError(PlanError)
    }
    expect(() => planSegments([{ cursor, histories: 1 }], { ...cutting, batchHistories: 0 })).toThrowError(/at least 1/)
  })
})

describe('adding primaries', () => {
  test('histories and ordinals go on, nothing repeats, also after a short last batch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (primaries, additions, points) => {
          const values = Array.from({ length: points }, (_, index) => 30 + index)
          const plan = planJob(asking(primaries, energies(...values)))
          const cutting = { batchHistories: plan.batchHistories, historiesPerTask: null }
          let tasks: readonly PlannedTask[] = plan.tasks
          for (const more of additions) tasks = [...tasks, ...planMorePrimaries(tasks, points, more, cutting)]
          expect(tasks.map(({ task }) => task)).toEqual(tasks.map((_, index) => index))
          const wanted = primaries + additions.reduce((sum, one) => sum + one, 0)
          for (let point = 0; point < points; point++) {
            const batches = contiguous(tasks, point, plan.batchHistories)
            expect(batches.reduce((sum, { histories }) => sum + histories, 0)).toBe(wanted)
            const end = cursorAfter(point, tasks, plan.batchHistories)
            expect(end).toEqual({ point, nextHistory: wanted, nextBatch: batches.length })
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('rounds of an open-ended goal', () => {
  const errorGoal = { kind: 'statistical-error' as const, nuclides: ['Ag-111'], relativePercent: 2, maxPrimaries: 1e9 }
  const progress = (historiesDone: number, known: NuclideProgress | null, elapsedSeconds = 1) => ({
    historiesDone,
    batchesDone: 10,
    elapsedSeconds,
    nuclides: new Map(known ? [['Ag-111', known]] : []),
  })
  const cursor = (nextHistory: number) => ({ point: 0, nextHistory, nextBatch: 1 })

  test('the first has at least ten batches, and never more than is allowed', () => {
    const plan = planJob(withJob({ goal: errorGoal }))
    expect(total(plan.tasks)).toBe(10 * plan.batchHistories)
    const few = planJob(withJob({ goal: { ...errorGoal, maxPrimaries: 2500 } }))
    expect(total(few.tasks)).toBeLessThanOrEqual(2500)
    const timed = planJob(withJob({ goal: { kind: 'time', minutes: 5, maxPrimaries: 1e9 } }), {
      speedHint: { historiesPerSecond: 1e5, workers: 2 },
    })
    expect(total(timed.tasks)).toBeGreaterThan(2e5)
    expect(total(timed.tasks)).toBeLessThanOrEqual(6e6 + timed.batchHistories)
  })

  test('the next is what the present error says is missing, in whole batches', () => {
    const round = (counts: number, relativeError: number | null, done = 1e6) =>
      nextRound({
        goal: errorGoal,
        batchHistories: 1000,
        cursor: cursor(done),
        progress: progress(done, { counts, relativeError }),
      })
    // 4 % instead of 2 %: four times the histories, so three more of them, and a tenth more.
    expect(round(625, 0.04)).toBe(3_300_000)
    expect(round(3, 0.6)).toBe(4_000_000)
    expect(round(0, null)).toBe(4_000_000)
    expect(round(2480, 0.0201)).toBe(100_000)
    // The error is small enough, but 50 counts are too few to believe it.
    expect(round(50, 0.01)).toBe(1_100_000)
    expect(round(625, 0.04, 999_999_500)).toBe(500)
    expect(round(625, 0.04, 1e9)).toBe(0)
  })

  test('rounds reach the goal without overshooting it much', () => {
    const perPrimary = 1e-4
    const plan = planJob(withJob({ goal: errorGoal }))
    let histories = total(plan.tasks)
    let rounds = 1
    for (; rounds < 30; rounds++) {
      const counts = histories * perPrimary
      const known = { counts, relativeError: 1 / Math.sqrt(counts) }
      if (known.relativeError <= 0.02) break
      histories += nextRound({
        goal: errorGoal,
        batchHistories: plan.batchHistories,
        cursor: cursor(histories),
        progress: progress(histories, known),
      })
    }
    expect(rounds).toBeLessThan(6)
    expect(histories / (2500 / perPrimary)).toBeLessThan(1.3)
  })

  test('timed jobs go on until the time is over', () => {
    const goal = { kind: 'time' as const, minutes: 1, maxPrimaries: 1e9 }
    const ask = (elapsed: number, done: number) =>
      nextRound({ goal, batchHistories: 1000, cursor: cursor(done), progress: progress(done, null, elapsed) })
    expect(ask(20, 2e6)).toBe(400_000)
    expect(ask(59.5, 6e6)).toBe(51_000)
    expect(ask(60, 6e6)).toBe(0)
    expect(ask(20, 1e9)).toBe(0)
  })

  test('a goal of primaries has no further rounds', () => {
    const goal = { kind: 'primaries' as const, primaries: 1000 }
    expect(nextRound({ goal, batchHistories: 10, cursor: cursor(1000), progress: progress(500, null) })).toBe(0)
  })
})
