/**
 * Objects that reports and rows point to, read no further than they say: a worker runs what users gave it, and may have
 * stored anything. Tallies that lie in one bundle are mostly wanted one after the other, so a bundle is read once.
 */

import { createHash } from 'node:crypto'
import { isBundle, LARGEST_BUNDLE_BYTES } from '#results/tally-bundle.ts'
import type { Storage } from '#storage/storage.ts'
import { RecentlyUsed } from './recently-used.ts'

export interface StoredObject {
  readonly objectKey: string
  /** First byte in a bundle; left out where the object is all of it. */
  readonly objectStart?: number
  readonly bytes: number
  /** SHA-256 of these bytes. */
  readonly digest: string
}

/** More than workers store at the same time; of a bundle 8 MiB at most are held. */
const BUNDLES_HELD = 8

/** For one round of reading: nothing in it grows old. */
export class TallyObjects {
  readonly #storage: Storage
  readonly #bundles = new RecentlyUsed<Promise<Uint8Array | undefined>>(BUNDLES_HELD)

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /**
   * The bytes as they were reported, or what is wrong with them as the end of a sentence; `undefined` where there is no
   * object.
   * @param largest bytes that are read at most
   * @throws StorageError when the storage does not answer now
   */
  async read(object: StoredObject, largest: number): Promise<Uint8Array | string | undefined> {
    const { bytes, digest } = object
    if (bytes > largest) return `is said to have ${bytes} bytes; at most ${largest} are read`
    const content = isBundle(object.objectKey) ? await this.#partOf(object) : await this.#whole(object)
    if (content === undefined || typeof content === 'string') return content
    const found = createHash('sha256').update(content).digest('hex')
    return found === digest ? content : 'is damaged: its SHA-256 is not the reported one'
  }

  async #whole({ objectKey, bytes }: StoredObject): Promise<Uint8Array | string | undefined> {
    const content = await this.#storage.get(objectKey, { start: 0, end: bytes + 1 })
    if (!content || content.length === bytes) return content
    return `has ${content.length > bytes ? 'more' : 'fewer'} than the ${bytes} bytes that were reported`
  }

  async #partOf({ objectKey, objectStart, bytes }: StoredObject): Promise<Uint8Array | string | undefined> {
    if (objectStart === undefined) return 'is a bundle, and where its tally begins was not reported'
    const bundle = await this.#bundle(objectKey)
    const part = bundle?.subarray(objectStart, objectStart + bytes)
    if (!part || part.length === bytes) return part
    return `ends before the ${bytes} bytes from ${objectStart} that were reported`
  }

  #bundle(objectKey: string): Promise<Uint8Array | undefined> {
    const known = this.#bundles.get(objectKey)
    if (known) return known
    const reading = this.#storage.get(objectKey, { start: 0, end: LARGEST_BUNDLE_BYTES })
    this.#bundles.set(objectKey, reading)
    // What failed is asked for again.
    reading.catch(() => this.#bundles.delete(objectKey))
    return reading
  }
}
