/** What this installation allows, and how patient it is. Every number has its unit in the name. */

export interface ControlLimits {
  /** Largest request body, in bytes. */
  readonly bodyBytes: number
  /** Most tasks of one job, over all its scan points. */
  readonly tasks: number
  /** Memory a task may use unless the user asks for more, in MiB. */
  readonly memoryMebibytes: number
  /** Wall time a task may take unless the user asks for more, in seconds. */
  readonly timeSeconds: number
  /** How long a lease lasts without being extended. */
  readonly leaseMs: number
  /** Tries after which a task that could be retried is given up. */
  readonly maxAttempts: number
  /** How often everything is looked at without being told to. */
  readonly reconcileEveryMs: number
  /** Least time between two looks at a job because of reports: many short tasks share one write. */
  readonly acceptEveryMs: number
  /** How long workers may take to give their tasks back before they are ended by force. */
  readonly workerGraceMs: number
  /** Least time between two progress events of one simulation. */
  readonly progressEveryMs: number
  /** How often a silent event stream shows that it is alive. */
  readonly heartbeatMs: number
  /** How often an event stream is held against the session that opened it: it must not outlive it. */
  readonly lookAtSessionEveryMs: number
  /** Running merges kept in memory; the least used go first and are made again from what is stored. */
  readonly merges: number
  /** How long a replica leads unless it renews the lease: as long as jobs stand still after the leader was killed. */
  readonly leadMs: number
  /** How long a replica that ends goes on to take requests after it says that it is not ready. */
  readonly drainMs: number
  /** Longest that requests in flight may take after that. */
  readonly closeWithinMs: number
  /** Events older than this are removed; a reader that was away for longer asks for everything anew. */
  readonly eventsKeptMs: number
  /** Events kept at most, however new. */
  readonly eventsKept: number
  /** How often the leading replica looks for what can go. */
  readonly tidyEveryMs: number
  /** Objects that no row points to are left alone until their job has been over for so long. */
  readonly orphanAgeMs: number
  /** How often the storage is gone through for them. */
  readonly orphanSweepEveryMs: number
  /** Names under which this service may be addressed besides the loopback's own. */
  readonly hostNames: readonly string[]
}

export const DEFAULT_LIMITS: ControlLimits = {
  bodyBytes: 1024 * 1024,
  tasks: 100_000,
  memoryMebibytes: 2048,
  timeSeconds: 24 * 3600,
  leaseMs: 30_000,
  maxAttempts: 3,
  reconcileEveryMs: 1000,
  acceptEveryMs: 40,
  workerGraceMs: 5000,
  progressEveryMs: 250,
  heartbeatMs: 15_000,
  lookAtSessionEveryMs: 60_000,
  merges: 64,
  leadMs: 6000,
  drainMs: 0,
  closeWithinMs: 10_000,
  eventsKeptMs: 24 * 3600_000,
  eventsKept: 200_000,
  tidyEveryMs: 600_000,
  orphanAgeMs: 24 * 3_600_000,
  orphanSweepEveryMs: 6 * 3_600_000,
  hostNames: [],
}
