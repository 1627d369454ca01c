/** Raw outputs of a task, as its program wrote them: packed by the worker, sent on in parts, never looked into. */

import { Readable } from 'node:stream'
import type { Storage } from '#storage/storage.ts'

/** Read at once: the file may be hundreds of times as large. */
const PART_BYTES = 4 * 1024 * 1024

/** The object in parts; `undefined` where there is none. */
export async function objectStream(storage: Storage, key: string): Promise<Readable | undefined> {
  const info = await storage.head(key)
  if (!info) return undefined
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < info.bytes; start += PART_BYTES) {
      const part = await storage.get(key, { start, end: Math.min(info.bytes, start + PART_BYTES) })
      // Removed meanwhile: the connection breaks, so that nobody takes the rest for all.
      if (!part) throw new Error(`The object ${key} is gone.`)
      yield part
    }
  }
  return Readable.from(parts(), { objectMode: false })
}
