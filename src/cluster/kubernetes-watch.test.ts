/** The picture of the cluster against an API server whose answers are written down here. */

import { afterEach, describe, expect, it } from 'vitest'
import { ClusterError } from './cluster.ts'
import { type KubernetesApi, KubernetesRefusal, type Query } from './kubernetes-api.ts'
import { type WatchedObjects, watchObjects } from './kubernetes-watch.ts'
import type { WireObject } from './kubernetes-wire.ts'

const PATIENCE = { timeout: 5000, interval: 5 }
const object = (name: string, version: number | string, uid = name): WireObject => ({
  metadata: { name, uid, resourceVersion: String(version) },
})

/** Answers lists from `lists` in turn, and each watch by what the test says to it. */
class ScriptedApi implements KubernetesApi {
  readonly lists: (() => unknown)[] = []
  readonly queries: Query[] = []
  readonly watches: {
    query: Query
    open(): void
    say(type: string, value: unknown): void
    end(error?: Error): void
  }[] = []

  async send<T>(_method: string, _path: string, options: { query?: Query } = {}): Promise<T> {
    this.queries.push(options.query ?? {})
    return this.lists.shift()!() as T
  }
  stream(
    _path: string,
    query: Query,
    _idleMs: number,
    onValue: (value: unknown) => void,
    signal: AbortSignal,
    onOpen: () => void = () => {},
  ) {
    return new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      const say = (type: string, value: unknown) => {
        try {
          onValue({ type, object: value })
        } catch (error) {
          reject(new ClusterError('CLUSTER_UNAVAILABLE', 'wrapped', error))
        }
      }
      this.watches.push({ query, open: onOpen, say, end: (error) => (error ? reject(error) : resolve()) })
    })
  }
  close(): void {}
}

describe('a watched collection', () => {
  let watched: WatchedObjects<WireObject> | undefined
  afterEach(() => watched?.close())
  const listOf = (version: number, items: WireObject[], next?: string) => () => ({
    metadata: { resourceVersion: String(version), ...(next ? { continue: next } : {}) },
    items,
  })
  const watch = (api: KubernetesApi) => {
    const heard: string[] = []
    const troubles: (string | null)[] = []
    watched = watchObjects({
      api,
      path: '/api/v1/namespaces/n/pods',
      labelSelector: 'a=b',
      onChange: ({ metadata }) => heard.push(`${metadata.name}@${metadata.resourceVersion}`),
      onTrouble: (error) => troubles.push(error?.message ?? null),
    })
    return { watched, heard, troubles }
  }
  const names = () => [...watched!.values()].map(({ metadata }) => metadata.name).sort()
  const connected = (api: ScriptedApi, count: number) => expect.poll(() => api.watches.length, PATIENCE).toBe(count)

  it('lists page by page, then listens from there', async () => {
    const api = new ScriptedApi()
    api.lists.push(listOf(10, [object('a', 5)], 'more'), listOf(10, [object('b', 6)]))
    const { heard } = watch(api)
    await watched!.ready(1000)
    expect(names()).toEqual(['a', 'b'])
    await connected(api, 1)
    expect(api.queries).toMatchObject([{ labelSelector: 'a=b', limit: 500 }, { continue: 'more' }])
    expect(api.watches[0]!.query).toMatchObject({ resourceVersion: '10', labelSelector: 'a=b', watch: true })
    api.watches[0]!.say('ADDED', object('c', 11))
    api.watches[0]!.say('MODIFIED', object('a', 12))
    api.watches[0]!.say('DELETED', object('b', 13))
    expect(names()).toEqual(['a', 'c'])
    expect(heard).toEqual(['a@5', 'b@6', 'c@11', 'a@12', 'b@13'])
  })

  it('goes on where it was when the connection ends, bookmarks included', async () => {
    const api = new ScriptedApi()
    api.lists.push(listOf(10, [object('a', 5)]))
    const { troubles } = watch(api)
    await connected(api, 1)
    api.watches[0]!.say('BOOKMARK', { metadata: { resourceVersion: '40' } })
    api.watches[0]!.end()
    await connected(api, 2)
    expect(api.watches[1]!.query).toMatchObject({ resourceVersion: '40' })
    api.watches[1]!.end(new Error('connection reset'))
    await connected(api, 3)
    expect(api.watches[2]!.query).toMatchObject({ resourceVersion: '40' })
    expect(troubles).toEqual(['Error: connection reset'])
    api.watches[2]!.say('MODIFIED', object('a', 41))
    expect(troubles).toEqual(['Error: connection reset', null])
    expect(api.queries).toHaveLength(1)
  })

  it('is out of trouble as soon as the server takes the watch again, though nothing happens', async () => {
    const api = new ScriptedApi()
    api.lists.push(listOf(10, [object('a', 5)]))
    const { troubles } = watch(api)
    await connected(api, 1)
    api.watches[0]!.end(new Error('connection reset'))
    await connected(api, 2)
    expect(watched!.trouble()).not.toBeNull()
    api.watches[1]!.open()
    expect(watched!.trouble()).toBeNull()
    expect(troubles).toEqual(['Error: connection reset', null])
  })

  it.each([
    [
      'as an answer',
      (watching: ScriptedApi['watches'][number]) => watching.end(new KubernetesRefusal(410, 'Expired', '')),
    ],
    [
      'in the stream',
      (watching: ScriptedApi['watches'][number]) => watching.say('ERROR', { code: 410, message: 'old' }),
    ],
  ])('lists anew when the server has forgotten (410 %s), and tells what went meanwhile', async (_, forget) => {
    const api = new ScriptedApi()
    api.lists.push(listOf(10, [object('a', 5), object('b', 6)]), listOf(90, [object('b', 80), object('c', 85)]))
    const { heard, troubles } = watch(api)
    await connected(api, 1)
    forget(api.watches[0]!)
    await connected(api, 2)
    expect(names()).toEqual(['b', 'c'])
    expect(heard).toEqual(['a@5', 'b@6', 'b@80', 'c@85', 'a@5'])
    expect(api.watches[1]!.query).toMatchObject({ resourceVersion: '90' })
    expect(troubles).toEqual([])
  })

  it('shows at once what its owner did, and is not misled by older news', async () => {
    const api = new ScriptedApi()
    api.lists.push(listOf(10, [object('a', 9)]))
    watch(api)
    await connected(api, 1)
    watched!.note(object('a', 20))
    api.watches[0]!.say('MODIFIED', object('a', 12))
    expect(watched!.get('a')!.metadata.resourceVersion).toBe('20')
    // 100 is newer than 20, though not as text.
    api.watches[0]!.say('MODIFIED', object('a', 100))
    expect(watched!.get('a')!.metadata.resourceVersion).toBe('100')

    watched!.drop(watched!.get('a')!)
    api.watches[0]!.say('MODIFIED', object('a', 101))
    expect(names()).toEqual([])
    // Another object of the same name is another object, and the end of the old one is not its end.
    watched!.note(object('a', 103, 'second'))
    api.watches[0]!.say('DELETED', object('a', 102))
    expect(watched!.get('a')!.metadata.uid).toBe('second')
  })

  it('says why there is nothing to see yet', async () => {
    const api = new ScriptedApi()
    const refused = () => {
      throw new KubernetesRefusal(403, 'Forbidden', 'pods is forbidden')
    }
    for (let time = 0; time < 50; time++) api.lists.push(refused)
    const { troubles } = watch(api)
    await expect(watched!.ready(50)).rejects.toThrow('pods is forbidden')
    expect(troubles).toHaveLength(1)
  })
})
