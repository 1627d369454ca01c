/**
 * Removes the objects of deleted simulations, one simulation after the other, while whoever asked has his answer long ago:
 * a large one has so many that no request would wait. The rows are gone by then, so nothing points to them; what a
 * replica that ends leaves behind is removed by the sweep.
 */

import type { Storage } from '#storage/storage.ts'
import type { Log } from './log.ts'
import { removeObjects } from './orphans.ts'

export interface Removals {
  /** Begins soon; may be called again for the same simulation. */
  remove(id: string): void
  /** Ends them after the objects in hand, and waits for that. */
  close(): Promise<void>
}

export function createRemovals({ storage, log }: { readonly storage: Storage; readonly log: Log }): Removals {
  const closing = new AbortController()
  let working: Promise<void> = Promise.resolve()
  const turn = async (id: string): Promise<void> => {
    if (closing.signal.aborted) return
    try {
      await removeObjects(storage, id, closing.signal)
    } catch (error) {
      log.warn({ err: error, job: id }, 'objects of a deleted simulation are left; the sweep removes them')
    }
  }
  return {
    remove(id) {
      working = working.then(() => turn(id))
    },
    async close() {
      closing.abort()
      await working
    },
  }
}
