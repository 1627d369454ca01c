/** Errors of the control service as ends of a command. */

import { ApiError } from '#protocol/client.ts'
import { CliError, type ExitName } from './exit-codes.ts'

/** Errors whose sentence says what is wrong and leaves what to do to the advice. */
const NEEDS_ADVICE = new Set([
  'UNREACHABLE',
  'UNEXPECTED_ANSWER',
  'NOT_SIGNED_IN',
  'INTERNAL',
  'RECORDS_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
  'QUEUE_UNAVAILABLE',
  'STORAGE_REFUSED',
  'QUEUE_REFUSED',
  'CLUSTER_REFUSED',
  'STORED_RESULT_DAMAGED',
])

export function translateApiError(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error
  const message = NEEDS_ADVICE.has(error.code) ? `${error.message} ${error.advice}` : error.message
  return new CliError(exitOf(error), error.code, message, error.problems)
}

function exitOf(error: ApiError): ExitName {
  if (error.status === 0 || error.status === 401) return 'NO_SERVER'
  if (error.status === 400 || error.status === 413 || error.status === 422) return 'BAD_INPUT'
  if (error.status < 500) return 'REFUSED'
  return 'FAILED'
}
