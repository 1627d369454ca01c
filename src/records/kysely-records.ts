/** The records over Kysely: one set of queries in the subset that SQLite and PostgreSQL both have. */

import type { Kysely } from 'kysely'
import { accept } from './acceptance.ts'
import { type Backend, databaseOf } from './database.ts'
import { engineUses } from './engine-uses.ts'
import { prunedEvents, pruneEvents } from './event-pruning.ts'
import { eventsAfter, lastEvent } from './events.ts'
import { holdLease, releaseLease } from './leases.ts'
import type { Records } from './records.ts'
import { answered } from './requests.ts'
import { addTasks } from './segments.ts'
import { active, list, points, simulation } from './simulations.ts'
import { changeState, nextGeneration, remove, setCondition, setPriority } from './state-changes.ts'
import { acceptResults, dropWaitingTasks, failTasks } from './task-ends.ts'
import { acceptedResults, openTasks, task, tasks } from './tasks.ts'
import { groupsOf, noteGroups } from './user-groups.ts'

/**
 * The records of a database that is made ready first; it is let go when that fails.
 * @param makeReady brings it to the version of this program, or refuses it
 */
export async function openRecords(
  backend: Backend,
  makeReady: (db: Kysely<never>) => Promise<unknown>,
): Promise<Records> {
  try {
    await makeReady(backend.db as unknown as Kysely<never>)
  } catch (error) {
    await backend.db.destroy().catch(() => undefined)
    throw backend.translate(error)
  }
  return recordsOver(backend)
}

/** What each call means is said in the contract (`records.ts`); a new query goes into the file of its idea. */
export function recordsOver(backend: Backend): Records {
  const database = databaseOf(backend)
  return {
    accept: (wanted, atMs) => accept(database, wanted, atMs),
    simulation: (id) => simulation(database, id),
    list: (filter) => list(database, filter),
    active: () => active(database),
    points: (id) => points(database, id),
    changeState: (id, from, change, atMs, once) => changeState(database, id, from, change, atMs, once),
    setPriority: (id, priority, atMs) => setPriority(database, id, priority, atMs),
    answered: (once) => answered(database, once),
    nextGeneration: (id) => nextGeneration(database, id),
    setCondition: (id, condition, fence) => setCondition(database, id, condition, fence),
    remove: (id, atMs) => remove(database, id, atMs),
    addTasks: (id, from, to, plans, primariesPlanned, atMs, once) =>
      addTasks(database, id, from, to, plans, primariesPlanned, atMs, once),
    tasks: (id, query) => tasks(database, id, query),
    task: (id, index) => task(database, id, index),
    openTasks: (id) => openTasks(database, id),
    acceptedResults: (id, point) => acceptedResults(database, id, point),
    acceptResults: (id, results) => acceptResults(database, id, results),
    failTasks: (id, failures) => failTasks(database, id, failures),
    dropWaitingTasks: (id) => dropWaitingTasks(database, id),
    eventsAfter: (sequence, limit) => eventsAfter(database, sequence, limit),
    lastEvent: () => lastEvent(database),
    prunedEvents: () => prunedEvents(database),
    pruneEvents: (keep) => pruneEvents(database, keep),
    engineUses: (query) => engineUses(database, query),
    noteGroups: (owner, groups, atMs) => noteGroups(database, owner, groups, atMs),
    groupsOf: (owner) => groupsOf(database, owner),
    holdLease: (name, holder, ms) => holdLease(database, name, holder, ms),
    releaseLease: (name, holder) => releaseLease(database, name, holder),
    listen: (listener) => database.listen(listener),
    ping: async () => void (await lastEvent(database)),
    close: () => database.close(),
  }
}
