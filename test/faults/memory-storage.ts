/** Objects in memory, put once: the contract of storage without a disk. */

import { createHash } from 'node:crypto'
import { type ByteRange, type ObjectInfo, type Storage, StorageError } from '#storage/storage.ts'

interface Stored {
  readonly content: Uint8Array
  readonly digest: string
}

export type Harm = 'lose' | 'damage'
const IS_OF_TASKS = /^jobs\/[^/]+\/tasks\//

/** A bit is another one. */
function damaged(content: Uint8Array): Uint8Array {
  const copy = content.slice()
  copy[copy.length >> 1]! ^= 1
  return copy
}

export class MemoryStorage implements Storage {
  readonly #objects = new Map<string, Stored>()
  readonly #digests = new WeakMap<Uint8Array, string>()
  /** What is to become of the next objects that are put. */
  readonly #harms: Harm[] = []

  async put(key: string, content: Uint8Array): Promise<ObjectInfo> {
    const digest = this.#digestOf(content)
    const known = this.#objects.get(key)
    if (known && known.digest !== digest) {
      throw new StorageError('STORAGE_EXISTS', `Under ${key} lies another object already.`)
    }
    // Put again after an answer that was lost: what lies there is not looked at, as with a server that compares digests.
    if (!known) {
      const harm = IS_OF_TASKS.test(key) ? this.#harms.shift() : undefined
      if (harm !== 'lose') this.#objects.set(key, { content: harm === 'damage' ? damaged(content) : content, digest })
    }
    return { key, bytes: content.length, digest }
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    const content = this.#objects.get(key)?.content
    return range ? content?.slice(range.start, range.end) : content
  }

  /** Loses or damages the next objects of tasks that are put, and says that they are stored. */
  harm(harm: Harm, objects: number): void {
    this.#harms.push(...Array.from({ length: objects }, () => harm))
  }

  /** What is put from now on stays as it is. */
  heal(): void {
    this.#harms.length = 0
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const known = this.#objects.get(key)
    return known && { key, bytes: known.content.length, digest: known.digest }
  }

  async *list(prefix: string, after = ''): AsyncGenerator<string> {
    yield* this.keys(prefix).filter((key) => key > after)
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key)
  }

  /** A put is whole or not at all. */
  async removeUnfinished(): Promise<number> {
    return 0
  }

  async close(): Promise<void> {}

  /** Keys in code-unit order, at once. */
  keys(prefix: string): readonly string[] {
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort()
  }

  /** Content, at once: for whoever checks. */
  peek(key: string): Uint8Array | undefined {
    return this.#objects.get(key)?.content
  }

  /** The same bytes are stored again and again; their digest is worked out once. */
  #digestOf(content: Uint8Array): string {
    let digest = this.#digests.get(content)
    if (!digest) {
      digest = createHash('sha256').update(content).digest('hex')
      this.#digests.set(content, digest)
    }
    return digest
  }
}
