/** All queues that are in Redis, for an operator: also those whose job no record knows any more. */

import type { Redis } from 'ioredis'
import type { FailureReport, QueueCounts } from '../queue.ts'
import { ALL_KEYS, jobOfKey, KEY_NAMES, keysOf } from './keys.ts'

export interface QueueInspection extends QueueCounts {
  readonly jobId: string
  /** `broken`: keys without `meta`, or of another kind than they should be: somebody wrote or deleted by hand. Drop it. */
  readonly state: 'open' | 'filling' | 'broken'
  readonly generation: number
  readonly order: 'go-on' | 'stop' | 'cancel'
  /** Tasks that were given up in this generation because their workers disappeared. */
  readonly lost: number
  /** What Redis reckons that the keys take, in bytes. */
  readonly bytes: number
  /** When the first lease is over, in milliseconds since the epoch by the server's clock; `null` without leases. */
  readonly nextExpiryMs: number | null
  /** Milliseconds until the keys vanish by themselves; `null`: never, which should not be. */
  readonly livesMs: number | null
  /** Failed tasks that control has not taken over yet, oldest first; the first few. */
  readonly failures: readonly FailureReport[]
}

/** Jobs with keys in Redis. Walks over all keys, a few thousand at a time; others are served in between. */
export async function jobsInRedis(redis: Redis): Promise<readonly string[]> {
  const jobs = new Set<string>()
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', ALL_KEYS, 'COUNT', 2000)
    cursor = next
    for (const key of keys) {
      const job = jobOfKey(key)
      if (job !== undefined) jobs.add(job)
    }
  } while (cursor !== '0')
  return [...jobs].sort()
}

/** Only reads. `undefined` where the queue has gone meanwhile. */
export async function inspectQueue(
  redis: Redis,
  jobId: string,
): Promise<Omit<QueueInspection, 'failures'> | undefined> {
  let isBroken = false
  const read = async <T>(asked: Promise<T>, none: T): Promise<T> => {
    try {
      return await asked
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('WRONGTYPE'))) throw error
      isBroken = true
      return none
    }
  }
  const keys = keysOf(jobId)
  const key = (name: (typeof KEY_NAMES)[number]) => keys[KEY_NAMES.indexOf(name)]!
  const [meta, waiting, leased, reported, first, lives, sizes] = await Promise.all([
    read(redis.hgetall(key('meta')), {} as Record<string, string>),
    read(redis.llen(key('waiting')), 0),
    read(redis.zcard(key('leases')), 0),
    read(redis.zcard(key('reported')), 0),
    read(redis.zrange(key('leases'), '0', '0', 'WITHSCORES'), []),
    redis.pttl(key('meta')),
    Promise.all(keys.map((name) => redis.memory('USAGE', name))),
  ])
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  if (bytes === 0) return undefined
  const generation = meta['generation']
  return {
    jobId,
    state: isBroken || generation === undefined ? 'broken' : meta['filled'] === '1' ? 'open' : 'filling',
    generation: Number(generation ?? 0),
    order: meta['order'] === 'stop' || meta['order'] === 'cancel' ? meta['order'] : 'go-on',
    waiting,
    leased,
    reported,
    lost: Number(meta['lost'] ?? 0),
    bytes,
    nextExpiryMs: first[1] === undefined ? null : Number(first[1]),
    livesMs: lives < 0 ? null : lives,
  }
}
