/** What the routes of workers elsewhere do, and the one by which a person lets such a worker in. */

import type { Permission, User } from '#identity/identity.ts'
import type { Records, SimulationRecord } from '#records/records.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import type { Handlers } from './ask.ts'
import { ControlError } from './control-error.ts'
import { taskPrefix } from './object-keys.ts'
import { checkObjects, openDesk, refuseEnded, type WorkerDesk } from './worker-desk.ts'

export interface WorkerHandlerParts {
  readonly records: Records
  readonly workers: WorkerDesk | null
  readonly clock: () => number
  readonly found: (id: string, user: User, permission: Permission) => Promise<SimulationRecord>
}

const HOUR_MS = 3_600_000

export function workerHandlers(
  parts: WorkerHandlerParts,
): Pick<Handlers, 'workerToken' | 'workerAccess' | 'workerAddresses'> {
  const { records, workers, clock, found } = parts
  return {
    async workerToken({ params, body, user }) {
      const { id, state } = await found(params.id, user, 'steer')
      const desk = openDesk(workers)
      if (FINAL_STATES.has(state)) {
        throw new ControlError('JOB_ENDED', `Simulation ${id} is ${state}; a worker would find nothing to do.`)
      }
      const validUntilMs = clock() + body.validForHours * HOUR_MS
      return { simulation: id, token: desk.mintToken(id, validUntilMs), validUntilMs }
    },

    async workerAccess({ jobId }) {
      await refuseEnded(records, jobId)
      return { simulation: jobId, queue: await openDesk(workers).queueAccess(jobId) }
    },

    async workerAddresses({ jobId, query, body }) {
      checkObjects(jobId, body.objects)
      await refuseEnded(records, jobId)
      return { addresses: await openDesk(workers).signPut(body.objects, taskPrefix(jobId), query.tries) }
    },
  }
}
