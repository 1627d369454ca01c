/** One connection to Redis by its client library, whose own patience is switched off: see connection.ts. */

import { Redis, type RedisOptions } from 'ioredis'
import { type RedisLogin, shownAddress } from './address.ts'

/** Connects and waits until the server answers. The error is that of the server where it gave one. */
export async function openClient(login: RedisLogin, withinMs: number): Promise<Redis> {
  const redis = new Redis(clientOptions(login, withinMs))
  let said: Error | undefined
  redis.on('error', (error: Error) => {
    said = error
  })
  try {
    await within(
      withinMs,
      redis.connect().then(() => redis.ping()),
    )
    return redis
  } catch (error) {
    redis.disconnect()
    const cause = said ?? (error as Error)
    // What the server refused stays what it is; the address helps where nobody was there.
    if (cause.name === 'ReplyError') throw cause
    throw new Error(`${shownAddress(login.address)}: ${cause.message}`, { cause })
  }
}

type ClientOptions = Omit<RedisOptions, 'replyMapping'>

function clientOptions({ address, username, password }: RedisLogin, withinMs: number): ClientOptions {
  const given = {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
  }
  const once = {
    ...given,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // `null`: a client is one connection.
    retryStrategy: null,
    connectTimeout: withinMs,
    // What a job's user may do is the least; none of these is needed.
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
  } as const
  if (!('url' in address)) {
    return {
      ...once,
      sentinels: rotated(address.sentinels),
      name: address.master,
      sentinelRetryStrategy: () => null,
      sentinelCommandTimeout: withinMs,
      // Without it a client goes on talking to a primary that is frozen, or deposed and does not know it yet.
      failoverDetector: true,
    }
  }
  const url = new URL(address.url)
  const db = Number(url.pathname.slice(1))
  return {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...once,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    ...(db > 0 ? { db } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  }
}

/** Begins with any of them: one that is down, or cut off and wrong, does not stand in the way of every try. */
function rotated<T>(items: readonly T[]): T[] {
  const start = Math.floor(Math.random() * items.length)
  return [...items.slice(start), ...items.slice(0, start)]
}

/** Rejects when something takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
