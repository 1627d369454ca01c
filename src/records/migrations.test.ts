/** The way from every earlier version of the database to the newest, with the rows that version could hold. */

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSimulation } from '#test/contracts/records.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { type Backend, KyselyRecords } from './kysely-records.ts'
import { MIGRATIONS, migrate } from './migrations.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** What a database of each version held, written in that version's own columns. A new migration adds its entry. */
const FIXTURES: Readonly<Record<string, string>> = {
  '0001-simulations': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'builtin', '1', '0123456789abcdef',
      100, 2500, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1000, 5, 17, 18, null);
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 0, 0, 0, 1000, 0, 0);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 1, 0, 1000, 1000, 10, 0);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 2, 0, 2000, 500, 20, 1);
    insert into accepted (simulation_id, task, generation, attempt, object_key, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', 'e', 77, 1000, 18, 19);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    update counters set value = 1 where name = 'event'`,
  '0002-dropped-and-idle': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms, idle_ms)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'builtin', '1', '0123456789abcdef',
      100, 2000, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1, 1000, 5, 17, 18, null, 40);
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 0, 0, 0, 1000, 0, 0);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 1, 0, 1000, 1000, 10, 0);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 2, 0, 2000, 500, 20, 1);
    insert into accepted (simulation_id, task, generation, attempt, object_key, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', 'e', 77, 1000, 18, 19);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    update counters set value = 1 where name = 'event'`,
}

function describeMigrations(name: string, open: () => Promise<Backend>): void {
  describe(`migrations of ${name}`, () => {
    it('have rows to bring along for every version', () => {
      expect(Object.keys(FIXTURES)).toEqual(Object.keys(MIGRATIONS))
    })

    it.each(Object.entries(FIXTURES))('bring the rows of %s to the newest version', async (version, rows) => {
      const backend = await open()
      const bare = backend.db as never
      await migrate(bare, version)
      for (const statement of rows.split(';')) await sql.raw(statement).execute(backend.db)
      await migrate(bare)
      await migrate(bare)
      const records = new KyselyRecords(backend)
      expect(await records.simulation('old')).toMatchObject({
        state: 'running',
        generation: 3,
        historiesDone: 1000,
        notes: ['a note'],
        failure: null,
        primariesPlanned: 2000,
        tasksDropped: 1,
      })
      expect((await records.openTasks('old')).map((task) => task.task)).toEqual([1])
      expect((await records.acceptedResults('old', 0)).map((row) => row.objectKey)).toEqual([
        'jobs/old/tasks/0/g3-a1.tally',
      ])
      await records.accept(newSimulation('new'), 99)
      expect((await records.eventsAfter(1, 10)).map((event) => event.sequence)).toEqual([2])
      await records.close()
    })
  })
}

describeMigrations('SQLite', async () => openSqlite(':memory:'))

describeWith(POSTGRESQL, 'migrations on a server', (bin) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(bin)
  })
  afterAll(() => server.stop())
  describeMigrations('PostgreSQL', async () => openPostgres({ url: await server.database() }))
})
