/** Old events go: a reader that comes back after them asks for everything anew. */

import type { Database } from './database.ts'
import type { EventsToKeep } from './records.ts'

/** Removed in one transaction. */
const AT_ONCE = 10_000

export function prunedEvents(database: Database): Promise<number> {
  return database.read(async (db) => {
    const row = await db.selectFrom('counters').select('value').where('name', '=', 'pruned').executeTakeFirst()
    return row?.value ?? 0
  })
}

export function pruneEvents(database: Database, { sinceMs, most }: EventsToKeep): Promise<number> {
  return database.change(async (tx) => {
    // The row of this counter, not that of the event numbers: writers of events are not held up.
    const { value: pruned } = await tx
      .updateTable('counters')
      .set((eb) => ({ value: eb.ref('value') }))
      .where('name', '=', 'pruned')
      .returning('value')
      .executeTakeFirstOrThrow()
    const { old, last } = await tx
      .selectFrom('events')
      .select((eb) => [
        eb.fn.max('sequence').filterWhere('at_ms', '<', sinceMs).as('old'),
        eb.fn.max('sequence').as('last'),
      ])
      .executeTakeFirstOrThrow()
    const upTo = Math.min(Math.max(Number(old ?? 0), Number(last ?? 0) - most), pruned + AT_ONCE)
    if (upTo <= pruned) return 0
    // Deletions are remembered for good: whoever sweeps the storage asks for them (`control/orphans.ts`).
    const removed = await tx
      .deleteFrom('events')
      .where('sequence', '<=', upTo)
      .where('kind', '!=', 'deleted')
      .returning('sequence')
      .execute()
    await tx.updateTable('counters').set({ value: upTo }).where('name', '=', 'pruned').execute()
    return removed.length
  })
}
