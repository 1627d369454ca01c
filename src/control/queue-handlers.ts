/** What an operator sees of the queues, and how one is put right; who used which licensed engine. */

import type { QueueInspection } from '#protocol/shapes.ts'
import type { Queue } from '#queue/queue.ts'
import type { Records } from '#records/records.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'
import { counted } from './amounts.ts'
import type { Handlers } from './ask.ts'
import type { Reconciler } from './reconciler.ts'

/** All queues that a server keeps, also those that no record knows any more. */
export type InspectQueues = () => Promise<readonly Omit<QueueInspection, 'simulation'>[]>

export interface QueueHandlerParts {
  readonly records: Records
  readonly queue: Queue
  readonly inspectQueues: InspectQueues | null
  readonly reconciler: Pick<Reconciler, 'kick'>
}

export function queueHandlers(parts: QueueHandlerParts): Pick<Handlers, 'queues' | 'repairQueue' | 'engineUses'> {
  const { records, queue, inspectQueues, reconciler } = parts
  return {
    async queues() {
      const found = await (inspectQueues ? inspectQueues() : ofActiveJobs(records, queue))
      const answers: QueueInspection[] = []
      for (const one of found) {
        const { jobId, state, generation, order, waiting, leased, reported, lost, bytes, nextExpiryMs } = one
        const failures = one.failures.map(({ task, code, message }) => ({ task, code, message }))
        const simulation = (await records.simulation(jobId))?.state ?? null
        answers.push({
          ...{ jobId, simulation, state, generation, order },
          ...{ waiting, leased, reported, lost, failures, bytes, nextExpiryMs },
        })
      }
      return answers
    },

    async engineUses({ query: { engine, owner, offset, limit } }) {
      const wanted = {
        ...(engine === undefined ? {} : { engineId: engine }),
        ...(owner === undefined ? {} : { owner }),
      }
      const { items, total } = await records.engineUses({ ...wanted, offset, limit })
      return { items: [...items], total }
    },

    async repairQueue({ params: { id }, body: { action } }) {
      if (action === 'reap') {
        const { returned, dead } = await queue.reap(id)
        reconciler.kick(id)
        return {
          sentence: `${counted(returned, 'lease')} that were over went back to waiting, ${counted(dead, 'task')} without attempts left failed.`,
        }
      }
      await queue.drop(id)
      reconciler.kick(id)
      const state = (await records.simulation(id))?.state
      const goesOn = state !== undefined && !FINAL_STATES.has(state)
      return {
        sentence: goesOn
          ? `The queue of ${id} was dropped; it is built anew from the records under the next generation.`
          : `The queue of ${id} was dropped; its job is ${state ?? 'not known any more'}, so no other is built.`,
      }
    },
  }
}

/** What the contract of the queue tells, for queues that have no server of their own. */
async function ofActiveJobs(records: Records, queue: Queue): ReturnType<InspectQueues> {
  const found: Omit<QueueInspection, 'simulation'>[] = []
  for (const { id: jobId } of await records.active()) {
    const [counts, standing, leases] = await Promise.all([
      queue.counts(jobId),
      queue.standing(jobId),
      queue.leases(jobId),
    ])
    if (!counts || !standing) continue
    const nextExpiryMs = leases.length === 0 ? null : Math.min(...leases.map(({ expiresAtMs }) => expiresAtMs))
    found.push({ jobId, state: 'open', ...standing, ...counts, lost: null, failures: [], bytes: null, nextExpiryMs })
  }
  return found
}
