/** What an operator sees of the queues at the shell, and that putting one right loses nothing. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCli } from '#cli/program.ts'
import type { Identity } from '#identity/identity.ts'
import { localIdentity } from '#identity/local.ts'
import { createClient, type Fetch } from '#protocol/client.ts'
import { fakeContext } from '#test/cli/fake-context.ts'
import { type Bench, ended, eventually, primaries, startBench, TOKEN } from './control-bench.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.done())

const isolario = async (...args: string[]) => {
  const context = fakeContext({ connection: async () => ({ url: bench.url, token: TOKEN, fetch }) })
  const code = await runCli(context, args)
  return { code, ...context.printed }
}

it('shows the queue of a job that waits, drops it, and the job ends all the same', async () => {
  expect(await isolario('admin', 'queues')).toMatchObject({ code: 0, out: 'There are no queues.\n' })
  let letGo = () => {}
  bench.cluster.gate = new Promise((resolve) => (letGo = resolve))
  const { id } = await bench.client.call('submit', { body: primaries(4000, 4) })
  const inspect = async () =>
    JSON.parse((await isolario('admin', 'queues', '--json')).out) as { generation: number; simulation: string }[]
  const [before] = await eventually(inspect, (queues) => queues.length === 1)
  expect(before).toMatchObject({ jobId: id, state: 'open', order: 'go-on' })
  expect(['accepted', 'running']).toContain(before!.simulation)
  const shown = await isolario('admin', 'queues')
  expect(shown.out).toContain(id)
  expect(shown.out).toContain('NEXT LEASE ENDS')

  const dropped = await isolario('admin', 'repair-queue', id, 'drop')
  expect(dropped).toMatchObject({ code: 0 })
  expect(dropped.out).toContain('built anew')
  const [after] = await eventually(inspect, (queues) => (queues[0]?.generation ?? 0) > before!.generation)
  expect(after).toMatchObject({ jobId: id, state: 'open' })
  const reaped = await isolario('admin', 'repair-queue', id, 'reap')
  expect(reaped.out).toMatch(/^\d+ leases? that were over/)
  letGo()
  const end = await ended(bench, id)
  expect(end).toMatchObject({ state: 'done', progress: { tasksDone: 4, tasksFailed: 0, primariesDone: 4000 } })
})

it('refuses words that mean nothing', async () => {
  const wrong = await isolario('admin', 'repair-queue', 'abcd', 'mend')
  expect(wrong).toMatchObject({ code: 2, err: 'The action is reap or drop, not "mend".\n' })
})

it('shows and mends nothing for who may not administer', async () => {
  const local = localIdentity({ token: TOKEN })
  const identity: Identity = {
    ...local,
    may: (user, permission, owner) => permission !== 'administer' && local.may(user, permission, owner),
  }
  const plain = await startBench({ identity })
  try {
    const client = createClient({ fetch: fetch as unknown as Fetch, baseUrl: plain.url, token: TOKEN })
    await expect(client.call('queues')).rejects.toMatchObject({ code: 'NOT_ALLOWED', status: 403 })
    const repair = { params: { id: 'abcd' }, body: { action: 'drop' } }
    await expect(client.call('repairQueue', repair)).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  } finally {
    await plain.done()
  }
})
