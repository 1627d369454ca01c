/** Replicas are killed one after the other while simulations are submitted: none is lost, none comes twice. */

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { startPostgres } from '#test/servers/postgres.ts'
import { eventually, primaries } from './control-bench.ts'
import { startReplicas } from './replica-stage.ts'

describeWith(POSTGRESQL, 'three replicas, killed one after the other', (bin) => {
  it('lose and double no submission while one after the other is killed', async () => {
    const server = await startPostgres(bin)
    const stage = await startReplicas(server, 3)
    try {
      let goOn = true
      let kills = 0
      const killing = (async () => {
        while (goOn) {
          await pause(1500)
          const victim = stage.replicas[Math.floor(Math.random() * stage.replicas.length)]!
          await victim.kill()
          kills++
          await stage.start()
        }
      })()
      const accepted: { readonly key: string; readonly id: string }[] = []
      let repeated = 0
      const senders = Array.from({ length: 4 }, async (_, sender) => {
        for (let n = 0; n < 50; n++) {
          const key = randomUUID()
          const body = { ...primaries(500, 1 + (n % 3)), name: `${sender}/${n}` }
          const send = () => stage.client.call('submit', { body, headers: { 'idempotency-key': key } })
          const made = await send().catch(() => {
            repeated++
            return send()
          })
          accepted.push({ key, id: made.id })
          await pause(120)
        }
      })
      await Promise.all(senders)
      goOn = false
      await killing
      process.stdout.write(`200 submissions, ${kills} replicas killed meanwhile, ${repeated} requests sent twice\n`)
      expect(kills).toBeGreaterThanOrEqual(3)
      expect(new Set(accepted.map(({ id }) => id)).size).toBe(200)
      const all = await eventually(
        () => stage.records.list({ sort: 'createdAt', order: 'asc', offset: 0, limit: 500 }),
        ({ items }) => items.every(({ state }) => FINAL_STATES.has(state)),
      )
      expect(all.items.map(({ id }) => id).sort()).toEqual(accepted.map(({ id }) => id).sort())
      expect(new Set(all.items.map(({ name }) => name)).size).toBe(200)
      for (const one of all.items) expect(one).toMatchObject({ state: 'done', tasksDone: one.tasks, tasksFailed: 0 })
      expect(stage.errors()).toEqual([])
    } finally {
      await stage.done()
      await server.stop()
    }
  }, 90_000)
})
