/** Leases: rows that one holder at a time has, by the database's own clock. */

import { sql } from 'kysely'
import type { Database } from './database.ts'

/**
 * Takes or renews in one statement: the row is locked before its condition is looked at again, so of two that come at
 * once the second sees what the first wrote.
 */
export function holdLease(database: Database, name: string, holder: string, ms: number): Promise<number | null> {
  const { nowMs } = database
  return database.read(async (db) => {
    const row = await db
      .insertInto('leases')
      .values({ name, holder, fence: 1, expires_at_ms: sql<number>`${nowMs} + ${ms}` })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet((eb) => ({
            holder: eb.ref('excluded.holder'),
            expires_at_ms: sql<number>`${nowMs} + ${ms}`,
            fence: sql<number>`leases.fence + case when leases.holder = excluded.holder then 0 else 1 end`,
          }))
          .where((eb) =>
            eb.or([eb('leases.holder', '=', eb.ref('excluded.holder')), eb('leases.expires_at_ms', '<=', nowMs)]),
          ),
      )
      .returning('fence')
      .executeTakeFirst()
    return row?.fence ?? null
  })
}

export function releaseLease(database: Database, name: string, holder: string): Promise<void> {
  return database.change(async (tx, tell) => {
    const row = await tx
      .updateTable('leases')
      .set({ holder: '', expires_at_ms: 0 })
      .where('name', '=', name)
      .where('holder', '=', holder)
      .returning('name')
      .executeTakeFirst()
    if (row) tell({ kind: 'lease', name })
  })
}
