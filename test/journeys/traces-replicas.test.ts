/** The trace of one job over two replicas of control and workers that only know its address: all real, one picture. */

import { expect, it, onTestFinished } from 'vitest'
import { createClient, type Fetch } from '#protocol/client.ts'
import { newTraceparent } from '#protocol/traceparent.ts'
import { CEPH, describeWith, HAPROXY, POSTGRESQL, REDIS } from '#test/needs.ts'
import { startOtlpReceiver } from '#test/servers/otlp-receiver.ts'
import { idsOfJob } from '#traces/otlp.ts'
import { primariesDocument } from './calm-run.ts'
import { eventually } from './control-bench.ts'
import { startReplicatedProduct, TOKEN } from './replicated-product.ts'

const TASKS = 6

describeWith([POSTGRESQL, REDIS, CEPH, HAPROXY], 'a trace over replicas', (postgresql, redis, ceph, haproxy) => {
  it('goes from the click through a replica and workers to the objects', { timeout: 120_000 }, async () => {
    const receiver = await startOtlpReceiver()
    onTestFinished(() => receiver.close())
    const product = await startReplicatedProduct(
      { postgresql, redis, ceph, haproxy },
      {
        replicas: 2,
        environment: {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          ISOLARIO_CLUSTER: 'processes',
          ISOLARIO_WORKER_SLOTS: '1',
        },
      },
    )
    onTestFinished(() => product.stop())
    const traceparent = newTraceparent()
    const client = createClient({
      fetch: fetch as unknown as Fetch,
      baseUrl: product.url,
      token: TOKEN,
      traceparent: () => traceparent,
    })
    const { id } = await client.call('submit', { body: primariesDocument('Traced', TASKS, 5000) })
    await eventually(
      () => client.call('show', { params: { id } }),
      ({ state }) => state === 'done',
    )

    const { traceId, spanId } = idsOfJob(id)
    const ofJob = () => receiver.spans.filter((span) => span.traceId === traceId)
    const count = (name: string) => ofJob().filter((span) => span.name === name).length
    await eventually(
      async () => ({ root: count('job'), life: count('life'), task: count('task') }),
      ({ root, life, task }) => root === 1 && life === 1 && task === TASKS,
    )
    const root = ofJob().find(({ name }) => name === 'job')!
    const request = receiver.spans.find(({ name }) => name === 'POST /api/v1/simulations')!
    expect(request.traceId).toBe(traceparent.split('-')[1])
    expect(root.links).toEqual([{ traceId: request.traceId, spanId: request.spanId }])
    expect(request.links).toEqual([{ traceId, spanId }])
    for (const name of ['open queue', 'start workers', 'accept', 'final merge'])
      expect(count(name), name).toBeGreaterThan(0)
    for (const name of ['take', 'engine', 'put', 'report']) expect(count(name), name).toBe(TASKS)
    const known = new Set(receiver.spans.map((span) => span.spanId))
    for (const span of ofJob()) if (span !== root) expect(known.has(span.parentSpanId), span.name).toBe(true)
    // The replicas' logs name the same ids.
    const lines = product.replicas
      .flatMap((replica) => replica.log().split('\n'))
      .filter((line) => line.startsWith('{'))
    // A request's own lines name the trace of the click instead.
    const ofTheJob = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ job }) => job === id)
    expect(ofTheJob.map(({ trace }) => trace)).toContain(traceId)
    for (const secret of [TOKEN, 'Traced', '3f9a1c5e7b2d']) expect(receiver.bodies.join()).not.toContain(secret)
  })
})
