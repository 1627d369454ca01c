/**
 * One object to a signed address. Node's `fetch` copies the content through streams of the web, which for a tally of some
 * kilobytes takes the processor several times as long as sending it; a worker with short tasks sends hundreds a second.
 */

import http from 'node:http'
import https from 'node:https'

export interface PutOptions {
  readonly method: 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
  /** A signature is of one address; what was signed is sent nowhere else. */
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

/** What is read of the answer. */
export interface PutAnswer {
  readonly status: number
  text(): Promise<string>
}

/** `fetch`, as far as an object needs it. Rejects where no whole answer came. */
export type PutFetch = (url: string, options: PutOptions) => Promise<PutAnswer>

/** A connection that nobody used for so long is given up before the server does: an object sent into its end would be lost. */
const IDLE_MS = 4000
/** Of a refusal only its beginning says something; a proxy may send a whole page. */
const MOST_CHARACTERS = 4096

const settings = { keepAlive: true, timeout: IDLE_MS } as const
const plain = new http.Agent(settings)
const tls = new https.Agent(settings)

/** Follows no redirection, and keeps connections for the next object. */
export const putOverHttp: PutFetch = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const [program, agent] = url.startsWith('https:') ? ([https, tls] as const) : ([http, plain] as const)
    const request = program.request(url, {
      method,
      headers: { ...headers, 'content-length': body.byteLength },
      signal,
      agent,
    })
    request.once('error', reject)
    request.once('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        if (text.length < MOST_CHARACTERS) text += piece
      })
      answer.once('error', reject)
      answer.once('end', () => resolve({ status: answer.statusCode!, text: async () => text }))
    })
    request.end(body)
  })
