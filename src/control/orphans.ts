/**
 * Objects that no row points to: results of tries that came too late, results before more primaries were added, jobs
 * that were deleted while nobody could reach the storage. Only what can never be pointed to again is removed.
 */

import type { Records, SimulationRecord } from '#records/records.ts'
import type { Storage } from '#storage/storage.ts'
import { jobOfKey, jobPrefix, logKeyBeside } from './object-keys.ts'

const TASKS_AT_ONCE = 10_000

/**
 * Removes the left-overs of a job whose tasks all have ended: each has its row (accepted, failed or dropped), so an
 * object that the row does not name is of a try that lost.
 * @param results keys of the final merges in force
 * @returns how many were removed
 */
export async function collectOrphans(
  records: Records,
  storage: Storage,
  record: SimulationRecord,
  results: ReadonlySet<string>,
): Promise<number> {
  const keep = new Set<string>(results)
  for (let offset = 0; offset < record.tasks; offset += TASKS_AT_ONCE) {
    const { items } = await records.tasks(record.id, { offset, limit: TASKS_AT_ONCE })
    for (const { state, accepted, failure } of items) {
      // Somebody added primaries meanwhile: objects of open tasks are not ours to judge.
      if (state === 'waiting' || state === 'leased') return 0
      if (accepted) keep.add(accepted.objectKey).add(logKeyBeside(accepted.objectKey))
      if (failure?.logKey) keep.add(failure.logKey)
    }
  }
  const known = await listed(storage, jobPrefix(record.id))
  const now = await records.simulation(record.id)
  // The rows were read before the keys were listed, so a task that was added in between could own one of them.
  if (now?.tasks !== record.tasks) return 0
  let removed = 0
  for (const key of known) {
    if (keep.has(key)) continue
    await storage.delete(key)
    removed++
  }
  return removed
}

/** Removes everything of a deleted job. */
export async function removeObjects(storage: Storage, id: string): Promise<void> {
  for (const key of await listed(storage, jobPrefix(id))) await storage.delete(key)
}

/** Removes objects of jobs that have no row: they were deleted, and the service ended before the objects were. */
export async function sweepDeletedJobs(records: Records, storage: Storage): Promise<number> {
  const known = new Map<string, boolean>()
  let removed = 0
  for await (const key of storage.list('jobs/')) {
    const id = jobOfKey(key)
    if (id === undefined) continue
    // A job's row is written before its first object, so an object without row has lost it for good.
    if (!known.has(id)) known.set(id, (await records.simulation(id)) !== undefined)
    if (known.get(id)) continue
    await storage.delete(key)
    removed++
  }
  return removed
}

/** The whole list first: deleting while a folder is read may skip entries. */
async function listed(storage: Storage, prefix: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const key of storage.list(prefix)) keys.push(key)
  return keys
}
