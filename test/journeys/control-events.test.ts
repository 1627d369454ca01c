/** The event stream: resumed without loss, coalesced, final events at once, bounded for slow readers. */

import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEventHub, type EventHub, type EventSink } from '#control/events.ts'
import { createLog } from '#control/log.ts'
import { EventStreamParser } from '#protocol/event-stream.ts'
import { openEvents, type StreamMessage } from '#protocol/open-events.ts'
import type { SimulationSummary, StreamEvent } from '#protocol/shapes.ts'
import type { EventRecord, Records, SimulationRecord } from '#records/records.ts'
import { openSqliteRecords } from '#records/sqlite.ts'
import { newSimulation, resultOf, tasksOf } from '#test/contracts/records.ts'
import { type Bench, ended, eventually, primaries, startBench, TOKEN } from './control-bench.ts'

describe('the stream of a running service', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await startBench()
  })
  afterEach(() => bench.done())

  const listen = (signal: AbortSignal, lastEventId?: string) =>
    openEvents({
      fetch: (address, options) => fetch(address, options),
      baseUrl: bench.url,
      token: TOKEN,
      decoder: () => {
        const decoder = new TextDecoder()
        return (piece) => decoder.decode(piece, { stream: true })
      },
      pause: (ms) => pause(ms, undefined, { signal }),
      signal,
      ...(lastEventId === undefined ? {} : { lastEventId }),
    })

  it('tells a simulation from its acceptance to its end, progress never going backwards', async () => {
    const ending = new AbortController()
    const seen: SimulationSummary[] = []
    const listening = (async () => {
      for await (const message of listen(ending.signal)) {
        if (message.kind === 'event' && message.event.kind === 'simulation') seen.push(message.event.simulation)
      }
    })()
    await pause(100)
    const { id } = await bench.client.call('submit', { body: primaries(3_000_000, 300) })
    const begun = Date.now()
    await ended(bench, id)
    const took = Date.now() - begun
    await eventually(
      async () => seen,
      (all) => all.some(({ state }) => state === 'done'),
      2000,
    )
    ending.abort()
    await listening
    const states = seen.map(({ state }) => state)
    expect(states.indexOf('accepted')).toBeGreaterThanOrEqual(0)
    expect(states).toContain('running')
    expect(states.at(-1)).toBe('done')
    const done = seen.map(({ progress }) => progress.primariesDone)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    // At most four pictures a second, and one for each change of state.
    expect(seen.length).toBeLessThanOrEqual(Math.ceil(took / 250) + 6)
  })

  it('goes on after a cut, also over a restart of the service, and misses no end and no deletion', async () => {
    const first = new AbortController()
    let cursor = ''
    for await (const message of listen(first.signal)) {
      if (message.kind === 'connected') void bench.client.call('submit', { body: primaries(1000, 1) })
      if (
        message.kind === 'event' &&
        message.event.kind === 'simulation' &&
        message.event.simulation.state === 'done'
      ) {
        cursor = message.lastEventId
        break
      }
    }
    first.abort()
    expect(Number(cursor)).toBeGreaterThan(0)
    const made = []
    for (let n = 0; n < 5; n++) made.push((await bench.client.call('submit', { body: primaries(1000, 1) })).id)
    for (const id of made) await ended(bench, id)
    await bench.client.call('remove', { params: { id: made[0]! } })
    await bench.restart()
    const second = new AbortController()
    const ends = new Map<string, string>()
    for await (const message of listen(second.signal, cursor)) {
      expect(message.kind).not.toBe('gap')
      if (message.kind !== 'event') continue
      if (message.event.kind === 'deleted') ends.set(message.event.id, 'deleted')
      else ends.set(message.event.simulation.id, message.event.simulation.state)
      if (made.every((id) => ['done', 'deleted'].includes(ends.get(id) ?? ''))) break
    }
    expect(ends.get(made[0]!)).toBe('deleted')
  })

  it('says that events are missing when it is asked to go on after one that never was', async () => {
    const ending = new AbortController()
    const messages: StreamMessage[] = []
    for await (const message of listen(ending.signal, '999999')) {
      messages.push(message)
      if (messages.length === 2) break
    }
    expect(messages.map(({ kind }) => kind)).toEqual(['connected', 'gap'])
  })

  it('connects again by itself when the service comes back, and is refused with a reason without token', async () => {
    const ending = new AbortController()
    const kinds: string[] = []
    const address = bench.url
    for await (const message of openEvents({
      fetch: (_, options) => fetch(`${bench.url}/api/v1/events`, options),
      baseUrl: address,
      token: TOKEN,
      decoder: () => (piece) => Buffer.from(piece).toString(),
      pause: () => pause(20),
      signal: ending.signal,
    })) {
      kinds.push(message.kind)
      if (kinds.length === 1) void bench.restart()
      if (kinds.filter((kind) => kind === 'connected').length === 2) break
    }
    expect(kinds[0]).toBe('connected')
    expect(kinds).toContain('lost')
    const refused = openEvents({ fetch, baseUrl: bench.url, decoder: () => () => '', pause: () => pause(1) })
    await expect(refused.next()).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' })
  })

  it('says nothing of a simulation that waits, however often it is looked at', async () => {
    await bench.done()
    let looks = 0
    bench = await startBench({
      wrapRecords: (records) =>
        new Proxy(records, {
          get(target, name) {
            if (name === 'active') looks++
            const value = Reflect.get(target, name, target) as unknown
            return typeof value === 'function' ? value.bind(target) : value
          },
        }),
    })
    bench.cluster.gate = new Promise(() => {})
    bench.cluster.reason = 'All workers are busy.'
    await bench.client.call('submit', { body: primaries(1000, 2) })
    const ending = new AbortController()
    let told = 0
    const listening = (async () => {
      for await (const message of listen(ending.signal)) if (message.kind === 'event') told++
    })()
    const looked = (more: number) => {
      const until = looks + more
      return eventually(
        async () => looks,
        (now) => now >= until,
      )
    }
    await eventually(
      async () => told,
      (count) => count > 0,
    )
    await looked(10)
    const before = told
    await looked(10)
    expect(told).toBe(before)
    ending.abort()
    await listening
  })

  it('shows that it is alive while nothing happens, and ends when the service does', async () => {
    const { port } = new URL(bench.url)
    const pieces: string[] = []
    const closed = new Promise<void>((resolve) => {
      http.get(
        { host: '127.0.0.1', port, path: '/api/v1/events', headers: { authorization: `Bearer ${TOKEN}` } },
        (response) => {
          expect(response.headers).toMatchObject({
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-store',
            'x-content-type-options': 'nosniff',
          })
          response.on('data', (piece: Buffer) => pieces.push(piece.toString()))
          response.on('close', resolve)
        },
      )
    })
    await eventually(
      async () => pieces.join(''),
      (text) => text.includes('\n:\n\n'),
      3000,
    )
    expect(pieces.join('')).toMatch(/^retry: 1000\n\nid: \d+\n\n/)
    await bench.restart()
    await closed
  })
})

/** A reader whose line can be stopped up. */
class TestSink implements EventSink {
  readonly parser = new EventStreamParser()
  readonly got: { id: string; event: StreamEvent; numbered: boolean }[] = []
  full = false
  bytesWhileFull = 0
  #ready = () => {}
  write(text: string): boolean {
    if (this.full) this.bytesWhileFull += text.length
    const numbered = text.startsWith('id:')
    for (const { id, data } of this.parser.push(text)) {
      this.got.push({ id, event: JSON.parse(data) as StreamEvent, numbered })
    }
    return !this.full
  }
  onReady(listener: () => void) {
    this.#ready = listener
  }
  onClose() {}
  end() {}
  open() {
    this.full = false
    this.#ready()
  }
}

describe('the hub', () => {
  let records: Records
  let hub: EventHub
  let now = 1000
  beforeEach(async () => {
    records = await openSqliteRecords(':memory:')
    const summaries = {
      summary: (record: SimulationRecord) =>
        ({ id: record.id, state: record.state, revision: record.revision }) as SimulationSummary,
    }
    hub = createEventHub({
      records,
      summaries: summaries as never,
      identity: { may: (user: { id: string }, _: string, owner: string | null) => user.id === owner } as never,
      limits: { progressEveryMs: 100, heartbeatMs: 60_000 },
      clock: () => now,
      log: createLog('silent'),
    })
  })
  afterEach(async () => {
    hub.close()
    await records.close()
  })
  const anna = { id: 'anna', displayName: 'Anna' }
  const turn = () => pause(15)

  it('gives nobody the events of another owner', async () => {
    const [own, other] = [new TestSink(), new TestSink()]
    hub.connect(anna, null, own)
    hub.connect({ id: 'otto', displayName: 'Otto' }, null, other)
    await turn()
    await records.accept(newSimulation('aaaa'), now)
    hub.nudge()
    await turn()
    expect(own.got.map(({ event }) => event)).toMatchObject([{ kind: 'simulation', simulation: { id: 'aaaa' } }])
    expect(other.got).toEqual([])
  })

  it('drops progress for a reader that is behind, never what has a number, and keeps nothing in memory', async () => {
    const slow = new TestSink()
    const quick = new TestSink()
    hub.connect(anna, null, slow)
    hub.connect(anna, null, quick)
    await turn()
    slow.full = true
    for (let n = 0; n < 40; n++) {
      const id = `sim-${n}`
      await records.accept(newSimulation(id, { tasks: tasksOf(1) }), now)
      await records.changeState(id, ['accepted'], { to: 'running' }, now)
      hub.nudge()
      await records.acceptResults(id, [resultOf(0)], now)
      now += 200
      hub.progress(id)
      await records.changeState(id, ['running'], { to: 'done' }, now)
      hub.nudge()
      await pause(3)
    }
    await turn()
    expect(new Set(quick.got.map(({ event }) => (event.kind === 'simulation' ? event.simulation.id : ''))).size).toBe(
      40,
    )
    expect(slow.bytesWhileFull).toBeLessThan(300)
    slow.open()
    await pause(50)
    const ends = slow.got.filter(({ event }) => event.kind === 'simulation' && event.simulation.state === 'done')
    expect(new Set(ends.map(({ event }) => (event.kind === 'simulation' ? event.simulation.id : ''))).size).toBe(40)
    const numbers = slow.got.map(({ id }) => Number(id))
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(slow.parser.lastId).toBe(String(await records.lastEvent()))
  })

  it('gets on with a reader that always takes a little, however many simulations run', async () => {
    for (let n = 0; n < 60; n++) await records.accept(newSimulation(`sim-${n}`), now)
    let left = 5
    const narrow = new (class extends TestSink {
      override write(text: string) {
        this.full = --left <= 0
        return super.write(text)
      }
    })()
    hub.connect(anna, null, narrow)
    const pictured = () => narrow.got.map(({ event }) => (event.kind === 'simulation' ? event.simulation.id : ''))
    const takeAll = async () => {
      for (let openings = 0; openings < 30; openings++) {
        await turn()
        if (!narrow.full) continue
        left = 5
        narrow.open()
      }
    }
    await takeAll()
    expect(pictured()).toHaveLength(60)
    expect(new Set(pictured()).size).toBe(60)
    // Progress that it misses while it is full comes when it is ready, and only that.
    left = 0
    narrow.full = true
    hub.progress('sim-3')
    await turn()
    narrow.got.length = 0
    for (const id of ['sim-7', 'sim-9']) hub.progress(id)
    await pause(150)
    await takeAll()
    expect(new Set(pictured())).toEqual(new Set(['sim-7', 'sim-9']))
  })

  it('loses nothing for readers that connect, resume and read at any moment', async () => {
    let made = 0
    let going = true
    const making = (async () => {
      while (going) {
        await records.accept(newSimulation(`many-${made++}`), now)
        hub.nudge()
        await new Promise((next) => setImmediate(next))
      }
    })()
    const sinks: { sink: TestSink; from: number }[] = []
    for (let n = 0; n < 30; n++) {
      const from = Math.floor(made / 2)
      const sink = new TestSink()
      hub.connect(anna, from, sink)
      sinks.push({ sink, from })
      await pause(3)
    }
    going = false
    await making
    hub.nudge()
    await pause(100)
    const last = await records.lastEvent()
    const all: readonly EventRecord[] = await records.eventsAfter(0, last)
    for (const { sink, from } of sinks) {
      const numbered = sink.got.filter((got) => got.numbered)
      const ids = new Set(numbered.map(({ event }) => (event.kind === 'simulation' ? event.simulation.id : '')))
      expect(ids).toEqual(new Set(all.slice(from).map(({ simulationId }) => simulationId)))
      expect(sink.parser.lastId).toBe(String(last))
    }
    expect(made).toBeGreaterThan(30)
  })
})
