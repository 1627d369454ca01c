/** Replicas behind a load balancer are told to end, one after the other: whoever asks notices nothing. */

import { expect, it } from 'vitest'
import { describeWith, HAPROXY, POSTGRESQL } from '#test/needs.ts'
import { startHaproxy } from '#test/servers/haproxy.ts'
import { startPostgres } from '#test/servers/postgres.ts'
import { TOKEN } from './control-bench.ts'
import { startReplicas } from './replica-stage.ts'

/** What `isolario control` gives by itself; HAProxy takes half a second to notice. */
const DRAIN_MS = 5000
const ASKING = 4

describeWith([POSTGRESQL, HAPROXY], 'three replicas behind HAProxy', (bin, haproxy) => {
  it('end one after the other without one request refused', async () => {
    const server = await startPostgres(bin)
    const stage = await startReplicas(server, 3, { drainMs: DRAIN_MS })
    const ports = stage.replicas.map(({ url }) => Number(new URL(url).port))
    const balancer = await startHaproxy(haproxy, ports, '/healthz/ready')
    try {
      let goOn = true
      const counts: Record<string, number> = {}
      const ask = async () => {
        while (goOn) {
          // A connection of its own each time, or HAProxy would keep to one replica.
          const headers = { authorization: `Bearer ${TOKEN}`, connection: 'close' }
          const answer = await fetch(`${balancer.url}/api/v1/simulations`, { headers }).then(
            ({ status }) => String(status),
            (error: Error) => String(error.cause ?? error),
          )
          counts[answer] = (counts[answer] ?? 0) + 1
        }
      }
      const asking = Array.from({ length: ASKING }, ask)
      for (const replica of stage.replicas.slice(0, 2)) expect(await replica.stop()).toBe(0)
      goOn = false
      await Promise.all(asking)
      process.stdout.write(`two replicas ended; answers: ${JSON.stringify(counts)}\n`)
      expect(Object.keys(counts)).toEqual(['200'])
      expect(counts['200']).toBeGreaterThan(20)
      expect(stage.errors()).toEqual([])
    } finally {
      await balancer.stop()
      await stage.done()
      await server.stop()
    }
  }, 60_000)
})
