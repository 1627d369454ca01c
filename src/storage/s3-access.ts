/** The way to one bucket: the SDK's client with our patience, and every call with a deadline. */

import { S3Client } from '@aws-sdk/client-s3'
import { timeIsOver, withDeadline } from './deadline.ts'
import { refusalError, refusalFrom } from './s3-errors.ts'
import { KEY_PATTERN, StorageError } from './storage.ts'
import { Turns } from './turns.ts'

export interface S3Options {
  /** `https://s3.example.org`; path style is used, so no names below it are needed. */
  readonly endpoint: string
  readonly region: string
  /** It must exist. */
  readonly bucket: string
  /** Put before every key, for a bucket that is shared: `isolario/`. Ends in "/" or is empty (default). */
  readonly prefix?: string
  readonly accessKey: string
  readonly secretKey: string
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** How long a connection may be silent before the call is tried again. Default 20 s. */
  readonly silenceMs?: number
  /** How long connecting may take. Default 5 s. */
  readonly connectMs?: number
  /** Tries of a call, the first included. Default 3. */
  readonly attempts?: number
  /** Calls at the same time; further ones wait in line. Default 64. */
  readonly connections?: number
  /** Objects from this size on are sent in parts. Default 64 MiB. */
  readonly partsFromBytes?: number
  /** Size of a part, at least 5 MiB. Default 16 MiB; larger for objects that would have more than 10,000 of them. */
  readonly partBytes?: number
}

/** A call may take this long beyond its silences: slower connections are of no use. */
const SLOWEST_BYTES_PER_MS = 100

const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

export class S3Access {
  readonly client: S3Client
  readonly bucket: string
  readonly options: S3Options
  readonly #turns: Turns
  /** How long a connection may be silent. */
  readonly silenceMs: number
  readonly #deadlineMs: number

  constructor(options: S3Options) {
    checkOptions(options)
    this.options = options
    this.bucket = options.bucket
    const { silenceMs = 20_000, connectMs = 5000, attempts = 3, connections = 64 } = options
    this.silenceMs = silenceMs
    this.#deadlineMs = attempts * (silenceMs + connectMs)
    this.#turns = new Turns(connections)
    // Calls stand in our line, not in the agent's, where they would be taken for connections that cannot be made.
    const agent = { keepAlive: true, maxSockets: connections }
    this.client = new S3Client({
      endpoint: options.endpoint,
      region: options.region,
      credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
      forcePathStyle: true,
      // The SDK's own checksums are trailers, which Ceph before version 19 does not know: it refuses streams (411) and
      // ignores the sums. We send Content-MD5, which every server compares, and keep a SHA-256 ourselves.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // Left out, these are read from the environment and the home folder.
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      retryMode: 'standard',
      maxAttempts: attempts,
      // It warns about busy connections and about versions of Node, on the console.
      logger: SILENT,
      requestHandler: {
        connectionTimeout: connectMs,
        socketTimeout: silenceMs,
        httpAgent: agent,
        httpsAgent: agent,
        logger: SILENT,
      },
    })
  }

  /**
   * Makes a call of the SDK when it is its turn, with a deadline.
   * @param doing what is tried, for the sentence: "store the object x"
   * @param bytes how much is sent, for the deadline
   * @param work may tell how much it is going to receive
   * @throws StorageError with a refusal of `s3-errors.ts` as its cause
   */
  async call<T>(
    doing: string,
    bytes: number,
    key: string | undefined,
    work: (options: { abortSignal: AbortSignal }, receives: (bytes: number) => void) => Promise<T>,
  ): Promise<T> {
    const timeFor = (amount: number) => this.#deadlineMs + amount / SLOWEST_BYTES_PER_MS
    try {
      return await this.#turns.run(() =>
        withDeadline(timeFor(bytes), (abortSignal, anew) =>
          work({ abortSignal }, (received) => anew(timeFor(received))),
        ),
      )
    } catch (error) {
      if (error instanceof StorageError) throw error
      throw refusalError(refusalFrom(error), doing, this.options, key)
    }
  }

  /** Reads the body of an answer; a server that falls silent in the middle of it ends the reading. */
  async read(
    body: AsyncIterable<Uint8Array> & { destroy(error?: Error): void },
    bytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const content = Buffer.allocUnsafeSlow(bytes)
    let length = 0
    const giveUp = () => body.destroy(timeIsOver())
    signal.addEventListener('abort', giveUp, { once: true })
    const timer = setTimeout(giveUp, this.silenceMs)
    try {
      for await (const chunk of body) {
        timer.refresh()
        if (length + chunk.length > bytes) throw Object.assign(new Error('too long'), { code: 'answer too long' })
        content.set(chunk, length)
        length += chunk.length
      }
    } finally {
      clearTimeout(timer)
    }
    if (length < bytes) throw Object.assign(new Error('cut'), { code: 'answer cut off' })
    return new Uint8Array(content.buffer, content.byteOffset, bytes)
  }

  /** Time of this machine put right by what servers answered: what an address is signed with. */
  now(): Date {
    return new Date(this.options.clock() + (this.client.config.systemClockOffset ?? 0))
  }

  close(): void {
    this.client.destroy()
  }
}

function checkOptions({ endpoint, bucket, prefix = '', accessKey, secretKey }: S3Options) {
  const wrong = (sentence: string) => new StorageError('STORAGE_UNAVAILABLE', sentence, { retriable: false })
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw wrong(`"${endpoint}" is not the address of an S3 server: write it like https://s3.example.org.`)
  }
  if (new URL(endpoint).username !== '' || new URL(endpoint).password !== '') {
    throw wrong('The address of the S3 server may not hold a name or password: keys are settings of their own.')
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw wrong(`"${bucket}" is not the name of a bucket: 3 to 63 small letters, digits, "-" and ".".`)
  }
  if (prefix !== '' && !(prefix.endsWith('/') && KEY_PATTERN.test(prefix.slice(0, -1)))) {
    throw wrong(`"${prefix}" cannot stand before keys: write it like "isolario/".`)
  }
  if (accessKey === '' || secretKey === '') throw wrong('Access key and secret key of the S3 server are both needed.')
}
