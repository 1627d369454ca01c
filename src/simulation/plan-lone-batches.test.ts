import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentSchema, type SimulationDocument } from './document.ts'
import { batchesOf, MAX_TASKS, PlanError, planJob, planMorePrimaries } from './plan.ts'
import { presetById } from './presets.ts'

const base = presetById('thin-uc4')!.document
const asking = (job: object): SimulationDocument => documentSchema.parse({ ...base, job })
const primaries = (count: number, more: object = {}) =>
  asking({ goal: { kind: 'primaries', primaries: count }, ...more })
const slow = { speedHint: { historiesPerSecond: 500, workers: 4 }, oneBatchPerTask: true }

describe('a plan whose tasks are single batches', () => {
  it('gives every history to exactly one task, and every task one batch, also after more were added', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500_000 }),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 3 }),
        fc.integer({ min: 50, max: 1e6 }),
        (count, additions, historiesPerSecond) => {
          const options = { speedHint: { historiesPerSecond, workers: 4 }, oneBatchPerTask: true }
          const plan = planJob(primaries(count), options)
          let tasks = plan.tasks
          for (const more of additions) {
            const cutting = { batchHistories: plan.batchHistories, historiesPerTask: 7, ...options }
            tasks = [...tasks, ...planMorePrimaries(tasks, 1, more, cutting)]
          }
          let next = 0
          const wrong: unknown[] = []
          for (const [index, task] of tasks.entries()) {
            const isNext = task.task === index && task.firstHistory === next && task.firstBatch === index
            if (!isNext || batchesOf(task, plan.batchHistories).length !== 1) wrong.push(task)
            next += task.histories
          }
          expect(wrong).toEqual([])
          expect(next).toBe(count + additions.reduce((sum, more) => sum + more, 0))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('has tasks of minutes, enough of them for an error from their spread', () => {
    const plan = planJob(primaries(1e7), slow)
    const seconds = plan.batchHistories / 500
    expect(seconds).toBeGreaterThanOrEqual(60)
    expect(seconds).toBeLessThanOrEqual(600)
    expect(planJob(primaries(10_000), slow).tasks.length).toBeGreaterThanOrEqual(10)
    // Many workers get their share, but no task is shorter than a minute.
    const wide = planJob(primaries(1e7), { ...slow, speedHint: { historiesPerSecond: 500, workers: 1000 } })
    expect(wide.batchHistories / 500).toBeGreaterThanOrEqual(60)
    expect(wide.tasks.length).toBeGreaterThan(plan.tasks.length)
  })

  it('takes the size that the document names, of batches or of tasks', () => {
    expect(planJob(primaries(1000, { batchHistories: 100, historiesPerTask: 500 }), slow).tasks).toHaveLength(10)
    expect(planJob(primaries(1000, { historiesPerTask: 500 }), slow).tasks).toHaveLength(2)
  })

  it('bounds the tasks of a job, over all points of a scan', () => {
    const scan = { parameter: 'setup.beam.energyMeV', values: [20, 30, 40, 50] }
    const plan = planJob(primaries(1e9, { scan, batchHistories: 10 }), slow)
    expect(plan.tasks.length).toBeLessThanOrEqual(MAX_TASKS)
    const cutting = { batchHistories: 10, historiesPerTask: null, ...slow }
    expect(() => planMorePrimaries([], 1, 1e9, cutting)).toThrowError(PlanError)
    expect(() => planMorePrimaries([], 1, 1e9, cutting)).toThrowError(/each a task of its own/)
  })

  it('plans a goal in time by the speed of the engine', () => {
    const timed = asking({ goal: { kind: 'time', minutes: 60, maxPrimaries: 1e9 } })
    const plan = planJob(timed, slow)
    expect(plan.batchHistories).toBeLessThanOrEqual(500 * 600)
    expect(plan.tasks.length).toBeGreaterThan(0)
  })
})
