/** A cluster without a single place for a worker: the job waits in a sentence, and goes on when there is room. */

import { afterEach, expect, it } from 'vitest'
import { type Bench, ended, eventually, primaries, startBench } from './control-bench.ts'

let bench: Bench
afterEach(() => bench.done())

it('a job waits in words for a quota without room, and nothing is started', async () => {
  bench = await startBench()
  bench.cluster.places = 0
  const { id } = await bench.client.call('submit', { body: primaries(1000, 2) })
  await eventually(
    () => bench.records.simulation(id),
    (record) => record?.condition?.includes('the quota of the workers has no room for a single one') === true,
  )
  expect(JSON.parse((await bench.records.simulation(id))!.condition!)).toMatchObject({ hold: null, workers: 0 })
  expect(bench.cluster.wanted.size).toBe(0)
  bench.cluster.places = 2
  await ended(bench, id)
  expect(await bench.client.call('show', { params: { id } })).toMatchObject({ state: 'done' })
})
