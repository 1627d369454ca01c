/**
 * Workers that somebody else starts: a batch system, a swarm, a person with a spare desktop (docs/workers-elsewhere.md).
 * There is nothing to start or to stop here; who works for a job is seen from the leases that workers hold. Whoever
 * ends a job drops its queue, and its workers then find nothing and end.
 */

import type { Cluster, WorkerRequest, WorkersStatus } from './cluster.ts'

export interface UnmanagedClusterOptions {
  /** Most workers that are reckoned with, over all jobs; for the size of tasks only. */
  readonly slots: number
  /** Workers that hold leases of a job now. */
  readonly workersOf: (jobId: string) => Promise<number>
}

export function unmanagedCluster({ slots: capacity, workersOf }: UnmanagedClusterOptions): Cluster {
  const wanted = new Map<string, WorkerRequest>()
  return {
    capacity: async () => capacity,
    async start(request) {
      wanted.set(request.jobId, request)
    },
    async status(jobId): Promise<WorkersStatus> {
      const asked = wanted.get(jobId)
      if (asked === undefined) {
        return { jobId, state: 'absent', wanted: 0, running: 0, priority: null, reason: null, failures: [] }
      }
      const { slots, priority } = asked
      const running = await workersOf(jobId)
      const reason =
        running > 0
          ? null
          : `No worker has come yet. Workers are started by hand or by a batch system here: isolario worker --job ${jobId}, with a token from isolario worker-token ${jobId}.`
      return {
        jobId,
        state: running > 0 ? 'running' : 'waiting',
        wanted: slots,
        running,
        priority,
        reason,
        failures: [],
      }
    },
    jobs: async () => [...wanted.keys()],
    // Whoever starts workers decides for which job; nobody here knows in which order.
    outlook: async () => new Map(),
    async stop(jobId) {
      wanted.delete(jobId)
    },
    onChange: () => () => {},
    async close() {
      wanted.clear()
    },
  }
}
