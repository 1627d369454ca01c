/**
 * The id of a request: the one that whoever is in front of us gave it, so that one search finds it in all logs, or one of
 * our own. Answers carry it, too.
 */

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export const REQUEST_ID = 'x-request-id'

/** What may stand in a log line as it is. */
const GOOD = /^[\w.:/+=-]{1,100}$/

export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[REQUEST_ID]
  return typeof given === 'string' && GOOD.test(given) ? given : randomUUID()
}
