/** Tasks beside what became of them, as they are read. */

import type { Selectable } from 'kysely'
import type { TaskState } from '#simulation/life-cycle.ts'
import type { Database, Db } from './database.ts'
import type { AcceptedResult, OpenTask, TaskFailure, TaskPlan, TaskRecord } from './records.ts'
import type { TaskTable } from './tables.ts'

export function tasks(
  database: Database,
  id: string,
  query: { state?: TaskState; offset: number; limit: number },
): Promise<{ items: readonly TaskRecord[]; total: number }> {
  return database.read(async (db) => {
    const rows = await taskRows(db, id, query.state)
      .orderBy('tasks.task')
      .limit(query.limit)
      .offset(query.offset)
      .execute()
    const { total } = await taskJoin(db, id, query.state)
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    return { items: rows.map(taskOfRow), total }
  })
}

export function task(database: Database, id: string, task: number): Promise<TaskRecord | undefined> {
  return database.read(async (db) => {
    const row = await taskRows(db, id).where('tasks.task', '=', task).executeTakeFirst()
    return row ? taskOfRow(row) : undefined
  })
}

export function openTasks(database: Database, id: string): Promise<readonly OpenTask[]> {
  return database.read(async (db) => {
    const rows = await taskJoin(db, id, 'waiting').selectAll('tasks').orderBy('tasks.task').execute()
    return rows.map((row) => ({ ...planOfRow(row), seed: row.seed }))
  })
}

export function acceptedResults(
  database: Database,
  id: string,
  point: number,
): Promise<readonly (AcceptedResult & TaskPlan)[]> {
  return database.read(async (db) => {
    const rows = await taskRows(db, id, 'done').where('tasks.point', '=', point).orderBy('tasks.task').execute()
    return rows.map((row) => {
      const task = taskOfRow(row)
      return { ...planOfRow(row), ...task.accepted! }
    })
  })
}

/** Tasks of a simulation beside what became of them, in the given state only if one is named. */
export function taskJoin(db: Db, id: string, state?: TaskState) {
  const all = db
    .selectFrom('tasks')
    .leftJoin('accepted', (join) =>
      join.onRef('accepted.simulation_id', '=', 'tasks.simulation_id').onRef('accepted.task', '=', 'tasks.task'),
    )
    .leftJoin('failures', (join) =>
      join.onRef('failures.simulation_id', '=', 'tasks.simulation_id').onRef('failures.task', '=', 'tasks.task'),
    )
    .where('tasks.simulation_id', '=', id)
  switch (state) {
    case undefined:
      return all
    case 'done':
      return all.where('accepted.task', 'is not', null)
    case 'failed':
      return all.where('failures.task', 'is not', null)
    case 'dropped':
      return all.where('tasks.dropped', '=', 1)
    case 'waiting':
    case 'leased':
      return all.where('accepted.task', 'is', null).where('failures.task', 'is', null).where('tasks.dropped', '=', 0)
  }
}

function taskRows(db: Db, id: string, state?: TaskState) {
  return taskJoin(db, id, state)
    .selectAll('tasks')
    .select([
      'accepted.generation as accepted_generation',
      'accepted.attempt as accepted_attempt',
      'accepted.object_key',
      'accepted.object_start',
      'accepted.digest',
      'accepted.bytes',
      'accepted.histories as accepted_histories',
      'accepted.started_at_ms',
      'accepted.ended_at_ms',
      'failures.generation as failed_generation',
      'failures.attempt as failed_attempt',
      'failures.code',
      'failures.message',
      'failures.log_key',
      'failures.at_ms',
    ])
}

type TaskRow = Awaited<ReturnType<ReturnType<typeof taskRows>['execute']>>[number]

function planOfRow(row: Selectable<TaskTable>): TaskPlan {
  return {
    task: row.task,
    point: row.point,
    firstHistory: row.first_history,
    histories: row.histories,
    firstBatch: row.first_batch,
  }
}

function taskOfRow(row: TaskRow): TaskRecord {
  const accepted: AcceptedResult | null =
    row.accepted_generation === null
      ? null
      : {
          task: row.task,
          generation: row.accepted_generation,
          attempt: row.accepted_attempt!,
          objectKey: row.object_key!,
          ...(row.object_start === null ? {} : { objectStart: row.object_start }),
          digest: row.digest!,
          bytes: row.bytes!,
          histories: row.accepted_histories!,
          startedAtMs: row.started_at_ms!,
          endedAtMs: row.ended_at_ms!,
        }
  const failure: TaskFailure | null =
    row.failed_generation === null
      ? null
      : {
          task: row.task,
          generation: row.failed_generation,
          attempt: row.failed_attempt!,
          code: row.code!,
          message: row.message!,
          logKey: row.log_key,
          atMs: row.at_ms!,
        }
  const state: TaskState = accepted ? 'done' : failure ? 'failed' : row.dropped ? 'dropped' : 'waiting'
  return { ...planOfRow(row), ...(row.seed === null ? {} : { seed: row.seed }), state, accepted, failure }
}
