/**
 * Versions of the database, oldest first. A migration that has been released is never edited; a new one follows it.
 * Each says which programs may go on beside it: see "Versions beside each other" in the README.
 */

import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { SEEDS_GIVEN } from './tables.ts'

/** History indices, primaries, bytes and milliseconds pass 2^31: 64 bits in both databases. */
const whole = 'bigint'

const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('simulations')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('owner', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('search_text', 'text', (c) => c.notNull())
      .addColumn('document', 'text', (c) => c.notNull())
      .addColumn('setup_digest', 'text', (c) => c.notNull())
      .addColumn('subject', 'text', (c) => c.notNull())
      .addColumn('engine_id', 'text', (c) => c.notNull())
      .addColumn('engine_version', 'text', (c) => c.notNull())
      .addColumn('job_key', 'text', (c) => c.notNull())
      .addColumn('batch_histories', whole, (c) => c.notNull())
      .addColumn('primaries_planned', whole, (c) => c.notNull())
      .addColumn('replay_of', 'text')
      .addColumn('memory_mebibytes', whole, (c) => c.notNull())
      .addColumn('time_seconds', whole, (c) => c.notNull())
      .addColumn('notes', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('failure_code', 'text')
      .addColumn('failure_message', 'text')
      .addColumn('remark', 'text')
      .addColumn('generation', whole, (c) => c.notNull().defaultTo(0))
      .addColumn('points', whole, (c) => c.notNull())
      .addColumn('tasks', whole, (c) => c.notNull())
      .addColumn('tasks_done', whole, (c) => c.notNull().defaultTo(0))
      .addColumn('tasks_failed', whole, (c) => c.notNull().defaultTo(0))
      .addColumn('histories_done', whole, (c) => c.notNull().defaultTo(0))
      .addColumn('revision', whole, (c) => c.notNull().defaultTo(0))
      .addColumn('created_at_ms', whole, (c) => c.notNull())
      .addColumn('started_at_ms', whole)
      .addColumn('ended_at_ms', whole)
      .execute()
    await db.schema.createIndex('simulations_created').on('simulations').columns(['created_at_ms', 'id']).execute()
    await db.schema.createIndex('simulations_state').on('simulations').column('state').execute()

    await db.schema
      .createTable('points')
      .addColumn('simulation_id', 'text', (c) => c.notNull())
      .addColumn('point', whole, (c) => c.notNull())
      .addColumn('value', 'double precision')
      .addColumn('setup_digest', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('points_pk', ['simulation_id', 'point'])
      .execute()

    await db.schema
      .createTable('tasks')
      .addColumn('simulation_id', 'text', (c) => c.notNull())
      .addColumn('task', whole, (c) => c.notNull())
      .addColumn('point', whole, (c) => c.notNull())
      .addColumn('first_history', whole, (c) => c.notNull())
      .addColumn('histories', whole, (c) => c.notNull())
      .addColumn('first_batch', whole, (c) => c.notNull())
      .addColumn('dropped', whole, (c) => c.notNull().defaultTo(0))
      .addPrimaryKeyConstraint('tasks_pk', ['simulation_id', 'task'])
      // A second guard beside the check of the writer: no two tasks of a point begin at the same history.
      .addUniqueConstraint('tasks_histories', ['simulation_id', 'point', 'first_history'])
      .execute()

    await db.schema
      .createTable('accepted')
      .addColumn('simulation_id', 'text', (c) => c.notNull())
      .addColumn('task', whole, (c) => c.notNull())
      .addColumn('generation', whole, (c) => c.notNull())
      .addColumn('attempt', whole, (c) => c.notNull())
      .addColumn('object_key', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('bytes', whole, (c) => c.notNull())
      .addColumn('histories', whole, (c) => c.notNull())
      .addColumn('started_at_ms', whole, (c) => c.notNull())
      .addColumn('ended_at_ms', whole, (c) => c.notNull())
      .addPrimaryKeyConstraint('accepted_pk', ['simulation_id', 'task'])
      .execute()

    await db.schema
      .createTable('failures')
      .addColumn('simulation_id', 'text', (c) => c.notNull())
      .addColumn('task', whole, (c) => c.notNull())
      .addColumn('generation', whole, (c) => c.notNull())
      .addColumn('attempt', whole, (c) => c.notNull())
      .addColumn('code', 'text', (c) => c.notNull())
      .addColumn('message', 'text', (c) => c.notNull())
      .addColumn('log_key', 'text')
      .addColumn('at_ms', whole, (c) => c.notNull())
      .addPrimaryKeyConstraint('failures_pk', ['simulation_id', 'task'])
      .execute()

    await db.schema
      .createTable('idempotency')
      .addColumn('owner', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('request_digest', 'text', (c) => c.notNull())
      .addColumn('simulation_id', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('idempotency_pk', ['owner', 'key'])
      .execute()

    await db.schema
      .createTable('events')
      .addColumn('sequence', whole, (c) => c.primaryKey())
      .addColumn('simulation_id', 'text', (c) => c.notNull())
      .addColumn('owner', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('at_ms', whole, (c) => c.notNull())
      .execute()

    await db.schema
      .createTable('counters')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('value', whole, (c) => c.notNull())
      .execute()
    await (db as Kysely<{ counters: { name: string; value: number } }>)
      .insertInto('counters')
      .values({ name: 'event', value: 0 })
      .execute()
  },
}

/**
 * What a stop drops is no longer planned, and the time between an end and added primaries is not time at work: both are
 * counted from here on. Jobs that were stopped before are brought to it, cancelled ones keep what they had planned.
 */
const second: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // One column at a time: SQLite takes no more.
    await db.schema
      .alterTable('simulations')
      .addColumn('tasks_dropped', whole, (c) => c.notNull().defaultTo(0))
      .execute()
    await db.schema
      .alterTable('simulations')
      .addColumn('idle_ms', whole, (c) => c.notNull().defaultTo(0))
      .execute()
    await sql`
      update simulations set
        tasks_dropped = (select count(*) from tasks where simulation_id = simulations.id and dropped = 1),
        primaries_planned = primaries_planned -
          (select coalesce(sum(histories), 0) from tasks where simulation_id = simulations.id and dropped = 1)
      where state not in ('cancelling', 'cancelled')`.execute(db)
  },
}

/**
 * What several replicas need: leases, the condition of a job in its row, and the number up to which events were pruned.
 * All of it is added, with values for whoever does not know of it.
 */
const third: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('simulations').addColumn('condition', 'text').execute()
    await db.schema
      .alterTable('simulations')
      .addColumn('condition_fence', whole, (c) => c.notNull().defaultTo(0))
      .execute()
    await db.schema
      .createTable('leases')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('holder', 'text', (c) => c.notNull())
      .addColumn('fence', whole, (c) => c.notNull())
      .addColumn('expires_at_ms', whole, (c) => c.notNull())
      .execute()
    await (db as Kysely<{ counters: { name: string; value: number } }>)
      .insertInto('counters')
      .values([
        { name: 'pruned', value: 0 },
        { name: OLDEST_PROGRAM, value: 2 },
      ])
      .execute()
  },
}

/** Seeds that are handed out once, and who used an engine with a licence of its own. All of it is added. */
const fourth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('simulations')
      .addColumn('seeds', whole, (c) => c.notNull().defaultTo(0))
      .execute()
    await db.schema.alterTable('tasks').addColumn('seed', whole).execute()
    await db.schema
      .createTable('seed_blocks')
      .addColumn('job_key', 'text', (c) => c.notNull())
      .addColumn('point', whole, (c) => c.notNull())
      .addColumn('first_batch', whole, (c) => c.notNull())
      .addColumn('batches', whole, (c) => c.notNull())
      .addColumn('first_seed', whole, (c) => c.notNull())
      .addPrimaryKeyConstraint('seed_blocks_pk', ['job_key', 'point', 'first_batch'])
      // A second guard beside the counter.
      .addUniqueConstraint('seed_blocks_seeds', ['first_seed'])
      .execute()
    await db.schema
      .createTable('engine_uses')
      .addColumn('simulation_id', 'text', (c) => c.primaryKey())
      .addColumn('owner', 'text', (c) => c.notNull())
      .addColumn('engine_id', 'text', (c) => c.notNull())
      .addColumn('engine_version', 'text', (c) => c.notNull())
      .addColumn('at_ms', whole, (c) => c.notNull())
      .execute()
    await db.schema.createIndex('engine_uses_time').on('engine_uses').columns(['engine_id', 'at_ms']).execute()
    await (db as Kysely<{ counters: { name: string; value: number } }>)
      .insertInto('counters')
      .values({ name: SEEDS_GIVEN, value: 0 })
      .execute()
  },
}

/** The priority of a job among those of its owner; who does not know of it leaves what was usual before. */
const fifth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('simulations')
      .addColumn('priority', 'text', (c) => c.notNull().defaultTo('normal'))
      .execute()
  },
}

/** Where an imported result comes from; who does not know of it sees a job that is done. */
const sixth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('simulations').addColumn('imported', 'text').execute()
  },
}

/** Where in an object with several results one of them begins; who does not know of it asks for whole objects. */
const seventh: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('accepted').addColumn('object_start', whole).execute()
  },
}

/** Groups of users; who does not know of them notes none, and its users' jobs count as those of nobody's project. */
const eighth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('user_groups')
      .addColumn('owner', 'text', (c) => c.primaryKey())
      .addColumn('groups', 'text', (c) => c.notNull())
      .addColumn('at_ms', whole, (c) => c.notNull())
      .execute()
  },
}

/** Row of `counters`: number of the newest migration that a program must know to work with this database. */
export const OLDEST_PROGRAM = 'oldest-program'

export interface Version {
  readonly migration: Migration
  /**
   * Number of the newest migration that a program may know and still work beside this one. One less where the migration
   * only adds ("expand"); its own number where it takes something away ("contract"), which may come one release later.
   */
  readonly oldestProgram: number
}

/** The number of a version is its place, from 1; its name begins with it. */
export const MIGRATIONS: Readonly<Record<string, Version>> = {
  '0001-simulations': { migration: first, oldestProgram: 1 },
  '0002-dropped-and-idle': { migration: second, oldestProgram: 2 },
  '0003-replicas': { migration: third, oldestProgram: 2 },
  '0004-seeds-and-uses': { migration: fourth, oldestProgram: 3 },
  '0005-priorities': { migration: fifth, oldestProgram: 3 },
  '0006-imported': { migration: sixth, oldestProgram: 3 },
  '0007-bundles': { migration: seventh, oldestProgram: 3 },
  '0008-user-groups': { migration: eighth, oldestProgram: 3 },
}
