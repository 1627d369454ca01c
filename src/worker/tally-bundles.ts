/**
 * Stores tallies, those that are ready at about the same time as one object (results/tally-bundle.ts). The first one waits
 * for others as long as the worker says that it is worth it, not at all where tasks are long; what comes while an object is
 * on its way goes together next. So tasks of seconds have an object each, and hundreds of tasks a second a few objects.
 */

import { createHash } from 'node:crypto'
import { BUNDLE_EXTENSION, LARGEST_BUNDLE_BYTES } from '#results/tally-bundle.ts'

export interface ReadyTally {
  /** Key of its object without extension; no other attempt has it. */
  readonly name: string
  readonly content: Uint8Array
  /** Whether somebody still waits for it. */
  readonly isWanted: () => boolean
}

/** Where a tally lies. */
export interface StoredTally {
  readonly objectKey: string
  /** First byte in a bundle; left out where the object is the tally. */
  readonly objectStart?: number
  readonly bytes: number
  /** SHA-256 of the tally. */
  readonly digest: string
}

/** Stores an object, with patience as long as it is wanted. */
export type PutPatiently = (
  key: string,
  content: Uint8Array,
  isWanted: () => boolean,
) => Promise<{ readonly bytes: number; readonly digest: string }>

interface Waiting {
  /** By `performance.now()`: until then others may join it. */
  untilMs: number
  readonly tally: ReadyTally
  readonly resolve: (stored: StoredTally) => void
  readonly reject: (error: unknown) => void
}

/** Tallies in a bundle at most. */
export const MOST_TOGETHER = 64

export class TallyBundles {
  readonly #put: PutPatiently
  readonly #patienceMs: () => number
  readonly #waiting: Waiting[] = []
  #storing = false
  #timer: NodeJS.Timeout | undefined

  /** @param patienceMs how long it is worth to wait for others, now */
  constructor(put: PutPatiently, patienceMs: () => number) {
    this.#put = put
    this.#patienceMs = patienceMs
  }

  /** Resolves when the tally is durable. Rejects with what the put of its object rejected with. */
  store(tally: ReadyTally): Promise<StoredTally> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tally, resolve, reject, untilMs: performance.now() + this.#patienceMs() })
      this.#plan()
    })
  }

  /** No more are to come soon: what waits waits for nobody but the object that is on its way. */
  flush(): void {
    for (const waiting of this.#waiting) waiting.untilMs = 0
    this.#plan()
  }

  /** Runs when it is time for those that wait, if any do. */
  #plan() {
    if (this.#storing || this.#waiting.length === 0) return
    const waitMs = this.#waiting[0]!.untilMs - performance.now()
    if (waitMs <= 0 || this.#waiting.length >= MOST_TOGETHER) void this.#run()
    else this.#timer ??= setTimeout(() => void this.#run(), waitMs)
  }

  async #run() {
    this.#storing = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    // One turn of the loop: tallies that are given together are stored together.
    await Promise.resolve()
    await this.#storeTogether(this.#waiting.splice(0, this.#fitting()))
    this.#storing = false
    this.#plan()
  }

  /** How many of those that wait go into the next object: one at least. */
  #fitting(): number {
    let bytes = 0
    let count = 0
    for (const { tally } of this.#waiting) {
      bytes += tally.content.byteLength
      if (count > 0 && (count === MOST_TOGETHER || bytes > LARGEST_BUNDLE_BYTES)) break
      count += 1
    }
    return count
  }

  async #storeTogether(members: readonly Waiting[]) {
    const [{ tally: first }] = members as [Waiting]
    try {
      if (members.length === 1) {
        const objectKey = `${first.name}.tally`
        const { bytes, digest } = await this.#put(objectKey, first.content, first.isWanted)
        return members[0]!.resolve({ objectKey, bytes, digest })
      }
      // The name of the first: nobody else ever stores under it.
      const objectKey = `${first.name}${BUNDLE_EXTENSION}`
      const content = Buffer.concat(members.map(({ tally }) => tally.content))
      await this.#put(objectKey, content, () => members.some(({ tally }) => tally.isWanted()))
      let objectStart = 0
      for (const { tally, resolve } of members) {
        const bytes = tally.content.byteLength
        const digest = createHash('sha256').update(tally.content).digest('hex')
        resolve({ objectKey, objectStart, bytes, digest })
        objectStart += bytes
      }
    } catch (error) {
      for (const { reject } of members) reject(error)
    }
  }
}
