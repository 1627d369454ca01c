/** Who is told of changes inside one process. */

import type { Hint } from './records.ts'

export type HintListener = (hint: Hint) => void

/** How hints get from a change to the listeners of every process. */
export interface HintChannel {
  listen(listener: HintListener): () => void
  /** Called when the change is committed; does nothing where the database itself tells. */
  committed(hints: readonly Hint[]): void
  close(): Promise<void>
}

/** The listeners of this process. One that throws is its own trouble: neither the writer nor the others hear of it. */
export class HintListeners {
  readonly #listeners = new Set<HintListener>()

  add(listener: HintListener): () => void {
    // Each has its own place, also when the same function listens twice.
    const own: HintListener = (hint) => listener(hint)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(hint: Hint): void {
    for (const listener of this.#listeners) {
      try {
        listener(hint)
      } catch (error) {
        process.emitWarning(`A listener of the records failed: ${String(error)}`)
      }
    }
  }
}

/** For a database that belongs to one process: whoever commits tells. */
export function directHints(): HintChannel {
  const listeners = new HintListeners()
  return {
    listen(listener) {
      let ended = false
      const remove = listeners.add(listener)
      queueMicrotask(() => {
        if (!ended) listener({ kind: 'missed' })
      })
      return () => {
        ended = true
        remove()
      }
    },
    committed(hints) {
      for (const hint of hints) listeners.tell(hint)
    },
    close: async () => undefined,
  }
}
