/** How many tasks a worker takes at once: many short ones together, so that asking for them costs next to nothing. */

/** Time that the tasks of one take should last together. */
const TAKE_MS = 200
/** Most tasks of one take; bounds what is repeated when the worker is killed. */
const MOST_TASKS = 256
/** Growth from one take to the next while the time of a task is known from few. */
const GROWTH = 4
/** A worker leaves this many times its own share to others when few tasks wait. */
const SHARES = 4

export class BatchSize {
  #taskMs: number | undefined
  #last = 0

  /** Mean time of a task in the engine, lately; `undefined` before the first one ended. */
  get taskMs(): number | undefined {
    return this.#taskMs
  }

  /** Tells the engine's time for a task. */
  measured(taskMs: number): void {
    // A moving mean over about four tasks: follows a change, forgets an outlier.
    this.#taskMs = this.#taskMs === undefined ? taskMs : this.#taskMs + (taskMs - this.#taskMs) / 4
  }

  /** Whether another task ends within so much time: what is reported with it costs nothing more. */
  endsWithin(milliseconds: number): boolean {
    return this.#taskMs !== undefined && this.#taskMs < milliseconds
  }

  /** Tasks to take now. @param waiting tasks that waited after the last take, if known. */
  next(waiting: number | undefined): number {
    if (this.#taskMs === undefined) return 1
    const byTime = Math.round(TAKE_MS / Math.max(this.#taskMs, TAKE_MS / MOST_TASKS))
    const byGrowth = Math.max(1, this.#last) * GROWTH
    const byShare = waiting === undefined ? MOST_TASKS : Math.ceil(waiting / SHARES)
    this.#last = Math.max(1, Math.min(byTime, byGrowth, byShare))
    return this.#last
  }

  /** Whether more tasks should be taken while so many taken ones are not computed yet. */
  wantsMore(notComputed: number): boolean {
    if (notComputed === 0) return true
    // Long tasks are taken one by one: one that waits here would be missing elsewhere.
    return this.#taskMs !== undefined && this.#taskMs < TAKE_MS / 2 && notComputed * this.#taskMs < TAKE_MS / 2
  }
}
