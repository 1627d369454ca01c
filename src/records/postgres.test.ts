import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeRecordsContract, newSimulation, resultOf, tasksOf } from '#test/contracts/records.ts'
import { describeSeedsContract } from '#test/contracts/records-seeds.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { MIGRATIONS } from './migrations.ts'
import { migratePostgresRecords, openPostgres, openPostgresRecords } from './postgres.ts'
import type { Hint } from './records.ts'
import { SEEDS_GIVEN } from './tables.ts'

describeWith(POSTGRESQL, 'records in PostgreSQL', (bin) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(bin)
  })
  afterAll(() => server.stop())

  describeRecordsContract('PostgreSQL', async () => {
    const records = await openPostgresRecords({ url: await server.database() })
    return { records, done: () => records.close() }
  })

  describeSeedsContract('PostgreSQL, two replicas', async () => {
    const url = await server.database()
    const [records, other] = await Promise.all([openPostgresRecords({ url }), openPostgresRecords({ url })])
    const spend = async (given: number) => {
      const { db } = openPostgres({ url })
      await sql`update counters set value = ${given} where name = ${SEEDS_GIVEN}`.execute(db)
      await db.destroy()
    }
    const done = async () => void (await Promise.all([records.close(), other.close()]))
    return { records, other, spend, done }
  })

  describe('PostgreSQL server', () => {
    it('can be opened by several replicas at once on an empty database', async () => {
      const url = await server.database()
      const replicas = await Promise.all(Array.from({ length: 3 }, () => openPostgresRecords({ url })))
      await replicas[0]!.accept(newSimulation('one'), 1)
      expect(await replicas[2]!.simulation('one')).toMatchObject({ id: 'one' })
      await Promise.all(replicas.map((r) => r.close()))
    })

    it('says that the server is away, and goes on when it is back with nothing lost', async () => {
      const records = await openPostgresRecords({ url: await server.database() })
      await records.accept(newSimulation('one', { tasks: tasksOf(20) }), 1)
      const inFlight = Array.from({ length: 20 }, (_, task) =>
        records.acceptResults('one', [resultOf(task)], 1).catch((error: unknown) => error),
      )
      await Promise.race(inFlight.slice(4))
      await server.kill()
      const answers = await Promise.all(inFlight)
      await expect(records.ping()).rejects.toMatchObject({ code: 'RECORDS_UNAVAILABLE', retriable: true })
      for (const answer of answers)
        if (answer instanceof Error) expect(answer).toMatchObject({ code: 'RECORDS_UNAVAILABLE' })
      await server.restart()
      const done = (await records.acceptedResults('one', 0)).map((row) => row.task)
      const told = answers.flatMap((answer) => (Array.isArray(answer) ? (answer as number[]) : []))
      process.stdout.write(
        `PostgreSQL killed with 20 writes in flight: ${told.length} confirmed, ${done.length} kept\n`,
      )
      for (const task of told) expect(done).toContain(task)
      await records.acceptResults(
        'one',
        Array.from({ length: 20 }, (_, task) => resultOf(task)),
        1,
      )
      expect(await records.simulation('one')).toMatchObject({ tasksDone: 20, historiesDone: 20_000 })
      await records.close()
    })

    it('is migrated once, by whoever is asked to, and by nobody else', async () => {
      const url = await server.database()
      await expect(openPostgresRecords({ url, migrate: false })).rejects.toMatchObject({ code: 'RECORDS_TOO_OLD' })
      const done = await Promise.all([migratePostgresRecords({ url }), migratePostgresRecords({ url })])
      expect(done.flat().sort()).toEqual(Object.keys(MIGRATIONS).sort())
      expect(await migratePostgresRecords({ url })).toEqual([])
      const records = await openPostgresRecords({ url, migrate: false })
      await records.close()
    })

    it('refuses an address that is none without repeating it', async () => {
      for (const url of [
        'http://u:secret@h/db',
        'postgresql://u:secret@/db',
        'postgresql://u:secret@a:1,b:x/db',
        'secret',
      ])
        await expect(openPostgresRecords({ url })).rejects.toSatisfy(
          ({ code, message }: { code: string; message: string }) =>
            code === 'RECORDS_REFUSED' && !message.includes('secret'),
        )
    })

    it('that is frozen holds nobody for ever, and is used again when it wakes', async () => {
      const records = await openPostgresRecords({
        url: await server.database(),
        connectWithinMs: 500,
        statementMs: 500,
        connections: 3,
      })
      await records.accept(newSimulation('one', { tasks: tasksOf(20) }), 1)
      const wake = server.freeze()
      try {
        const calls = [
          ...Array.from({ length: 6 }, () => records.simulation('one')),
          ...Array.from({ length: 6 }, (_, task) => records.acceptResults('one', [resultOf(task)], 1)),
        ]
        for (const answer of await Promise.allSettled(calls))
          expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'RECORDS_UNAVAILABLE', retriable: true } })
      } finally {
        wake()
      }
      await records.acceptResults(
        'one',
        [0, 1, 2, 3, 4, 5].map((task) => resultOf(task)),
        1,
      )
      expect(await records.simulation('one')).toMatchObject({ tasksDone: 6 })
      await records.close()
    })

    it('tells all replicas of a change, and again after it was away', async () => {
      const url = await server.database()
      const [writer, reader] = [await openPostgresRecords({ url }), await openPostgresRecords({ url })]
      const heard: Hint[] = []
      let wake = () => {}
      const end = reader.listen((hint) => {
        heard.push(hint)
        wake()
      })
      const next = async (good: (hint: Hint) => boolean) => {
        while (!heard.some(good)) await new Promise<void>((resolve) => (wake = resolve))
        heard.length = 0
      }
      await next(({ kind }) => kind === 'missed')
      await writer.accept(newSimulation('one'), 1)
      await next((hint) => hint.kind === 'changed' && hint.simulationId === 'one')
      await server.kill()
      await server.restart()
      await next(({ kind }) => kind === 'missed')
      await writer.accept(newSimulation('two'), 1)
      await next((hint) => hint.kind === 'changed' && hint.simulationId === 'two')
      end()
      await Promise.all([writer.close(), reader.close()])
    })
  })
})

describeWith(POSTGRESQL, 'records in PostgreSQL with a standby', (bin) => {
  it('lose no accepted row when the primary dies under load, and go on with the standby', async () => {
    const primary = await startPostgres(bin)
    const url = await primary.database()
    const { hostname, port, pathname } = new URL(url)
    const standby = await primary.standby()
    // The standby stands first: it is passed over until it is the primary.
    const both = `postgresql://postgres@${standby.host},${hostname}:${port}${pathname}`
    const options = { url: both, connectWithinMs: 1000, statementMs: 2000 }
    const replicas = await Promise.all([openPostgresRecords(options), openPostgresRecords(options)])
    try {
      // A commit that the standby did not get is confirmed to nobody, however long it takes.
      const late = newSimulation('late', { idempotency: { key: 'late', requestDigest: 'late' } })
      const wake = standby.freeze()
      await expect(replicas[0]!.accept(late, 1)).rejects.toMatchObject({ code: 'RECORDS_UNAVAILABLE' })
      wake()
      await expect(replicas[1]!.accept(late, 1)).resolves.toMatchObject({ simulation: { id: 'late' } })

      const heard: Hint[] = []
      replicas[1]!.listen((hint) => heard.push(hint))
      const confirmed: string[] = []
      let failed = 0
      let count = 0
      let goOn = true
      const loads = Array.from({ length: 6 }, async (_, n) => {
        const records = replicas[n % 2]!
        while (goOn) {
          const id = `s${++count}`
          const simulation = newSimulation(id, { idempotency: { key: id, requestDigest: id } })
          for (let accepted = false; !accepted; ) {
            try {
              await records.accept(simulation, 1)
              accepted = true
            } catch (error) {
              // Whoever does not hear the answer asks again under the same key.
              expect(error).toMatchObject({ code: 'RECORDS_UNAVAILABLE', retriable: true })
              failed++
              await new Promise((next) => setTimeout(next, 20))
            }
          }
          confirmed.push(id)
        }
      })
      while (confirmed.length < 100) await new Promise((next) => setTimeout(next, 5))
      heard.length = 0
      await primary.kill()
      const before = confirmed.length
      await standby.promote()
      while (confirmed.length < before + 100) await new Promise((next) => setTimeout(next, 5))
      goOn = false
      await Promise.all(loads)
      process.stdout.write(
        `PostgreSQL: primary killed after ${before} confirmed rows, standby promoted; ${failed} calls had to be repeated\n`,
      )
      expect(failed).toBeGreaterThan(0)
      const { items, total } = await replicas[0]!.list({ sort: 'createdAt', order: 'asc', offset: 0, limit: 100_000 })
      expect(total).toBe(confirmed.length + 1)
      expect(items.map(({ id }) => id).sort()).toEqual(['late', ...confirmed].sort())
      while (!heard.some(({ kind }) => kind === 'missed')) await new Promise((next) => setTimeout(next, 5))
    } finally {
      await Promise.all(replicas.map((records) => records.close()))
      await standby.stop()
      await primary.stop()
    }
  }, 90_000)
})
