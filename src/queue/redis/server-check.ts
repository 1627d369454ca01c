/** What a Redis server must be like to keep a queue, looked at once at the start. */

import type { Redis } from 'ioredis'
import { QueueError } from '../queue.ts'
import type { RedisAddress } from './address.ts'

export interface ServerWarning {
  readonly code:
    | 'REDIS_EVICTS'
    | 'REDIS_NOT_DURABLE'
    | 'REDIS_LOSES_WRITES'
    | 'REDIS_NOT_CHECKED'
    | 'REDIS_NO_HINTS'
    | 'REDIS_OPEN'
  /** For the operator: what is so, what it means, what to do. */
  readonly message: string
}

export const NO_HINTS: ServerWarning = {
  code: 'REDIS_NO_HINTS',
  message:
    'Redis does not let control subscribe to the channels isolario:reports:*: results are taken in once a second instead ' +
    'of at once. Give its user the channels and the command PSUBSCRIBE.',
}

export const OPEN_TO_ALL: ServerWarning = {
  code: 'REDIS_OPEN',
  message:
    'Redis takes commands without a password: what the users of jobs may not do, a worker can do as nobody. Give the ' +
    'user "default" a password or switch it off, and give control a user of its own.',
}

/** Functions are there since 7.0. */
const LEAST_MAJOR = 7

/**
 * Reads `INFO`, which also servers answer that refuse `CONFIG`.
 * @throws QueueError `QUEUE_ADDRESS_INVALID` for a server that is too old
 */
export async function checkServer(redis: Redis, address: RedisAddress): Promise<readonly ServerWarning[]> {
  let info: ReadonlyMap<string, string>
  try {
    info = parseInfo(await redis.info())
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ReplyError') throw error
    return [notChecked(`It refuses INFO (${error.message}).`)]
  }
  const version = info.get('redis_version') ?? ''
  const major = Number.parseInt(version, 10)
  if (major < LEAST_MAJOR) {
    throw new QueueError(
      'QUEUE_ADDRESS_INVALID',
      `The queue needs Redis ${LEAST_MAJOR}.0 or newer (its functions), this server is ${version}.`,
    )
  }
  const warnings: ServerWarning[] = []
  const policy = info.get('maxmemory_policy')
  const durable = info.get('aof_enabled')
  if (policy === undefined || durable === undefined) warnings.push(notChecked('It does not tell all of INFO.'))
  if (policy !== undefined && policy !== 'noeviction') {
    warnings.push({
      code: 'REDIS_EVICTS',
      message:
        `Redis has maxmemory-policy ${policy}: when its memory is full it throws away tasks that wait. ` +
        'Set maxmemory-policy noeviction.',
    })
  }
  if (durable === '0') {
    warnings.push({
      code: 'REDIS_NOT_DURABLE',
      message:
        'Redis keeps no append-only file: when it restarts, every queue is lost and built again, and tasks in hand are ' +
        'computed twice. Set appendonly yes.',
    })
  }
  // The field is there only where the setting is.
  if ('sentinels' in address && info.get('role') === 'master' && !info.has('min_slaves_good_slaves')) {
    warnings.push({
      code: 'REDIS_LOSES_WRITES',
      message:
        'Redis takes writes although no replica has them (min-replicas-to-write 0): a primary that is cut off goes on ' +
        'answering, and what it was told is lost when another one takes over. Set min-replicas-to-write 1.',
    })
  }
  return warnings
}

const notChecked = (why: string): ServerWarning => ({
  code: 'REDIS_NOT_CHECKED',
  message: `Whether Redis keeps what it is told could not be checked. ${why} It should have maxmemory-policy noeviction and appendonly yes.`,
})

const parseInfo = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
