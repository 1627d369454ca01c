/** Changes of a simulation's row that come from no task. Each is conditional: of two that come at once one wins. */

import type { JobPriority } from '#simulation/document.ts'
import { FINAL_STATES, NEXT_STATES, type SimulationState } from '#simulation/life-cycle.ts'
import type { Database, Tx } from './database.ts'
import { writeEvent } from './events.ts'
import { type Once, RecordsError, type SimulationRecord, type StateChange } from './records.ts'
import { answeredIn, noteDone } from './requests.ts'
import { simulationOfRow } from './simulation-rows.ts'
import { taskJoin } from './tasks.ts'

export function changeState(
  database: Database,
  id: string,
  from: readonly SimulationState[],
  change: StateChange,
  atMs: number,
  once: Once | null = null,
): Promise<SimulationRecord | undefined> {
  const legal = from.filter((state) => NEXT_STATES[state].includes(change.to))
  if (legal.length === 0) return Promise.resolve(undefined)
  return database.change(async (tx, tell) => {
    if (once) {
      await lock(tx, id)
      const before = await answeredIn(tx, once)
      if (before) return before
    }
    if (change.to === 'done') {
      // Under the row's lock, so that nobody adds tasks between the look and the change.
      await lock(tx, id)
      const open = await taskJoin(tx, id, 'waiting').select('tasks.task').limit(1).executeTakeFirst()
      if (open) return undefined
    }
    const row = await tx
      .updateTable('simulations')
      .set((eb) => ({
        state: change.to,
        revision: eb('revision', '+', 1),
        ...(change.failure ? { failure_code: change.failure.code, failure_message: change.failure.message } : {}),
        ...(change.remark === undefined ? {} : { remark: change.remark }),
        ...(change.to === 'running'
          ? { started_at_ms: eb.fn.coalesce('started_at_ms', eb.val(atMs)), ended_at_ms: null }
          : {}),
        ...(FINAL_STATES.has(change.to) ? { ended_at_ms: atMs, condition: null } : {}),
      }))
      .where('id', '=', id)
      .where('state', 'in', legal)
      .returningAll()
      .executeTakeFirst()
    if (!row) return undefined
    if (once) await noteDone(tx, once, id)
    await writeEvent(tx, tell, id, row.owner, 'changed', atMs)
    return simulationOfRow(row)
  })
}

export function setPriority(
  database: Database,
  id: string,
  priority: JobPriority,
  atMs: number,
): Promise<SimulationRecord | undefined> {
  return database.change(async (tx, tell) => {
    const row = await tx
      .updateTable('simulations')
      .set((eb) => ({ priority, revision: eb('revision', '+', 1) }))
      .where('id', '=', id)
      .where('state', 'not in', [...FINAL_STATES])
      .returningAll()
      .executeTakeFirst()
    if (!row) return undefined
    await writeEvent(tx, tell, id, row.owner, 'changed', atMs)
    return simulationOfRow(row)
  })
}

/** Holds the simulation's row until the transaction ends; an update that changes nothing locks it in both databases. */
export async function lock(tx: Tx, id: string): Promise<SimulationState | undefined> {
  const row = await tx
    .updateTable('simulations')
    .set((eb) => ({ revision: eb.ref('revision') }))
    .where('id', '=', id)
    .returning('state')
    .executeTakeFirst()
  return row?.state as SimulationState | undefined
}

export function nextGeneration(database: Database, id: string): Promise<number> {
  return database.change(async (tx) => {
    const row = await tx
      .updateTable('simulations')
      .set((eb) => ({ generation: eb('generation', '+', 1) }))
      .where('id', '=', id)
      .returning('generation')
      .executeTakeFirst()
    if (!row) throw new RecordsError('RECORDS_REFUSED', `There is no simulation ${id}.`)
    return row.generation
  })
}

export function setCondition(
  database: Database,
  id: string,
  condition: string | null,
  fence: number | null,
): Promise<void> {
  return database.change(async (tx, tell) => {
    let update = tx
      .updateTable('simulations')
      .set(fence === null ? { condition } : { condition, condition_fence: fence })
      .where('id', '=', id)
      .where('state', 'not in', [...FINAL_STATES])
    if (fence !== null) update = update.where('condition_fence', '<=', fence)
    const row = await update.returning('id').executeTakeFirst()
    if (row) tell({ kind: 'progress', simulationId: id })
  })
}

export function remove(database: Database, id: string, atMs: number): Promise<boolean> {
  return database.change(async (tx, tell) => {
    const gone = await tx
      .deleteFrom('simulations')
      .where('id', '=', id)
      .where('state', 'in', [...FINAL_STATES])
      .returning('owner')
      .executeTakeFirst()
    if (!gone) return false
    for (const table of ['points', 'tasks', 'accepted', 'failures', 'idempotency'] as const) {
      await tx.deleteFrom(table).where('simulation_id', '=', id).execute()
    }
    await writeEvent(tx, tell, id, gone.owner, 'deleted', atMs)
    return true
  })
}
