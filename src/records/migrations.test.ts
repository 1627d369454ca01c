/** The way from every earlier version of the database to the newest, with the rows that version could hold. */

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSimulation } from '#test/contracts/records.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import type { Backend } from './database.ts'
import { recordsOver } from './kysely-records.ts'
import { checkVersion, migrate } from './migrate.ts'
import { MIGRATIONS, OLDEST_PROGRAM } from './migrations.ts'
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
  '0003-replicas': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms, idle_ms,
      condition, condition_fence)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'builtin', '1', '0123456789abcdef',
      100, 2000, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1, 1000, 5, 17, 18, null, 40, '{"workers":2}', 4);
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 0, 0, 0, 1000, 0, 0);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 1, 0, 1000, 1000, 10, 0);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('old', 2, 0, 2000, 500, 20, 1);
    insert into accepted (simulation_id, task, generation, attempt, object_key, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', 'e', 77, 1000, 18, 19);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    insert into leases (name, holder, fence, expires_at_ms) values ('reconciler', 'gone', 4, 17);
    update counters set value = 1 where name = 'event'`,
  '0004-seeds-and-uses': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms, idle_ms,
      condition, condition_fence, seeds)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'fluka', '1', '0123456789abcdef',
      100, 2000, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1, 1000, 5, 17, 18, null, 40, '{"workers":2}', 4, 1);
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 0, 0, 0, 1000, 0, 0, 1);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 1, 0, 1000, 1000, 1, 0, 2);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 2, 0, 2000, 500, 2, 1, 3);
    insert into seed_blocks (job_key, point, first_batch, batches, first_seed) values ('0123456789abcdef', 0, 0, 3, 1);
    insert into engine_uses (simulation_id, owner, engine_id, engine_version, at_ms) values ('old', 'anna', 'fluka', '1', 17);
    insert into accepted (simulation_id, task, generation, attempt, object_key, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', 'e', 77, 1000, 18, 19);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    insert into leases (name, holder, fence, expires_at_ms) values ('reconciler', 'gone', 4, 17);
    update counters set value = 3 where name = 'seeds-given';
    update counters set value = 1 where name = 'event'`,
  '0005-priorities': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms, idle_ms,
      condition, condition_fence, seeds, priority)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'fluka', '1', '0123456789abcdef',
      100, 2000, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1, 1000, 5, 17, 18, null, 40, '{"workers":2}', 4, 1, 'low');
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 0, 0, 0, 1000, 0, 0, 1);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 1, 0, 1000, 1000, 1, 0, 2);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 2, 0, 2000, 500, 2, 1, 3);
    insert into seed_blocks (job_key, point, first_batch, batches, first_seed) values ('0123456789abcdef', 0, 0, 3, 1);
    insert into engine_uses (simulation_id, owner, engine_id, engine_version, at_ms) values ('old', 'anna', 'fluka', '1', 17);
    insert into accepted (simulation_id, task, generation, attempt, object_key, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', 'e', 77, 1000, 18, 19);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    insert into leases (name, holder, fence, expires_at_ms) values ('reconciler', 'gone', 4, 17);
    update counters set value = 3 where name = 'seeds-given';
    update counters set value = 1 where name = 'event'`,
  '0006-imported': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms, idle_ms,
      condition, condition_fence, seeds, priority)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'fluka', '1', '0123456789abcdef',
      100, 2000, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1, 1000, 5, 17, 18, null, 40, '{"workers":2}', 4, 1, 'low');
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 0, 0, 0, 1000, 0, 0, 1);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 1, 0, 1000, 1000, 1, 0, 2);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 2, 0, 2000, 500, 2, 1, 3);
    insert into seed_blocks (job_key, point, first_batch, batches, first_seed) values ('0123456789abcdef', 0, 0, 3, 1);
    insert into engine_uses (simulation_id, owner, engine_id, engine_version, at_ms) values ('old', 'anna', 'fluka', '1', 17);
    insert into accepted (simulation_id, task, generation, attempt, object_key, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', 'e', 77, 1000, 18, 19);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    insert into leases (name, holder, fence, expires_at_ms) values ('reconciler', 'gone', 4, 17);
    update counters set value = 3 where name = 'seeds-given';
    update counters set value = 1 where name = 'event'`,
  '0007-bundles': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms, idle_ms,
      condition, condition_fence, seeds, priority)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'fluka', '1', '0123456789abcdef',
      100, 2000, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1, 1000, 5, 17, 18, null, 40, '{"workers":2}', 4, 1, 'low');
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 0, 0, 0, 1000, 0, 0, 1);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 1, 0, 1000, 1000, 1, 0, 2);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 2, 0, 2000, 500, 2, 1, 3);
    insert into seed_blocks (job_key, point, first_batch, batches, first_seed) values ('0123456789abcdef', 0, 0, 3, 1);
    insert into engine_uses (simulation_id, owner, engine_id, engine_version, at_ms) values ('old', 'anna', 'fluka', '1', 17);
    insert into accepted (simulation_id, task, generation, attempt, object_key, object_start, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', null, 'e', 77, 1000, 18, 19);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    insert into leases (name, holder, fence, expires_at_ms) values ('reconciler', 'gone', 4, 17);
    update counters set value = 3 where name = 'seeds-given';
    update counters set value = 1 where name = 'event'`,
  '0008-user-groups': `
    insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
      batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, generation, points, tasks,
      tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms, started_at_ms, ended_at_ms, idle_ms,
      condition, condition_fence, seeds, priority)
    values ('old', 'anna', 'Old run', 'old run', '{"isolario":1}', 'd', 's', 'fluka', '1', '0123456789abcdef',
      100, 2000, null, 512, 60, '["a note"]', 'running', 3, 1, 3, 1, 0, 1, 1000, 5, 17, 18, null, 40, '{"workers":2}', 4, 1, 'low');
    insert into points (simulation_id, point, value, setup_digest) values ('old', 0, null, 'd');
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 0, 0, 0, 1000, 0, 0, 1);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 1, 0, 1000, 1000, 1, 0, 2);
    insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped, seed) values ('old', 2, 0, 2000, 500, 2, 1, 3);
    insert into seed_blocks (job_key, point, first_batch, batches, first_seed) values ('0123456789abcdef', 0, 0, 3, 1);
    insert into engine_uses (simulation_id, owner, engine_id, engine_version, at_ms) values ('old', 'anna', 'fluka', '1', 17);
    insert into accepted (simulation_id, task, generation, attempt, object_key, object_start, digest, bytes, histories, started_at_ms, ended_at_ms)
      values ('old', 0, 3, 1, 'jobs/old/tasks/0/g3-a1.tally', null, 'e', 77, 1000, 18, 19);
    insert into user_groups (owner, groups, at_ms) values ('anna', '["isolpharm"]', 17);
    insert into events (sequence, simulation_id, owner, kind, at_ms) values (1, 'old', 'anna', 'changed', 17);
    insert into leases (name, holder, fence, expires_at_ms) values ('reconciler', 'gone', 4, 17);
    update counters set value = 3 where name = 'seeds-given';
    update counters set value = 1 where name = 'event'`,
}

/**
 * What the release before this one says to the database, in its own words: it goes on beside this one while replicas are
 * replaced one by one. When a version is added, these become the statements of the release that it replaces.
 */
const RELEASE_BEFORE: readonly string[] = [
  `insert into idempotency (owner, key, request_digest, simulation_id) values ('bruno', 'k', 'r', 'beside') on conflict (owner, key) do nothing returning key`,
  `insert into simulations (id, owner, name, search_text, document, setup_digest, subject, engine_id, engine_version, job_key,
     batch_histories, primaries_planned, replay_of, memory_mebibytes, time_seconds, notes, state, failure_code, failure_message,
     remark, generation, points, tasks, tasks_done, tasks_failed, tasks_dropped, histories_done, revision, created_at_ms,
     started_at_ms, ended_at_ms, idle_ms, condition, condition_fence)
   values ('beside', 'bruno', 'Beside', 'beside', '{}', 'd', 's', 'builtin', '1', '0123456789abcdef', 100, 2000, null, 512, 60,
     '[]', 'accepted', null, null, null, 0, 1, 2, 0, 0, 0, 0, 0, 17, null, null, 0, null, 0)`,
  `insert into points (simulation_id, point, value, setup_digest) values ('beside', 0, null, 'd')`,
  `insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('beside', 0, 0, 0, 1000, 0, 0)`,
  `insert into tasks (simulation_id, task, point, first_history, histories, first_batch, dropped) values ('beside', 1, 0, 1000, 1000, 10, 0)`,
  `update counters set value = value + 1 where name = 'event' returning value`,
  `insert into events (sequence, simulation_id, owner, kind, at_ms) select value, 'beside', 'bruno', 'changed', 17 from counters where name = 'event'`,
  `update simulations set generation = generation + 1 where id = 'beside' returning generation`,
  `update simulations set state = 'running', revision = revision + 1, started_at_ms = coalesce(started_at_ms, 18), ended_at_ms = null where id = 'beside' and state in ('accepted') returning *`,
  `insert into accepted (simulation_id, task, generation, attempt, object_key, digest, bytes, histories, started_at_ms, ended_at_ms)
   values ('beside', 0, 1, 1, 'o', 'e', 7, 1000, 18, 19) on conflict (simulation_id, task) do nothing returning task, histories`,
  `update simulations set tasks_done = tasks_done + 1, histories_done = histories_done + 1000, revision = revision + 1 where id = 'beside'`,
  `insert into failures (simulation_id, task, generation, attempt, code, message, log_key, at_ms) values ('beside', 1, 1, 1, 'C', 'm', null, 19) on conflict (simulation_id, task) do nothing returning task`,
  `update simulations set tasks_failed = tasks_failed + 1, revision = revision + 1 where id = 'beside'`,
  `select * from simulations where state not in ('done', 'failed', 'cancelled') order by created_at_ms, id`,
  `select * from events where sequence > 0 order by sequence limit 500`,
  `update simulations set condition = '{"workers":1}', condition_fence = 2 where id = 'beside' and condition_fence <= 2`,
  `update simulations set state = 'done', revision = revision + 1, ended_at_ms = 20, condition = null where id = 'beside' and state in ('running') returning *`,
]

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
      const records = recordsOver(backend)
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

    it('let the release before go on beside this one', async () => {
      const backend = await open()
      await migrate(backend.db as never)
      for (const statement of RELEASE_BEFORE) await sql.raw(statement).execute(backend.db)
      const records = recordsOver(backend)
      expect(await records.simulation('beside')).toMatchObject({
        state: 'done',
        tasksDone: 1,
        tasksFailed: 1,
        historiesDone: 1000,
        condition: null,
        priority: 'normal',
      })
      expect(await records.lastEvent()).toBe(1)
      await records.close()
    })

    it('that a newer release has done are no hindrance where it says so, and a clear refusal where it does not', async () => {
      const backend = await open()
      const bare = backend.db as never
      await migrate(bare)
      const now = sql.raw(`insert into kysely_migration (name, timestamp) values ('9999-of-the-future', '2030')`)
      await now.execute(backend.db)
      expect(await migrate(bare)).toEqual([])
      await checkVersion(bare)
      await sql.raw(`update counters set value = 9999 where name = '${OLDEST_PROGRAM}'`).execute(backend.db)
      for (const look of [migrate, checkVersion])
        await expect(look(bare)).rejects.toMatchObject({
          code: 'RECORDS_TOO_NEW',
          message: expect.stringContaining('9999-of-the-future'),
        })
      await backend.db.destroy()
    })

    it('are named where they are missing, and done only when asked for', async () => {
      const backend = await open()
      const bare = backend.db as never
      await migrate(bare, '0003-replicas')
      await expect(checkVersion(bare)).rejects.toMatchObject({
        code: 'RECORDS_TOO_OLD',
        message: expect.stringMatching(/0004-seeds-and-uses.*0005-priorities.*isolario migrate/),
      })
      expect(await migrate(bare)).toEqual([
        '0004-seeds-and-uses',
        '0005-priorities',
        '0006-imported',
        '0007-bundles',
        '0008-user-groups',
      ])
      await checkVersion(bare)
      await backend.db.destroy()
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
