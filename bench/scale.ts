/** What a thousand slots and a hundred users come to, reckoned from what the parts were measured with (docs/scale.md). */

import type { Benchmark, Measurement } from './measurement.ts'
import { type Costs, simulate } from './scale/model.ts'

/** Figures of bench/RESULTS.md and docs/scale.md, all of one machine with two cores that every part shared. */
const COSTS: Costs = {
  // redis-queue: 24,100 tasks/s one at a time, 59,200 tasks/s ten at a time, each taken and reported.
  redisCall: 0.0137,
  redisTask: 0.0071,
  // s3-storage: 407 puts/s with signed addresses, 877 gets/s.
  put: 1000 / 407,
  get: 1000 / 877,
  // merge: 1,000 tasks of 500 nuclides and 8 regions read, checked and folded in 297 ms.
  fold: 0.3,
  // docs/scale.md: 600 results/s one by one, 7,000/s in parts of 500.
  writeTask: 0.14,
  write: 1.53,
}

const SLOTS = 1000
const USERS = 100
const TASKS = 1000
const TASK_SECONDS = [50, 5, 0.5, 0.05]

export const benchmark: Benchmark = {
  name: 'scale',
  async run() {
    return TASK_SECONDS.map((seconds): Measurement => {
      const outcome = simulate({ users: USERS, tasks: TASKS, slots: SLOTS, taskMs: seconds * 1000 }, COSTS)
      const { lastedMs, lastResultMs, overheadMs, objects, busy } = outcome
      const shares = Object.entries(busy).map(([name, share]) => `${name} ${(100 * share).toFixed(1)} %`)
      return {
        name: `100,000 tasks of ${seconds} s, 1,000 slots, 100 users`,
        value: outcome.accepted / (lastedMs / 1000),
        unit: 'tasks/s',
        how:
          `reckoned from measured parts: ${(lastedMs / 1000).toFixed(0)} s in all, last result ${(lastResultMs / 1000).toFixed(2)} s after ` +
          `the last task, ${overheadMs.toFixed(1)} ms a task beyond the engine, ${objects} objects; busy: ${shares.join(', ')}`,
      }
    })
  },
}
