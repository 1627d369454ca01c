/**
 * Hints over PostgreSQL's LISTEN and NOTIFY. A notice is sent inside the transaction that makes the change, so it is
 * heard exactly when the rows can be seen and never of a change that was rolled back. Heard on a connection of its own,
 * which is looked after and opened again; whatever was lost meanwhile is covered by `missed`.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { type HintChannel, HintListeners } from './hints.ts'
import { serversOf } from './postgres-address.ts'
import type { Hint } from './records.ts'
import type { Tables } from './tables.ts'

const CHANNEL = 'isolario'
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 3000
/** How often a silent connection is asked whether it lives, and how long it may take to say so. */
const ASK_EVERY_MS = 5000
const ANSWER_WITHIN_MS = 5000

/** Sends hints as part of a transaction. */
export async function notify(tx: Kysely<Tables>, hints: readonly Hint[]): Promise<void> {
  for (const hint of hints) await sql`select pg_notify(${CHANNEL}, ${JSON.stringify(hint)})`.execute(tx)
}

/** Connects when the first listener comes. */
export function postgresHints(url: string): HintChannel {
  const servers = serversOf(url)
  const listeners = new HintListeners()
  const ending = new AbortController()
  const { signal } = ending
  let running: Promise<void> | null = null
  let hears = false

  const run = async () => {
    let pauseMs = FIRST_PAUSE_MS
    for (let turn = 0; !signal.aborted; turn++) {
      const client = new pg.Client({
        connectionString: servers[turn % servers.length]!,
        application_name: 'isolario hints',
        connectionTimeoutMillis: ANSWER_WITHIN_MS,
        query_timeout: ANSWER_WITHIN_MS,
        keepAlive: true,
      })
      const lost = new Promise<void>((resolve) => {
        client.once('end', () => resolve())
        client.on('error', () => resolve())
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      client.on('notification', ({ payload }) => {
        const hint = readHint(payload)
        if (hint) listeners.tell(hint)
      })
      try {
        await client.connect()
        // A standby refuses it: then the next server is tried.
        await client.query(`listen ${CHANNEL}`)
        pauseMs = FIRST_PAUSE_MS
        hears = true
        listeners.tell({ kind: 'missed' })
        await untilLost(client, lost, signal)
      } catch {
        // Away, frozen or a standby: tried again below.
      }
      hears = false
      await client.end().catch(() => undefined)
      await pause(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)
    }
  }

  return {
    listen(listener) {
      let ended = false
      const remove = listeners.add(listener)
      if (hears) {
        queueMicrotask(() => {
          if (!ended) listener({ kind: 'missed' })
        })
      }
      running ??= run()
      return () => {
        ended = true
        remove()
      }
    },
    committed: () => undefined,
    async close() {
      ending.abort()
      await running
    },
  }
}

async function untilLost(client: pg.Client, lost: Promise<void>, signal: AbortSignal): Promise<void> {
  let over = false
  void lost.then(() => (over = true))
  while (!over && !signal.aborted) {
    await Promise.race([lost, pause(ASK_EVERY_MS, undefined, { ref: false })])
    if (!over && !signal.aborted) await client.query('select 1')
  }
}

/** `undefined` for what a newer version says and this one does not know. */
function readHint(payload: string | undefined): Hint | undefined {
  try {
    const hint = JSON.parse(payload ?? '') as { kind?: unknown; simulationId?: unknown; name?: unknown }
    if ((hint.kind === 'changed' || hint.kind === 'progress') && typeof hint.simulationId === 'string')
      return { kind: hint.kind, simulationId: hint.simulationId }
    if (hint.kind === 'lease' && typeof hint.name === 'string') return { kind: 'lease', name: hint.name }
  } catch {
    // Not ours.
  }
  return undefined
}
