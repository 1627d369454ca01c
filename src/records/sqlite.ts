/** The records in one SQLite file, through the SQLite of the runtime: durable, and nothing to install. */

import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, SqliteDialect, sql } from 'kysely'
import type { Backend } from './database.ts'
import { directHints } from './hints.ts'
import { openRecords } from './kysely-records.ts'
import { migrate } from './migrate.ts'
import { type Records, RecordsError } from './records.ts'
import type { Tables } from './tables.ts'

/** Statements kept compiled; the room has about thirty, and inserts of several lengths. */
const STATEMENTS_KEPT = 200

/**
 * Opens (and if need be makes or upgrades) the database file. `:memory:` gives one that lives with the process.
 * @throws RecordsError `RECORDS_TOO_NEW`, `RECORDS_LOCKED`, `RECORDS_FULL`, `RECORDS_UNAVAILABLE`.
 */
export async function openSqliteRecords(file: string): Promise<Records> {
  return openRecords(openSqlite(file), migrate)
}

/** The database without migrations: for tests of the way from an earlier version. */
export function openSqlite(file: string): Backend {
  const translate = (error: unknown) => translateSqliteError(error, file)
  let database: DatabaseSync
  try {
    database = new DatabaseSync(file, { timeout: 5000 })
    // WAL with full sync: a committed transaction survives the loss of power, and readers do not wait for the writer.
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;')
  } catch (error) {
    throw translate(error)
  }
  return {
    db: new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(database) }) }),
    translate,
    nowMs: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    hints: directHints(),
    sendHints: async () => undefined,
  }
}

/** Kysely's SQLite dialect speaks better-sqlite3; the runtime's SQLite differs in three method signatures. */
function adapt(database: DatabaseSync) {
  const kept = new Map<string, ReturnType<typeof statement>>()
  const statement = (text: string) => {
    const prepared = database.prepare(text)
    return {
      reader: prepared.columns().length > 0,
      all: (parameters: readonly unknown[]) => prepared.all(...(parameters as SQLInputValue[])),
      run: (parameters: readonly unknown[]) => prepared.run(...(parameters as SQLInputValue[])),
      iterate: (parameters: readonly unknown[]) => prepared.iterate(...(parameters as SQLInputValue[])),
    }
  }
  return {
    close: () => database.close(),
    prepare(text: string) {
      const known = kept.get(text)
      if (known) return known
      const made = statement(text)
      if (kept.size < STATEMENTS_KEPT) kept.set(text, made)
      return made
    },
  }
}

/** Primary result codes of SQLite, https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_CONSTRAINT = 19
const SQLITE_NOTADB = 26

function translateSqliteError(error: unknown, file: string): unknown {
  const code = (error as { errcode?: unknown } | null)?.errcode
  if (typeof code !== 'number') return error
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return new RecordsError(
        'RECORDS_LOCKED',
        `Another program holds the records in ${file}. End it, or choose another data folder.`,
        error,
      )
    case SQLITE_FULL:
      return new RecordsError(
        'RECORDS_FULL',
        `There is no space left for the records in ${file}. Free some; nothing that was accepted is lost.`,
        error,
      )
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return new RecordsError(
        'RECORDS_UNAVAILABLE',
        `The records in ${file} cannot be read or written. Look at the folder's rights and at the disk.`,
        error,
      )
    case SQLITE_CONSTRAINT:
      return new RecordsError('RECORDS_REFUSED', 'A row with this key is there already.', error)
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new RecordsError(
        'RECORDS_REFUSED',
        `${file} is not a database of Isolario or is damaged. Put a backup in its place, or choose another data folder.`,
        error,
      )
    default:
      return error
  }
}
