/**
 * Whether queue and storage do what control asks of them. Looks at jobs say so by the way; where no look has said
 * anything lately, whoever wants to know has each asked once.
 */

import { type Queue, QueueError } from '#queue/queue.ts'
import { type Storage, StorageError } from '#storage/storage.ts'
import { deadlined, LateError } from './deadline.ts'
import { ALL_JOBS } from './object-keys.ts'

export interface Reached {
  readonly queue: boolean
  readonly storage: boolean
}

export interface Reachability {
  /** @param error of a look at a job; `null` for one that succeeded */
  note(error: unknown): void
  /** Answers within two seconds; what says nothing for so long is not reached. */
  now(): Promise<Reached>
}

/** Longer than the longest pause between two looks at a job that is held up. */
const FRESH_MS = 15_000
const ANSWER_WITHIN_MS = 2000
/** A job that is none. */
const NO_JOB = 'reachable'

type Part = keyof Reached

export function createReachability({
  queue,
  storage,
  clock,
}: {
  readonly queue: Pick<Queue, 'counts'>
  readonly storage: Pick<Storage, 'head'>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}): Reachability {
  const known = new Map<Part, { readonly reached: boolean; readonly atMs: number }>()
  const set = (part: Part, reached: boolean): void => void known.set(part, { reached, atMs: clock() })
  const ask: Record<Part, () => Promise<unknown>> = {
    queue: () => queue.counts(NO_JOB),
    storage: () => storage.head(`${ALL_JOBS}${NO_JOB}`),
  }

  const isReached = async (part: Part): Promise<boolean> => {
    const last = known.get(part)
    if (last && Math.abs(clock() - last.atMs) < FRESH_MS) return last.reached
    return deadlined(ask[part](), ANSWER_WITHIN_MS).then(
      () => true,
      // Whatever else is wrong with what was asked for, somebody answered.
      (error: unknown) => !(error instanceof LateError) && awayIn(error) === undefined,
    )
  }

  return {
    note(error) {
      // Every look asks the queue, and not every one the storage.
      if (error === null) {
        set('queue', true)
        if (known.get('storage')?.reached === false) known.delete('storage')
        return
      }
      const part = awayIn(error)
      if (part) set(part, false)
    },
    async now() {
      const [queueReached, storageReached] = await Promise.all([isReached('queue'), isReached('storage')])
      return { queue: queueReached, storage: storageReached }
    },
  }
}

/** Which part does not do what it is asked for, if this error is of one. */
function awayIn(error: unknown): Part | undefined {
  const at = error instanceof QueueError || error instanceof StorageError ? error : (error as Error | null)?.cause
  if (at instanceof QueueError && (at.code === 'QUEUE_UNAVAILABLE' || at.code === 'QUEUE_DENIED')) return 'queue'
  if (at instanceof StorageError && at.code === 'STORAGE_UNAVAILABLE') return 'storage'
  return undefined
}
