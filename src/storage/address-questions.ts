/**
 * Questions for signed addresses: those that come while one is under way go together into the next. A worker with
 * many small tallies asks once for all that are ready, and one with a single tally waits for nobody.
 */

import { orDeadline } from './deadline.ts'
import { type PutRequest, type SignedPut, StorageError, type Tries } from './storage.ts'

/** Asks for addresses, for all objects in their order. `first` where none of them was sent before. */
export type AskAddresses = (objects: readonly PutRequest[], tries: Tries) => Promise<readonly SignedPut[]>

interface Question {
  readonly object: PutRequest
  readonly tries: Tries
  readonly resolve: (answer: SignedPut) => void
  readonly reject: (error: unknown) => void
}

export class AddressQuestions {
  readonly #ask: AskAddresses
  readonly #together: number
  readonly #patienceMs: number
  readonly #open: Question[] = []
  #asking = false

  /**
   * @param together objects in a question at most
   * @param patienceMs how long a question may take
   */
  constructor(ask: AskAddresses, together: number, patienceMs: number) {
    this.#ask = ask
    this.#together = together
    this.#patienceMs = patienceMs
  }

  /** @throws StorageError of the asker, or `STORAGE_UNAVAILABLE` with what kept it from answering */
  ask(object: PutRequest, tries: Tries): Promise<SignedPut> {
    return new Promise((resolve, reject) => {
      this.#open.push({ object, tries, resolve, reject })
      if (!this.#asking) void this.#run()
    })
  }

  async #run() {
    this.#asking = true
    // One turn of the loop: puts that were begun together are asked for together.
    await Promise.resolve()
    while (this.#open.length > 0) {
      const asked = this.#open.splice(0, this.#together)
      try {
        const objects = asked.map(({ object }) => object)
        const tries = asked.every((question) => question.tries === 'first') ? 'first' : 'further'
        const answers = await orDeadline(this.#patienceMs, this.#ask(objects, tries))
        if (answers.length !== asked.length) throw new Error(`${answers.length} answers for ${asked.length} objects`)
        for (const [i, { resolve }] of asked.entries()) resolve(answers[i]!)
      } catch (error) {
        const told = storageError(error)
        for (const { reject } of asked) reject(told)
      }
    }
    this.#asking = false
  }
}

function storageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const { message, retriable } = error as { message?: string; retriable?: unknown }
  return new StorageError(
    'STORAGE_UNAVAILABLE',
    `No address to store results at could be had: ${message ?? String(error)}`,
    { retriable: retriable !== false, cause: error },
  )
}
