/** Requests that users may send again, because an answer was lost: each key does its work once. */

import type { Database, Db, Tx } from './database.ts'
import { type Once, RecordsError, type SimulationRecord } from './records.ts'
import { existing } from './simulations.ts'

/** The simulation that a request was about, if it was done before. @throws RecordsError `RECORDS_CONFLICT` */
export function answered(database: Database, once: Once): Promise<SimulationRecord | undefined> {
  return database.read((db) => answeredIn(db, once))
}

/**
 * The same inside of a change. Whoever calls holds the row of the simulation, so that two requests under one key come
 * one after the other.
 */
export async function answeredIn(db: Db | Tx, { owner, key, requestDigest }: Once) {
  const row = await db
    .selectFrom('idempotency')
    .selectAll()
    .where('owner', '=', owner)
    .where('key', '=', key)
    .executeTakeFirst()
  if (!row) return undefined
  if (row.request_digest !== requestDigest) throw conflict(key)
  return existing(db, row.simulation_id)
}

/** Part of the change that the request asked for: both are written or neither. */
export async function noteDone(tx: Tx, { owner, key, requestDigest }: Once, id: string): Promise<void> {
  const taken = await tx
    .insertInto('idempotency')
    .values({ owner, key, request_digest: requestDigest, simulation_id: id })
    .onConflict((c) => c.columns(['owner', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst()
  // Another simulation took the key in this very moment.
  if (!taken) throw conflict(key)
}

const conflict = (key: string): RecordsError =>
  new RecordsError('RECORDS_CONFLICT', `The idempotency key "${key}" was used before, with another request.`)
