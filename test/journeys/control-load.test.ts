/** Large jobs stay quick: accepted, listed, merged. What is measured is printed; the bounds are generous for slow machines. */

import { afterEach, describe, expect, it } from 'vitest'
import { builtinEngine } from '#engines/builtin/engine.ts'
import type { FunctionEngine } from '#engines/engine/engine.ts'
import { zaiOf } from '#nuclides/nuclide.ts'
import type { BatchTable } from '#results/tally.ts'
import { type Bench, ended, eventually, primaries, startBench } from './control-bench.ts'

let bench: Bench
afterEach(() => bench.done())

const NUCLIDES = Array.from({ length: 500 }, (_, n) =>
  zaiOf(30 + Math.floor(n / 15), 75 + 2 * Math.floor(n / 15) + (n % 15)),
)

/** 500 nuclides counted in every batch, in no time: what is measured is everything around the engine. */
const quickEngine: FunctionEngine = {
  ...builtinEngine,
  simulate({ batches }) {
    const table = (columns: number): BatchTable => ({
      batches,
      offsets: Uint32Array.from({ length: batches.length + 1 }, (_, row) => row * columns),
      columns: Uint32Array.from({ length: batches.length * columns }, (_, entry) => entry % columns),
      sums: Float64Array.from({ length: batches.length * columns }, (_, entry) => 1 + ((entry * 7) % 13)),
      squares: Float64Array.from({ length: batches.length * columns }, (_, entry) => 1 + ((entry * 7) % 13)),
    })
    return {
      histories: batches.reduce((sum, batch) => sum + batch.histories, 0),
      residuals: { regions: ['total'], nuclides: NUCLIDES, table: table(NUCLIDES.length) },
      counters: { regions: ['total'], names: ['reactions', 'fissions', 'missed'], table: table(3) },
      counts: true,
      maxWeight: 1,
    }
  },
}

describe('a large job', () => {
  it('of 10,000 tasks is accepted, opened to workers and shown without delay', async () => {
    bench = await startBench({ engines: [quickEngine] })
    let release = () => {}
    bench.cluster.gate = new Promise((resolve) => (release = resolve))
    const begun = performance.now()
    const { id, progress } = await bench.client.call('submit', { body: primaries(1_000_000, 10_000) })
    const acceptedMs = performance.now() - begun
    expect(progress).toMatchObject({ tasks: 10_000, primariesAsked: 1_000_000 })
    await eventually(
      () => bench.queue.counts(id),
      (counts) => counts?.waiting === 10_000,
    )
    const openedMs = performance.now() - begun

    release()
    await eventually(
      () => bench.client.call('show', { params: { id } }),
      (one) => one.progress.tasksDone > 50,
    )
    const pages: number[] = []
    for (const query of [
      { limit: 500 },
      { limit: 500, offset: 9500 },
      { state: 'waiting', limit: 500, offset: 4000 },
      { state: 'leased' },
      { state: 'done' },
    ]) {
      const asked = performance.now()
      await bench.client.call('tasks', { params: { id }, query })
      await bench.client.call('show', { params: { id } })
      pages.push(performance.now() - asked)
    }
    const listed = performance.now()
    await bench.client.call('list')
    process.stdout.write(
      `10,000 tasks: accepted in ${acceptedMs.toFixed(0)} ms, with the workers after ${openedMs.toFixed(0)} ms; ` +
        `pages while it runs in ${pages.map((ms) => ms.toFixed(0)).join(', ')} ms, list in ${(performance.now() - listed).toFixed(0)} ms\n`,
    )
    await bench.client.call('cancel', { params: { id } })
    await ended(bench, id)
  }, 120_000)

  it('of 1,000 tasks with 500 nuclides is merged right after its last task', async () => {
    bench = await startBench({ engines: [quickEngine] })
    const { id } = await bench.client.call('submit', { body: primaries(1_000_000, 1000) })
    await eventually(
      () => bench.client.call('show', { params: { id } }),
      ({ progress }) => progress.tasksDone > 900,
    )
    let release = () => {}
    bench.cluster.gate = new Promise((resolve) => (release = resolve))
    const rest = async () => (await bench.queue.counts(id))!.waiting
    if ((await rest()) > 0) {
      await eventually(
        () => bench.queue.counts(id),
        (counts) => counts!.leased === 0 && counts!.reported === 0,
      )
      await bench.client.call('result', { params: { id } })
    }
    const begun = performance.now()
    release()
    const done = await ended(bench, id)
    const endedMs = performance.now() - begun
    const result = (await bench.client.call('result', { params: { id } })) as { primaries: number; batches: number }
    const shownMs = performance.now() - begun
    expect(done.progress).toMatchObject({ tasksDone: 1000, primariesDone: 1_000_000 })
    expect(result).toMatchObject({ primaries: 1_000_000, batches: 1000 })

    await bench.restart()
    const cold = performance.now()
    expect(await bench.client.call('result', { params: { id } })).toEqual(result)
    const coldMs = performance.now() - cold
    for await (const key of bench.storage.list(`jobs/${id}/result/`)) await bench.storage.delete(key)
    await bench.restart()
    const rebuilt = performance.now()
    expect(await bench.client.call('result', { params: { id } })).toEqual(result)
    process.stdout.write(
      `1,000 tasks x 500 nuclides: the last tasks done after ${endedMs.toFixed(0)} ms, their merged result after ${shownMs.toFixed(0)} ms; ` +
        `after a restart in ${coldMs.toFixed(0)} ms, from the tallies alone in ${(performance.now() - rebuilt).toFixed(0)} ms\n`,
    )
  }, 120_000)

  it('does not write its row more often than its results come in', async () => {
    bench = await startBench({ engines: [quickEngine] })
    const { id } = await bench.client.call('submit', { body: primaries(30_000, 300) })
    const done = await ended(bench, id)
    // Accepted, running, done, and one for each batch of results.
    expect(done.revision).toBeLessThan(200)
    expect(await bench.records.lastEvent()).toBeLessThanOrEqual(4)
  }, 120_000)
})
