/** Lines of a worker: sentences for people, or JSON with the fields that the service's log has. */

import type { LogAbout } from '#worker/loop.ts'

export const WORKER_LOG_FORMATS: readonly string[] = ['text', 'json']

export type WorkerLog = (line: string, about?: LogAbout) => void

export interface WorkerLogOptions {
  readonly format: string
  readonly job: string
  readonly worker: string
  /** Of the job's trace; asked for at every line. */
  readonly trace: () => string | null
  readonly clock: () => number
  readonly write: (text: string) => void
}

/** As the service's log numbers it. */
const INFO = 30

export function workerLog({ format, job, worker, trace, clock, write }: WorkerLogOptions): WorkerLog {
  if (format !== 'json') return (line) => write(`${line}\n`)
  return (line, about) => {
    const traceId = trace()
    const fields = { level: INFO, time: clock(), job, worker, ...about, ...(traceId ? { trace: traceId } : {}) }
    write(`${JSON.stringify({ ...fields, msg: line })}\n`)
  }
}
