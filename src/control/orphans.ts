/**
 * Objects that no row points to: results of tries that came too late, results before more primaries were added, jobs
 * that were deleted while nobody could reach the storage. Only what can never be pointed to again is removed: a page of
 * keys at a time, so that a job of any size can be interrupted anywhere and be gone through again.
 */

import type { EventRecord, Records, SimulationRecord } from '#records/records.ts'
import { FINAL_STATES, NEXT_STATES, type TaskState } from '#simulation/life-cycle.ts'
import type { Storage } from '#storage/storage.ts'
import { inParallel } from './in-parallel.ts'
import {
  distributionsKeyBeside,
  jobPrefix,
  logKeyBeside,
  rawKeyBeside,
  resultDistributionsKey,
  resultKey,
} from './object-keys.ts'

const TASKS_AT_ONCE = 10_000
const KEYS_AT_ONCE = 1000
const EVENTS_AT_ONCE = 1000
/** Objects deleted at the same time. */
const HANDS = 8

/**
 * Removes the left-overs of a job in a final state: each of its tasks has its row (accepted, failed or dropped), so an
 * object that no row names is of a try that lost.
 * @param options.results keys of final merges that are in force besides those which the rows tell
 * @param options.signal ends it between two pages
 * @returns how many were removed
 */
export async function collectOrphans(
  records: Records,
  storage: Storage,
  record: SimulationRecord,
  options: { readonly results?: ReadonlySet<string>; readonly signal?: AbortSignal } = {},
): Promise<number> {
  const named = await keysOfRows(records, record)
  if (!named) return 0
  let removed = 0
  for await (const keys of pages(storage, jobPrefix(record.id))) {
    if (options.signal?.aborted) return removed
    const orphans = keys.filter((key) => !named.has(key) && !options.results?.has(key))
    if (orphans.length === 0) continue
    // The keys were listed after the rows were read: a task that was added in between could own one of them.
    const now = await records.simulation(record.id)
    if (!now || now.revision !== record.revision || now.tasks !== record.tasks) return removed
    await inParallel(orphans, HANDS, (key) => storage.delete(key))
    removed += orphans.length
  }
  return removed
}

const isOpen = (state: TaskState): boolean => state === 'waiting' || state === 'leased'

/** Every key that a row of the job points to; `undefined` while a task may still get a result, whose objects are its own. */
async function keysOfRows(records: Records, record: SimulationRecord): Promise<ReadonlySet<string> | undefined> {
  if (!FINAL_STATES.has(record.state)) return undefined
  const named = new Set<string>()
  const accepted = new Map<number, number>()
  for (let offset = 0; offset < record.tasks; offset += TASKS_AT_ONCE) {
    const { items } = await records.tasks(record.id, { offset, limit: TASKS_AT_ONCE })
    for (const task of items) {
      if (isOpen(task.state) && NEXT_STATES[record.state].length > 0) return undefined
      if (task.failure?.logKey) named.add(task.failure.logKey)
      if (!task.accepted) continue
      const { objectKey } = task.accepted
      const besides = [logKeyBeside, rawKeyBeside, distributionsKeyBeside].map((keyBeside) => keyBeside(objectKey))
      for (const key of [objectKey, ...besides]) if (key !== null) named.add(key)
      accepted.set(task.point, (accepted.get(task.point) ?? 0) + 1)
    }
  }
  for (const [point, tasks] of accepted) {
    named.add(resultKey(record.id, point, tasks)).add(resultDistributionsKey(record.id, point, tasks))
  }
  return named
}

/**
 * Removes everything of a deleted job.
 * @param signal ends it after the objects in hand
 * @returns how many were removed
 */
export async function removeObjects(storage: Storage, id: string, signal?: AbortSignal): Promise<number> {
  let removed = 0
  for await (const keys of pages(storage, jobPrefix(id))) {
    await inParallel(keys, HANDS, async (key) => {
      if (signal?.aborted) return
      await storage.delete(key)
      removed += 1
    })
    if (signal?.aborted) break
  }
  return removed
}

/**
 * Which of these jobs the records remember to have deleted. Of others they know nothing: their objects may belong to an
 * installation that shares the storage by mistake, or to records that were restored from a backup.
 */
export async function deletedAmong(records: Records, ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const deleted = new Set<string>()
  let events: readonly EventRecord[] = []
  let seen = 0
  do {
    events = await records.eventsAfter(seen, EVENTS_AT_ONCE)
    for (const { sequence, kind, simulationId } of events) {
      if (kind === 'deleted' && ids.has(simulationId)) deleted.add(simulationId)
      seen = sequence
    }
  } while (events.length === EVENTS_AT_ONCE)
  return deleted
}

/** The keys in pages. Each is listed whole before it is given: deleting while a folder is read may skip entries. */
export async function* pages(storage: Storage, prefix: string, after = prefix): AsyncIterable<readonly string[]> {
  for (;;) {
    const keys: string[] = []
    for await (const key of storage.list(prefix, after)) {
      keys.push(key)
      if (keys.length === KEYS_AT_ONCE) break
    }
    if (keys.length > 0) yield keys
    if (keys.length < KEYS_AT_ONCE) return
    after = keys.at(-1)!
  }
}
