/** A refusal in words: what control throws where a request cannot be done, and how foreign errors become one. */

import { ClusterError } from '#cluster/cluster.ts'
import { IdentityError } from '#identity/identity.ts'
import type { ErrorCode } from '#protocol/errors.ts'
import type { ProblemItem } from '#protocol/shapes.ts'
import { QueueError } from '#queue/queue.ts'
import { RecordsError } from '#records/records.ts'
import { TallyError } from '#results/errors.ts'
import { StorageError } from '#storage/storage.ts'

/** Carries a code of protocol/errors.ts; the detail says what was expected, what came, and where. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  readonly code: ErrorCode
  /** All problems of the input at once. */
  readonly problems: readonly ProblemItem[] | null
  constructor(code: ErrorCode, detail: string, options: { problems?: readonly ProblemItem[]; cause?: unknown } = {}) {
    super(detail, { cause: options.cause })
    this.code = code
    this.problems = options.problems ?? null
  }
}

/** An error of an adapter as a refusal, or `undefined` where it is nobody's fault but ours. */
export function asControlError(error: unknown): ControlError | undefined {
  if (error instanceof ControlError) return error
  if (error instanceof RecordsError && (error.retriable || error.code === 'RECORDS_LOCKED')) {
    return new ControlError('RECORDS_UNAVAILABLE', error.message, { cause: error })
  }
  if (error instanceof RecordsError && error.code === 'RECORDS_NO_SEEDS') {
    return new ControlError('JOB_TOO_LARGE', error.message, { cause: error })
  }
  if (error instanceof QueueError && error.code === 'QUEUE_UNAVAILABLE') {
    return new ControlError('QUEUE_UNAVAILABLE', error.message, { cause: error })
  }
  if (error instanceof QueueError && error.code === 'QUEUE_DENIED') {
    return new ControlError('QUEUE_REFUSED', error.message, { cause: error })
  }
  if (error instanceof StorageError && error.code === 'STORAGE_UNAVAILABLE' && !error.retriable) {
    return new ControlError('STORAGE_REFUSED', error.message, { cause: error })
  }
  if (error instanceof StorageError && (error.code === 'STORAGE_FULL' || error.code === 'STORAGE_UNAVAILABLE')) {
    return new ControlError('STORAGE_UNAVAILABLE', error.message, { cause: error })
  }
  if (error instanceof ClusterError && error.code === 'CLUSTER_REFUSED') {
    return new ControlError('CLUSTER_REFUSED', error.message, { cause: error })
  }
  if (error instanceof ClusterError) return new ControlError('CLUSTER_UNAVAILABLE', error.message, { cause: error })
  if (error instanceof IdentityError && error.code === 'IDENTITY_UNAVAILABLE') {
    return new ControlError('IDENTITY_UNAVAILABLE', error.message, { cause: error })
  }
  if (error instanceof IdentityError && error.code === 'NOT_ADMITTED') {
    return new ControlError('NOT_ALLOWED', error.message, { cause: error })
  }
  if ((error instanceof StorageError && error.code === 'STORAGE_DAMAGED') || error instanceof TallyError) {
    return new ControlError('STORED_RESULT_DAMAGED', error.message, { cause: error })
  }
  return undefined
}

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'RECORDS_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
  'QUEUE_UNAVAILABLE',
  'CLUSTER_UNAVAILABLE',
])

/** Whether the same work may succeed later without anybody changing anything. */
export const isPassing = (code: ErrorCode): boolean => PASSING.has(code)
