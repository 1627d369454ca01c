/**
 * The contract of the records: simulations, their tasks, accepted results, events. The records are the truth; queues,
 * live merges and workers are rebuilt from them. Every state change is a conditional update, and only a row of
 * `accepted`, unique per task, accepts a result. Implementations: SQLite (one file) and PostgreSQL, through one set of
 * queries. Suite: test/contracts/records.ts.
 */

import type { JobPriority } from '#simulation/document.ts'
import type { SimulationState, TaskState } from '#simulation/life-cycle.ts'

/** A scan point: one setup. */
export interface PointRecord {
  readonly point: number
  /** Value of the scanned parameter; `null` without a scan. */
  readonly value: number | null
  readonly setupDigest: string
}

/** Whole batches of one point; history indices and batch ordinals go on from segment to segment. */
export interface TaskPlan {
  /** Index in the job, from 0. */
  readonly task: number
  readonly point: number
  readonly firstHistory: number
  readonly histories: number
  /** Ordinal of the first batch in its point. */
  readonly firstBatch: number
}

export interface NewSimulation {
  readonly id: string
  readonly owner: string
  readonly name: string
  /** The document as JSON text, defaults filled in. */
  readonly document: string
  readonly setupDigest: string
  readonly subject: string
  readonly engineId: string
  readonly engineVersion: string
  readonly jobKey: string
  readonly batchHistories: number
  /** Primaries planned so far over all points. */
  readonly primariesPlanned: number
  readonly replayOf: string | null
  readonly memoryMebibytes: number
  readonly timeSeconds: number
  /** Among the jobs of its owner; may be changed later. */
  readonly priority: JobPriority
  readonly notes: readonly string[]
  readonly points: readonly PointRecord[]
  readonly tasks: readonly TaskPlan[]
  /** True where each task needs a seed; they are handed out with the rows. Left out: none do. */
  readonly seeds?: boolean
  /** True where it is written down that the owner used this engine. Left out: it is not. */
  readonly licensed?: boolean
  readonly idempotency: { readonly key: string; readonly requestDigest: string } | null
  /** A result that was made elsewhere: it is done as it comes, and its results are stored already. */
  readonly imported?: {
    /** Where it comes from, as text that only control reads. */
    readonly origin: string
    /** One of each task. */
    readonly results: readonly AcceptedResult[]
  }
}

/** A simulation as it stands. `primariesPlanned` is without those that a stop dropped. */
export interface SimulationRecord
  extends Omit<NewSimulation, 'points' | 'tasks' | 'seeds' | 'licensed' | 'idempotency' | 'imported'> {
  /** True where its tasks have seeds. */
  readonly seeds: boolean
  /** Where an imported result comes from, as text that only control reads; `null` for a job of our own. */
  readonly imported: string | null
  readonly state: SimulationState
  readonly failure: { readonly code: string; readonly message: string } | null
  /** Why a job ended with less than was asked, in words; `null` otherwise. */
  readonly remark: string | null
  /** Generation of the queue; a rebuild takes the next one. */
  readonly generation: number
  readonly points: number
  /** Tasks that the job ever had, dropped ones included: the next one's index. */
  readonly tasks: number
  readonly tasksDone: number
  readonly tasksFailed: number
  /** Tasks that a stop dropped; those of a cancelled job are not counted here, they stay what it had planned. */
  readonly tasksDropped: number
  readonly historiesDone: number
  /** Counts up with every accepted result and every change of state. */
  readonly revision: number
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  /** Time between an end and primaries added after it: no part of the time that the job took. */
  readonly idleMs: number
  /** What control says of the job beside its rows, as text that only control reads; `null` for an ended job. */
  readonly condition: string | null
}

/** An accepted result: written once for a task, never changed. */
export interface AcceptedResult {
  readonly task: number
  readonly generation: number
  readonly attempt: number
  readonly objectKey: string
  /** First byte of the result where it lies with others in one object; left out where the object is the result. */
  readonly objectStart?: number
  readonly digest: string
  readonly bytes: number
  readonly histories: number
  readonly startedAtMs: number
  readonly endedAtMs: number
}

export interface TaskFailure {
  readonly task: number
  readonly generation: number
  readonly attempt: number
  readonly code: string
  readonly message: string
  readonly logKey: string | null
  readonly atMs: number
}

export interface TaskRecord extends TaskPlan {
  /** Left out where the engine takes none. */
  readonly seed?: number
  /** `leased` is known to the queue only: here it reads `waiting`. */
  readonly state: TaskState
  readonly accepted: AcceptedResult | null
  readonly failure: TaskFailure | null
}

/** A task that is still to be done. */
export interface OpenTask extends TaskPlan {
  /** Seed, where the engine takes one. */
  readonly seed: number | null
}

/** That somebody used an engine with a licence of its own: kept when the simulation is deleted. */
export interface EngineUse {
  readonly simulationId: string
  readonly owner: string
  readonly engineId: string
  readonly engineVersion: string
  readonly atMs: number
}

export interface ListFilter {
  readonly search?: string
  readonly state?: SimulationState
  /** Only simulations of this owner. */
  readonly owner?: string
  readonly sort: 'createdAt' | 'name' | 'state' | 'primaries'
  readonly order: 'asc' | 'desc'
  readonly offset: number
  readonly limit: number
}

/** A persistent event. Sequence numbers are given in commit order: who has seen n has seen all below n. */
export interface EventRecord {
  readonly sequence: number
  readonly simulationId: string
  readonly owner: string
  readonly kind: 'changed' | 'deleted'
  readonly atMs: number
}

/**
 * Word that rows may have changed. The rows are the truth: a hint may come twice, late, or not at all while the
 * connection of the hints is down, and then `missed` follows.
 */
export type Hint =
  /** `changed`: the state, with an event. `progress`: results, failures or the condition. */
  | { readonly kind: 'changed' | 'progress'; readonly simulationId: string }
  /** The lease of this name was given back: whoever waits for it may take it now. */
  | { readonly kind: 'lease'; readonly name: string }
  /** Hints are told from now on; some of before may have been lost. */
  | { readonly kind: 'missed' }

export interface EventsToKeep {
  /** Events from here on are kept, milliseconds since the epoch... */
  readonly sinceMs: number
  /** ... but never more than this many. */
  readonly most: number
}

export interface StateChange {
  readonly to: SimulationState
  readonly failure?: { readonly code: string; readonly message: string }
  readonly remark?: string
}

/** A request that may come again because its answer was lost. */
export interface Once {
  /** Who asks; keys of different people have nothing to do with each other. */
  readonly owner: string
  readonly key: string
  /** Of what was asked, the simulation included. */
  readonly requestDigest: string
}

export type AcceptAnswer =
  | { readonly kind: 'created'; readonly simulation: SimulationRecord }
  /** The same request came before under this idempotency key. */
  | { readonly kind: 'repeated'; readonly simulation: SimulationRecord }
  | { readonly kind: 'conflict' }

export interface Records {
  /** Writes simulation, points, tasks, idempotency key and event in one transaction. */
  accept(simulation: NewSimulation, atMs: number): Promise<AcceptAnswer>
  simulation(id: string): Promise<SimulationRecord | undefined>
  list(filter: ListFilter): Promise<{ readonly items: readonly SimulationRecord[]; readonly total: number }>
  /** Simulations that are not in a final state, oldest first. */
  active(): Promise<readonly SimulationRecord[]>
  /**
   * Changes the state if it is one of `from` and the life cycle allows it. Answers the new record, or `undefined` when
   * the state was another one. `done` is refused while a task is open. Writes an event.
   * @param once a request that was done before changes nothing and is answered with the record as it is now
   * @throws RecordsError `RECORDS_CONFLICT` where its key was used for another request
   */
  changeState(
    id: string,
    from: readonly SimulationState[],
    change: StateChange,
    atMs: number,
    once?: Once | null,
  ): Promise<SimulationRecord | undefined>
  /** Takes the next queue generation for a job. */
  nextGeneration(id: string): Promise<number>
  /**
   * Adds a segment of tasks while the state is one of `from`, and moves it to `to`. Task indices that exist and histories
   * that belong to other tasks are refused with `RECORDS_REFUSED`. The remark about the end before is cleared.
   * @param once as for `changeState`: the same request adds once, however often it comes
   */
  addTasks(
    id: string,
    from: readonly SimulationState[],
    to: SimulationState,
    tasks: readonly TaskPlan[],
    primariesPlanned: number,
    atMs: number,
    once?: Once | null,
  ): Promise<SimulationRecord | undefined>
  /**
   * The simulation of a request that was done before, as it is now; `undefined` for one that was not.
   * @throws RecordsError `RECORDS_CONFLICT` where its key was used for another request
   */
  answered(once: Once): Promise<SimulationRecord | undefined>
  /** Orders a job that has not ended among those of its owner; `undefined` after its end. Writes an event. */
  setPriority(id: string, priority: JobPriority, atMs: number): Promise<SimulationRecord | undefined>
  /**
   * Accepts results: those whose task has none yet and is not failed, while the job is accepted, running or stopping.
   * Answers the tasks whose row holds this very result (same generation, attempt and content, wherever a copy of it lies),
   * also when an earlier call whose answer was lost wrote it: the call may be repeated.
   */
  acceptResults(id: string, results: readonly AcceptedResult[], atMs: number): Promise<readonly number[]>
  /** Ends tasks as failed, unless a result was accepted. Answers the tasks that this call ended. */
  failTasks(id: string, failures: readonly TaskFailure[], atMs: number): Promise<readonly number[]>
  /**
   * Marks tasks without result and failure as dropped (stop, cancel). Answers how many. Unless the job is being
   * cancelled, they count in `tasksDropped` and their histories no longer in `primariesPlanned`. Nothing is dropped
   * while the job is running or after its end: whoever asks late must not drop primaries that were added meanwhile.
   */
  dropWaitingTasks(id: string, atMs: number): Promise<number>
  tasks(
    id: string,
    query: { readonly state?: TaskState; readonly offset: number; readonly limit: number },
  ): Promise<{ readonly items: readonly TaskRecord[]; readonly total: number }>
  task(id: string, task: number): Promise<TaskRecord | undefined>
  /** Tasks with neither result nor failure nor dropped: what a rebuilt queue holds. Ascending. */
  openTasks(id: string): Promise<readonly OpenTask[]>
  /** Accepted results of a point in task order. */
  acceptedResults(id: string, point: number): Promise<readonly (AcceptedResult & TaskPlan)[]>
  points(id: string): Promise<readonly PointRecord[]>
  /** Deletes a simulation in a final state with everything that belongs to it. Writes an event. */
  remove(id: string, atMs: number): Promise<boolean>
  /** Persistent events after a sequence number, ascending. */
  eventsAfter(sequence: number, limit: number): Promise<readonly EventRecord[]>
  lastEvent(): Promise<number>
  /** Number of the newest event that was pruned, 0 before the first: who has seen less may have missed some. */
  prunedEvents(): Promise<number>
  /**
   * Removes old events, 10,000 at most in one call; those of deletions stay, for whoever sweeps the storage. Answers how
   * many.
   */
  pruneEvents(keep: EventsToKeep): Promise<number>
  /**
   * Keeps what control says of a job that has not ended, for whoever reads its row.
   * @param fence of the writer's lease: a writer with a lower one than the row has seen changes nothing; `null` without lease
   */
  setCondition(id: string, condition: string | null, fence: number | null): Promise<void>
  /** Uses of licensed engines, newest first. */
  engineUses(query: {
    readonly engineId?: string
    readonly owner?: string
    readonly offset: number
    readonly limit: number
  }): Promise<{ readonly items: readonly EngineUse[]; readonly total: number }>
  /** Remembers the groups that a provider told of a user, in place of those of before. */
  noteGroups(owner: string, groups: readonly string[], atMs: number): Promise<void>
  /** Groups that were noted last of a user; none where none ever were. */
  groupsOf(owner: string): Promise<readonly string[]>
  /**
   * Takes or renews a lease by the database's own clock. Of all holders at most one has it; it ends by itself.
   * @param holder unique to the process
   * @returns the fencing number, higher with every change of holder; `null` while somebody else holds it
   */
  holdLease(name: string, holder: string, ms: number): Promise<number | null>
  /** Gives a lease back at once. Giving back what one does not hold is success. */
  releaseLease(name: string, holder: string): Promise<void>
  /**
   * Tells of changes by whatever process, this one included, when their rows can be seen. The first hint is `missed`,
   * as soon as hints are heard.
   * @returns a function that ends it
   */
  listen(listener: (hint: Hint) => void): () => void
  /** Resolves when the database answers; rejects with `RECORDS_UNAVAILABLE`. */
  ping(): Promise<void>
  close(): Promise<void>
}

export type RecordsErrorCode =
  | 'RECORDS_UNAVAILABLE'
  | 'RECORDS_TOO_NEW'
  | 'RECORDS_TOO_OLD'
  | 'RECORDS_LOCKED'
  | 'RECORDS_FULL'
  | 'RECORDS_REFUSED'
  /** All seeds of the installation were handed out. */
  | 'RECORDS_NO_SEEDS'
  /** An idempotency key that was used for another request. */
  | 'RECORDS_CONFLICT'

export class RecordsError extends Error {
  override readonly name = 'RecordsError'
  readonly code: RecordsErrorCode
  readonly retriable: boolean
  constructor(code: RecordsErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.retriable = code === 'RECORDS_UNAVAILABLE' || code === 'RECORDS_FULL'
  }
}
