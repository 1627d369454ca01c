/**
 * Reads an object on the short way: one signed request over a kept connection. The SDK's way through all its steps takes
 * the processor four times as long, and control reads an object for every task.
 *
 * Only what goes well is taken from here. Whoever gets nothing asks the SDK, which tries again, puts the clock right and
 * knows what each refusal means.
 */

import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import type { S3Access } from './s3-access.ts'
import { signedAddress } from './s3-signing.ts'

/** Seconds; an address is used at once. */
const VALID_SECONDS = 300

export class ShortReader {
  readonly #access: S3Access
  readonly #presigner: S3RequestPresigner
  readonly #program: typeof http | typeof https
  readonly #agent: http.Agent

  constructor(access: S3Access) {
    this.#access = access
    this.#presigner = new S3RequestPresigner(access.client.config)
    this.#program = access.options.endpoint.startsWith('https:') ? https : http
    // No more connections than calls at the same time, and those have their turns.
    this.#agent = new this.#program.Agent({ keepAlive: true, timeout: IDLE_MS })
  }

  /**
   * @param name key with the bucket's prefix
   * @param range as the header has it
   * @returns the answer of a server that gives the object, its body still to be read; `undefined` for any other outcome
   * @throws the reason of the signal, once it is aborted
   */
  async get(name: string, range: string | undefined, signal: AbortSignal): Promise<IncomingMessage | undefined> {
    const headers = range === undefined ? {} : { range }
    try {
      const url = await signedAddress(this.#access, this.#presigner, 'GET', name, headers, VALID_SECONDS)
      const answer = await this.#ask(url, headers, signal)
      if (answer.statusCode === 200 || (answer.statusCode === 206 && range !== undefined)) return answer
      answer.resume()
      return undefined
    } catch {
      if (signal.aborted) throw signal.reason
      return undefined
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #ask(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.#program.get(url, { headers, signal, agent: this.#agent, timeout: this.#access.silenceMs })
      request.once('error', reject)
      request.once('timeout', () => request.destroy())
      request.once('response', resolve)
    })
  }
}

/** A connection that nobody used for so long is given up before the server does. */
const IDLE_MS = 4000
