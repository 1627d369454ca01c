/** Why a worker cannot go on, apart from the failure of a single task. */

export type WorkerErrorCode =
  /** This job cannot be worked on anywhere: unknown engine, secret refused. */
  | 'WORKER_JOB'
  /** This machine cannot work now: storage or queue away or full for too long, folder not writable. */
  | 'WORKER_MACHINE'

export class WorkerError extends Error {
  override readonly name = 'WorkerError'
  readonly code: WorkerErrorCode
  constructor(code: WorkerErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
