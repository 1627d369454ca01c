/** Bytes of files on disk, fetched as a reader wants them: a file larger than the memory can still be looked through. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { OpenBytes } from '#cli/context.ts'

/** What is fetched at once, so that the many small records of a file are not as many calls. */
const WINDOW_BYTES = 256 * 1024

/** Opens a file for reading. @throws the error of Node when it cannot be opened. */
export function openBytes(file: string): OpenBytes {
  const descriptor = openSync(file, 'r')
  const { size } = fstatSync(descriptor)
  let window: Uint8Array = new Uint8Array(0)
  let start = 0
  const fill = (offset: number, target: Uint8Array): void => {
    let done = 0
    while (done < target.length) {
      const count = readSync(descriptor, target, done, target.length - done, offset + done)
      if (count === 0) throw new Error(`${file} became shorter while it was read.`)
      done += count
    }
  }
  const fetch = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    fill(offset, bytes)
    return bytes
  }
  return {
    size,
    read: (offset, length) => {
      if (length > WINDOW_BYTES) return fetch(offset, length)
      if (offset < start || offset + length > start + window.length) {
        start = offset
        window = fetch(offset, Math.min(WINDOW_BYTES, size - offset))
      }
      return window.subarray(offset - start, offset - start + length)
    },
    fill(offset, target) {
      // What the window holds already is not fetched again: matrices of nuclides are smaller than it.
      if (target.length > WINDOW_BYTES) fill(offset, target)
      else target.set(this.read(offset, target.length))
    },
    close: () => closeSync(descriptor),
  }
}
