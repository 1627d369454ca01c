/** Failures that the queue itself tells of: the same words, whatever the queue is made of. */

import { type FailureReport, type Report, TASK_LOST } from './queue.ts'

/** A task whose leases were lost more often than attempts are allowed. */
export function lostReport(of: {
  readonly task: number
  readonly generation: number
  readonly attempt: number
  readonly spent: number
  readonly worker: string
}): Report {
  const { task, generation, attempt, spent, worker } = of
  return {
    kind: 'failed',
    task,
    generation,
    attempt,
    code: TASK_LOST,
    message:
      `Task ${task} was given up after ${spent} attempts: its workers went away without a word ` +
      `(the last was ${worker}). They may have been killed for want of memory; look at the workers' logs.`,
    retriable: false,
    logKey: null,
  }
}

/** A failure that could have been retried, of a task that has no attempts left. */
export function givenUp<T extends FailureReport>(report: T, spent: number): T {
  return {
    ...report,
    retriable: false,
    message: `${report.message} (It failed ${spent} times and was given up.)`,
  }
}
