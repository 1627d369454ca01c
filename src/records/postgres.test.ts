import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeRecordsContract, newSimulation, resultOf, tasksOf } from '#test/contracts/records.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { openPostgresRecords } from './postgres.ts'

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
  })
})
