/** Rows that every installation has: what a short task costs beyond its engine, and how soon the last one is seen. */

import type { Measurement } from './measurement.ts'
import { type Door, spesJob, watchedJob } from './watched-job.ts'

const TASKS = 1000

export interface JobRows {
  readonly rows: readonly Measurement[]
  /** From the submission of the short tasks to the start of the first one. */
  readonly toFirstStartMs: number
}

export interface JobBudgets {
  /** Milliseconds for each short task. */
  readonly overheadMs: number
  /** Seconds from the end of the last task to the complete result at the client. */
  readonly resultSeconds: number
}

/** @param workers who does the tasks, in a few words: `one worker` */
export async function jobRows(door: Door, budgets: JobBudgets, workers: string): Promise<JobRows> {
  const short = await watchedJob(door, spesJob(TASKS * 100, 100))
  const overhead: Measurement = {
    name: 'overhead of a task, short tasks in batches',
    value: short.wallMs / TASKS,
    unit: 'ms',
    budget: { limit: budgets.overheadMs, kind: 'at most' },
    how: `1,000 tasks of 100 histories, ${workers}: first start to last end, divided by the tasks; engine included`,
  }
  return { rows: [overhead, await resultRow(door, budgets.resultSeconds)], toFirstStartMs: short.toFirstStartMs }
}

/** How soon the result of the last task is seen: 1,000 tasks that each bring some hundred nuclides. */
export async function resultRow(door: Door, seconds: number): Promise<Measurement> {
  const rich = await watchedJob(door, spesJob(TASKS * 20_000, 20_000))
  return {
    name: 'last task done to merged result at the client',
    value: rich.lastTaskToResultMs / 1000,
    unit: 's',
    budget: { limit: seconds, kind: 'at most' },
    how: `1,000 tasks x ${rich.nuclides} nuclides, by the events and questions of a page that watches the job`,
  }
}
