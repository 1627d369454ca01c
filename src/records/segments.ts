/** Segments of tasks: planned with the simulation, or added to it later. */

import { sql } from 'kysely'
import { FINAL_STATES, NEXT_STATES, type SimulationState } from '#simulation/life-cycle.ts'
import type { Database, Tx } from './database.ts'
import { writeEvent } from './events.ts'
import { type NewSimulation, type Once, RecordsError, type SimulationRecord, type TaskPlan } from './records.ts'
import { answeredIn, noteDone } from './requests.ts'
import { seedsOf } from './seeds.ts'
import { simulationOfRow } from './simulation-rows.ts'
import { lock } from './state-changes.ts'
import { ROWS_PER_INSERT, slices } from './statement-size.ts'

export function addTasks(
  database: Database,
  id: string,
  from: readonly SimulationState[],
  to: SimulationState,
  tasks: readonly TaskPlan[],
  primariesPlanned: number,
  atMs: number,
  once: Once | null = null,
): Promise<SimulationRecord | undefined> {
  const legal = from.filter((state) => state === to || NEXT_STATES[state].includes(to))
  if (legal.length === 0) return Promise.resolve(undefined)
  return database.change(async (tx, tell) => {
    if (once) {
      await lock(tx, id)
      const before = await answeredIn(tx, once)
      if (before) return before
    }
    const row = await tx
      .updateTable('simulations')
      .set((eb) => ({
        state: to,
        tasks: eb('tasks', '+', tasks.length),
        primaries_planned: primariesPlanned,
        revision: eb('revision', '+', 1),
        remark: null,
        ...(FINAL_STATES.has(to)
          ? {}
          : { idle_ms: sql<number>`idle_ms + coalesce(${atMs} - ended_at_ms, 0)`, ended_at_ms: null }),
      }))
      .where('id', '=', id)
      .where('state', 'in', legal)
      // What was made elsewhere cannot be gone on with.
      .where('imported', 'is', null)
      .returningAll()
      .executeTakeFirst()
    if (!row) return undefined
    await insertTasks(tx, { id, jobKey: row.job_key, seeds: row.seeds === 1 }, tasks)
    if (once) await noteDone(tx, once, id)
    await writeEvent(tx, tell, id, row.owner, 'changed', atMs)
    return simulationOfRow(row)
  })
}

export async function insertTasks(
  tx: Tx,
  { id, jobKey, seeds: isSeeded = false }: Pick<NewSimulation, 'id' | 'jobKey' | 'seeds'>,
  tasks: readonly TaskPlan[],
): Promise<void> {
  await checkHistories(tx, id, tasks)
  const seeds = isSeeded ? await seedsOf(tx, jobKey, tasks) : undefined
  for (const rows of slices(tasks, ROWS_PER_INSERT)) {
    await tx
      .insertInto('tasks')
      .values(
        rows.map((t) => ({
          simulation_id: id,
          task: t.task,
          point: t.point,
          first_history: t.firstHistory,
          histories: t.histories,
          first_batch: t.firstBatch,
          dropped: 0,
          seed: seeds?.get(t.task) ?? null,
        })),
      )
      .execute()
  }
}

/** The same random numbers are never counted twice: new tasks begin behind the last history of their point. */
async function checkHistories(tx: Tx, id: string, tasks: readonly TaskPlan[]): Promise<void> {
  const ends = new Map<number, number>()
  const rows = await tx
    .selectFrom('tasks')
    .select(['point', (eb) => eb.fn.max<number>(eb('first_history', '+', eb.ref('histories'))).as('end')])
    .where('simulation_id', '=', id)
    .groupBy('point')
    .execute()
  for (const row of rows) ends.set(row.point, row.end)
  for (const task of [...tasks].sort((a, b) => a.firstHistory - b.firstHistory)) {
    if (task.firstHistory < (ends.get(task.point) ?? 0)) {
      throw new RecordsError(
        'RECORDS_REFUSED',
        `Task ${task.task} of ${id} begins at history ${task.firstHistory} of point ${task.point}; histories below ${ends.get(task.point)} belong to other tasks.`,
      )
    }
    ends.set(task.point, task.firstHistory + task.histories)
  }
}
