/** The groups of users, as their provider told them last: sessions know them, and jobs go on when nobody is signed in. */

import type { Database } from './database.ts'

export function noteGroups(database: Database, owner: string, groups: readonly string[], atMs: number): Promise<void> {
  const values = { groups: JSON.stringify(groups), at_ms: atMs }
  return database.change(async (tx) => {
    await tx
      .insertInto('user_groups')
      .values({ owner, ...values })
      .onConflict((conflict) => conflict.column('owner').doUpdateSet(values))
      .execute()
  })
}

export function groupsOf(database: Database, owner: string): Promise<readonly string[]> {
  return database.read(async (db) => {
    const row = await db.selectFrom('user_groups').select('groups').where('owner', '=', owner).executeTakeFirst()
    return row ? (JSON.parse(row.groups) as string[]) : []
  })
}
