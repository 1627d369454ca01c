import { describe, expect, it } from 'vitest'
import { ApiError, createClient } from './client.ts'
import type { RouteName } from './routes.ts'

/** A client whose every call gets this answer. */
const answered = (status: number, text: string) =>
  createClient({
    baseUrl: 'http://127.0.0.1:1',
    fetch: async () => ({
      ok: status < 400,
      status,
      text: async () => text,
      json: async () => JSON.parse(text) as unknown,
    }),
  })

const failure = async (name: RouteName, status: number, text: string): Promise<ApiError> => {
  const error: unknown = await answered(status, text)
    .call(name, { params: { id: 'abcd', task: 0 } })
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

describe('the answer to a call', () => {
  it('is given as it came when it is ours, with what a newer service adds', async () => {
    const me = { id: 'anna', displayName: 'Anna', colour: 'blue' }
    expect(await answered(200, JSON.stringify(me)).call('whoAmI')).toEqual(me)
    expect(await answered(200, '{"items":[],"total":0}').call('list')).toEqual({ items: [], total: 0 })
    // The simulation room checks these itself.
    expect(await answered(200, '{"any":"thing"}').call('schema')).toEqual({ any: 'thing' })
    expect(await answered(200, 'a line').call('taskLog', { params: { id: 'abcd', task: 0 } })).toBe('a line')
    expect(await answered(204, '').call('remove', { params: { id: 'abcd' } })).toBeNull()
  })

  it('that is not ours is no success', async () => {
    for (const [name, text] of [
      ['whoAmI', '<html>Sign in at the proxy</html>'],
      ['whoAmI', '{"ok":true}'],
      ['whoAmI', 'null'],
      ['list', '[]'],
      ['engines', '{}'],
      ['show', '{"id":"abcd"}'],
    ] as const) {
      expect(await failure(name, 200, text), text).toMatchObject({ code: 'UNEXPECTED_ANSWER', status: 200 })
    }
    expect((await failure('list', 200, '{"items":[{"id":7}],"total":1}')).message).toMatch(/"list".*items\.0\./)
    expect(await failure('show', 502, '<html>Bad gateway</html>')).toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      status: 502,
    })
  })
})
