/**
 * The records over Kysely: one set of queries in the subset that SQLite and PostgreSQL both have.
 *
 * Every change takes the simulation's row first and the event counter last, so that transactions never wait for each
 * other in a circle. The counter's row stays locked until the commit: events get their numbers in commit order, and a
 * reader that has seen n has seen everything below n.
 */

import { type ExpressionBuilder, type Kysely, type RawBuilder, type Selectable, sql, type Transaction } from 'kysely'
import { FINAL_STATES, NEXT_STATES, type SimulationState, type TaskState } from '#simulation/life-cycle.ts'
import { prunedEvents, pruneEvents } from './event-pruning.ts'
import type { HintChannel } from './hints.ts'
import { holdLease, releaseLease } from './leases.ts'
import type {
  AcceptAnswer,
  AcceptedResult,
  EventRecord,
  EventsToKeep,
  Hint,
  ListFilter,
  NewSimulation,
  PointRecord,
  Records,
  SimulationRecord,
  StateChange,
  TaskFailure,
  TaskPlan,
  TaskRecord,
} from './records.ts'
import { RecordsError } from './records.ts'
import type { SimulationTable, Tables, TaskTable } from './tables.ts'

/** Rows in one insert: SQLite allows 32,766 bound values, PostgreSQL 65,535. */
const ROWS_PER_INSERT = 500
/** Tasks named in one condition. */
const TASKS_PER_QUERY = 500
const OPEN_STATES: readonly SimulationState[] = ['accepted', 'running', 'stopping']
const DROPPING_STATES: readonly SimulationState[] = ['accepted', 'stopping', 'cancelling']

type Db = Kysely<Tables>
type Tx = Transaction<Tables>

export interface Backend {
  readonly db: Db
  /** Turns a foreign error into one of ours; answers it unchanged when it is no database error. */
  readonly translate: (error: unknown) => unknown
  /** The clock of the database, in milliseconds: one for all who use it. */
  readonly nowMs: RawBuilder<number>
  readonly hints: HintChannel
  /** Sends hints as part of a transaction, where the database can. */
  readonly sendHints: (tx: Tx, hints: readonly Hint[]) => Promise<void>
}

export class KyselyRecords implements Records {
  readonly #db: Db
  readonly #backend: Backend

  constructor(backend: Backend) {
    this.#db = backend.db
    this.#backend = backend
  }

  accept(simulation: NewSimulation, atMs: number): Promise<AcceptAnswer> {
    return this.#change(async (tx, tell) => {
      const { idempotency } = simulation
      if (idempotency) {
        const taken = await tx
          .insertInto('idempotency')
          .values({
            owner: simulation.owner,
            key: idempotency.key,
            request_digest: idempotency.requestDigest,
            simulation_id: simulation.id,
          })
          .onConflict((c) => c.columns(['owner', 'key']).doNothing())
          .returning('key')
          .executeTakeFirst()
        if (!taken) return await repeatedOrConflict(tx, simulation.owner, idempotency)
      }
      await tx.insertInto('simulations').values(rowOfNew(simulation, atMs)).execute()
      for (const rows of slices(simulation.points, ROWS_PER_INSERT)) {
        await tx
          .insertInto('points')
          .values(
            rows.map((p) => ({
              simulation_id: simulation.id,
              point: p.point,
              value: p.value,
              setup_digest: p.setupDigest,
            })),
          )
          .execute()
      }
      await insertTasks(tx, simulation.id, simulation.tasks)
      await writeEvent(tx, tell, simulation.id, simulation.owner, 'changed', atMs)
      return { kind: 'created', simulation: await existing(tx, simulation.id) }
    })
  }

  simulation(id: string): Promise<SimulationRecord | undefined> {
    return this.#read((db) => find(db, id))
  }

  list(filter: ListFilter): Promise<{ items: readonly SimulationRecord[]; total: number }> {
    return this.#read(async (db) => {
      const wanted = (eb: ExpressionBuilder<Tables, 'simulations'>) => {
        const conditions = []
        if (filter.state) conditions.push(eb('state', '=', filter.state))
        if (filter.owner) conditions.push(eb('owner', '=', filter.owner))
        if (filter.search) {
          const pattern = `%${filter.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
          conditions.push(sql<boolean>`${sql.ref('search_text')} like ${pattern} escape '\\'`)
        }
        return eb.and(conditions)
      }
      const column = (
        { createdAt: 'created_at_ms', name: 'name', state: 'state', primaries: 'histories_done' } as const
      )[filter.sort]
      const rows = await db
        .selectFrom('simulations')
        .selectAll()
        .where(wanted)
        .orderBy(column, filter.order)
        .orderBy('id', filter.order)
        .limit(filter.limit)
        .offset(filter.offset)
        .execute()
      const { total } = await db
        .selectFrom('simulations')
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .where(wanted)
        .executeTakeFirstOrThrow()
      return { items: rows.map(simulationOfRow), total }
    })
  }

  active(): Promise<readonly SimulationRecord[]> {
    return this.#read(async (db) => {
      const rows = await db
        .selectFrom('simulations')
        .selectAll()
        .where('state', 'not in', [...FINAL_STATES])
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map(simulationOfRow)
    })
  }

  changeState(
    id: string,
    from: readonly SimulationState[],
    change: StateChange,
    atMs: number,
  ): Promise<SimulationRecord | undefined> {
    const legal = from.filter((state) => NEXT_STATES[state].includes(change.to))
    if (legal.length === 0) return Promise.resolve(undefined)
    return this.#change(async (tx, tell) => {
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
      await writeEvent(tx, tell, id, row.owner, 'changed', atMs)
      return simulationOfRow(row)
    })
  }

  nextGeneration(id: string): Promise<number> {
    return this.#change(async (tx) => {
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

  addTasks(
    id: string,
    from: readonly SimulationState[],
    to: SimulationState,
    tasks: readonly TaskPlan[],
    primariesPlanned: number,
    atMs: number,
  ): Promise<SimulationRecord | undefined> {
    const legal = from.filter((state) => state === to || NEXT_STATES[state].includes(to))
    if (legal.length === 0) return Promise.resolve(undefined)
    return this.#change(async (tx, tell) => {
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
        .returningAll()
        .executeTakeFirst()
      if (!row) return undefined
      await insertTasks(tx, id, tasks)
      await writeEvent(tx, tell, id, row.owner, 'changed', atMs)
      return simulationOfRow(row)
    })
  }

  acceptResults(id: string, results: readonly AcceptedResult[], _atMs: number): Promise<readonly number[]> {
    if (results.length === 0) return Promise.resolve([])
    return this.#change(async (tx, tell) => {
      if (!(await lockOpen(tx, id))) return []
      const written: number[] = []
      let histories = 0
      for (const part of slices(results, TASKS_PER_QUERY)) {
        const closed = await closedTasks(
          tx,
          id,
          part.map((r) => r.task),
        )
        const rows = part.filter((r) => !closed.has(r.task)).map((r) => rowOfResult(id, r))
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

  failTasks(id: string, failures: readonly TaskFailure[], _atMs: number): Promise<readonly number[]> {
    if (failures.length === 0) return Promise.resolve([])
    return this.#change(async (tx, tell) => {
      if (!(await lockOpen(tx, id))) return []
      const written: number[] = []
      for (const part of slices(failures, TASKS_PER_QUERY)) {
        const closed = await closedTasks(
          tx,
          id,
          part.map((f) => f.task),
        )
        const rows = part.filter((f) => !closed.has(f.task)).map((f) => rowOfFailure(id, f))
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

  dropWaitingTasks(id: string, _atMs: number): Promise<number> {
    return this.#change(async (tx) => {
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

  tasks(
    id: string,
    query: { state?: TaskState; offset: number; limit: number },
  ): Promise<{ items: readonly TaskRecord[]; total: number }> {
    return this.#read(async (db) => {
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

  task(id: string, task: number): Promise<TaskRecord | undefined> {
    return this.#read(async (db) => {
      const row = await taskRows(db, id).where('tasks.task', '=', task).executeTakeFirst()
      return row ? taskOfRow(row) : undefined
    })
  }

  openTasks(id: string): Promise<readonly TaskPlan[]> {
    return this.#read(async (db) => {
      const rows = await taskJoin(db, id, 'waiting').selectAll('tasks').orderBy('tasks.task').execute()
      return rows.map(planOfRow)
    })
  }

  acceptedResults(id: string, point: number): Promise<readonly (AcceptedResult & TaskPlan)[]> {
    return this.#read(async (db) => {
      const rows = await taskRows(db, id, 'done').where('tasks.point', '=', point).orderBy('tasks.task').execute()
      return rows.map((row) => {
        const task = taskOfRow(row)
        return { ...planOfRow(row), ...task.accepted! }
      })
    })
  }

  points(id: string): Promise<readonly PointRecord[]> {
    return this.#read(async (db) => {
      const rows = await db.selectFrom('points').selectAll().where('simulation_id', '=', id).orderBy('point').execute()
      return rows.map((row) => ({ point: row.point, value: row.value, setupDigest: row.setup_digest }))
    })
  }

  remove(id: string, atMs: number): Promise<boolean> {
    return this.#change(async (tx, tell) => {
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

  eventsAfter(sequence: number, limit: number): Promise<readonly EventRecord[]> {
    return this.#read(async (db) => {
      const rows = await db
        .selectFrom('events')
        .selectAll()
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        sequence: row.sequence,
        simulationId: row.simulation_id,
        owner: row.owner,
        kind: row.kind as EventRecord['kind'],
        atMs: row.at_ms,
      }))
    })
  }

  lastEvent(): Promise<number> {
    return this.#read(async (db) => {
      const row = await db.selectFrom('counters').select('value').where('name', '=', 'event').executeTakeFirstOrThrow()
      return row.value
    })
  }

  prunedEvents(): Promise<number> {
    return this.#read(prunedEvents)
  }

  pruneEvents(keep: EventsToKeep): Promise<number> {
    return this.#change((tx) => pruneEvents(tx, keep))
  }

  setCondition(id: string, condition: string | null, fence: number | null): Promise<void> {
    return this.#change(async (tx, tell) => {
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

  holdLease(name: string, holder: string, ms: number): Promise<number | null> {
    return this.#read((db) => holdLease(db, this.#backend.nowMs, name, holder, ms))
  }

  releaseLease(name: string, holder: string): Promise<void> {
    return this.#change(async (tx, tell) => {
      if (await releaseLease(tx, name, holder)) tell({ kind: 'lease', name })
    })
  }

  listen(listener: (hint: Hint) => void): () => void {
    return this.#backend.hints.listen(listener)
  }

  async ping(): Promise<void> {
    await this.lastEvent()
  }

  async close(): Promise<void> {
    await this.#backend.hints.close()
    await this.#db.destroy()
  }

  /** @param work is handed what tells others of its change: with the commit and never without it */
  async #change<T>(work: (tx: Tx, tell: (hint: Hint) => void) => Promise<T>): Promise<T> {
    const { hints, sendHints, translate } = this.#backend
    const told: Hint[] = []
    try {
      const answer = await this.#db.transaction().execute(async (tx) => {
        const result = await work(tx, (hint) => told.push(hint))
        await sendHints(tx, told)
        return result
      })
      hints.committed(told)
      return answer
    } catch (error) {
      throw translate(error)
    }
  }

  async #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    try {
      return await work(this.#db)
    } catch (error) {
      throw this.#backend.translate(error)
    }
  }
}

async function repeatedOrConflict(
  tx: Tx,
  owner: string,
  wanted: { key: string; requestDigest: string },
): Promise<AcceptAnswer> {
  const row = await tx
    .selectFrom('idempotency')
    .selectAll()
    .where('owner', '=', owner)
    .where('key', '=', wanted.key)
    .executeTakeFirstOrThrow()
  if (row.request_digest !== wanted.requestDigest) return { kind: 'conflict' }
  return { kind: 'repeated', simulation: await existing(tx, row.simulation_id) }
}

async function find(db: Db, id: string): Promise<SimulationRecord | undefined> {
  const row = await db.selectFrom('simulations').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? simulationOfRow(row) : undefined
}

async function existing(db: Db, id: string): Promise<SimulationRecord> {
  const found = await find(db, id)
  if (!found) throw new RecordsError('RECORDS_REFUSED', `There is no simulation ${id}.`)
  return found
}

/** Holds the simulation's row until the transaction ends; an update that changes nothing locks it in both databases. */
async function lock(tx: Tx, id: string): Promise<SimulationState | undefined> {
  const row = await tx
    .updateTable('simulations')
    .set((eb) => ({ revision: eb.ref('revision') }))
    .where('id', '=', id)
    .returning('state')
    .executeTakeFirst()
  return row?.state as SimulationState | undefined
}

async function lockOpen(tx: Tx, id: string): Promise<boolean> {
  const state = await lock(tx, id)
  return state !== undefined && OPEN_STATES.includes(state)
}

/** Of the given tasks those that can take no result any more: failed, dropped or not there. */
async function closedTasks(tx: Tx, id: string, tasks: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await taskJoin(tx, id)
    .select('tasks.task')
    .where('tasks.task', 'in', [...tasks])
    .where('failures.task', 'is', null)
    .where('accepted.task', 'is', null)
    .where('tasks.dropped', '=', 0)
    .execute()
  const open = new Set(rows.map((row) => row.task))
  return new Set(tasks.filter((task) => !open.has(task)))
}

/** Tasks whose accepted row is the given result. */
async function heldResults(tx: Tx, id: string, results: readonly AcceptedResult[]): Promise<readonly number[]> {
  const held: number[] = []
  for (const part of slices(results, TASKS_PER_QUERY)) {
    const rows = await tx
      .selectFrom('accepted')
      .select(['task', 'generation', 'attempt'])
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
      if (row && row.generation === result.generation && row.attempt === result.attempt) held.push(result.task)
    }
  }
  return held
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

async function insertTasks(tx: Tx, id: string, tasks: readonly TaskPlan[]): Promise<void> {
  await checkHistories(tx, id, tasks)
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
        })),
      )
      .execute()
  }
}

async function writeEvent(
  tx: Tx,
  tell: (hint: Hint) => void,
  id: string,
  owner: string,
  kind: EventRecord['kind'],
  atMs: number,
): Promise<void> {
  const { value } = await tx
    .updateTable('counters')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .where('name', '=', 'event')
    .returning('value')
    .executeTakeFirstOrThrow()
  await tx.insertInto('events').values({ sequence: value, simulation_id: id, owner, kind, at_ms: atMs }).execute()
  tell({ kind: 'changed', simulationId: id })
}

function ofTask(eb: ExpressionBuilder<Tables, 'tasks'>, table: 'accepted' | 'failures') {
  return eb
    .selectFrom(table)
    .select(sql<number>`1`.as('one'))
    .whereRef(`${table}.simulation_id`, '=', 'tasks.simulation_id')
    .whereRef(`${table}.task`, '=', 'tasks.task')
}

/** Tasks of a simulation beside what became of them, in the given state only if one is named. */
function taskJoin(db: Db, id: string, state?: TaskState) {
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
  return { ...planOfRow(row), state, accepted, failure }
}

function rowOfNew(simulation: NewSimulation, atMs: number): SimulationTable {
  return {
    id: simulation.id,
    owner: simulation.owner,
    name: simulation.name,
    // Lower case by the rules of JavaScript: SQLite's own lower() knows ASCII only.
    search_text: `${simulation.name}\n${simulation.subject}\n${simulation.id}`.toLowerCase(),
    document: simulation.document,
    setup_digest: simulation.setupDigest,
    subject: simulation.subject,
    engine_id: simulation.engineId,
    engine_version: simulation.engineVersion,
    job_key: simulation.jobKey,
    batch_histories: simulation.batchHistories,
    primaries_planned: simulation.primariesPlanned,
    replay_of: simulation.replayOf,
    memory_mebibytes: simulation.memoryMebibytes,
    time_seconds: simulation.timeSeconds,
    notes: JSON.stringify(simulation.notes),
    state: 'accepted',
    failure_code: null,
    failure_message: null,
    remark: null,
    generation: 0,
    points: simulation.points.length,
    tasks: simulation.tasks.length,
    tasks_done: 0,
    tasks_failed: 0,
    tasks_dropped: 0,
    histories_done: 0,
    revision: 0,
    created_at_ms: atMs,
    started_at_ms: null,
    ended_at_ms: null,
    idle_ms: 0,
    condition: null,
    condition_fence: 0,
  }
}

function simulationOfRow(row: Selectable<SimulationTable>): SimulationRecord {
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    document: row.document,
    setupDigest: row.setup_digest,
    subject: row.subject,
    engineId: row.engine_id,
    engineVersion: row.engine_version,
    jobKey: row.job_key,
    batchHistories: row.batch_histories,
    primariesPlanned: row.primaries_planned,
    replayOf: row.replay_of,
    memoryMebibytes: row.memory_mebibytes,
    timeSeconds: row.time_seconds,
    notes: JSON.parse(row.notes) as string[],
    state: row.state as SimulationState,
    failure: row.failure_code === null ? null : { code: row.failure_code, message: row.failure_message ?? '' },
    remark: row.remark,
    generation: row.generation,
    points: row.points,
    tasks: row.tasks,
    tasksDone: row.tasks_done,
    tasksFailed: row.tasks_failed,
    tasksDropped: row.tasks_dropped,
    historiesDone: row.histories_done,
    revision: row.revision,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    idleMs: row.idle_ms,
    condition: row.condition,
  }
}

function rowOfResult(id: string, result: AcceptedResult) {
  return {
    simulation_id: id,
    task: result.task,
    generation: result.generation,
    attempt: result.attempt,
    object_key: result.objectKey,
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

function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
