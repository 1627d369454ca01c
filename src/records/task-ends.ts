/** What ends a task: an accepted result, a failure, or being dropped. One of them, once. */

import { type ExpressionBuilder, sql } from 'kysely'
import type { SimulationState } from '#simulation/life-cycle.ts'
import type { Database, Tx } from './database.ts'
import type { AcceptedResult, TaskFailure } from './records.ts'
import { lock } from './state-changes.ts'
import { slices, TASKS_PER_QUERY } from './statement-size.ts'
import type { Tables } from './tables.ts'
import { taskJoin } from './tasks.ts'

const OPEN_STATES: readonly SimulationState[] = ['accepted', 'running', 'stopping']
const DROPPING_STATES: readonly SimulationState[] = ['accepted', 'stopping', 'cancelling']

export function acceptResults(
  database: Database,
  id: string,
  results: readonly AcceptedResult[],
): Promise<readonly number[]> {
  if (results.length === 0) return Promise.resolve([])
  return database.change(async (tx, tell) => {
    if (!(await lockOpen(tx, id))) return []
    const written: number[] = []
    let histories = 0
    for (const part of slices(results, TASKS_PER_QUERY)) {
      const rows = (await ofOpenTasks(tx, id, part)).map((result) => rowOfResult(id, result))
      if (rows.length === 0) continue
      const inserted = await tx
        .insertInto('accepted')
        .values(rows)
        .onConflict((c) => c.columns(['simulation_id', 'task']).doNothing())
        .returning(['task', 'histories'])
        .execute()
      for (const row of inserted) {
        written.push(row.task)
        histories += row.histories
      }
    }
    if (written.length > 0) {
      await tx
        .updateTable('simulations')
        .set((eb) => ({
          tasks_done: eb('tasks_done', '+', written.length),
          histories_done: eb('histories_done', '+', histories),
          revision: eb('revision', '+', 1),
        }))
        .where('id', '=', id)
        .execute()
      tell({ kind: 'progress', simulationId: id })
    }
    if (written.length === results.length) return written
    return await heldResults(tx, id, results)
  })
}

export function failTasks(
  database: Database,
  id: string,
  failures: readonly TaskFailure[],
): Promise<readonly number[]> {
  if (failures.length === 0) return Promise.resolve([])
  return database.change(async (tx, tell) => {
    if (!(await lockOpen(tx, id))) return []
    const written: number[] = []
    for (const part of slices(failures, TASKS_PER_QUERY)) {
      const rows = (await ofOpenTasks(tx, id, part)).map((failure) => rowOfFailure(id, failure))
      if (rows.length === 0) continue
      const inserted = await tx
        .insertInto('failures')
        .values(rows)
        .onConflict((c) => c.columns(['simulation_id', 'task']).doNothing())
        .returning('task')
        .execute()
      for (const row of inserted) written.push(row.task)
    }
    if (written.length > 0) {
      await tx
        .updateTable('simulations')
        .set((eb) => ({ tasks_failed: eb('tasks_failed', '+', written.length), revision: eb('revision', '+', 1) }))
        .where('id', '=', id)
        .execute()
      tell({ kind: 'progress', simulationId: id })
    }
    return written
  })
}

export function dropWaitingTasks(database: Database, id: string): Promise<number> {
  return database.change(async (tx) => {
    const state = await lock(tx, id)
    if (state === undefined || !DROPPING_STATES.includes(state)) return 0
    const dropped = await tx
      .updateTable('tasks')
      .set({ dropped: 1 })
      .where('simulation_id', '=', id)
      .where('dropped', '=', 0)
      .where((eb) => eb.not(eb.exists(ofTask(eb, 'accepted'))))
      .where((eb) => eb.not(eb.exists(ofTask(eb, 'failures'))))
      .returning('histories')
      .execute()
    if (dropped.length === 0) return 0
    const histories = dropped.reduce((sum, row) => sum + row.histories, 0)
    await tx
      .updateTable('simulations')
      .set((eb) => ({
        primaries_planned: eb('primaries_planned', '-', histories),
        tasks_dropped: eb('tasks_dropped', '+', dropped.length),
      }))
      .where('id', '=', id)
      .where('state', '!=', 'cancelling')
      .execute()
    return dropped.length
  })
}

async function lockOpen(tx: Tx, id: string): Promise<boolean> {
  const state = await lock(tx, id)
  return state !== undefined && OPEN_STATES.includes(state)
}

/** Those whose task is there and has no end yet: no result, no failure, not dropped. */
async function ofOpenTasks<T extends { readonly task: number }>(tx: Tx, id: string, ends: readonly T[]): Promise<T[]> {
  const rows = await taskJoin(tx, id, 'waiting')
    .select('tasks.task')
    .where('tasks.task', 'in', [...new Set(ends.map(({ task }) => task))])
    .execute()
  const open = new Set(rows.map((row) => row.task))
  return ends.filter(({ task }) => open.has(task))
}

/** Tasks whose accepted row is the given result. */
async function heldResults(tx: Tx, id: string, results: readonly AcceptedResult[]): Promise<readonly number[]> {
  const held: number[] = []
  for (const part of slices(results, TASKS_PER_QUERY)) {
    const rows = await tx
      .selectFrom('accepted')
      .select(['task', 'generation', 'attempt', 'digest'])
      .where('simulation_id', '=', id)
      .where(
        'task',
        'in',
        part.map((r) => r.task),
      )
      .execute()
    const byTask = new Map(rows.map((row) => [row.task, row]))
    for (const result of part) {
      const row = byTask.get(result.task)
      // A queue that lost what it had acknowledged may grant one fence twice: then it is the content that counts.
      const isSame = row?.generation === result.generation && row.attempt === result.attempt
      if (isSame && row.digest === result.digest) held.push(result.task)
    }
  }
  return held
}

function ofTask(eb: ExpressionBuilder<Tables, 'tasks'>, table: 'accepted' | 'failures') {
  return eb
    .selectFrom(table)
    .select(sql<number>`1`.as('one'))
    .whereRef(`${table}.simulation_id`, '=', 'tasks.simulation_id')
    .whereRef(`${table}.task`, '=', 'tasks.task')
}

export function rowOfResult(id: string, result: AcceptedResult) {
  return {
    simulation_id: id,
    task: result.task,
    generation: result.generation,
    attempt: result.attempt,
    object_key: result.objectKey,
    object_start: result.objectStart ?? null,
    digest: result.digest,
    bytes: result.bytes,
    histories: result.histories,
    started_at_ms: result.startedAtMs,
    ended_at_ms: result.endedAtMs,
  }
}

function rowOfFailure(id: string, failure: TaskFailure) {
  return {
    simulation_id: id,
    task: failure.task,
    generation: failure.generation,
    attempt: failure.attempt,
    code: failure.code,
    message: failure.message,
    log_key: failure.logKey,
    at_ms: failure.atMs,
  }
}
