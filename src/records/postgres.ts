/** The records in PostgreSQL (15 or newer), for a cluster or by choice. */

import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { KyselyRecords } from './kysely-records.ts'
import { migrate } from './migrations.ts'
import { type Records, RecordsError } from './records.ts'
import type { Tables } from './tables.ts'

export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database`; never printed or logged. */
  readonly url: string
  readonly connections?: number
}

/**
 * Opens (and if need be upgrades) the database.
 * @throws RecordsError `RECORDS_TOO_NEW`, `RECORDS_UNAVAILABLE`.
 */
export async function openPostgresRecords(options: PostgresOptions): Promise<Records> {
  const backend = openPostgres(options)
  try {
    await migrate(backend.db as unknown as Kysely<never>)
  } catch (error) {
    await backend.db.destroy().catch(() => undefined)
    throw backend.translate(error)
  }
  return new KyselyRecords(backend)
}

const OID_INT8 = 20

/** The database without migrations: for tests of the way from an earlier version. */
export function openPostgres(options: PostgresOptions): { db: Kysely<Tables>; translate: (error: unknown) => unknown } {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 5,
    connectionTimeoutMillis: 5000,
    // A frozen server must not hold a request for ever.
    query_timeout: 30_000,
    types: {
      // 64-bit integers as numbers: all of ours stay below 2^53 (the largest are history indices, up to 1e12).
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === OID_INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  })
  // A connection that breaks, idle or between two statements of a transaction, is replaced by the pool; the next query
  // on it fails and is translated. Without listeners the events would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), translate: translatePostgresError }
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
    (typeof code === 'string' && (CONNECTION_CODES.has(code) || code.startsWith('08'))) ||
    /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error/i.test(
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
