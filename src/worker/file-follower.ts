/** Reads on in a text file that another program writes, line by line, from where it was at the last look. */

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { FilePattern } from '#engines/engine/engine.ts'
import { LineSplitter } from './line-splitter.ts'
import { pathsOf } from './program-files.ts'

const LOOK_MS = 250
/** Read at one look; the rest waits for the next one. */
const MOST_BYTES = 2 ** 20

export class FileFollower {
  readonly #root: string
  readonly #pattern: FilePattern
  readonly #lines: LineSplitter
  #timer: NodeJS.Timeout | undefined
  #ended = false
  #file: string | undefined
  #offset = 0

  /** Begins at once. @param pattern of the file below the task's folder; the first that fits is followed. */
  constructor(root: string, pattern: FilePattern, onLine: (line: string) => void) {
    this.#root = root
    this.#pattern = pattern
    this.#lines = new LineSplitter(onLine)
    this.#again()
  }

  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  #again(): void {
    if (this.#ended) return
    // What cannot be read now may be there at the next look: progress is told as far as it is known.
    const look = () =>
      void this.#look()
        .catch(() => {})
        .then(() => this.#again())
    this.#timer = setTimeout(look, LOOK_MS)
  }

  async #look(): Promise<void> {
    this.#file ??= (await pathsOf(this.#root, this.#pattern))[0]
    if (this.#file === undefined) return
    const handle = await open(path.join(this.#root, this.#file), constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      if (!(await handle.stat()).isFile()) return
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, this.#offset)
      this.#offset += bytesRead
      if (!this.#ended) this.#lines.push(buffer.subarray(0, bytesRead))
    } finally {
      await handle.close()
    }
  }
}
