/** The records in PostgreSQL (15 or newer), for a cluster or by choice. */

import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Backend } from './database.ts'
import { openRecords } from './kysely-records.ts'
import { checkVersion, migrate } from './migrate.ts'
import { notify, postgresHints } from './postgres-hints.ts'
import { LateError, NoPrimaryError, PrimaryPool } from './postgres-pool.ts'
import { type Records, RecordsError } from './records.ts'
import type { Tables } from './tables.ts'

export interface PostgresOptions {
  /**
   * `postgresql://user:password@host:port/database`; never printed or logged. With several servers
   * (`...@one:5432,two:5432/database`) the one that is the primary is used, also after it has changed.
   */
  readonly url: string
  /** Connections at most, besides one for hints. */
  readonly connections?: number
  /** Longest a server may take for a connection. */
  readonly connectWithinMs?: number
  /** Longest a statement may take. */
  readonly statementMs?: number
}

const CONNECTIONS = 8
const CONNECT_WITHIN_MS = 5000
/** A page of rows takes milliseconds, 500 rows of tasks some tens of them; what takes longer is a server in trouble. */
const STATEMENT_MS = 10_000

/**
 * Opens the database.
 * @param options.migrate brings it to the newest version first (the default). A replica of several opens it without:
 *   then one of an older version is refused, and `migratePostgresRecords` is somebody's own step.
 * @throws RecordsError `RECORDS_TOO_NEW`, `RECORDS_TOO_OLD`, `RECORDS_UNAVAILABLE`, `RECORDS_REFUSED` for an address
 *   that is none.
 */
export async function openPostgresRecords(options: PostgresOptions & { readonly migrate?: boolean }): Promise<Records> {
  if (options.migrate ?? true) await migratePostgresRecords(options)
  return openRecords(openPostgres(options), checkVersion)
}

/**
 * Brings the database to the newest version: once for all replicas, before those of the new version start.
 * @returns names of the migrations that were done; none when it was up to date
 * @throws RecordsError `RECORDS_TOO_NEW`, `RECORDS_UNAVAILABLE`
 */
export async function migratePostgresRecords(options: PostgresOptions): Promise<readonly string[]> {
  // A migration takes as long as its rows need.
  const backend = openPostgres({ ...options, connections: 2, statementMs: 0 })
  try {
    return await migrate(backend.db as unknown as Kysely<never>)
  } catch (error) {
    throw backend.translate(error)
  } finally {
    await backend.db.destroy().catch(() => undefined)
  }
}

/** The database as it is: for tests of the way from an earlier version. */
export function openPostgres(options: PostgresOptions): Backend {
  const { url } = options
  const pool = new PrimaryPool({
    url,
    connections: options.connections ?? CONNECTIONS,
    connectWithinMs: options.connectWithinMs ?? CONNECT_WITHIN_MS,
    statementMs: options.statementMs ?? STATEMENT_MS,
  })
  return {
    db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    translate: translatePostgresError,
    nowMs: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    hints: postgresHints(url),
    sendHints: notify,
  }
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  // PostgreSQL appendix A: shutdown, crash, cannot connect now, too many connections.
  '57P01',
  '57P02',
  '57P03',
  '53300',
  // A statement took too long, or went to a server that is a standby now.
  '57014',
  '25006',
  '25P03',
  // Deadlock or serialisation failure: the same call again succeeds.
  '40P01',
  '40001',
])
const UNIQUE_VIOLATION = '23505'
const DISK_FULL = '53100'

function translatePostgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RecordsError) return error
  const code = (error as { code?: unknown }).code
  if (code === DISK_FULL) {
    return new RecordsError(
      'RECORDS_FULL',
      'The database server has no space left. Free some; nothing that was accepted is lost.',
      error,
    )
  }
  if (code === UNIQUE_VIOLATION)
    return new RecordsError('RECORDS_REFUSED', 'A row with this key is there already.', error)
  const lost =
    error instanceof NoPrimaryError ||
    error instanceof LateError ||
    (typeof code === 'string' && (CONNECTION_CODES.has(code) || code.startsWith('08'))) ||
    /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i.test(
      error.message,
    )
  if (lost) {
    return new RecordsError(
      'RECORDS_UNAVAILABLE',
      'The database of the records cannot be reached. Isolario tries again; nothing that was accepted is lost.',
      error,
    )
  }
  return error
}
