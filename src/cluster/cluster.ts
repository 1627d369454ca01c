/**
 * The contract of the cluster: start, watch and stop the workers of a job. It knows processes or containers, not
 * physics. Starting what runs already is success; names are functions of ids. Implementations: child processes,
 * Kubernetes Jobs. Suite: test/contracts/cluster.ts.
 */

export interface WorkerRequest {
  readonly jobId: string
  /** Workers wanted at the same time; the cluster may give fewer, and says so. */
  readonly slots: number
  readonly memoryMebibytes: number
  /** Id of the job's engine: its workers may need an image of their own. */
  readonly engine: string
  /** Whose job it is. Places are shared among owners, not among jobs. */
  readonly owner: string
  /** Orders the jobs of one owner, the higher first; it takes nothing from another owner. */
  readonly priority: number
}

/** What decides how much of a machine a worker asks for. */
export type WorkerKind = Pick<WorkerRequest, 'engine' | 'memoryMebibytes'>

export type WorkersState = 'waiting' | 'running' | 'ended' | 'absent'

export interface WorkersStatus {
  readonly jobId: string
  readonly state: WorkersState
  /** Workers that the cluster tries to have now. Fewer than were asked for where jobs share places: ask again. */
  readonly wanted: number
  readonly running: number
  /** Priority that the cluster knows of; `null` for a job without workers and without a wish for some. */
  readonly priority: number | null
  /** Why it waits or what went wrong, in a sentence for a person; `null` when there is nothing to say. */
  readonly reason: string | null
  /** Workers that ended badly since the start, newest last (at most 20). */
  readonly failures: readonly {
    readonly atMs: number
    readonly exitCode: number | null
    readonly signal: string | null
    readonly message: string
  }[]
}

/** What a job still is. */
export interface Work {
  /** Of one worker, in milliseconds. */
  readonly ms: number
  /** More workers end it sooner; otherwise it ends when its time is over, however many it has. */
  readonly isDivisible: boolean
}

/** `null` where nobody can tell. */
export type WorkLeft = (jobId: string) => Work | null

/** What can be told of a job that waits for its first worker. */
export interface Outlook {
  /** 1: the next free place is its. */
  readonly position: number
  /** Time until a worker starts at it, in milliseconds, if nobody else comes; `null` where it cannot be told. */
  readonly waitMs: number | null
  /** The job whose end cannot be told, where `waitMs` is `null` for that; `null` where it is none that has an id. */
  readonly unknown: string | null
}

export interface Cluster {
  /**
   * Number of workers that can run at the same time, over all jobs.
   * @param kind of all of them; left out: of the smallest kind there is, so that it is the most
   */
  capacity(kind?: WorkerKind): Promise<number>
  /** Wants workers for a job. Idempotent; workers that ended badly are replaced, with a growing delay. */
  start(request: WorkerRequest): Promise<void>
  status(jobId: string): Promise<WorkersStatus>
  /** Jobs that have workers or want some. */
  jobs(): Promise<readonly string[]>
  /**
   * How long jobs without a worker will wait, from the work of the jobs that are before them. Of a job that no place
   * will ever be given to, as things stand, nothing is told.
   */
  outlook(workLeft: WorkLeft): Promise<ReadonlyMap<string, Outlook>>
  /** Ends the job's workers: politely (they give their tasks back), after `graceMs` by force. Idempotent. */
  stop(jobId: string, graceMs: number): Promise<void>
  /** Calls back when a job's workers changed state. */
  onChange(listener: (jobId: string) => void): () => void
  /**
   * Lets go. Workers that live with this process end with it; workers of a cluster go on, and the next replica finds
   * them.
   */
  close(): Promise<void>
}

export type ClusterErrorCode =
  /** The cluster does not answer, or cannot do it now; the same call may succeed later. */
  | 'CLUSTER_UNAVAILABLE'
  /** The cluster says no, and will say so again until somebody changes something. */
  | 'CLUSTER_REFUSED'

export class ClusterError extends Error {
  override readonly name = 'ClusterError'
  readonly code: ClusterErrorCode
  constructor(code: ClusterErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
