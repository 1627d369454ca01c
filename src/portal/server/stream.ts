/**
 * The one event stream of a browser. Tabs share it: the tab that holds a lock listens to the service and passes every
 * event on, because a browser opens only about six connections to one address. When that tab closes, the next takes over.
 */

import { eventSchema, type StreamEvent } from '#protocol/shapes.ts'

/** `lost` is said only after a connection was had, or could not be had at all. */
export type ConnectionState = 'connecting' | 'live' | 'lost'

export interface StreamListener {
  onEvent(event: StreamEvent): void
  /** Called whenever events may have been missed, so that what is shown must be asked for again. */
  onGap(): void
  onState(state: ConnectionState): void
}

type Message =
  | { readonly kind: 'event'; readonly data: string }
  | { readonly kind: 'state'; readonly state: ConnectionState }

const LOCK = 'isolario-event-stream'
/** A page whose session has ended may stay open for days: refused, it asks less and less often. */
const FIRST_PAUSE_MS = 3000
const LONGEST_PAUSE_MS = 15_000

/** Starts listening; the answer ends it. @param address of the stream. */
export function listen(address: string, listener: StreamListener): () => void {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(LOCK)
  const ending = new AbortController()
  let source: EventSource | null = null
  let state: ConnectionState = 'connecting'
  let leading = false
  let hadGap = false
  let pauseMs = FIRST_PAUSE_MS
  let again: ReturnType<typeof setTimeout> | undefined

  const setState = (next: ConnectionState) => {
    if (next === 'live' && hadGap) listener.onGap()
    hadGap = next === 'lost' || (hadGap && next !== 'live')
    state = next
    listener.onState(next)
  }
  const receive = (data: string) => {
    const event = readEvent(data)
    if (event) listener.onEvent(event)
    else listener.onGap()
  }
  const say = (message: Message) => channel?.postMessage(message)

  const open = () => {
    clearTimeout(again)
    again = undefined
    if (ending.signal.aborted) return
    source = new EventSource(address)
    source.onopen = () => {
      pauseMs = FIRST_PAUSE_MS
      setState('live')
      say({ kind: 'state', state: 'live' })
    }
    const onData = (event: MessageEvent<string>) => {
      receive(event.data)
      say({ kind: 'event', data: event.data })
    }
    source.onmessage = onData
    for (const name of ['simulation', 'deleted']) source.addEventListener(name, onData as EventListener)
    source.onerror = () => {
      setState('lost')
      say({ kind: 'state', state: 'lost' })
      // A refused answer closes the source for good; a broken line it mends by itself.
      if (source?.readyState === EventSource.CLOSED) {
        source.close()
        again = setTimeout(open, pauseMs)
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      }
    }
  }

  // Somebody comes back to the page, perhaps after a sign-in in another tab: no pause is worth waiting for.
  const onVisible = () => {
    if (again === undefined || document.visibilityState !== 'visible') return
    pauseMs = FIRST_PAUSE_MS
    open()
  }
  document.addEventListener('visibilitychange', onVisible)

  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<Message | { readonly kind: 'hello' }>) => {
      if (data.kind === 'hello') {
        if (leading) say({ kind: 'state', state })
      } else if (!leading) {
        if (data.kind === 'event') receive(data.data)
        else setState(data.state)
      }
    }
  }

  if (channel && 'locks' in navigator) {
    navigator.locks
      .request(LOCK, { signal: ending.signal }, () => {
        // Granted in the moment in which it was given up: kept, it would shut out whoever listens next, for ever.
        if (ending.signal.aborted) return undefined
        // The tab before may have closed in the middle of something.
        if (state !== 'connecting') hadGap = true
        leading = true
        open()
        return new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()))
      })
      .catch(() => undefined)
    channel.postMessage({ kind: 'hello' })
  } else {
    leading = true
    open()
  }

  return () => {
    ending.abort()
    clearTimeout(again)
    document.removeEventListener('visibilitychange', onVisible)
    source?.close()
    channel?.close()
  }
}

/** An event of the stream, or `undefined` when the service speaks a newer language than this page. */
export function readEvent(data: string): StreamEvent | undefined {
  try {
    return eventSchema.parse(JSON.parse(data))
  } catch {
    return undefined
  }
}
