/** Three replicas and no stickiness: every request may reach another one, and the one that leads may go at any moment. */

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openEvents } from '#protocol/open-events.ts'
import type { SimulationSummary } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { describeWith, POSTGRESQL } from '#test/needs.ts'
import { type PostgresServer, startPostgres } from '#test/servers/postgres.ts'
import { eventually, primaries, TOKEN } from './control-bench.ts'
import { type Replica, type ReplicaStage, startReplicas } from './replica-stage.ts'

describeWith(POSTGRESQL, 'three replicas', (bin) => {
  let server: PostgresServer
  let stage: ReplicaStage
  beforeAll(async () => {
    server = await startPostgres(bin)
  })
  afterEach(() => stage.done())
  afterAll(() => server.stop())

  const FINAL = new Set(['done', 'failed', 'cancelled'])
  const show = (id: string, replica?: Replica) => (replica ?? stage).client.call('show', { params: { id } })
  const ended = (id: string) =>
    eventually(
      () => show(id).catch((error: unknown) => ({ state: 'no answer', error })),
      ({ state }) => FINAL.has(state),
    )
  const sampled = async (id: string, replica?: Replica) => {
    const result = (await (replica ?? stage).client.call('result', { params: { id } })) as ResultDocument
    const { primaries: count, batches, fissions, residuals } = result
    return JSON.stringify({ count, batches, fissions, residuals })
  }
  const listen = (signal: AbortSignal) =>
    openEvents({
      fetch: (address, options) => stage.fetch(address, options as RequestInit),
      baseUrl: stage.baseUrl,
      token: TOKEN,
      decoder: () => {
        const decoder = new TextDecoder()
        return (piece) => decoder.decode(piece, { stream: true })
      },
      pause: (ms) => pause(ms, undefined, { signal }),
      signal,
    })

  it('take a simulation through its whole life, whichever of them is asked', async () => {
    stage = await startReplicas(server, 3)
    const ending = new AbortController()
    const seen: (SimulationSummary | 'deleted')[] = []
    let connected = () => {}
    const open = new Promise<void>((resolve) => (connected = resolve))
    const listening = (async () => {
      for await (const message of listen(ending.signal)) {
        if (message.kind === 'connected') connected()
        if (message.kind === 'event') seen.push(message.event.kind === 'deleted' ? 'deleted' : message.event.simulation)
      }
    })()
    await open
    const letGo = stage.cluster.holdAt(100)
    stage.cluster.reason = 'All workers are busy.'
    const { id } = await stage.client.call('submit', { body: primaries(100_000, 200) })
    // What the one that reconciles knows of it, all say: in words, and how far it is.
    for (const replica of stage.replicas) {
      const one = await eventually(
        () => show(id, replica),
        ({ progress }) => progress.tasksDone >= 90 && progress.remainingMs !== null,
      )
      expect(one.sentence).toMatch(/^Running: .* to go/)
    }
    const live = await Promise.all(stage.replicas.map((replica) => sampled(id, replica)))
    expect(new Set(live).size).toBe(1)
    await stage.client.call('stop', { params: { id } })
    letGo()
    const stopped = await ended(id)
    expect(stopped).toMatchObject({ state: 'done' })
    await stage.client.call('addPrimaries', { params: { id }, body: { primaries: 5000 } })
    await eventually(
      () => show(id),
      ({ state, progress }) => state === 'done' && progress.primariesDone === progress.primariesAsked,
    )
    const results = await Promise.all(stage.replicas.map((replica) => sampled(id, replica)))
    expect(new Set(results).size).toBe(1)
    const copy = await stage.client.call('rerun', { params: { id }, body: { replay: true } })
    expect(await ended(copy.id)).toMatchObject({ state: 'done' })
    await stage.client.call('remove', { params: { id } })
    for (const replica of stage.replicas)
      await expect(show(id, replica)).rejects.toMatchObject({ code: 'SIMULATION_NOT_FOUND' })
    await eventually(
      async () => seen,
      (all) => all.includes('deleted'),
    )
    ending.abort()
    await listening
    const states = seen.flatMap((one) => (one !== 'deleted' && one.id === id ? [one.state] : []))
    expect(states).toEqual(expect.arrayContaining(['accepted', 'running', 'stopping', 'done']))
    expect(await stage.queue.counts(id)).toBeUndefined()
    expect(stage.errors()).toEqual([])
  }, 60_000)

  it('go on with the same result when the one that leads is killed, and when it is frozen', async () => {
    stage = await startReplicas(server, 3)
    const document = primaries(200 * 500, 200, { key: '00000000feedbeef' })
    const calm = await stage.client.call('submit', { body: document })
    await ended(calm.id)
    const expected = await sampled(calm.id)

    const letGo = stage.cluster.holdAt(60)
    const { id } = await stage.client.call('submit', { body: document })
    await eventually(
      () => show(id),
      ({ progress }) => progress.tasksDone >= 50,
    )
    const first = await stage.leader()
    await first.kill()
    const second = await stage.leader()
    expect(second).not.toBe(first)
    letGo()
    const wake = second.freeze()
    stage.replicas.splice(stage.replicas.indexOf(second), 1)
    const third = await stage.leader()
    expect(await ended(id)).toMatchObject({ state: 'done', progress: { tasksDone: 200, tasksFailed: 0 } })
    expect(await sampled(id)).toBe(expected)
    wake()
    stage.replicas.push(second)
    // It finds that its lease is gone, and follows.
    expect(await stage.leader()).toBe(third)
    expect(await sampled(id, second)).toBe(expected)
    expect(stage.errors()).toEqual([])
  }, 60_000)

  it('hand over at once when the one that leads is ended, and its readers lose nothing', async () => {
    // Nobody could lead within the test if the lease had to run out.
    stage = await startReplicas(server, 3, { leadMs: 300_000, drainMs: 500 })
    const ending = new AbortController()
    const seen: string[] = []
    let last = ''
    let gaps = 0
    let lost = 0
    let connected = () => {}
    const open = new Promise<void>((resolve) => (connected = resolve))
    const listening = (async () => {
      for await (const message of listen(ending.signal)) {
        if (message.kind === 'connected') connected()
        if (message.kind === 'gap') gaps++
        if (message.kind === 'lost') lost++
        if (message.kind !== 'event' || message.lastEventId === last) continue
        last = message.lastEventId
        if (message.event.kind === 'simulation')
          seen.push(`${message.event.simulation.id} ${message.event.simulation.state}`)
      }
    })()
    await open
    const ids: string[] = []
    for (let round = 0; round < 3; round++) {
      const leader = await stage.leader()
      const { id } = await stage.client.call('submit', { body: primaries(10_000, 50) })
      ids.push(id)
      const ready = () => fetch(`${leader.url}/healthz/ready`).then(({ status }) => status)
      expect(await ready()).toBe(200)
      const stopped = leader.stop()
      await eventually(ready, (status) => status === 503)
      // It says that it is ending and still answers.
      expect((await leader.client.call('show', { params: { id } })).id).toBe(id)
      expect(await stopped).toBe(0)
      await ended(id)
      await stage.start()
    }
    await eventually(
      async () => seen,
      (all) => ids.every((id) => all.includes(`${id} done`)),
    )
    ending.abort()
    await listening
    expect(gaps).toBe(0)
    process.stdout.write(`three leaders ended one after the other: the reader was sent elsewhere ${lost} times\n`)
    const rows = await stage.records.eventsAfter(0, 1000)
    expect(Number(last)).toBe(rows.at(-1)!.sequence)
    expect(stage.errors()).toEqual([])
  }, 60_000)
})
