/** Errors of the control service as ends of a command. */

import { ApiError } from '#protocol/client.ts'
import { CliError, type ExitName } from './exit-codes.ts'

export function translateApiError(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error
  return new CliError(exitOf(error), error.code, `${error.message} ${error.advice}`, error.problems)
}

function exitOf(error: ApiError): ExitName {
  if (error.status === 0 || error.status === 401) return 'NO_SERVER'
  if (error.status === 400 || error.status === 413 || error.status === 422) return 'BAD_INPUT'
  if (error.status < 500) return 'REFUSED'
  return 'FAILED'
}
