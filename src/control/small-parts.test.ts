import { expect, expectTypeOf, it } from 'vitest'
import type { TaskPlan } from '#records/records.ts'
import type { Batch } from '#results/tally.ts'
import type { PlannedBatch, PlannedTask } from '#simulation/plan.ts'
import { inParallel } from './in-parallel.ts'
import { conditionOf, JobConditions } from './job-conditions.ts'
import { RecentlyUsed } from './recently-used.ts'

it('planned batches and tasks are those of results and records', () => {
  expectTypeOf<PlannedBatch>().toEqualTypeOf<Batch>()
  expectTypeOf<PlannedTask>().toEqualTypeOf<TaskPlan>()
})

it('a cache keeps what was used last', () => {
  const cache = new RecentlyUsed<number>(2)
  cache.set('a/1', 1)
  cache.set('b/1', 2)
  expect(cache.get('a/1')).toBe(1)
  cache.set('c/1', 3)
  expect([cache.get('a/1'), cache.get('b/1'), cache.get('c/1'), cache.size]).toEqual([1, undefined, 3, 2])
  cache.deleteAll('a/')
  expect([cache.get('a/1'), cache.size]).toEqual([undefined, 1])
})

it('several hands do all of a list, never more at once, and stop at an error', async () => {
  let at = 0
  let most = 0
  const done: number[] = []
  const items = Array.from({ length: 20 }, (_, n) => n)
  await inParallel(items, 3, async (n) => {
    most = Math.max(most, ++at)
    await new Promise((next) => setImmediate(next))
    at--
    done.push(n)
  })
  expect(done.sort((a, b) => a - b)).toEqual(items)
  expect(most).toBe(3)
  const begun: number[] = []
  const failing = inParallel(items, 2, async (n) => {
    begun.push(n)
    await new Promise((next) => setImmediate(next))
    if (n === 3) throw new Error('three')
  })
  await expect(failing).rejects.toThrow('three')
  expect(begun.length).toBeLessThan(7)
})

it('the jobs that wait are named in the order in which they began to', () => {
  const conditions = new JobConditions()
  conditions.set('a', { waiting: 'All workers are busy.' })
  conditions.set('b', { workers: 2 })
  conditions.set('c', { waiting: 'All workers are busy.' })
  expect(conditions.waiting()).toEqual(['a', 'c'])
  conditions.set('a', { waiting: null })
  expect(conditions.waiting()).toEqual(['c'])
})

it('a condition is written when a sentence changes, numbers alone once a second, and nothing twice', () => {
  const conditions = new JobConditions()
  expect(conditions.due('a', 0)).toBeNull()
  conditions.adopt({ id: 'a', condition: null })
  expect(conditions.due('a', 0)).toBeNull()
  conditions.set('a', { waiting: 'All workers are busy.' })
  const first = conditions.due('a', 10_000)!
  expect(first.waiting).toBe('All workers are busy.')
  conditions.wrote('a', first, 10_000)
  expect(conditions.due('a', 99_000)).toBeNull()
  conditions.set('a', { goalFraction: 0.5 })
  expect(conditions.due('a', 10_500)).toBeNull()
  expect(conditions.due('a', 11_000)).toMatchObject({ goalFraction: 0.5 })
  conditions.set('a', { leased: 1 })
  const second = conditions.due('a', 10_500)!
  conditions.wrote('a', second, 10_500)
  conditions.set('a', { leased: 2 })
  expect(conditions.due('a', 10_600)).toBeNull()
  // The next one to reconcile goes on from the row, whatever version wrote it.
  const next = new JobConditions()
  next.adopt({ id: 'a', condition: JSON.stringify({ ...second, ofTheFuture: 1 }) })
  expect(next.of('a')).toMatchObject({ goalFraction: 0.5, leased: 1 })
  expect(next.due('a', 99_000)).toBeNull()
  expect(conditionOf({ condition: 'not JSON' })).toMatchObject({ waiting: null, leased: 0 })
})
