/** Makes a run that breaks a promise as short as can easily be: whatever can be left out is left out. */

import type { RunPlan } from './plan-of-run.ts'
import { type Outcome, type RunOptions, simulatedRun } from './simulated-run.ts'

/** @returns the shortest plan found, and its outcome; the given ones where nothing is broken */
export async function shrink(plan: RunPlan, options: RunOptions = {}): Promise<{ plan: RunPlan; outcome: Outcome }> {
  let best = { plan, outcome: await simulatedRun(plan, options) }
  const promise = best.outcome.violations[0]?.promise
  if (promise === undefined) return best
  for (let again = true; again; ) {
    again = false
    for (const smaller of smallerPlans(best.plan)) {
      const outcome = await simulatedRun(smaller, options)
      if (outcome.violations[0]?.promise !== promise) continue
      best = { plan: smaller, outcome }
      again = true
      break
    }
  }
  return best
}

/** The plan with one thing less, the largest things first. */
function* smallerPlans(plan: RunPlan): Generator<RunPlan> {
  const { jobs, faults, stumbles, bad, replicas } = plan
  if (jobs.length > 1) for (const n of jobs.keys()) yield { ...plan, jobs: jobs.toSpliced(n, 1) }
  for (let size = faults.length >> 1; size > 0; size >>= 1) {
    for (let from = 0; from < faults.length; from += size) yield { ...plan, faults: faults.toSpliced(from, size) }
  }
  if (stumbles > 0 || bad.size > 0) yield { ...plan, stumbles: 0, bad: new Set() }
  if (replicas > 1) yield { ...plan, replicas: replicas - 1 }
  for (const [n, job] of jobs.entries()) {
    if (job.eager > 0) yield { ...plan, jobs: jobs.with(n, { ...job, eager: 0 }) }
    for (const order of job.orders.keys()) {
      yield { ...plan, jobs: jobs.with(n, { ...job, orders: job.orders.toSpliced(order, 1) }) }
    }
  }
}
