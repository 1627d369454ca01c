/**
 * Whether this replica lives and whether it should be sent requests, for whatever manages and balances replicas. Without
 * sign-in and under any host name: probes come to the bare address. They tell nothing but what is missing.
 */

import type { FastifyInstance } from 'fastify'
import type { Records } from '#records/records.ts'

export interface Health {
  /** From now on the replica says that it is not ready. */
  drain(): void
  readonly draining: boolean
}

export function createHealth(): Health {
  let draining = false
  return {
    drain() {
      draining = true
    },
    get draining() {
      return draining
    },
  }
}

const LIVE = '/healthz/live'
const READY = '/healthz/ready'
/** Probes wait a second or a few; a late answer would be none. */
const ANSWER_WITHIN_MS = 2000

export const isHealthAddress = (path: string): boolean => path === LIVE || path === READY

/**
 * Live: the process answers. Ready: what every request needs is there, and that is the records only. Queue, storage and
 * workers are not asked: where they are away, jobs wait, and taking all replicas away would help nobody.
 */
export function registerHealth(app: FastifyInstance, health: Health, records: Pick<Records, 'ping'>): void {
  app.get(LIVE, { schema: { hide: true } }, async () => ({ status: 'live' }))
  app.get(READY, { schema: { hide: true } }, async (_request, reply) => {
    const missing = health.draining ? ['This replica is ending; others take the requests.'] : await problemsOf(records)
    return reply
      .code(missing.length === 0 ? 200 : 503)
      .send({ status: missing.length === 0 ? 'ready' : 'not ready', missing })
  })
}

async function problemsOf(records: Pick<Records, 'ping'>): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(
      () => resolve([`The records do not answer within ${ANSWER_WITHIN_MS / 1000} s.`]),
      ANSWER_WITHIN_MS,
    )
  })
  const asked = records.ping().then(
    () => [],
    (error: Error) => [error.message],
  )
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
