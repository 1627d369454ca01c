/**
 * A small control and some workers on a queue that is disturbed: control keeps what was accepted as rows would, opens the
 * queue again where it is gone, and the workers do nothing but take and report.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { FinishReport, Lease, Queue, QueueTask, WorkerQueue } from '#queue/queue.ts'

export interface LoadOptions {
  readonly jobId: string
  readonly tasks: number
  /** Control's side; several replicas do the same at the same time. */
  readonly replicas: readonly Queue[]
  /** One for each worker. */
  readonly workers: readonly WorkerQueue[]
  /** What is done once so many tasks are accepted; the work goes on meanwhile. */
  readonly disturb: readonly { readonly after: number; readonly by: () => Promise<void> }[]
}

export interface LoadResult {
  /** What the rows would hold at the end. */
  readonly accepted: ReadonlySet<number>
  /** Highest generation that was opened. */
  readonly generation: number
  /** Tasks that were given out again after a report of them was answered. */
  readonly repeatedAfterReport: readonly number[]
  /** Calls that failed; a disturbance shorter than the patience of the clients fails none. */
  readonly failures: readonly unknown[]
}

const SETTINGS = { leaseMs: 2000, maxAttempts: 50 }

export async function workUnderLoad(options: LoadOptions): Promise<LoadResult> {
  const { jobId, replicas, workers, disturb } = options
  const all: QueueTask[] = Array.from({ length: options.tasks }, (_, task) => ({
    task,
    payload: `{"setup":"${'s'.repeat(200)}","task":${task}}`,
  }))
  const accepted = new Set<number>()
  const answered = new Set<number>()
  const repeated: number[] = []
  const failures: unknown[] = []
  const left = [...disturb]
  let disturbing: Promise<void> = Promise.resolve()
  let generation = 0
  const isOver = () => accepted.size === all.length && left.length === 0

  const nextGeneration = async (queue: Queue) => {
    generation += 1
    const open = all.filter(({ task }) => !accepted.has(task))
    await queue.open(jobId, { ...SETTINGS, generation }, open)
  }
  const control = async (queue: Queue, leads: boolean) => {
    while (!isOver()) {
      try {
        const counts = await queue.counts(jobId)
        if (!counts && leads) await nextGeneration(queue)
        await queue.reap(jobId)
        const reports = await queue.reports(jobId, 500)
        for (const { task } of reports) accepted.add(task)
        await queue.confirm(jobId, reports)
        // What a lost write took away, the rows still have.
        if (
          leads &&
          counts &&
          counts.waiting + counts.leased + counts.reported === 0 &&
          !isOver() &&
          reports.length === 0
        ) {
          await nextGeneration(queue)
        }
      } catch (error) {
        failures.push(error)
      }
      const due = left[0]
      if (leads && due && accepted.size >= due.after) {
        left.shift()
        disturbing = disturbing.then(due.by)
      }
      await pause(10)
    }
  }
  const work = async (queue: WorkerQueue, name: string) => {
    while (!isOver()) {
      try {
        const answer = await queue.take(jobId, name, 5)
        if (answer.kind !== 'tasks') {
          await pause(20)
          continue
        }
        for (const lease of answer.leases) if (answered.has(lease.task)) repeated.push(lease.task)
        await pause(5)
        await queue.extend(
          jobId,
          name,
          answer.leases.map((lease) => ({ ...fenceOf(lease), historiesDone: 1 })),
        )
        const { refused } = await queue.report(jobId, name, answer.leases.map(finished))
        for (const { task } of answer.leases) if (!refused.includes(task)) answered.add(task)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all([
    ...replicas.map((queue, n) => control(queue, n === 0)),
    ...workers.map((queue, n) => work(queue, `w${n}`)),
  ])
  await disturbing
  return { accepted, generation, repeatedAfterReport: repeated, failures }
}

const fenceOf = ({ task, generation, attempt }: Lease) => ({ task, generation, attempt })

const finished = (lease: Lease): FinishReport & { kind: 'finished' } => ({
  kind: 'finished',
  ...fenceOf(lease),
  objectKey: `jobs/${lease.jobId}/tasks/${lease.task}/g${lease.generation}-a${lease.attempt}.tally`,
  digest: '0'.repeat(64),
  bytes: 1,
  histories: 1,
  startedAtMs: 1,
  endedAtMs: 2,
})
