/**
 * The sink of a worker that holds no credentials: it asks for an address signed for one object, and puts the object there.
 *
 * Every try asks anew. So an address that ran out is replaced, and what an earlier try stored although its answer was lost
 * is seen to be there: from the second try on it is looked for. The content is kept until it is stored or given up; whoever
 * calls again with it computes nothing twice.
 */

import { AddressQuestions, type AskAddresses } from './address-questions.ts'
import { withDeadline } from './deadline.ts'
import { digestOf, md5Of } from './digest.ts'
import { checkKey, otherContent } from './key-rules.ts'
import { type PutFetch, putOverHttp } from './put-request.ts'
import { codeOf, refusalError, refusalFrom, refusalOf, S3Refusal } from './s3-errors.ts'
import { type ObjectInfo, type ObjectSink, type PutRequest, type SignedPut, StorageError } from './storage.ts'
import { Turns } from './turns.ts'

export interface SignedSinkOptions {
  /** Asked one question at a time. */
  readonly ask: AskAddresses
  /** Left out: `putOverHttp`. */
  readonly fetch?: PutFetch
  /** Objects in one question at most. Default 64. */
  readonly together?: number
  /** Objects on their way at the same time. Default 32. */
  readonly uploads?: number
  /** Tries of a put, the first included. Default 4. */
  readonly attempts?: number
  /** Pause after the first failed try; doubles. Default 100 ms. */
  readonly firstPauseMs?: number
  /** How long a question may take, and a put beyond the time that its bytes need. Default 20 s. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 20_000
const SLOWEST_BYTES_PER_MS = 100
/** Of a refusal only the code at its beginning is read. */
const REFUSAL_CHARACTERS = 4096

export function signedSink(options: SignedSinkOptions): ObjectSink {
  return new SignedSink(options)
}

class SignedSink implements ObjectSink {
  readonly #options: SignedSinkOptions
  readonly #questions: AddressQuestions
  readonly #turns: Turns

  constructor(options: SignedSinkOptions) {
    this.#options = options
    this.#turns = new Turns(options.uploads ?? 32)
    this.#questions = new AddressQuestions(options.ask, options.together ?? 64, options.patienceMs ?? PATIENCE_MS)
  }

  async put(key: string, content: Uint8Array): Promise<ObjectInfo> {
    checkKey(key)
    const request: PutRequest = {
      key,
      bytes: content.byteLength,
      sha256: digestOf(content),
      md5: md5Of(content),
    }
    // The turn comes before the question: an address that waits for its turn would run out.
    return this.#turns.run(() => this.#putNow(request, content))
  }

  async #putNow(request: PutRequest, content: Uint8Array): Promise<ObjectInfo> {
    const { key, bytes, sha256 } = request
    const { attempts = 4, firstPauseMs = 100 } = this.#options
    for (let tries = 1; ; tries++) {
      try {
        const answer = await this.#questions.ask(request, tries === 1 ? 'first' : 'further')
        if (answer.kind === 'exists') {
          if (answer.digest !== sha256) throw otherContent(key, answer)
        } else {
          await this.#send(request, content, answer)
        }
        return { key, bytes, digest: sha256 }
      } catch (error) {
        if (tries >= attempts || !mayPass(error)) throw error
      }
      await new Promise((next) => setTimeout(next, firstPauseMs * 2 ** (tries - 1)))
    }
  }

  async #send({ key, bytes }: PutRequest, content: Uint8Array, { url, headers }: SignedPut & { kind: 'put' }) {
    const { patienceMs = PATIENCE_MS, fetch = putOverHttp } = this.#options
    const doing = `store the object ${key}`
    // Of the address only what is no secret: the signature stands behind the question mark.
    const { origin, pathname } = new URL(url)
    const place = { endpoint: origin, bucket: pathname.split('/')[1] ?? '' }
    let refusal: S3Refusal
    try {
      const { status, text } = await withDeadline(patienceMs + bytes / SLOWEST_BYTES_PER_MS, async (signal) => {
        const body = content as Uint8Array<ArrayBuffer>
        const answer = await fetch(url, { method: 'PUT', headers, body, redirect: 'manual', signal })
        return { status: answer.status, text: await answer.text() }
      })
      if (status >= 200 && status < 300) return
      const code = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(text.slice(0, REFUSAL_CHARACTERS))?.[1]
      refusal = new S3Refusal(status, code ?? codeOf(status))
    } catch (error) {
      refusal = refusalFrom(error)
    }
    if (refusal.status === 412) {
      // Asking again tells what lies there.
      throw new StorageError('STORAGE_UNAVAILABLE', `Cannot ${doing}: something was stored under its key meanwhile.`, {
        cause: refusal,
      })
    }
    throw refusalError(refusal, doing, place, key)
  }
}

/** Whether another try with a fresh address may succeed: also after a 403, which an address that ran out gives. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof StorageError)) return false
  const refusal = refusalOf(error)
  return error.retriable || (refusal?.status === 403 && refusal.code !== 'InvalidAccessKeyId')
}
