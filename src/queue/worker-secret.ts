/** What a worker shows to prove that it works for a job: a worker of one job can do nothing to another. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The secret of a job's workers, 64 hexadecimal digits.
 * @param key Known to control only; the same over restarts if workers are to outlive it. At least 16 bytes.
 */
export function workerSecret(key: Uint8Array, jobId: string): string {
  if (key.length < 16) throw new RangeError(`The key of the worker secrets needs 16 bytes, got ${key.length}.`)
  return createHmac('sha256', key).update(`isolario worker of job ${jobId}`).digest('hex')
}

/** Compares in a time that does not depend on where the difference is. */
export function isWorkerSecret(key: Uint8Array, jobId: string, shown: string): boolean {
  const hash = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(hash(workerSecret(key, jobId)), hash(shown))
}
