/**
 * The event streams: one for each browser.
 *
 * Persistent events (a state changed, a simulation was deleted) are rows with numbers in commit order; a stream that
 * was cut goes on after the number it saw last and misses none. Progress is a snapshot without a number: the next one
 * replaces it, at most four a second for each simulation. A reader that is too slow gets no progress, and what it missed
 * of persistent events is read from the rows again when it is ready: nothing piles up in memory, and nothing is lost.
 */

import type { Identity, User } from '#identity/identity.ts'
import type { StreamEvent } from '#protocol/shapes.ts'
import type { EventRecord, Records, SimulationRecord } from '#records/records.ts'
import type { ControlLimits } from './limits.ts'
import type { Log } from './log.ts'
import type { Summaries } from './summaries.ts'

/** Where a stream is written to. */
export interface EventSink {
  /** @returns false when the reader is behind; nothing more is written until `onReady` calls back */
  write(text: string): boolean
  onReady(listener: () => void): void
  onClose(listener: () => void): void
  end(): void
}

export interface EventHub {
  /** @param after number of the last event that the reader saw; `null` for a new reader */
  connect(user: User, after: number | null, sink: EventSink): void
  /** Rows may hold new events. */
  nudge(): void
  /** A simulation has progressed. @param isComplete nothing more will come: told at once, not with the next beat */
  progress(id: string, isComplete?: boolean): void
  readonly readers: number
  close(): void
}

export interface EventHubOptions {
  readonly records: Records
  readonly summaries: Summaries
  readonly identity: Identity
  readonly limits: Pick<ControlLimits, 'progressEveryMs' | 'heartbeatMs'>
  readonly clock: () => number
  readonly log: Log
}

/** Events read at once. */
const PAGE = 500
/** How often rows are looked at for what other replicas wrote. */
const LOOK_EVERY_MS = 500
/** Browsers wait so long before they connect again. */
const RETRY_MS = 1000
/** Readers of a replica that ends come to the others spread over this time. */
const SPREAD_MS = 1000

interface Reader {
  readonly user: User
  readonly sink: EventSink
  /** Number of the last persistent event written. */
  seen: number
  /** Live: gets events as they come. Otherwise it is behind and reads rows, or waits for its sink. */
  live: boolean
  ready: boolean
  catching: boolean
  closed: boolean
  /** Simulations whose newest progress it has not been told; `null` before it was told of all. */
  missed: Set<string> | null
}

interface Picture {
  readonly owner: string
  readonly text: string
}

export function createEventHub(options: EventHubOptions): EventHub {
  const { records, summaries, identity, limits, clock, log } = options
  const readers = new Set<Reader>()
  /** Every event up to this one was given to all live readers. */
  let seen: number | null = null
  let reading: Promise<void> | null = null
  let readAgain = false
  let closed = false
  const sentAtMs = new Map<string, number>()
  const due = new Map<string, NodeJS.Timeout>()

  const mayRead = (reader: Reader, owner: string) => identity.may(reader.user, 'read', owner)

  const write = (reader: Reader, text: string): void => {
    if (reader.closed) return
    if (!reader.sink.write(text)) {
      reader.ready = false
      reader.live = false
    }
  }

  /** Newest event of each simulation only: each carries the newest summary anyway. */
  const framesOf = async (
    events: readonly EventRecord[],
  ): Promise<{ sequence: number; owner: string; text: string }[]> => {
    const newest = new Map<string, EventRecord>()
    for (const event of events) newest.set(event.simulationId, event)
    const frames = []
    for (const event of [...newest.values()].sort((a, b) => a.sequence - b.sequence)) {
      const body = await bodyOf(event)
      if (body) frames.push({ sequence: event.sequence, owner: event.owner, text: frame(body, event.sequence) })
    }
    return frames
  }

  const bodyOf = async (event: EventRecord): Promise<StreamEvent | null> => {
    if (event.kind === 'deleted') return { kind: 'deleted', id: event.simulationId }
    const record = await records.simulation(event.simulationId)
    // Deleted since: its own event follows.
    return record ? { kind: 'simulation', simulation: summaries.summary(record) } : null
  }

  const pump = async (): Promise<void> => {
    // A reader that caught up meanwhile has set it; jumping over it would lose the events in between.
    const last = await records.lastEvent()
    seen ??= last
    for (;;) {
      const events = await records.eventsAfter(seen, PAGE)
      const newest = events.at(-1)
      if (!newest) return
      const frames = await framesOf(events)
      for (const reader of readers) {
        if (!reader.live) continue
        for (const { sequence, owner, text } of frames) {
          if (!reader.live || sequence <= reader.seen) continue
          if (mayRead(reader, owner)) write(reader, text)
          reader.seen = sequence
        }
        if (reader.live) reader.seen = Math.max(reader.seen, newest.sequence)
      }
      seen = newest.sequence
    }
  }

  const nudge = (): void => {
    if (closed || readers.size === 0) return
    readAgain = true
    reading ??= (async () => {
      while (readAgain && !closed) {
        readAgain = false
        await pump()
      }
    })()
      .catch((error: unknown) => log.warn({ err: error }, 'events could not be read; they are looked for again'))
      .finally(() => (reading = null))
  }

  /** Brings a reader from where it is to the live events. */
  const catchUp = async (reader: Reader): Promise<void> => {
    if (reader.catching || reader.closed || closed) return
    reader.catching = true
    try {
      while (reader.ready && !reader.closed) {
        const events = await records.eventsAfter(reader.seen, PAGE)
        const pruned = await records.prunedEvents()
        if (reader.seen < pruned) {
          // Some of what it has not seen was removed while it was away or behind.
          write(reader, GAP_FRAME)
          reader.seen = pruned
          continue
        }
        const last = events.at(-1)
        if (!last) {
          // Nobody can have been told of more meanwhile: between here and the flag no other code runs.
          if (seen === null || reader.seen >= seen) {
            seen ??= reader.seen
            reader.live = true
            break
          }
          continue
        }
        for (const { sequence, owner, text } of await framesOf(events)) {
          if (!reader.ready) break
          if (mayRead(reader, owner)) write(reader, text)
          reader.seen = sequence
        }
        if (reader.ready) reader.seen = last.sequence
      }
      if (reader.live) await sendMissed(reader)
    } catch (error) {
      log.warn({ err: error }, 'events could not be read for a stream; it is ended and will be opened again')
      reader.sink.end()
    } finally {
      reader.catching = false
    }
    nudge()
  }

  /**
   * Progress has no row: what a reader missed of it, it gets as the newest picture, of each simulation once. Where it
   * falls behind again the rest waits; so a slow reader gets on, however many simulations run.
   */
  const sendMissed = async (reader: Reader): Promise<void> => {
    if (reader.missed?.size === 0) return
    const pictures = await newestPictures()
    reader.missed ??= new Set(pictures.keys())
    for (const id of reader.missed) {
      if (!reader.live) return
      reader.missed.delete(id)
      const picture = pictures.get(id)
      if (picture && mayRead(reader, picture.owner)) write(reader, picture.text)
    }
  }

  let drawing: Promise<ReadonlyMap<string, Picture>> | null = null
  let drawingNext: Promise<ReadonlyMap<string, Picture>> | null = null
  /**
   * Everything that runs, as it stands now or later. Many readers come at once when a replica ends: whoever comes while
   * the rows are read waits for the next reading, with all others who do.
   */
  const newestPictures = (): Promise<ReadonlyMap<string, Picture>> => {
    if (!drawing) {
      drawing = draw().finally(() => (drawing = null))
      return drawing
    }
    drawingNext ??= drawing
      .catch(() => undefined)
      .then(() => {
        drawingNext = null
        return newestPictures()
      })
    return drawingNext
  }
  const draw = async (): Promise<ReadonlyMap<string, Picture>> =>
    new Map((await records.active()).map((record) => [record.id, { owner: record.owner, text: progressFrame(record) }]))

  const progressFrame = (record: SimulationRecord): string =>
    frame({ kind: 'simulation', simulation: summaries.summary(record) }, null)

  const sendProgress = async (id: string): Promise<void> => {
    due.delete(id)
    if (closed || readers.size === 0) return
    sentAtMs.set(id, clock())
    const record = await records.simulation(id).catch(() => undefined)
    // An ended one is told by its persistent event, with a number.
    if (!record || record.endedAtMs !== null) {
      sentAtMs.delete(id)
      return
    }
    const text = progressFrame(record)
    for (const reader of readers) {
      if (!mayRead(reader, record.owner)) continue
      if (!reader.live) {
        reader.missed?.add(id)
        continue
      }
      reader.missed?.delete(id)
      write(reader, text)
    }
  }

  const leave = (sink: EventSink): void => {
    sink.write(`retry: ${Math.round(100 + SPREAD_MS * Math.random())}\n\n`)
    sink.end()
  }

  const look = setInterval(nudge, LOOK_EVERY_MS)
  const heartbeat = setInterval(() => {
    for (const reader of readers) if (reader.ready) write(reader, ':\n\n')
  }, limits.heartbeatMs)
  look.unref()
  heartbeat.unref()

  return {
    connect(user, after, sink) {
      if (closed) {
        leave(sink)
        return
      }
      const reader: Reader = {
        user,
        sink,
        seen: 0,
        live: false,
        ready: true,
        catching: false,
        closed: false,
        missed: null,
      }
      readers.add(reader)
      sink.onClose(() => {
        reader.closed = true
        readers.delete(reader)
      })
      sink.onReady(() => {
        reader.ready = true
        if (!reader.live) void catchUp(reader)
      })
      void (async () => {
        const last = await records.lastEvent()
        write(reader, `retry: ${RETRY_MS}\n\n`)
        if (after !== null && after > last) {
          // Numbers of other records: what this reader shows may be wrong in any way, so it must ask for everything.
          write(reader, GAP_FRAME)
        }
        reader.seen = after === null || after > last ? last : after
        // The number to resume after, without an event: a stream that is cut before the first event loses nothing.
        write(reader, `id: ${reader.seen}\n\n`)
        await catchUp(reader)
      })().catch((error: unknown) => {
        log.warn({ err: error }, 'an event stream could not be opened')
        sink.end()
      })
    },
    nudge,
    progress(id, isComplete = false) {
      if (closed || readers.size === 0) return
      if (isComplete) {
        clearTimeout(due.get(id))
        void sendProgress(id)
        return
      }
      if (due.has(id)) return
      const waitMs = Math.max(0, (sentAtMs.get(id) ?? 0) + limits.progressEveryMs - clock())
      due.set(
        id,
        setTimeout(() => void sendProgress(id), waitMs),
      )
    },
    get readers() {
      return readers.size
    },
    close() {
      closed = true
      clearInterval(look)
      clearInterval(heartbeat)
      for (const timer of due.values()) clearTimeout(timer)
      for (const reader of readers) leave(reader.sink)
      readers.clear()
    },
  }
}

/**
 * Tells a reader that events may be missing and that it must ask again for what it shows. It is no event of the schema,
 * so that a page of before, which does not know it, also takes it for what it cannot read, and asks again.
 */
export const GAP_FRAME = 'data: {"kind":"gap"}\n\n'

/** One event of the stream. Both kinds come under their own name and carry it in the data as well. */
function frame(event: StreamEvent, id: number | null): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`
}
