/**
 * The event stream as a list that does not end: it connects, goes on after a cut where it was, and says when events may
 * have been missed. It is handed everything that belongs to a host: `fetch`, a decoder of UTF-8, a pause.
 */

import { ApiError, pathOf, problemOf } from './client.ts'
import { EventStreamParser } from './event-stream.ts'
import { eventSchema, type StreamEvent } from './shapes.ts'

/** What is needed of an answer whose body is read while it comes. */
export interface StreamAnswer {
  readonly ok: boolean
  readonly status: number
  readonly body: AsyncIterable<Uint8Array> | null
  json(): Promise<unknown>
}

export interface StreamOptions {
  readonly method: string
  readonly headers: Record<string, string>
  readonly credentials?: 'same-origin'
  // biome-ignore lint/suspicious/noExplicitAny: AbortSignal is a type of Node and the DOM, and this room knows neither.
  readonly signal?: any
}

export interface OpenEventsOptions {
  readonly fetch: (address: string, options: StreamOptions) => Promise<StreamAnswer>
  /** As for `createClient`. */
  readonly baseUrl: string
  readonly token?: string
  /** A fresh decoder of UTF-8 for one connection: pieces may end inside a character. */
  readonly decoder: () => (piece: Uint8Array) => string
  /** Waits; may reject when the signal is aborted. */
  readonly pause: (ms: number) => Promise<void>
  /** An AbortSignal; the list ends when it is aborted. */
  readonly signal?: StreamOptions['signal']
  /** To go on after an earlier stream. */
  readonly lastEventId?: string
}

export type StreamMessage =
  /** A connection stands. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'event'; readonly event: StreamEvent /** To resume after. */; readonly lastEventId: string }
  /** Events may have been missed: ask again for what is shown. */
  | { readonly kind: 'gap' }
  /** The connection was lost; it is tried again after a pause. */
  | { readonly kind: 'lost' }

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/** @throws ApiError when the service refuses the stream: another try would be refused as well */
export async function* openEvents(options: OpenEventsOptions): AsyncGenerator<StreamMessage, void, void> {
  let lastEventId = options.lastEventId ?? ''
  let pauseMs = FIRST_PAUSE_MS
  const aborted = (): boolean => options.signal?.aborted === true
  while (!aborted()) {
    const answer = await connect(options, lastEventId)
    if (answer?.body) {
      yield { kind: 'connected' }
      pauseMs = FIRST_PAUSE_MS
      const parser = new EventStreamParser()
      const decode = options.decoder()
      try {
        for await (const piece of answer.body) {
          for (const { data } of parser.push(decode(piece))) {
            lastEventId = parser.lastId || lastEventId
            const event = eventIn(data)
            yield event ? { kind: 'event', event, lastEventId } : { kind: 'gap' }
          }
          lastEventId = parser.lastId || lastEventId
        }
      } catch (error) {
        if (aborted()) return
        // A broken line; what came with the line before it counts.
        if (error instanceof ApiError) throw error
      }
    }
    if (aborted()) return
    yield { kind: 'lost' }
    try {
      await options.pause(pauseMs)
    } catch (error) {
      if (aborted()) return
      throw error
    }
    pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)
  }
}

async function connect(options: OpenEventsOptions, lastEventId: string): Promise<StreamAnswer | null> {
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`
  if (lastEventId !== '') headers['last-event-id'] = lastEventId
  let answer: StreamAnswer
  try {
    answer = await options.fetch(`${options.baseUrl}${pathOf('events')}`, {
      method: 'GET',
      headers,
      credentials: 'same-origin',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  } catch {
    return null
  }
  if (answer.ok) return answer
  // A service that is starting or away answers 5xx or not at all; anything else is meant.
  if (answer.status >= 500) return null
  throw new ApiError(await problemOf(answer))
}

/** `undefined` for what is no event of this version, among it the service's word that events are missing. */
function eventIn(data: string): StreamEvent | undefined {
  try {
    return eventSchema.parse(JSON.parse(data))
  } catch {
    return undefined
  }
}
