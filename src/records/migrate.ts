/** Brings a database to the version of this program, and says when it cannot work with the one it finds. */

import type { Kysely } from 'kysely'
import { type MigrationProvider, Migrator } from 'kysely/migration'
import { MIGRATIONS, OLDEST_PROGRAM } from './migrations.ts'
import { RecordsError } from './records.ts'

const NAMES = Object.keys(MIGRATIONS)

/**
 * Brings a database to the newest version, or to the named one (for tests of the way from there). Several at once wait
 * for each other. A newer database that this program can work with is left as it is.
 * @returns the names of the migrations that this call did
 * @throws RecordsError `RECORDS_TOO_NEW`
 */
export async function migrate(db: Kysely<never>, to?: string): Promise<readonly string[]> {
  const done = await migrationsDone(db)
  await refuseNewer(db, done)
  if (done.some((name) => !(name in MIGRATIONS))) return []
  const migrations = Object.fromEntries(Object.entries(MIGRATIONS).map(([name, { migration }]) => [name, migration]))
  const provider: MigrationProvider = { getMigrations: async () => migrations }
  const migrator = new Migrator({ db, provider })
  const { error, results } = to === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(to)
  if (error) throw error
  await noteOldestProgram(db, to ?? NAMES.at(-1)!)
  return (results ?? []).filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
}

/**
 * Looks without changing anything.
 * @throws RecordsError `RECORDS_TOO_OLD`, `RECORDS_TOO_NEW`
 */
export async function checkVersion(db: Kysely<never>): Promise<void> {
  const done = await migrationsDone(db)
  await refuseNewer(db, done)
  const missing = NAMES.filter((name) => !done.includes(name))
  if (missing.length === 0) return
  throw new RecordsError(
    'RECORDS_TOO_OLD',
    `The schema of the records is older than this program needs (missing: ${missing.join(', ')}). Run "isolario migrate" once, then start again.`,
  )
}

async function refuseNewer(db: Kysely<never>, done: readonly string[]): Promise<void> {
  const newer = done.filter((name) => !(name in MIGRATIONS))
  if (newer.length === 0) return
  const row = await counters(db)
    .selectFrom('counters')
    .select('value')
    .where('name', '=', OLDEST_PROGRAM)
    .executeTakeFirst()
  // Whoever migrated has written who may go on beside it.
  if (row && Number(row.value) <= NAMES.length) return
  throw new RecordsError(
    'RECORDS_TOO_NEW',
    `The records were written by a newer Isolario (it knows ${newer.join(', ')}) beside which this one cannot run. Start that version, or another data folder.`,
  )
}

async function noteOldestProgram(db: Kysely<never>, reached: string): Promise<void> {
  const { oldestProgram } = MIGRATIONS[reached]!
  await counters(db)
    .updateTable('counters')
    .set({ value: oldestProgram })
    .where('name', '=', OLDEST_PROGRAM)
    .where('value', '<', oldestProgram)
    .execute()
}

const counters = (db: Kysely<never>) => db as unknown as Kysely<{ counters: { name: string; value: number } }>

async function migrationsDone(db: Kysely<never>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return []
  const rows = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  return rows.map((row) => row.name)
}
