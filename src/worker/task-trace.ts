/**
 * The spans of one task at its worker: the task from its lease to the answer to its report, and below it one step after
 * the other: take, engine, put, report.
 */

import type { Lease } from '#queue/queue.ts'
import { ATTRIBUTE, type Attributes, isTracedTask, NO_SPAN, type Span, type Traces } from '#traces/traces.ts'

export interface TaskTraceOptions {
  readonly traces: Traces
  readonly jobId: string
  readonly workerId: string
}

export class TaskTrace {
  readonly #traces: Traces
  readonly #about: Attributes
  readonly #task: Span
  #step: Span = NO_SPAN

  private constructor({ traces, jobId, workerId }: TaskTraceOptions, lease: Lease, askedAtMs: number) {
    const { task, generation, attempt } = lease
    this.#traces = traces
    this.#about = {
      [ATTRIBUTE.job]: jobId,
      [ATTRIBUTE.task]: task,
      [ATTRIBUTE.generation]: generation,
      [ATTRIBUTE.attempt]: attempt,
    }
    this.#task = traces.start('task', {
      under: traces.job(jobId),
      startMs: askedAtMs,
      attributes: { ...this.#about, [ATTRIBUTE.worker]: workerId },
    })
  }

  /**
   * @param askedAtMs when the worker asked for tasks
   * @param together tasks that came with the same answer
   * @returns `undefined` for a task without spans
   */
  static of(options: TaskTraceOptions, lease: Lease, askedAtMs: number, together: number): TaskTrace | undefined {
    if (!options.traces.isOn || !isTracedTask(lease.task)) return undefined
    const made = new TaskTrace(options, lease, askedAtMs)
    made.begin('take', { [ATTRIBUTE.tasks]: together }, askedAtMs)
    made.done()
    return made
  }

  /** Begins a step; one that is still open ends with it. */
  begin(name: string, attributes: Attributes = {}, startMs?: number): void {
    this.#step.end()
    this.#step = this.#traces.start(name, {
      under: this.#task.place,
      attributes: { ...this.#about, ...attributes },
      ...(startMs === undefined ? {} : { startMs }),
    })
  }

  /** Ends the step. @param failure code of what it failed with */
  done(attributes: Attributes = {}, failure?: string): void {
    this.#step.set(attributes)
    if (failure !== undefined) this.#step.fail(failure)
    this.#step.end()
    this.#step = NO_SPAN
  }

  /** Ends the task, and the step that is open. @param failure code of what it failed with */
  end(outcome: 'finished' | 'failed' | 'refused' | 'abandoned', failure?: string): void {
    this.done()
    this.#task.set({ [ATTRIBUTE.outcome]: outcome })
    if (failure !== undefined) this.#task.fail(failure)
    this.#task.end()
  }
}
