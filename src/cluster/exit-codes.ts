/**
 * What a worker's exit code says to the cluster. The same numbers serve the rules of a Kubernetes Job.
 *
 * Every other code, and every signal, is a crash: the worker is replaced, with a growing delay.
 */

export const WORKER_EXIT = {
  /** Nothing waits and nothing is leased, the job was stopped or cancelled, or the worker was asked to leave. */
  drained: 0,
  /** The job cannot work anywhere: its secret is refused, its engine is unknown. No replacement. */
  job: 10,
  /** This machine cannot work now: disk full, queue away for too long. Replaced after a delay. */
  machine: 11,
  /** Ended by SIGTERM after it gave its tasks back. */
  released: 143,
} as const
