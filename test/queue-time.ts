/** Lets time pass for the queues in a Redis server: every lease ends earlier by so much. The server's clock stays. */

import type { Redis } from 'ioredis'

export async function passTime(client: Redis, ms: number): Promise<void> {
  for (const key of await client.keys('{isolario:*}:leases')) {
    for (const task of await client.zrange(key, '0', '-1')) await client.zincrby(key, -Math.ceil(ms), task)
  }
}
