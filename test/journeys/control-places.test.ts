/** What control does about a cluster that has no place for a worker, and about workers that are not its own. */

import { afterEach, expect, it, vi } from 'vitest'
import { type Bench, ended, eventually, LoopCluster, primaries, startBench } from './control-bench.ts'

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

it('a submission does not wait for a cluster that says nothing, and says so', async () => {
  let speak = (_places: number) => {}
  const silence = new Promise<number>((resolve) => (speak = resolve))
  const capacity = vi.spyOn(LoopCluster.prototype, 'capacity').mockImplementation(() => silence)
  bench = await startBench()
  const { id } = await bench.client.call('submit', { body: primaries(1000, 2) })
  const { notes } = await bench.client.call('show', { params: { id } })
  expect(notes.join()).toContain('The cluster did not say in time how many workers it has')
  capacity.mockRestore()
  speak(2)
  expect(await ended(bench, id)).toMatchObject({ state: 'done' })
  const later = await bench.client.call('submit', { body: primaries(1000, 2) })
  expect((await ended(bench, later.id)).notes.join()).not.toContain('did not say in time')
})

it('workers of a job that the records do not know are left alone, those of one that has ended are not', async () => {
  bench = await startBench()
  const { id } = await bench.client.call('submit', { body: primaries(1000, 2) })
  await ended(bench, id)
  const slots = { slots: 1, memoryMebibytes: 64, engine: 'builtin', owner: 'ada', priority: 0 }
  bench.cluster.gate = new Promise(() => undefined)
  // As found after a crash, and as another installation under the same name would have them.
  await bench.cluster.start({ jobId: 'foreign', ...slots })
  // The second time everything that was looked at beside the first has been looked at.
  for (let time = 0; time < 2; time++) {
    await bench.cluster.start({ jobId: id, ...slots })
    await eventually(
      async () => [...bench.cluster.wanted.keys()],
      (wanted) => !wanted.includes(id),
    )
  }
  expect([...bench.cluster.wanted.keys()]).toEqual(['foreign'])
})

it('what a start left that was broken off is ended with the job that is cancelled before anything runs', async () => {
  bench = await startBench()
  bench.cluster.places = 0
  const { id } = await bench.client.call('submit', { body: primaries(1000, 2) })
  const stopped = vi.spyOn(bench.cluster, 'stop')
  await bench.client.call('cancel', { params: { id } })
  await ended(bench, id)
  expect(stopped).toHaveBeenCalledWith(id, expect.any(Number))
})

it('a job that waits says where it stands, and when it is about its turn once a speed was measured', async () => {
  bench = await startBench()
  let begin = () => {}
  bench.cluster.gate = new Promise((resolve) => (begin = resolve))
  const first = await bench.client.call('submit', { body: primaries(2000, 40) })
  await eventually(
    async () => bench.cluster.wanted.has(first.id),
    (isWanted) => isWanted,
  )
  bench.cluster.served = first.id
  const second = await bench.client.call('submit', { body: primaries(1000, 2) })
  const show = () => bench.client.call('show', { params: { id: second.id } })
  const before = await eventually(show, ({ waiting }) => waiting?.position === 1)
  expect(before.waiting).toMatchObject({ startsInMs: null })
  expect(before.sentence).toMatch(
    /^Waiting: All 2 places .* No estimate of the wait: no speed of the engine builtin was measured yet\.$/,
  )
  // Half of it is done, and then it stands still: the estimate grows from look to look.
  bench.cluster.tasksAtOnce = 1
  bench.cluster.gate = null
  const letGo = bench.cluster.holdAt(20)
  begin()
  const after = await eventually(show, ({ waiting }) => waiting?.startsInMs != null)
  expect(after.waiting).toMatchObject({ position: 1, noEstimate: null })
  expect(after.sentence).toMatch(
    /^Waiting: it (starts in about \d+ (s|min) if nobody else comes|may start at any moment)\. All 2 places/,
  )
  bench.cluster.served = null
  await bench.cluster.start(bench.cluster.wanted.get(second.id)!)
  letGo()
  bench.cluster.gate = null
  await ended(bench, first.id)
  await ended(bench, second.id)
  expect((await show()).waiting).toBeNull()
})
