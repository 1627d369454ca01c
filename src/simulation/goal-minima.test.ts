import { expect, test } from 'vitest'
import { GOAL_MIN_BATCHES, GOAL_MIN_COUNTS } from '#results/statistics.ts'
import { MIN_GOAL_BATCHES, MIN_GOAL_COUNTS } from './goal.ts'

test('the goal of a job and the statistics of a result name the same least counts and batches', () => {
  // The two rooms do not import each other; 100 counts and 10 batches come from conventions 9.
  expect([MIN_GOAL_COUNTS, MIN_GOAL_BATCHES]).toEqual([100, 10])
  expect([GOAL_MIN_COUNTS, GOAL_MIN_BATCHES]).toEqual([MIN_GOAL_COUNTS, MIN_GOAL_BATCHES])
})
