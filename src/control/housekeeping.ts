/** What the leading replica does now and then: old events go, and so do objects that nothing points to. */

import type { Records } from '#records/records.ts'
import type { ControlLimits } from './limits.ts'
import type { Log } from './log.ts'
import type { OrphanSweep } from './orphan-sweep.ts'

export interface HousekeepingParts {
  readonly records: Records
  readonly sweep: OrphanSweep
  readonly limits: Pick<ControlLimits, 'eventsKeptMs' | 'eventsKept' | 'tidyEveryMs' | 'orphanSweepEveryMs'>
  readonly clock: () => number
  readonly log: Log
}

export interface Housekeeping {
  begin(): void
  cease(): void
  /** Ends it and waits for what is under way. */
  close(): Promise<void>
}

export function createHousekeeping({ records, sweep, limits, clock, log }: HousekeepingParts): Housekeeping {
  let leads = false
  const pruneEvents = async (): Promise<void> => {
    const keep = { sinceMs: clock() - limits.eventsKeptMs, most: limits.eventsKept }
    while (leads && (await records.pruneEvents(keep)) > 0);
  }
  const sweepStorage = async (): Promise<void> => {
    const removed = await sweep.sweep()
    if (removed > 0) log.info({ removed }, 'objects that nothing pointed to were removed from the storage')
  }
  const chores = [
    chore(pruneEvents, limits.tidyEveryMs, (error) =>
      log.warn({ err: error }, 'old events could not be removed; it is tried again'),
    ),
    chore(sweepStorage, limits.orphanSweepEveryMs, (error) =>
      log.warn({ err: error }, 'the storage could not be swept; it is tried again'),
    ),
  ]
  return {
    begin() {
      if (leads) return
      leads = true
      for (const one of chores) one.begin()
    },
    cease() {
      leads = false
      for (const one of chores) one.cease()
    },
    async close() {
      this.cease()
      sweep.close()
      for (const one of chores) await one.ended()
    },
  }
}

/** Does something at once and then every so often, never twice at the same time, however often it begins and ceases. */
function chore(work: () => Promise<void>, everyMs: number, onError: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> = Promise.resolve()
  /** Counts up whenever it begins or ceases: turns of before find that they are no longer meant. */
  let term = 0
  const turn = (mine: number): void => {
    working = working.then(async () => {
      if (mine !== term) return
      await work().catch(onError)
      if (mine === term) timer = setTimeout(() => turn(mine), everyMs).unref()
    })
  }
  return {
    begin() {
      term += 1
      turn(term)
    },
    cease() {
      term += 1
      clearTimeout(timer)
    },
    ended: () => working,
  }
}
