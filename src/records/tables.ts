/** The tables, as the queries see them. Numbers are whole unless the comment says otherwise; JSON is kept as text. */

export interface SimulationTable {
  id: string
  owner: string
  name: string
  /** Name, subject and id in lower case, for searching. */
  search_text: string
  document: string
  setup_digest: string
  subject: string
  engine_id: string
  engine_version: string
  job_key: string
  batch_histories: number
  primaries_planned: number
  replay_of: string | null
  memory_mebibytes: number
  time_seconds: number
  priority: string
  /** JSON array of sentences. */
  notes: string
  state: string
  failure_code: string | null
  failure_message: string | null
  remark: string | null
  generation: number
  points: number
  tasks: number
  tasks_done: number
  tasks_failed: number
  /** Tasks that a stop dropped. */
  tasks_dropped: number
  histories_done: number
  revision: number
  created_at_ms: number
  started_at_ms: number | null
  ended_at_ms: number | null
  /** Time between ends and added primaries. */
  idle_ms: number
  condition: string | null
  /** Fencing number of whoever wrote the condition. */
  condition_fence: number
  /** 1 where its tasks have seeds. */
  seeds: number
  /** JSON; `null` for a job of our own. */
  imported: string | null
}

export interface PointTable {
  simulation_id: string
  point: number
  /** Real number. */
  value: number | null
  setup_digest: string
}

export interface TaskTable {
  simulation_id: string
  task: number
  point: number
  first_history: number
  histories: number
  first_batch: number
  /** 1 when the job ended before the task was taken. */
  dropped: number
  /** Of an engine that takes seeds; `null` for others. */
  seed: number | null
}

/** A row here, unique per task, is what accepts a result. */
export interface AcceptedTable {
  simulation_id: string
  task: number
  generation: number
  attempt: number
  object_key: string
  /** First byte in an object that holds several results; `null` where the object is the result. */
  object_start: number | null
  digest: string
  bytes: number
  histories: number
  started_at_ms: number
  ended_at_ms: number
}

export interface FailureTable {
  simulation_id: string
  task: number
  generation: number
  attempt: number
  code: string
  message: string
  log_key: string | null
  at_ms: number
}

export interface IdempotencyTable {
  owner: string
  key: string
  request_digest: string
  simulation_id: string
}

export interface EventTable {
  sequence: number
  simulation_id: string
  owner: string
  kind: string
  at_ms: number
}

export interface LeaseTable {
  name: string
  /** Empty when nobody holds it. */
  holder: string
  fence: number
  /** By the clock of the database. */
  expires_at_ms: number
}

/** One row per counter; updating it inside a transaction puts the commits of its users in order. */
export interface CounterTable {
  name: string
  value: number
}

/** Seeds of a range of batches of a point; rows outlive their simulation. */
export interface SeedBlockTable {
  job_key: string
  point: number
  first_batch: number
  batches: number
  first_seed: number
}

/** Rows outlive their simulation. */
export interface EngineUseTable {
  simulation_id: string
  owner: string
  engine_id: string
  engine_version: string
  at_ms: number
}

/** One row a user, of those whose groups matter to somebody. */
export interface UserGroupsTable {
  owner: string
  /** JSON array of names. */
  groups: string
  at_ms: number
}

/** Row of `counters`: how many seeds were handed out, which is the last one. */
export const SEEDS_GIVEN = 'seeds-given'

export interface Tables {
  simulations: SimulationTable
  points: PointTable
  tasks: TaskTable
  accepted: AcceptedTable
  failures: FailureTable
  idempotency: IdempotencyTable
  events: EventTable
  counters: CounterTable
  leases: LeaseTable
  seed_blocks: SeedBlockTable
  engine_uses: EngineUseTable
  user_groups: UserGroupsTable
}
