/** One event stream on the wire. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { User } from '#identity/identity.ts'
import type { EventHub } from './events.ts'
import type { ControlLimits } from './limits.ts'

/**
 * Answers with the stream; the reply is then out of the framework's hands.
 * @param isStillSignedIn a stream may last for days, and must not outlive the session that opened it
 */
export function streamEvents(
  hub: EventHub,
  user: User,
  request: FastifyRequest,
  reply: FastifyReply,
  isStillSignedIn: () => Promise<boolean>,
  { lookAtSessionEveryMs }: Pick<ControlLimits, 'lookAtSessionEveryMs'>,
): void {
  const { raw } = reply
  reply.hijack()
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies that collect answers would hold events back.
    'x-accel-buffering': 'no',
  })
  request.raw.socket.setNoDelay(true)
  request.raw.socket.setKeepAlive(true, 30_000)
  if (request.method === 'HEAD') {
    raw.end()
    return
  }
  const look = setInterval(async () => {
    if (!(await isStillSignedIn())) raw.end()
  }, lookAtSessionEveryMs)
  look.unref()
  raw.on('close', () => clearInterval(look))
  hub.connect(user, lastEventId(request), {
    write: (text) => raw.write(text),
    onReady: (listener) => void raw.on('drain', listener),
    onClose: (listener) => void raw.on('close', listener),
    end: () => raw.end(),
  })
}

/** Number of the last event the reader saw. What is no number is taken as one that we never gave: a gap. */
function lastEventId(request: FastifyRequest): number | null {
  const id = request.headers['last-event-id']
  if (id === undefined || id === '') return null
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : Number.MAX_SAFE_INTEGER
}
