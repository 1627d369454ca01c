/** The database of three replicas fails over while simulations are submitted and run: nothing that was answered is lost. */

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { startPostgres } from '#test/servers/postgres.ts'
import { eventually, primaries } from './control-bench.ts'
import { startReplicas } from './replica-stage.ts'

describeWith(POSTGRESQL, 'three replicas over a primary and its standby', (bin) => {
  it('go on with the standby when the primary dies, and finish every simulation that they took', async () => {
    const primary = await startPostgres(bin)
    const url = new URL(await primary.database())
    const standby = await primary.standby()
    const both = `postgresql://postgres@${url.host},${standby.host}${url.pathname}`
    const stage = await startReplicas({ database: async () => both }, 3)
    try {
      const accepted: string[] = []
      let repeated = 0
      const senders = Array.from({ length: 3 }, async (_, sender) => {
        for (let n = 0; n < 15; n++) {
          const headers = { 'idempotency-key': randomUUID() }
          const body = { ...primaries(2000, 4), name: `${sender}/${n}` }
          for (let made = false; !made; ) {
            try {
              accepted.push((await stage.client.call('submit', { body, headers })).id)
              made = true
            } catch (error) {
              expect(error).toMatchObject({ code: 'RECORDS_UNAVAILABLE', status: 503 })
              repeated++
              await pause(100)
            }
          }
          await pause(50)
        }
      })
      await eventually(
        async () => accepted.length,
        (count) => count >= 10,
      )
      await primary.kill()
      const before = accepted.length
      // Nobody is ready while there is no primary, and nobody has died of it.
      const ready = () => Promise.all(stage.replicas.map((one) => fetch(`${one.url}/healthz/ready`)))
      await eventually(ready, (answers) => answers.every(({ status }) => status === 503))
      for (const { url: address } of stage.replicas) expect((await fetch(`${address}/healthz/live`)).status).toBe(200)
      await standby.promote()
      await Promise.all(senders)
      await eventually(ready, (answers) => answers.every(({ status }) => status === 200))
      const all = await eventually(
        () => stage.records.list({ sort: 'createdAt', order: 'asc', offset: 0, limit: 500 }),
        ({ items }) => items.every(({ state }) => FINAL_STATES.has(state)),
      )
      process.stdout.write(
        `the primary died after ${before} of ${accepted.length} submissions; ${repeated} requests were answered 503 and sent again\n`,
      )
      expect(all.items.map(({ id }) => id).sort()).toEqual([...accepted].sort())
      expect(accepted).toHaveLength(45)
      for (const one of all.items) expect(one).toMatchObject({ state: 'done', tasksDone: 4, tasksFailed: 0 })
      expect(stage.errors()).toEqual([])
    } finally {
      await stage.done()
      await standby.stop()
      await primary.stop()
    }
  }, 120_000)
})
