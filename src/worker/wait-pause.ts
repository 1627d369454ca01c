/**
 * How long a worker without a task waits while others hold the last ones. Mostly they are done in a moment: it asks soon
 * at first, then ever more slowly, so that a wait takes about half as long again as it must and a thousand idle workers
 * are no load.
 */

const FIRST_MS = 20
const GROWTH = 1.5

export class WaitPause {
  #nextMs = FIRST_MS

  /** @param longestMs the queue's own word: nothing can come back by itself before that. */
  next(longestMs: number): number {
    const pauseMs = Math.min(this.#nextMs, longestMs)
    this.#nextMs = pauseMs * GROWTH
    return pauseMs
  }

  /** A task was taken: the next wait begins anew. */
  reset(): void {
    this.#nextMs = FIRST_MS
  }
}
