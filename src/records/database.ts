/**
 * How a query and a change reach the database: errors in our words, and hints told with the commit or never.
 *
 * Every change takes the simulation's row first and the event counter last, so that transactions never wait for each
 * other in a circle. The counter's row stays locked until the commit: events get their numbers in commit order, and a
 * reader that has seen n has seen everything below n.
 */

import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { HintChannel } from './hints.ts'
import type { Hint } from './records.ts'
import type { Tables } from './tables.ts'

export type Db = Kysely<Tables>
export type Tx = Transaction<Tables>
/** Tells others of a change: with its commit, and never without it. */
export type Tell = (hint: Hint) => void

export interface Backend {
  readonly db: Db
  /** Turns a foreign error into one of ours; answers it unchanged when it is no database error. */
  readonly translate: (error: unknown) => unknown
  /** The clock of the database, in milliseconds: one for all who use it. */
  readonly nowMs: RawBuilder<number>
  readonly hints: HintChannel
  /** Sends hints as part of a transaction, where the database can. */
  readonly sendHints: (tx: Tx, hints: readonly Hint[]) => Promise<void>
}

/** A database with the two ways to use it. */
export interface Database {
  /** The clock of the database, in milliseconds: one for all who use it. */
  readonly nowMs: RawBuilder<number>
  read<T>(work: (db: Db) => Promise<T>): Promise<T>
  /** All of the work in one transaction, or nothing of it. */
  change<T>(work: (tx: Tx, tell: Tell) => Promise<T>): Promise<T>
  listen(listener: (hint: Hint) => void): () => void
  close(): Promise<void>
}

export function databaseOf({ db, translate, nowMs, hints, sendHints }: Backend): Database {
  return {
    nowMs,
    async read(work) {
      try {
        return await work(db)
      } catch (error) {
        throw translate(error)
      }
    },
    async change(work) {
      const told: Hint[] = []
      try {
        const answer = await db.transaction().execute(async (tx) => {
          const result = await work(tx, (hint) => told.push(hint))
          await sendHints(tx, told)
          return result
        })
        hints.committed(told)
        return answer
      } catch (error) {
        throw translate(error)
      }
    },
    listen: (listener) => hints.listen(listener),
    async close() {
      await hints.close()
      await db.destroy()
    },
  }
}
