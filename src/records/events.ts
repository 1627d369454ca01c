/** Persistent events, numbered in the order of their commits. */

import type { Database, Tell, Tx } from './database.ts'
import type { EventRecord } from './records.ts'

/** Written last in its transaction: the row of the counter stays locked until the commit. */
export async function writeEvent(
  tx: Tx,
  tell: Tell,
  id: string,
  owner: string,
  kind: EventRecord['kind'],
  atMs: number,
): Promise<void> {
  const { value } = await tx
    .updateTable('counters')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .where('name', '=', 'event')
    .returning('value')
    .executeTakeFirstOrThrow()
  await tx.insertInto('events').values({ sequence: value, simulation_id: id, owner, kind, at_ms: atMs }).execute()
  tell({ kind: 'changed', simulationId: id })
}

export function eventsAfter(database: Database, sequence: number, limit: number): Promise<readonly EventRecord[]> {
  return database.read(async (db) => {
    const rows = await db
      .selectFrom('events')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      sequence: row.sequence,
      simulationId: row.simulation_id,
      owner: row.owner,
      kind: row.kind as EventRecord['kind'],
      atMs: row.at_ms,
    }))
  })
}

export function lastEvent(database: Database): Promise<number> {
  return database.read(async (db) => {
    const row = await db.selectFrom('counters').select('value').where('name', '=', 'event').executeTakeFirstOrThrow()
    return row.value
  })
}
