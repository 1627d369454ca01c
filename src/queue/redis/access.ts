/**
 * The Redis user of a job's workers: what it may do, and its password. See decisions/0004 and 0006.
 *
 * The password derives from the installation's secret and the job, so every replica of control can make the same user at
 * any time and none has to remember it. Redis keeps users in its memory and does not replicate them: after a restart or a
 * failover the user is absent until `open` or a worker's question makes it again.
 */

import { createHash, createHmac } from 'node:crypto'
import type { Redis } from 'ioredis'
import { ALL_CHANNELS, ALL_KEYS, channelOf, keyPattern, userOf } from './keys.ts'

export interface WorkerLogin {
  readonly username: string
  readonly password: string
}

/** @param secret known to control only, at least 16 bytes. */
export function workerLogin(secret: Uint8Array, jobId: string): WorkerLogin {
  if (secret.length < 16)
    throw new RangeError(`The secret of the workers' passwords needs 16 bytes, got ${secret.length}.`)
  const password = createHmac('sha256', secret).update(`isolario redis user of job ${jobId}`).digest('hex')
  return { username: userOf(jobId), password }
}

/**
 * Commands that the worker's functions use: Redis runs a function with the rights of its caller. Not among them: whatever
 * deletes, lists or renames keys, sets times to live, loads or sends scripts, or looks at the server.
 */
const COMMANDS = [
  'fcall',
  ...['hget', 'hmget', 'hset', 'hincrby', 'hexists'],
  ...['llen', 'lpop', 'lpush', 'rpush'],
  ...['zadd', 'zcard', 'zrange', 'zrangebyscore', 'zrem', 'zscore'],
  ...['time', 'publish', 'ping'],
]

/**
 * What control's own user needs, as rules of an ACL: for an operator who does not want to give it everything. Who may make
 * users can give himself any right, so this keeps from mistakes, not from a control that was broken into.
 */
export const CONTROL_RULES: readonly string[] = [
  ...[`~${ALL_KEYS}`, `&${ALL_CHANNELS}`],
  ...COMMANDS.map((command) => `+${command}`),
  ...['hdel', 'hgetall', 'hstrlen', 'pexpire', 'pttl', 'unlink', 'scan', 'info', 'psubscribe'].map(
    (name) => `+${name}`,
  ),
  ...['+function|load', '+acl|setuser', '+acl|deluser', '+memory|usage'],
]

/** Makes the user or sets it right; connections of workers that have it stay. */
export async function setUser(redis: Redis, jobId: string, login: WorkerLogin): Promise<void> {
  // The hash instead of the password: the command may be seen in a log of slow commands.
  const hash = createHash('sha256').update(login.password).digest('hex')
  const { db = 0 } = redis.options
  await redis.call(
    ...(['ACL', 'SETUSER', login.username, 'reset', 'on', `#${hash}`] as const),
    ...[`~${keyPattern(jobId)}`, `&${channelOf(jobId)}`],
    ...[...COMMANDS, ...(db > 0 ? ['select'] : [])].map((command) => `+${command}`),
  )
}

/** Deletes the user and ends its connections. Deleting what is not there is success. */
export async function deleteUser(redis: Redis, jobId: string): Promise<void> {
  await redis.call('ACL', 'DELUSER', userOf(jobId))
}
