/** What an operator sees of a service: probes, metrics, ids of requests, and an end that drops nothing. */

import http from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Records } from '#records/records.ts'
import { RecordsError } from '#records/records.ts'
import { type Bench, type BenchOptions, ended, eventually, primaries, startBench, TOKEN } from './control-bench.ts'

let bench: Bench
afterEach(() => bench.done())
const start = async (options: BenchOptions = {}) => (bench = await startBench(options))
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${bench.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } })

/** Holds a verb of the records back until it is let go. */
function gated(verb: keyof Records) {
  let letGo = () => {}
  let reached = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const held = new Promise<void>((resolve) => (reached = resolve))
  const wrapRecords = (records: Records): Records =>
    new Proxy(records, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (name === verb) {
            reached()
            await gate
          }
          return value.apply(target, args)
        }
      },
    })
  // Verbs that answer at once stay as they are.
  const keepListen = (records: Records): Records => {
    const wrapped = wrapRecords(records)
    return new Proxy(wrapped, {
      get: (target, name) => (name === 'listen' ? records.listen.bind(records) : Reflect.get(target, name)),
    })
  }
  return { wrapRecords: keepListen, letGo: () => letGo(), held }
}

describe('probes', () => {
  it('answer without sign-in and under any name, and tell nothing of what is behind', async () => {
    await start()
    const asked = (path: string) =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        const { port } = new URL(bench.url)
        const headers = { host: '10.1.2.3:7411' }
        http
          .get({ host: '127.0.0.1', port, path, headers }, (response) => {
            let text = ''
            response.on('data', (piece: Buffer) => (text += String(piece)))
            response.on('end', () => resolve({ status: response.statusCode!, text }))
          })
          .on('error', reject)
      })
    expect(await asked('/healthz/live')).toEqual({ status: 200, text: '{"status":"live"}' })
    expect(await asked('/healthz/ready')).toEqual({ status: 200, text: '{"status":"ready","missing":[]}' })
    for (const path of ['/healthz/', '/healthz/live/x', '/healthz/ready?token=x', '/api/v1/health'])
      expect((await asked(path)).status).toBe(421)
    expect(
      JSON.stringify((await get('/api/v1/openapi.json').then((answer) => answer.json())) as unknown),
    ).not.toContain('healthz')
  })

  it('say what is missing: the records, and nothing else', async () => {
    let away = false
    await start({
      wrapRecords: (records) =>
        new Proxy(records, {
          get(target, name) {
            if (name === 'ping' && away)
              return () => Promise.reject(new RecordsError('RECORDS_UNAVAILABLE', 'The database does not answer.'))
            const value = Reflect.get(target, name, target) as unknown
            return typeof value === 'function' ? value.bind(target) : value
          },
        }),
    })
    away = true
    const answer = await get('/healthz/ready')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ status: 'not ready', missing: ['The database does not answer.'] })
    expect((await get('/healthz/live')).status).toBe(200)
    away = false
    expect((await get('/healthz/ready')).status).toBe(200)
  })

  it('that the records leave waiting are answered all the same', async () => {
    const gate = gated('ping')
    await start({ wrapRecords: gate.wrapRecords })
    const answer = await get('/healthz/ready')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('do not answer within 2 s')
    gate.letGo()
  })
})

describe('an end', () => {
  it('answers what is in flight, takes nothing more, and sends readers of streams elsewhere', async () => {
    const gate = gated('list')
    await start({ wrapRecords: gate.wrapRecords })
    const stream = await get('/api/v1/events', { accept: 'text/event-stream' })
    const reader = stream.body!.getReader()
    let text = ''
    const read = (async () => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        text += new TextDecoder().decode(value)
      }
    })()
    await eventually(
      async () => text,
      (all) => all.includes('id: '),
    )
    const inFlight = get('/api/v1/simulations')
    await gate.held
    const closed = bench.control.close()
    await read
    expect(text).toMatch(/retry: \d+\n\n$/)
    await eventually(
      () =>
        get('/api/v1/engines').then(
          ({ status }) => status,
          () => 503,
        ),
      (status) => status === 503,
    )
    gate.letGo()
    const answer = await inFlight
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ items: [], total: 0 })
    await closed
    await expect(get('/healthz/live')).rejects.toThrow()
  })

  it('is not held up for ever by a request that does not come to its end', async () => {
    const gate = gated('list')
    await start({ wrapRecords: gate.wrapRecords, limits: { closeWithinMs: 100 } })
    const inFlight = get('/api/v1/simulations').catch(() => 'cut')
    await gate.held
    await bench.control.close()
    expect(await inFlight).toBe('cut')
    gate.letGo()
  })

  it('goes on to take requests for a while after it says that it is not ready', async () => {
    await start({ limits: { drainMs: 1500 } })
    const closed = bench.control.close()
    const answer = await get('/healthz/ready')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('This replica is ending')
    const other = await get('/api/v1/simulations')
    expect(other.status).toBe(200)
    // So that the next request of this connection goes to another replica.
    expect(other.headers.get('connection')).toBe('close')
    expect(bench.control.isLeading()).toBe(false)
    await closed
  })
})

describe('ids of requests', () => {
  it('are those of whoever is in front, or our own, and stand in the log', async () => {
    await start()
    const given = await get('/api/v1/engines', { 'x-request-id': 'edge-42.7' })
    expect(given.headers.get('x-request-id')).toBe('edge-42.7')
    const missing = await get('/api/v1/simulations/none', { 'x-request-id': 'edge-43' })
    expect([missing.status, missing.headers.get('x-request-id')]).toEqual([404, 'edge-43'])
    const own = (await get('/api/v1/engines', { 'x-request-id': 'a "quoted" one' })).headers.get('x-request-id')
    expect(own).toMatch(/^[0-9a-f-]{36}$/)
    const logged = await eventually(
      async () => bench.log.map((line) => JSON.parse(line) as { request?: string; route?: string; status?: number }),
      (lines) => ['edge-42.7', 'edge-43', own].every((id) => lines.some(({ request }) => request === id)),
    )
    expect(logged.find(({ request }) => request === 'edge-43')).toMatchObject({
      route: '/api/v1/simulations/:id',
      status: 404,
    })
  })
})

describe('metrics', () => {
  it('have the agreed names, patterns instead of addresses, and an address of their own', async () => {
    await start({ metricsListen: { host: '127.0.0.1', port: 0 } })
    bench.trouble.is = (task, attempt) => (task === 3 && attempt === 1 ? 'fail-once' : 'none')
    const { id } = await bench.client.call('submit', { body: primaries(5000, 5) })
    await ended(bench, id)
    await expect(bench.client.call('show', { params: { id: 'nowhere' } })).rejects.toThrow()
    const stream = new AbortController()
    await fetch(`${bench.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      signal: stream.signal,
    })
    const letGo = bench.cluster.holdAt(0)
    const waiting = await bench.client.call('submit', { body: primaries(9000, 9) })
    await eventually(
      () => bench.queue.counts(waiting.id),
      (counts) => counts?.leased === 8,
    )
    const text = await fetch(bench.control.metricsUrl()!).then((answer) => answer.text())
    const value = (line: string) =>
      Number(
        text
          .split('\n')
          .find((one) => one.startsWith(`${line} `))
          ?.split(' ')[1],
      )
    expect(value('isolario_reconciler_leader')).toBe(1)
    expect(value('isolario_event_streams')).toBe(1)
    expect(value('isolario_task_duration_seconds_count{engine="builtin"}')).toBe(5)
    expect(value('isolario_primaries_total{engine="builtin"}')).toBe(5000)
    expect(value('isolario_refusals_total{code="SIMULATION_NOT_FOUND"}')).toBe(1)
    expect(value('isolario_lease_expiries_total')).toBe(0)
    // What failed once and was tried again has not failed.
    expect(text).not.toContain('isolario_task_failures_total{')
    expect(value('isolario_merge_lag_seconds')).toBe(0)
    expect(value('isolario_queue_tasks{state="leased"}')).toBe(8)
    expect(value('isolario_queue_tasks{state="waiting"}')).toBe(1)
    expect(value('isolario_queue_tasks{state="reported"}')).toBe(0)
    expect(
      value('isolario_http_request_duration_seconds_count{route="/api/v1/simulations/:id",method="GET",status="404"}'),
    ).toBe(1)
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7)
    expect(text).not.toContain(id)
    expect(text).not.toContain('/api/v1/events')
    expect((await fetch(bench.control.metricsUrl()!.replace('/metrics', '/'))).status).toBe(404)
    expect((await get('/metrics')).status).toBe(404)
    letGo()
    stream.abort()
    await ended(bench, waiting.id)
  })
})

describe('events that were removed', () => {
  it('are said to be missing to whoever comes back after them, and to nobody else', async () => {
    await start()
    for (let n = 0; n < 3; n++) {
      const { id } = await bench.client.call('submit', { body: primaries(500, 1) })
      await ended(bench, id)
    }
    const last = await bench.records.lastEvent()
    await bench.records.pruneEvents({ sinceMs: Date.now() + 60_000, most: 100 })
    const opened = async (after: number) => {
      const ending = new AbortController()
      const answer = await get('/api/v1/events', { 'last-event-id': String(after) })
      const reader = answer.body!.getReader()
      let text = ''
      while (!text.includes(':\n\n')) text += new TextDecoder().decode((await reader.read()).value)
      ending.abort()
      await reader.cancel()
      return text
    }
    expect(await opened(1)).toContain('"kind":"gap"')
    expect(await opened(last)).not.toContain('"kind":"gap"')
  })

  it('are old ones, and the leading service removes them by itself', async () => {
    await start({ limits: { eventsKept: 4, tidyEveryMs: 50 } })
    for (let n = 0; n < 3; n++) {
      const { id } = await bench.client.call('submit', { body: primaries(500, 1) })
      await ended(bench, id)
    }
    const last = await bench.records.lastEvent()
    expect(last).toBeGreaterThan(4)
    await eventually(
      () => bench.records.eventsAfter(0, 100),
      (events) => events.length === 4,
    )
    expect(await bench.records.prunedEvents()).toBe(last - 4)
  })
})
