import { expect, it } from 'vitest'
import { fakeContext } from '#test/cli/fake-context.ts'
import { runCli } from './program.ts'

const USE = {
  simulationId: 'k3f9x2',
  owner: 'ada',
  engineId: 'fluka',
  engineVersion: '1.0+cern.4-4.1',
  atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
}

/** A service that knows these uses; keeps what it was asked. */
function service(items: readonly (typeof USE)[], total = items.length) {
  const asked: string[] = []
  const fetch = (async (url: string | URL) => {
    asked.push(String(url))
    return new Response(JSON.stringify({ items, total }), { headers: { 'content-type': 'application/json' } })
  }) as unknown as typeof globalThis.fetch
  const context = fakeContext({ connection: async () => ({ url: 'http://service', fetch }) as never })
  return { asked, context }
}

it('shows who ran an engine, when and which, and where the rest is', async () => {
  const { asked, context } = service([USE], 7)
  expect(await runCli(context, ['admin', 'uses', '--engine', 'fluka', '--owner', 'ada', '--limit', '1'])).toBe(0)
  const url = new URL(asked[0]!)
  expect(url.pathname).toBe('/api/v1/admin/engine-uses')
  expect(Object.fromEntries(url.searchParams)).toEqual({ engine: 'fluka', owner: 'ada', limit: '1', offset: '0' })
  expect(context.printed.out).toMatch(/WHEN +WHO +ENGINE +VERSION +SIMULATION/)
  expect(context.printed.out).toMatch(/2026-01-02T03:04:05\.000Z +ada +fluka +1\.0\+cern\.4-4\.1 +k3f9x2/)
  expect(context.printed.err).toBe('1 of 7; the next with --offset 1.\n')
})

it('says when there is none, and gives JSON', async () => {
  const none = service([])
  expect(await runCli(none.context, ['admin', 'uses'])).toBe(0)
  expect(none.context.printed.out).toBe('No such use is recorded.\n')
  const one = service([USE])
  expect(await runCli(one.context, ['admin', 'uses', '--json'])).toBe(0)
  expect(JSON.parse(one.context.printed.out)).toEqual({ items: [USE], total: 1 })
})
