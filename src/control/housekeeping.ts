/** What the leading replica does now and then: left-overs of deleted jobs go, and so do old events. */

import type { Records } from '#records/records.ts'
import type { Storage } from '#storage/storage.ts'
import type { ControlLimits } from './limits.ts'
import type { Log } from './log.ts'
import { sweepDeletedJobs } from './orphans.ts'

export interface HousekeepingParts {
  readonly records: Records
  readonly storage: Storage
  readonly limits: Pick<ControlLimits, 'eventsKeptMs' | 'eventsKept' | 'tidyEveryMs'>
  readonly clock: () => number
  readonly log: Log
}

export interface Housekeeping {
  begin(): void
  cease(): void
  /** Ends it and waits for what is under way. */
  close(): Promise<void>
}

export function createHousekeeping({ records, storage, limits, clock, log }: HousekeepingParts): Housekeeping {
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> = Promise.resolve()
  let swept = false
  let goesOn = false

  const tidy = async (): Promise<void> => {
    if (!swept) {
      swept = true
      await sweepDeletedJobs(records, storage).catch((error: unknown) =>
        log.warn({ err: error }, 'objects of deleted simulations could not be looked for'),
      )
    }
    try {
      const keep = { sinceMs: clock() - limits.eventsKeptMs, most: limits.eventsKept }
      while (goesOn && (await records.pruneEvents(keep)) > 0);
    } catch (error) {
      log.warn({ err: error }, 'old events could not be removed; it is tried again')
    }
  }
  const turn = (): void => {
    working = working.then(tidy).finally(() => {
      if (goesOn) timer = setTimeout(turn, limits.tidyEveryMs).unref()
    })
  }

  return {
    begin() {
      if (goesOn) return
      goesOn = true
      turn()
    },
    cease() {
      goesOn = false
      clearTimeout(timer)
    },
    async close() {
      this.cease()
      await working
    },
  }
}
