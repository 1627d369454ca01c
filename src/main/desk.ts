/** The desk for workers elsewhere, put together from queue, storage and identity (decisions/0004). */

import type { WorkerDesk } from '#control/worker-desk.ts'
import { checkJobToken, type JobTokenRefusal, mintJobToken } from '#identity/job-token.ts'
import { subKeys } from '#identity/secrets.ts'
import { type RedisAddress, withoutLogin } from '#queue/redis/address.ts'
import type { RedisQueue } from '#queue/redis/redis-queue.ts'
import type { SigningStorage } from '#storage/storage.ts'

/** Time for an object to be on its way: a worker asks when it is about to send. */
const ADDRESS_VALID_SECONDS = 15 * 60

const REFUSALS: Readonly<Record<JobTokenRefusal, string>> = {
  malformed: 'has not the form of one; copy it again, whole',
  forged: 'was not made by this installation, or its secret has changed since',
  expired: 'is too old',
}

export interface DeskParts {
  readonly secrets: readonly Uint8Array[]
  readonly queue: RedisQueue
  /** As workers reach it; what stands in it of a login is taken out. */
  readonly redis: RedisAddress
  readonly storage: SigningStorage
}

export function workerDesk({ secrets, queue, redis, storage }: DeskParts): WorkerDesk {
  const keys = subKeys(secrets, 'job-token')
  const address = withoutLogin(redis)
  return {
    mintToken: (jobId, validUntilMs) => mintJobToken(keys[0]!, jobId, validUntilMs),
    readToken(token, nowMs) {
      const read = checkJobToken(keys, token, nowMs)
      return read.ok ? { jobId: read.jobId } : { refused: REFUSALS[read.reason] }
    },
    queueAccess: async (jobId) => ({ address, ...(await queue.grantWorker(jobId)) }),
    signPut: (objects, within, tries) => storage.signPut(objects, ADDRESS_VALID_SECONDS, within, tries),
  }
}
