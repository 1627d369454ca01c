/**
 * The records in memory: the contract of the records (and its suite) without a database, a hundred times as fast, so
 * that the simulator of faults reaches millions of steps. Some of its seeds run over SQLite as well and must take the
 * very same steps.
 *
 * Every method checks all before it changes anything: like a transaction it happens as a whole or not at all.
 */

import { directHints } from '#records/hints.ts'
import {
  type AcceptAnswer,
  type AcceptedResult,
  type EventRecord,
  type EventsToKeep,
  type Hint,
  type ListFilter,
  type NewSimulation,
  type Once,
  type OpenTask,
  type PointRecord,
  type Records,
  RecordsError,
  type SimulationRecord,
  type StateChange,
  type TaskFailure,
  type TaskPlan,
  type TaskRecord,
} from '#records/records.ts'
import type { JobPriority } from '#simulation/document.ts'
import { FINAL_STATES, NEXT_STATES, type SimulationState, type TaskState } from '#simulation/life-cycle.ts'

interface Task extends TaskPlan {
  accepted: AcceptedResult | null
  failure: TaskFailure | null
  dropped: boolean
}

interface Simulation {
  record: SimulationRecord
  readonly points: readonly PointRecord[]
  /** Of the newest writer of the condition. */
  conditionFence: number
  /** Ascending by index. */
  tasks: Task[]
}

interface Lease {
  holder: string
  fence: number
  expiresAtMs: number
}

const keyOf = ({ owner, key }: Once): string => JSON.stringify([owner, key])

const OPEN_STATES: ReadonlySet<SimulationState> = new Set(['accepted', 'running', 'stopping'])
/** States in which tasks may be dropped. */
const DROPPING_STATES: ReadonlySet<SimulationState> = new Set(['accepted', 'stopping', 'cancelling'])

export class MemoryRecords implements Records {
  readonly #simulations = new Map<string, Simulation>()
  readonly #groups = new Map<string, readonly string[]>()
  readonly #keys = new Map<string, { readonly digest: string; readonly id: string }>()
  readonly #events: EventRecord[] = []
  readonly #leases = new Map<string, Lease>()
  readonly #hints = directHints()
  readonly #clock: () => number
  /** Events up to this number are gone. */
  #pruned = 0

  /** @param clock the database's own */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  async accept(simulation: NewSimulation, atMs: number): Promise<AcceptAnswer> {
    // No engine of this world takes seeds, and none has a licence.
    const { idempotency, points, tasks, seeds: _seeds, licensed: _licensed, imported, ...fields } = simulation
    const key = idempotency && keyOf({ owner: simulation.owner, ...idempotency })
    const taken = key && this.#keys.get(key)
    if (taken) {
      if (taken.digest !== idempotency.requestDigest) return { kind: 'conflict' }
      return { kind: 'repeated', simulation: this.#known(taken.id).record }
    }
    if (this.#simulations.has(simulation.id)) throw refused(`There is a simulation ${simulation.id} already.`)
    const made: Simulation = {
      record: {
        ...fields,
        state: imported ? 'done' : 'accepted',
        failure: null,
        remark: null,
        generation: 0,
        points: points.length,
        tasks: tasks.length,
        tasksDone: imported?.results.length ?? 0,
        tasksFailed: 0,
        tasksDropped: 0,
        historiesDone: imported?.results.reduce((sum, { histories }) => sum + histories, 0) ?? 0,
        revision: 0,
        createdAtMs: atMs,
        startedAtMs: null,
        endedAtMs: imported ? atMs : null,
        idleMs: 0,
        condition: null,
        seeds: false,
        imported: imported?.origin ?? null,
      },
      points: [...points],
      conditionFence: 0,
      tasks: [],
    }
    insert(made, tasks)
    for (const result of imported?.results ?? []) taskOf(made, result.task)!.accepted = { ...result }
    this.#simulations.set(simulation.id, made)
    if (key) this.#keys.set(key, { digest: idempotency.requestDigest, id: simulation.id })
    this.#event(made, 'changed', atMs)
    return { kind: 'created', simulation: made.record }
  }

  async simulation(id: string): Promise<SimulationRecord | undefined> {
    return this.#simulations.get(id)?.record
  }

  async list(filter: ListFilter): Promise<{ items: readonly SimulationRecord[]; total: number }> {
    const search = filter.search?.toLowerCase()
    const found = [...this.#simulations.values()]
      .map(({ record }) => record)
      .filter(
        (record) =>
          (!filter.state || record.state === filter.state) &&
          (!filter.owner || record.owner === filter.owner) &&
          (!search || `${record.name}\n${record.subject}\n${record.id}`.toLowerCase().includes(search)),
      )
    const column = ({ createdAt: 'createdAtMs', name: 'name', state: 'state', primaries: 'historiesDone' } as const)[
      filter.sort
    ]
    const sign = filter.order === 'asc' ? 1 : -1
    found.sort((a, b) => sign * (compare(a[column], b[column]) || compare(a.id, b.id)))
    return { items: found.slice(filter.offset, filter.offset + filter.limit), total: found.length }
  }

  async active(): Promise<readonly SimulationRecord[]> {
    return [...this.#simulations.values()]
      .map(({ record }) => record)
      .filter(({ state }) => !FINAL_STATES.has(state))
      .sort((a, b) => a.createdAtMs - b.createdAtMs || compare(a.id, b.id))
  }

  async changeState(
    id: string,
    from: readonly SimulationState[],
    change: StateChange,
    atMs: number,
    once: Once | null = null,
  ): Promise<SimulationRecord | undefined> {
    const simulation = this.#simulations.get(id)
    if (!simulation) return undefined
    const before = once && this.#answered(once)
    if (before) return before
    const { record } = simulation
    if (!from.includes(record.state) || !NEXT_STATES[record.state].includes(change.to)) return undefined
    if (change.to === 'done' && simulation.tasks.some(isOpen)) return undefined
    this.#set(simulation, {
      state: change.to,
      revision: record.revision + 1,
      ...(change.failure ? { failure: change.failure } : {}),
      ...(change.remark === undefined ? {} : { remark: change.remark }),
      ...(change.to === 'running' ? { startedAtMs: record.startedAtMs ?? atMs, endedAtMs: null } : {}),
      ...(FINAL_STATES.has(change.to) ? { endedAtMs: atMs, condition: null } : {}),
    })
    if (once) this.#keys.set(keyOf(once), { digest: once.requestDigest, id })
    this.#event(simulation, 'changed', atMs)
    return simulation.record
  }

  async nextGeneration(id: string): Promise<number> {
    const simulation = this.#known(id)
    this.#set(simulation, { generation: simulation.record.generation + 1 })
    return simulation.record.generation
  }

  async addTasks(
    id: string,
    from: readonly SimulationState[],
    to: SimulationState,
    tasks: readonly TaskPlan[],
    primariesPlanned: number,
    atMs: number,
    once: Once | null = null,
  ): Promise<SimulationRecord | undefined> {
    const simulation = this.#simulations.get(id)
    if (!simulation) return undefined
    const before = once && this.#answered(once)
    if (before) return before
    const { record } = simulation
    if (record.imported !== null) return undefined
    const isLegal = record.state === to || NEXT_STATES[record.state].includes(to)
    if (!from.includes(record.state) || !isLegal) return undefined
    insert(simulation, tasks)
    if (once) this.#keys.set(keyOf(once), { digest: once.requestDigest, id })
    this.#set(simulation, {
      state: to,
      tasks: record.tasks + tasks.length,
      primariesPlanned,
      revision: record.revision + 1,
      remark: null,
      ...(FINAL_STATES.has(to)
        ? {}
        : { idleMs: record.idleMs + (record.endedAtMs === null ? 0 : atMs - record.endedAtMs), endedAtMs: null }),
    })
    this.#event(simulation, 'changed', atMs)
    return simulation.record
  }

  async answered(once: Once): Promise<SimulationRecord | undefined> {
    return this.#answered(once)
  }

  /** At once: what looks and then changes may not be interrupted, as in a transaction. */
  #answered(once: Once): SimulationRecord | undefined {
    const taken = this.#keys.get(keyOf(once))
    if (!taken) return undefined
    if (taken.digest !== once.requestDigest)
      throw new RecordsError('RECORDS_CONFLICT', `The idempotency key "${once.key}" was used before.`)
    return this.#known(taken.id).record
  }

  async setPriority(id: string, priority: JobPriority, atMs: number): Promise<SimulationRecord | undefined> {
    const simulation = this.#simulations.get(id)
    if (!simulation || FINAL_STATES.has(simulation.record.state)) return undefined
    this.#set(simulation, { priority, revision: simulation.record.revision + 1 })
    this.#event(simulation, 'changed', atMs)
    return simulation.record
  }

  async acceptResults(id: string, results: readonly AcceptedResult[], _atMs: number): Promise<readonly number[]> {
    const simulation = this.#simulations.get(id)
    if (!simulation || results.length === 0 || !OPEN_STATES.has(simulation.record.state)) return []
    let written = 0
    let histories = 0
    for (const result of results) {
      const task = taskOf(simulation, result.task)
      if (!task || !isOpen(task)) continue
      task.accepted = { ...result }
      written++
      histories += result.histories
    }
    if (written > 0) {
      const { record } = simulation
      this.#set(simulation, {
        tasksDone: record.tasksDone + written,
        historiesDone: record.historiesDone + histories,
        revision: record.revision + 1,
      })
      this.#progress(id)
    }
    const held = results.filter(({ task, generation, attempt, digest }) => {
      const row = taskOf(simulation, task)?.accepted
      return row && row.generation === generation && row.attempt === attempt && row.digest === digest
    })
    return held.map(({ task }) => task)
  }

  async failTasks(id: string, failures: readonly TaskFailure[], _atMs: number): Promise<readonly number[]> {
    const simulation = this.#simulations.get(id)
    if (!simulation || !OPEN_STATES.has(simulation.record.state)) return []
    const written: number[] = []
    for (const failure of failures) {
      const task = taskOf(simulation, failure.task)
      if (!task || !isOpen(task)) continue
      task.failure = { ...failure }
      written.push(failure.task)
    }
    if (written.length > 0) {
      const { record } = simulation
      this.#set(simulation, { tasksFailed: record.tasksFailed + written.length, revision: record.revision + 1 })
      this.#progress(id)
    }
    return written
  }

  async dropWaitingTasks(id: string, _atMs: number): Promise<number> {
    const simulation = this.#simulations.get(id)
    if (!simulation || !DROPPING_STATES.has(simulation.record.state)) return 0
    const dropped = simulation.tasks.filter(isOpen)
    if (dropped.length === 0) return 0
    for (const task of dropped) task.dropped = true
    const { record } = simulation
    if (record.state !== 'cancelling') {
      this.#set(simulation, {
        primariesPlanned: record.primariesPlanned - dropped.reduce((sum, task) => sum + task.histories, 0),
        tasksDropped: record.tasksDropped + dropped.length,
      })
    }
    return dropped.length
  }

  async tasks(
    id: string,
    query: { readonly state?: TaskState; readonly offset: number; readonly limit: number },
  ): Promise<{ items: readonly TaskRecord[]; total: number }> {
    const all = this.#simulations.get(id)?.tasks ?? []
    const state = query.state === 'leased' ? 'waiting' : query.state
    const found = state ? all.filter((task) => stateOf(task) === state) : all
    return { items: found.slice(query.offset, query.offset + query.limit).map(recordOf), total: found.length }
  }

  async task(id: string, task: number): Promise<TaskRecord | undefined> {
    const simulation = this.#simulations.get(id)
    const found = simulation && taskOf(simulation, task)
    return found && recordOf(found)
  }

  async openTasks(id: string): Promise<readonly OpenTask[]> {
    const open = (this.#simulations.get(id)?.tasks ?? []).filter(isOpen)
    return open.map((task) => ({ ...planOf(task), seed: null }))
  }

  async acceptedResults(id: string, point: number): Promise<readonly (AcceptedResult & TaskPlan)[]> {
    const all = this.#simulations.get(id)?.tasks ?? []
    return all.flatMap((task) => (task.point === point && task.accepted ? [{ ...planOf(task), ...task.accepted }] : []))
  }

  async points(id: string): Promise<readonly PointRecord[]> {
    return this.#simulations.get(id)?.points ?? []
  }

  async remove(id: string, atMs: number): Promise<boolean> {
    const simulation = this.#simulations.get(id)
    if (!simulation || !FINAL_STATES.has(simulation.record.state)) return false
    this.#simulations.delete(id)
    for (const [key, { id: owner }] of this.#keys) if (owner === id) this.#keys.delete(key)
    this.#event(simulation, 'deleted', atMs)
    return true
  }

  async eventsAfter(sequence: number, limit: number): Promise<readonly EventRecord[]> {
    // The event with number n is the nth of the list; of those that were pruned, deletions stay.
    const kept = this.#events.slice(sequence, this.#pruned).filter(({ kind }) => kind === 'deleted')
    return [...kept, ...this.#events.slice(Math.max(sequence, this.#pruned))].slice(0, limit)
  }

  async lastEvent(): Promise<number> {
    return this.#events.length
  }

  async engineUses() {
    return { items: [], total: 0 }
  }

  async noteGroups(owner: string, groups: readonly string[]): Promise<void> {
    this.#groups.set(owner, groups)
  }

  async groupsOf(owner: string): Promise<readonly string[]> {
    return this.#groups.get(owner) ?? []
  }

  async prunedEvents(): Promise<number> {
    return this.#pruned
  }

  async pruneEvents({ sinceMs, most }: EventsToKeep): Promise<number> {
    const old = this.#events.findLastIndex(({ atMs }) => atMs < sinceMs) + 1
    const before = this.#pruned
    this.#pruned = Math.max(before, Math.min(before + 10_000, Math.max(old, this.#events.length - most)))
    return this.#events.slice(before, this.#pruned).filter(({ kind }) => kind !== 'deleted').length
  }

  async setCondition(id: string, condition: string | null, fence: number | null): Promise<void> {
    const simulation = this.#simulations.get(id)
    if (!simulation || FINAL_STATES.has(simulation.record.state)) return
    if (fence !== null && fence < simulation.conditionFence) return
    simulation.conditionFence = fence ?? simulation.conditionFence
    this.#set(simulation, { condition })
    this.#progress(id)
  }

  async holdLease(name: string, holder: string, ms: number): Promise<number | null> {
    const nowMs = this.#clock()
    const lease = this.#leases.get(name) ?? { holder: '', fence: 0, expiresAtMs: 0 }
    if (lease.holder !== holder && lease.expiresAtMs > nowMs) return null
    const fence = lease.holder === holder ? lease.fence : lease.fence + 1
    this.#leases.set(name, { holder, fence, expiresAtMs: nowMs + ms })
    return fence
  }

  async releaseLease(name: string, holder: string): Promise<void> {
    const lease = this.#leases.get(name)
    if (lease?.holder !== holder) return
    Object.assign(lease, { holder: '', expiresAtMs: 0 })
    this.#hints.committed([{ kind: 'lease', name }])
  }

  listen(listener: (hint: Hint) => void): () => void {
    return this.#hints.listen(listener)
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  #known(id: string): Simulation {
    const found = this.#simulations.get(id)
    if (!found) throw refused(`There is no simulation ${id}.`)
    return found
  }

  #set(simulation: Simulation, change: Partial<SimulationRecord>) {
    simulation.record = { ...simulation.record, ...change }
  }

  #progress(simulationId: string) {
    this.#hints.committed([{ kind: 'progress', simulationId }])
  }

  #event({ record }: Simulation, kind: EventRecord['kind'], atMs: number) {
    const { id: simulationId, owner } = record
    this.#events.push({ sequence: this.#events.length + 1, simulationId, owner, kind, atMs })
    this.#hints.committed([{ kind: 'changed', simulationId }])
  }
}

const refused = (message: string) => new RecordsError('RECORDS_REFUSED', message)
const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
const isOpen = (task: Task): boolean => task.accepted === null && task.failure === null && !task.dropped

/** Mostly a task's index is its place in the list. */
function taskOf({ tasks }: Simulation, index: number): Task | undefined {
  const there = tasks[index]
  return there?.task === index ? there : tasks.find(({ task }) => task === index)
}

function planOf({ task, point, firstHistory, histories, firstBatch }: TaskPlan): TaskPlan {
  return { task, point, firstHistory, histories, firstBatch }
}

function stateOf(task: Task): TaskState {
  return task.accepted ? 'done' : task.failure ? 'failed' : task.dropped ? 'dropped' : 'waiting'
}

function recordOf(task: Task): TaskRecord {
  return { ...planOf(task), state: stateOf(task), accepted: task.accepted, failure: task.failure }
}

/** The same random numbers are never counted twice: new tasks begin behind the last history of their point. */
function insert(simulation: Simulation, tasks: readonly TaskPlan[]): void {
  const ends = new Map<number, number>()
  const known = new Set<number>()
  for (const { task, point, firstHistory, histories } of simulation.tasks) {
    ends.set(point, Math.max(ends.get(point) ?? 0, firstHistory + histories))
    known.add(task)
  }
  for (const { task, point, firstHistory, histories } of [...tasks].sort((a, b) => a.firstHistory - b.firstHistory)) {
    const end = ends.get(point) ?? 0
    if (firstHistory < end) {
      throw refused(
        `Task ${task} begins at history ${firstHistory} of point ${point}; histories below ${end} are taken.`,
      )
    }
    if (known.has(task)) throw refused(`There is a task ${task} already.`)
    known.add(task)
    ends.set(point, firstHistory + histories)
  }
  const added = tasks.map((task) => ({ ...planOf(task), accepted: null, failure: null, dropped: false }))
  simulation.tasks = [...simulation.tasks, ...added].sort((a, b) => a.task - b.task)
}
