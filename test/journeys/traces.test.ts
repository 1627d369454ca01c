/** From the click to the object: one submitted job is one connected picture at a collector; without one nothing changes. */

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtinEngine } from '#engines/builtin/engine.ts'
import { traceOfJob } from '#main/tracing.ts'
import { createClient, type Fetch } from '#protocol/client.ts'
import { newTraceparent } from '#protocol/traceparent.ts'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '#test/servers/otlp-receiver.ts'
import { idsOfJob, otlpTraces } from '#traces/otlp.ts'
import type { Traces } from '#traces/traces.ts'
import { runWorker } from '#worker/loop.ts'
import { type Bench, ended, eventually, primaries, startBench, TOKEN } from './control-bench.ts'
import { startProduct } from './product.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const ENGINE_MODULE = new URL('../../src/main/engines.ts', import.meta.url).href

let receiver: OtlpReceiver
let bench: Bench | undefined
let made: Traces[] = []
let troubles: (string | null)[] = []

beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  await bench?.done()
  for (const traces of made) await traces.close(100)
  await receiver.close()
  bench = undefined
  made = []
  troubles = []
})

function open(options: Partial<Parameters<typeof otlpTraces>[0]> = {}): Traces {
  // Of this test, also when something is told after its end.
  const heard = troubles
  const traces = otlpTraces({
    endpoint: receiver.endpoint,
    serviceName: 'isolario',
    version: '0.0.0-test',
    ratio: 1,
    gatherMs: 20,
    onTrouble: (sentence) => heard.push(sentence),
    ...options,
  })
  made.push(traces)
  return traces
}

/** Control with its own traces; the workers of the bench are held back, so that the real loop does the work. */
async function stage(traces: Traces): Promise<Bench> {
  const started = await startBench({ traces })
  bench = started
  started.cluster.gate = new Promise(() => {})
  return started
}

/** The real loop, as a process elsewhere would run it. */
function work({ folder, queue, storage }: Bench, jobId: string, traces: Traces) {
  const scratchFolder = path.join(folder, 'scratch')
  mkdirSync(scratchFolder, { recursive: true })
  return runWorker({
    queue,
    storage,
    jobId,
    workerId: 'worker-of-the-test',
    engines: [builtinEngine],
    engineModule: ENGINE_MODULE,
    scratchFolder,
    clock: Date.now,
    log: () => undefined,
    traces,
  })
}

/** A click in the portal: submit with a trace of its own. */
async function click({ url }: Bench, document: unknown, traceparent: string) {
  const client = createClient({
    fetch: fetch as unknown as Fetch,
    baseUrl: url,
    token: TOKEN,
    traceparent: () => traceparent,
  })
  return client.call('submit', { body: document })
}

const named = (name: string): ReceivedSpan[] => receiver.spans.filter((span) => span.name === name)
const only = (name: string): ReceivedSpan => {
  const found = named(name)
  if (found.length !== 1) throw new Error(`expected one span "${name}", got ${found.length}`)
  return found[0]!
}

describe('a submitted job', () => {
  it('is one picture from the click to the object, over control and worker', async () => {
    // One for each process, as it would be: nothing but the ids is shared.
    const ofControl = open()
    const ofWorker = open({ serviceName: 'isolario-worker' })
    const stood = await stage(ofControl)
    const traceparent = newTraceparent()
    const { id } = await click(stood, primaries(20_000, 4), traceparent)
    expect(await work(stood, id, ofWorker)).toMatchObject({ reason: 'drained', finished: 4 })
    await ended(stood, id)
    await stood.client.call('remove', { params: { id } })
    await stood.done()
    bench = undefined
    await ofControl.close(3000)
    await ofWorker.close(3000)

    // The request goes on with the click's trace.
    const [, clickTrace, clickSpan] = traceparent.split('-')
    const request = only('POST /api/v1/simulations')
    expect(request).toMatchObject({ traceId: clickTrace, parentSpanId: clickSpan, kind: 2 })
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/simulations',
      'http.response.status_code': 201,
      'isolario.job': id,
    })
    expect(request.attributes['isolario.request']).toMatch(/^[\w-]{36}$/)
    expect(only('accept rows')).toMatchObject({ traceId: clickTrace, parentSpanId: request.spanId })

    // Request and job are linked both ways.
    const ids = idsOfJob(id)
    const root = only('job')
    expect(root).toMatchObject({ ...ids, parentSpanId: '' })
    expect(root.links).toEqual([{ traceId: request.traceId, spanId: request.spanId }])
    expect(request.links).toContainEqual(ids)
    expect(root.attributes).toMatchObject({ 'isolario.job': id, 'isolario.tasks': 4, 'isolario.engine': 'builtin' })

    // What control did for it.
    for (const name of ['open queue', 'start workers', 'final merge', 'life']) {
      expect(named(name).length, name).toBeGreaterThan(0)
      for (const span of named(name)) expect(span).toMatchObject({ traceId: ids.traceId, parentSpanId: ids.spanId })
    }
    expect(named('accept').reduce((sum, span) => sum + Number(span.attributes['isolario.tasks']), 0)).toBe(4)
    expect(only('life').attributes).toMatchObject({ 'isolario.state': 'done', 'isolario.histories': 20_000 })

    // What the worker did: every task with its steps, and the object that control accepted.
    const tasks = named('task')
    expect(tasks.map(({ attributes }) => attributes['isolario.task']).toSorted()).toEqual([0, 1, 2, 3])
    for (const task of tasks) {
      expect(task).toMatchObject({ service: 'isolario-worker', traceId: ids.traceId, parentSpanId: ids.spanId })
      expect(task.attributes).toMatchObject({
        'isolario.job': id,
        'isolario.generation': 1,
        'isolario.attempt': 1,
        'isolario.worker': 'worker-of-the-test',
        'isolario.outcome': 'finished',
      })
      const steps = receiver.spans.filter(({ parentSpanId }) => parentSpanId === task.spanId)
      expect(steps.map(({ name }) => name).toSorted()).toEqual(['engine', 'put', 'report', 'take'])
      for (const step of steps) {
        expect(step.traceId).toBe(ids.traceId)
        expect(step.attributes).toMatchObject({ 'isolario.task': task.attributes['isolario.task'] })
        expect(step.startMs).toBeGreaterThanOrEqual(task.startMs)
        expect(step.endMs).toBeLessThanOrEqual(task.endMs)
      }
      const engine = steps.find(({ name }) => name === 'engine')!
      expect(engine.attributes).toMatchObject({ 'isolario.engine': 'builtin', 'isolario.histories': 5000 })
      const put = steps.find(({ name }) => name === 'put')!
      expect(put.attributes['isolario.bytes']).toBeGreaterThan(100)
      expect(put.attributes['isolario.object']).toBe(`jobs/${id}/tasks/${task.attributes['isolario.task']}/g1-a1.tally`)
    }

    // What is done to it later is linked as well; looking at it is not.
    expect(only('DELETE /api/v1/simulations/:id').links).toEqual([ids])
    for (const span of named('GET /api/v1/simulations/:id')) expect(span.links).toEqual([])
    // Every span of the job stands below its root.
    const known = new Set(receiver.spans.map(({ spanId }) => spanId))
    for (const span of receiver.spans)
      if (span.traceId === ids.traceId && span !== root) expect(known.has(span.parentSpanId), span.name).toBe(true)
    // Neither the document nor a token leaves the service.
    const sent = receiver.bodies.join()
    for (const word of [TOKEN, 'UC4', 'A test', 'targets']) expect(sent).not.toContain(word)
  })

  it('is found in the log by request, job and trace', async () => {
    const traces = open()
    const stood = await stage(traces)
    const traceparent = newTraceparent()
    const { id } = await click(stood, primaries(1000, 1), traceparent)
    await stood.client.call('stop', { params: { id } })
    const logged = () => stood.log.map((text) => JSON.parse(text) as Record<string, unknown>)
    // A request is logged after its answer is sent.
    const lineOf = (route: string) =>
      eventually(
        async () => logged().find((line) => line['msg'] === 'request' && line['route'] === route),
        (line) => line !== undefined,
      )
    const submitted = (await lineOf('/api/v1/simulations'))!
    expect(submitted).toMatchObject({ trace: traceparent.split('-')[1] })
    const accepted = logged().find(({ msg }) => msg === 'a job was accepted')
    expect(accepted).toMatchObject({ request: submitted['request'], job: id })
    expect(await lineOf('/api/v1/simulations/:id/stop')).toMatchObject({ job: id })
  })

  it('fails with its codes in the trace, never with their sentences', async () => {
    const traces = open()
    const stood = await stage(traces)
    stood.cluster.gate = null
    stood.trouble.is = () => 'fail'
    const { id } = await click(stood, primaries(2000, 2), newTraceparent())
    await ended(stood, id)
    await stood.done()
    bench = undefined
    await traces.close(3000)
    expect(only('life').failure).toBe('PROGRAM_OUT_OF_MEMORY')
    expect(receiver.bodies.join()).not.toContain('2 GiB')
  })
})

describe('the service of one machine', () => {
  it('hands the collector to its workers, and sends what is left when it ends', async () => {
    const product = await startProduct({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_SERVICE_NAME: 'our-isolario',
      ISOLARIO_LOG_LEVEL: 'info',
    })
    try {
      const client = product.client()
      const { id } = await client.call('submit', { body: primaries(20_000, 4) })
      const isDone = ({ state }: { state: string }) => state === 'done'
      await eventually(() => client.call('show', { params: { id } }), isDone)
      expect(await product.stop()).toBe(0)
      const ids = idsOfJob(id)
      expect(only('job')).toMatchObject(ids)
      expect(only('life')).toMatchObject({ traceId: ids.traceId, parentSpanId: ids.spanId })
      expect(named('task')).toHaveLength(4)
      for (const task of named('task')) {
        expect(task).toMatchObject({ service: 'our-isolario', traceId: ids.traceId, parentSpanId: ids.spanId })
        expect(task.attributes['isolario.worker']).toMatch(/^worker-\d+$/)
      }
      expect(named('put')).toHaveLength(4)
    } finally {
      await product.stop()
      product.remove()
    }
  })
})

describe('a collector', () => {
  const runOne = async (traces: Traces) => {
    const stood = await stage(traces)
    const { id } = await click(stood, primaries(4000, 2), newTraceparent())
    expect(await work(stood, id, traces)).toMatchObject({ reason: 'drained', finished: 2 })
    expect(await ended(stood, id)).toMatchObject({ state: 'done', progress: { primariesDone: 4000 } })
    await stood.done()
    bench = undefined
    await traces.close(50)
  }

  it('that is away changes nothing', async () => {
    await receiver.close()
    await runOne(open())
  })

  it('that never answers changes nothing', async () => {
    receiver.status = null
    await runOne(open())
  })

  it('that refuses changes nothing', async () => {
    receiver.status = 403
    await runOne(open())
    expect(receiver.spans).toEqual([])
  })

  it('that refuses is told of once, and once more when it takes spans again', async () => {
    const traces = open({ gatherMs: 1 })
    const one = async (name: string) => {
      traces.start(name, { under: null }).end()
      await new Promise((gathered) => setTimeout(gathered, 20))
    }
    receiver.status = 403
    await expect.poll(() => one('lost').then(() => troubles.length), { timeout: 10_000 }).toBe(1)
    await one('lost as well')
    receiver.status = 200
    await expect.poll(() => one('taken').then(() => troubles), { timeout: 10_000 }).toHaveLength(2)
    expect(troubles).toEqual(['Traces are lost: Forbidden.', null])
    expect(named('lost')).toEqual([])
  })

  it('that is too slow gets what fits', async () => {
    receiver.status = null
    const traces = open({ mostWaiting: 8 })
    for (let n = 0; n < 1000; n++) traces.start('many', { under: null }).end()
    receiver.status = 200
    await traces.close(3000)
    expect(receiver.spans.length).toBeGreaterThan(0)
    expect(receiver.spans.length).toBeLessThanOrEqual(16)
  })
})

describe('the part that is kept', () => {
  it('is the same in every process', () => {
    const [one, other] = [open({ ratio: 0.5 }), open({ ratio: 0.5 })]
    const jobs = Array.from({ length: 400 }, (_, n) => `job${n}`)
    const kept = jobs.filter((id) => one.job(id)!.sampled)
    expect(jobs.filter((id) => other.job(id)!.sampled)).toEqual(kept)
    expect(kept.length).toBeGreaterThan(120)
    expect(kept.length).toBeLessThan(280)
    expect(traceOfJob(one, kept[0]!)).toBe(idsOfJob(kept[0]!).traceId)
    expect(traceOfJob(one, jobs.find((id) => !kept.includes(id))!)).toBeNull()
  })

  it('can be nothing', async () => {
    const traces = open({ ratio: 0 })
    traces.startJob('job0', {}).end()
    traces.start('task', { under: traces.job('job0') }).end()
    await traces.close(3000)
    expect(receiver.bodies).toEqual([])
  })
})

describe('OpenTelemetry', () => {
  /** What a process has loaded of it, after it has opened its traces and built a control service. */
  const loaded = async (environment: Record<string, string>) => {
    const script = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ load(url, context, next) { if (url.includes('@opentelemetry/') || url.includes('/traces/otlp')) seen.push(url); return next(url, context) } })
      await import('#main/worker.ts')
      await import('#main/control.ts')
      await import('#main/serve.ts')
      const { openTraces } = await import('#main/tracing.ts')
      const before = seen.filter((url) => !url.includes('/api/')).length
      await openTraces(process.env, () => {})
      const after = seen.filter((url) => !url.includes('/api/')).length
      console.log(JSON.stringify({ before, after }))
      process.exit(0)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: path.join(ROOT, 'src'),
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return JSON.parse(await text(child.stdout)) as { before: number; after: number }
  }

  it('is not loaded unless a collector is named', async () => {
    expect(await loaded({})).toEqual({ before: 0, after: 0 })
    const on = await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })
    expect(on.before).toBe(0)
    expect(on.after).toBeGreaterThan(10)
  })
})
