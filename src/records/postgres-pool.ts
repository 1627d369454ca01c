/**
 * Connections to whichever server is the primary now.
 *
 * A failover moves the primary: to another server of the list, or behind the one address. Connections of before may be
 * broken, may hang on a server that is frozen, or may lead to one that is a standby now. So a connection is asked whether
 * it leads to a primary before its first use and again after any trouble; one whose answer did not come in time is
 * thrown away with all that waits on it, since PostgreSQL answers in order.
 */

import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { serversOf } from './postgres-address.ts'

export interface PoolOptions {
  readonly url: string
  readonly connections: number
  /** Longest a server may take for a connection, and for saying whether it is the primary. */
  readonly connectWithinMs: number
  /** After this the server itself gives a statement up; 0 never. The caller waits one second longer. */
  readonly statementMs: number
}

/** How much longer the caller waits than a server that is alive lets it. */
const PATIENCE_MS = 1000
/** A client that says nothing inside a transaction (frozen, cut off) holds rows that everybody else needs. */
const SILENT_TRANSACTION_MS = 15_000

const OID_INT8 = 20
const types: pg.CustomTypesConfig = {
  // 64-bit integers as numbers: all of ours stay below 2^53 (the largest are history indices, up to 1e12).
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === OID_INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

/** The server names no primary, or none of them answers. */
export class NoPrimaryError extends Error {
  override readonly name = 'NoPrimaryError'
}

/** A server did not answer in time. */
export class LateError extends Error {
  override readonly name = 'LateError'
}

/** PostgreSQL appendix A: a write sent to a standby. */
const READ_ONLY = '25006'

export class PrimaryPool implements PostgresPool {
  readonly options = {}
  readonly #pools: readonly pg.Pool[]
  readonly #settings: PoolOptions
  readonly #checked = new WeakMap<pg.PoolClient, number>()
  /** Index of the server that was the primary last. */
  #current = 0
  /** Counts troubles: a connection checked before the newest one is checked again. */
  #troubles = 0

  constructor(settings: PoolOptions) {
    this.#settings = settings
    this.#pools = serversOf(settings.url).map((connectionString) => this.#open(connectionString))
  }

  #open(connectionString: string): pg.Pool {
    const { connections, connectWithinMs, statementMs } = this.#settings
    const pool = new pg.Pool({
      connectionString,
      max: connections,
      connectionTimeoutMillis: connectWithinMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'isolario',
      ...(statementMs > 0
        ? { statement_timeout: statementMs, idle_in_transaction_session_timeout: SILENT_TRANSACTION_MS }
        : {}),
      types,
    })
    // A connection that breaks, idle or between two statements of a transaction, is replaced by the pool; the next query
    // on it fails and is translated. Without listeners the events would end the process.
    pool.on('error', () => undefined)
    pool.on('connect', (client) => client.on('error', () => undefined))
    return pool
  }

  /** @throws NoPrimaryError, or the error of the only server */
  async connect(): Promise<PostgresPoolClient> {
    const count = this.#pools.length
    let error: unknown
    for (let tried = 0; tried < count; tried++) {
      const index = (this.#current + tried) % count
      try {
        const client = await this.#connectTo(this.#pools[index]!)
        this.#current = index
        return client
      } catch (failure) {
        error = failure
      }
    }
    if (count === 1) throw error
    throw new NoPrimaryError('none of the servers named is a primary that answers', { cause: error })
  }

  async #connectTo(pool: pg.Pool): Promise<PostgresPoolClient> {
    for (;;) {
      const client = await pool.connect()
      const guarded = this.#guard(client)
      if (this.#checked.get(client) === this.#troubles) return guarded
      const known = this.#checked.has(client)
      const troubles = this.#troubles
      try {
        const { rows } = await this.#inTime(
          client,
          client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby'),
          this.#settings.connectWithinMs,
        )
        if (!rows[0]?.standby) {
          this.#checked.set(client, troubles)
          return guarded
        }
      } catch (error) {
        client.release(true)
        // An old connection may be broken where a new one is not. One that is silent says that the server is: asking it
        // on every other connection, one after the other, would only take longer.
        if (known && !(error instanceof LateError)) continue
        throw error
      }
      client.release(true)
      if (!known) throw new NoPrimaryError('the server is a standby')
    }
  }

  #guard(client: pg.PoolClient): PostgresPoolClient {
    let broken: unknown
    const { statementMs } = this.#settings
    return {
      query: async (text: unknown, values?: readonly unknown[]) => {
        if (broken) throw broken
        try {
          const answer = client.query(text as string, values as unknown[])
          return await (statementMs > 0 ? this.#inTime(client, answer, statementMs + PATIENCE_MS) : answer)
        } catch (error) {
          const code = (error as { code?: unknown }).code
          // What the server refused with a code of its own leaves the connection whole.
          if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || code === READ_ONLY || code.startsWith('57P')) {
            broken = error
            this.#troubles++
          }
          throw error
        }
      },
      release: () => client.release(broken ? true : undefined),
    } as unknown as PostgresPoolClient
  }

  async #inTime<T>(client: pg.PoolClient, answer: Promise<T>, ms: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new LateError('query read timeout'))
        // Nothing that comes on it is waited for any more.
        ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
      }, ms)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
      answer.catch(() => undefined)
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()))
  }
}
