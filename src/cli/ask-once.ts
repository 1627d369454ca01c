/**
 * Asks the service for something that changes a simulation. A request whose answer was lost is sent again under the same
 * idempotency key, so it is done once: neither a second simulation nor primaries twice.
 */

import { type Answer, ApiError, type CallInput } from '#protocol/client.ts'
import type { RouteName } from '#protocol/routes.ts'
import type { CliContext } from './context.ts'
import { withClient } from './service.ts'

/** Pauses before the request is sent again. */
const AGAIN_AFTER_MS = [500, 2000, 5000]

/** @throws CliError for a refusal, and when no answer came at last */
export async function askOnce<R extends RouteName>(
  context: CliContext,
  route: R,
  input: CallInput,
): Promise<Answer<R>> {
  const headers = { ...input.headers, 'idempotency-key': context.freshKey() }
  return withClient(context, async (client) => {
    for (const pauseMs of AGAIN_AFTER_MS) {
      try {
        return await client.call(route, { ...input, headers })
      } catch (error) {
        if (!isLost(error) || context.signal.aborted) throw error
        await context.pause(pauseMs)
      }
    }
    return client.call(route, { ...input, headers })
  })
}

/** Nobody knows whether it was done: no answer came, or that of a proxy, or of a service that lost its database. */
const isLost = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504)
