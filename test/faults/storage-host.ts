/** The machine of the storage: away for a while, or slow to say that something is stored. */

import { type Storage, StorageError } from '#storage/storage.ts'
import { type Links, QUIET, type Service } from './links.ts'
import type { MemoryStorage } from './memory-storage.ts'
import type { Actor, World } from './world.ts'

export class StorageHost {
  readonly service: Service
  readonly #links: Links
  readonly #inner: MemoryStorage

  constructor(world: World, links: Links, inner: MemoryStorage) {
    this.#links = links
    this.#inner = inner
    this.service = {
      name: 'storage',
      host: world.actor('storage'),
      awayUntilMs: 0,
      noise: QUIET,
      resends: 0,
      unavailable: (method) => new StorageError('STORAGE_UNAVAILABLE', `The storage does not answer (${method}).`),
    }
  }

  port(caller: Actor): Storage {
    const call = <T>(method: string, work: () => Promise<T>) => this.#links.call(caller, this.service, method, work)
    const inner = this.#inner
    return {
      put: (key, content) => call('put', () => inner.put(key, content)),
      get: (key, range) => call('get', () => inner.get(key, range)),
      head: (key) => call('head', () => inner.head(key)),
      delete: (key) => call('delete', () => inner.delete(key)),
      async *list(prefix, after = '') {
        yield* await call('list', async () => inner.keys(prefix).filter((key) => key > after))
      },
      removeUnfinished: () => call('removeUnfinished', () => inner.removeUnfinished()),
      close: async () => undefined,
    }
  }
}
