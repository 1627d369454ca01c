/** Names in Redis. The braces are a hash tag: all keys of a job lie in one slot, which functions need in a cluster. */

import { QueueError } from '../queue.ts'

/** In the order in which the functions get them; see scripts/shared.ts. */
export const KEY_NAMES = ['meta', 'payloads', 'waiting', 'tries', 'leases', 'reported', 'reports'] as const

/** Begins every key and channel of Isolario in Redis. */
const PREFIX = 'isolario'

/** Ids that can stand in a key and in a pattern of an ACL rule without meaning anything else there. */
const JOB_ID = /^[A-Za-z0-9_-]{1,64}$/

/** @throws QueueError `QUEUE_BAD_REQUEST` for an id with other letters: a pattern made of it could match other jobs. */
export function checkJobId(jobId: string): void {
  if (JOB_ID.test(jobId)) return
  throw new QueueError(
    'QUEUE_BAD_REQUEST',
    `A queue in Redis needs a job id of 1 to 64 letters, digits, "-" and "_", got ${JSON.stringify(jobId.slice(0, 80))}.`,
  )
}

export const keysOf = (jobId: string): readonly string[] => KEY_NAMES.map((name) => `{${PREFIX}:${jobId}}:${name}`)

/** Matches the keys of one job and no other. */
export const keyPattern = (jobId: string): string => `{${PREFIX}:${jobId}}:*`

/** Matches the keys of all jobs. */
export const ALL_KEYS = `{${PREFIX}:*}:*`

/** The job whose key this is, or `undefined`. */
export const jobOfKey = (key: string): string | undefined => /^\{isolario:([A-Za-z0-9_-]{1,64})\}:/.exec(key)?.[1]

/** Where it is said that reports arrived; the message is the job's id. */
export const channelOf = (jobId: string): string => `${PREFIX}:reports:${jobId}`
export const ALL_CHANNELS = `${PREFIX}:reports:*`

/** Redis user of a job's workers. */
export const userOf = (jobId: string): string => `${PREFIX}-${jobId}`
