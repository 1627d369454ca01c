/** Requests whose answer was lost after everything was written: told again under the same key they change nothing more. */

import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { Connection } from '#cli/context.ts'
import { runCli } from '#cli/program.ts'
import { type Records, RecordsError } from '#records/records.ts'
import { fakeContext } from '#test/cli/fake-context.ts'
import { type Bench, ended, primaries, startBench, TOKEN } from './control-bench.ts'

let bench: Bench
afterEach(() => bench.done())

/** The connection to the database breaks after the commit of the next change that a user asks for. */
const breaking = { next: false, broken: 0 }
function breakable(records: Records): Records {
  const once =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      const answer = await call(...args)
      const isUsers = args.some((arg) => typeof arg === 'object' && arg !== null && 'requestDigest' in arg)
      if (!isUsers || !breaking.next) return answer
      breaking.next = false
      breaking.broken += 1
      throw new RecordsError('RECORDS_UNAVAILABLE', 'The connection to the database was lost.')
    }
  return new Proxy(records, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      return name === 'changeState' || name === 'addTasks' ? once(value.bind(target)) : value
    },
  })
}

/** The command line, whose connection breaks once after the service has answered. */
function commandLine(isAnswerLost: boolean) {
  const sent: { readonly path: string; readonly key: string | undefined }[] = []
  const losing: typeof fetch = async (address, options) => {
    const headers = options?.headers as Record<string, string>
    sent.push({ path: new URL(String(address)).pathname, key: headers['idempotency-key'] })
    const answer = await fetch(address, options)
    if (!isAnswerLost || sent.length > 1) return answer
    await answer.text()
    throw new TypeError('fetch failed')
  }
  const connection = async (): Promise<Connection> => ({ url: bench.url, token: TOKEN, fetch: losing })
  const context = fakeContext({ connection, freshKey: randomUUID })
  return { run: (...args: string[]) => runCli(context, args), sent, context }
}

const show = (id: string) => bench.client.call('show', { params: { id } })

describe.each(['between service and command line', 'between database and service'] as const)(
  'a connection that breaks %s',
  (where) => {
    const atDatabase = where === 'between database and service'
    const ask = async (...args: string[]) => {
      breaking.next = atDatabase
      breaking.broken = 0
      const line = commandLine(!atDatabase)
      expect(await line.run(...args), line.context.printed.err).toBe(0)
      expect(breaking.broken).toBe(atDatabase ? 1 : 0)
      expect(line.sent).toHaveLength(2)
      expect(line.sent[0]!.key).toMatch(/^[0-9a-f-]{36}$/)
      expect(line.sent[1]).toEqual(line.sent[0])
      return line
    }

    it('adds primaries once, also when the job has ended again meanwhile', async () => {
      bench = await startBench({ wrapRecords: breakable })
      const { id } = await bench.client.call('submit', { body: primaries(1000, 2) })
      await ended(bench, id)
      await ask('add-primaries', id, '500')
      await ended(bench, id)
      expect(await show(id)).toMatchObject({ state: 'done', progress: { primariesAsked: 1500, primariesDone: 1500 } })
      // The same command once more is another wish.
      await ask('add-primaries', id, '500')
      await ended(bench, id)
      expect(await show(id)).toMatchObject({ progress: { primariesAsked: 2000, primariesDone: 2000 } })
    })

    it('stops and cancels once, and says so instead of refusing', async () => {
      bench = await startBench({ wrapRecords: breakable })
      bench.cluster.places = 0
      const { id } = await bench.client.call('submit', { body: primaries(1000, 2) })
      await ask('stop', id)
      await ended(bench, id)
      const other = await bench.client.call('submit', { body: primaries(1000, 2) })
      await ask('cancel', other.id)
      await ended(bench, other.id)
      expect(await show(other.id)).toMatchObject({ state: 'cancelled' })
    })
  },
)

it('a key that was used for something else is refused', async () => {
  bench = await startBench()
  bench.cluster.places = 0
  const { id } = await bench.client.call('submit', { body: primaries(1000, 2) })
  const headers = { 'idempotency-key': 'mine' }
  await bench.client.call('stop', { params: { id }, headers })
  await expect(bench.client.call('cancel', { params: { id }, headers })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
    status: 409,
  })
})

it('a user orders her own jobs, at the beginning and later, until they end', async () => {
  bench = await startBench()
  bench.cluster.places = 0
  const document = primaries(1000, 2) as { job: object }
  const body = { ...document, job: { ...document.job, priority: 'high' } }
  const made = await bench.client.call('submit', { body })
  expect(made).toMatchObject({ priority: 'high', document: { job: { priority: 'high' } } })
  const plain = await bench.client.call('submit', { body: document })
  expect(plain).toMatchObject({ priority: 'normal', setupDigest: made.setupDigest })
  const line = commandLine(false)
  expect(await line.run('priority', plain.id, 'low')).toBe(0)
  expect(await line.run('priority', plain.id, 'utmost')).toBe(2)
  expect(await show(plain.id)).toMatchObject({ priority: 'low', document: { job: { priority: 'low' } } })
  bench.cluster.places = 2
  await ended(bench, plain.id)
  expect(bench.log.join('')).not.toContain('INTERNAL')
  await expect(
    bench.client.call('prioritize', { params: { id: plain.id }, body: { priority: 'high' } }),
  ).rejects.toMatchObject({ code: 'ACTION_NOT_ALLOWED' })
  // Neither the numbers nor the identity of a result depend on it.
  const again = await bench.client.call('rerun', { params: { id: plain.id }, body: { replay: true } })
  await ended(bench, again.id)
  expect(again).toMatchObject({ priority: 'low', setupDigest: plain.setupDigest })
})

it('the cluster hears of owner and priority, and of a change while the job goes on', async () => {
  bench = await startBench()
  bench.cluster.gate = new Promise(() => undefined)
  const { id, owner } = await bench.client.call('submit', { body: primaries(1000, 2) })
  await expect.poll(() => bench.cluster.wanted.get(id)).toMatchObject({ owner, priority: 0 })
  await bench.client.call('prioritize', { params: { id }, body: { priority: 'high' } })
  await expect.poll(() => bench.cluster.wanted.get(id)).toMatchObject({ owner, priority: 1 })
})
