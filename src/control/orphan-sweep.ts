/**
 * Goes through the storage every few hours, job by job, for what was left there without anybody noticing: objects that
 * arrived after their job had ended, jobs that failed or were cancelled, jobs that were deleted while the storage was away,
 * uploads that were never finished. Killed anywhere, it begins again; several replicas do it without harm.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Records } from '#records/records.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { Storage } from '#storage/storage.ts'
import type { Log } from './log.ts'
import { ALL_JOBS, jobOfKey, jobPrefix } from './object-keys.ts'
import { collectOrphans, deletedAmong, pages, removeObjects } from './orphans.ts'

export interface OrphanSweepOptions {
  readonly records: Records
  readonly storage: Storage
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: Log
  /** Left-overs of a job are left alone until it has been over for so long: nobody may still be writing. */
  readonly ageMs: number
}

export interface OrphanSweep {
  /** Goes through everything once. Answers how many objects and unfinished uploads were removed. */
  sweep(): Promise<number>
  /** A sweep that is under way ends soon. */
  close(): void
}

/** Others use the storage as well. */
const PAUSE_BETWEEN_JOBS_MS = 10
/** Comes after every character that a key may have. */
const AFTER_ALL = '~'

export function createOrphanSweep(options: OrphanSweepOptions): OrphanSweep {
  const { records, storage, clock, log, ageMs } = options
  /** Revision at which a job was found clean: it need not be looked at again while it is the same. */
  const clean = new Map<string, number>()
  const closing = new AbortController()

  /** @returns objects removed; `unknown` for a job without rows */
  const sweepJob = async (id: string): Promise<number | 'unknown'> => {
    const record = await records.simulation(id)
    if (!record) return 'unknown'
    const isOver = FINAL_STATES.has(record.state) && (record.endedAtMs ?? clock()) + ageMs <= clock()
    if (!isOver || clean.get(id) === record.revision) return 0
    const removed = await collectOrphans(records, storage, record, { signal: closing.signal })
    if (!closing.signal.aborted) clean.set(id, record.revision)
    return removed
  }

  const sweepUnknown = async (unknown: ReadonlySet<string>): Promise<number> => {
    if (unknown.size === 0) return 0
    let removed = 0
    const deleted = await deletedAmong(records, unknown)
    for (const id of deleted) {
      if (closing.signal.aborted) return removed
      removed += await removeObjects(storage, id)
    }
    const foreign = [...unknown].filter((id) => !deleted.has(id))
    if (foreign.length > 0) {
      log.warn(
        { jobs: foreign.slice(0, 10), count: foreign.length },
        'the storage holds objects of simulations that these records never knew; they are left alone. ' +
          'Is the storage shared with another installation, or were the records restored from a backup?',
      )
    }
    return removed
  }

  const sweep = async (): Promise<number> => {
    let removed = await storage.removeUnfinished(ageMs, ALL_JOBS)
    const unknown = new Set<string>()
    const present = new Set<string>()
    let after = ALL_JOBS
    while (!closing.signal.aborted) {
      const page = await firstPage(storage, after)
      const ids = new Set(page.map(jobOfKey).filter((id) => id !== undefined))
      if (page.length === 0) break
      for (const id of ids) {
        if (closing.signal.aborted) return removed
        present.add(id)
        const found = await sweepJob(id)
        if (found === 'unknown') unknown.add(id)
        else removed += found
        await pause(PAUSE_BETWEEN_JOBS_MS, undefined, { signal: closing.signal }).catch(() => undefined)
      }
      const last = page.at(-1)!
      const lastJob = jobOfKey(last)
      // The rest of the last job was looked at with it.
      after = lastJob === undefined ? last : jobPrefix(lastJob) + AFTER_ALL
    }
    for (const id of clean.keys()) if (!present.has(id)) clean.delete(id)
    return removed + (await sweepUnknown(unknown))
  }

  return { sweep, close: () => closing.abort() }
}

async function firstPage(storage: Storage, after: string): Promise<readonly string[]> {
  for await (const page of pages(storage, ALL_JOBS, after)) return page
  return []
}
