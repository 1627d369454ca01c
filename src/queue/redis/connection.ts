/**
 * A connection to Redis that is made again when it breaks, with calls that end: with an answer, or after a stated time
 * with `QUEUE_UNAVAILABLE`.
 *
 * The client's own retries are switched off. It would keep commands of callers who have long given up and send them after
 * a failover (a `take` for nobody), and it would wait for ever for a server that is stopped but not dead: the kernel goes
 * on accepting connections for it. So every client is used for one connection only, every try has its time, and after
 * it the connection counts as broken. All verbs of the queue may come twice, so a try whose answer was lost is repeated.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { QueueError } from '../queue.ts'
import { type RedisLogin, withoutLogin } from './address.ts'
import { openClient, within } from './client.ts'
import { type FailureKind, kindOf } from './failure.ts'

export interface ConnectionOptions {
  /**
   * Asked before the first connection, and again after Redis has refused the login if `renewsLogin`. A `QueueError` other
   * than `QUEUE_UNAVAILABLE` ends the call; after any other error it is asked again.
   */
  readonly login: () => Promise<RedisLogin>
  /** True where asking again may give a login that works: the job's user was lost with a server and is made again. */
  readonly renewsLogin: boolean
  /** After so long without success a call fails with `QUEUE_UNAVAILABLE`. */
  readonly giveUpAfterMs: number
  /** A server that leaves a call without answer for so long is taken as frozen. */
  readonly answerWithinMs: number
  /** Puts the functions there; absent where somebody else does. */
  readonly loadLibrary?: (redis: Redis) => Promise<void>
  /** Told once when Redis does not answer, and once when it does again. */
  readonly onTrouble: (sentence: string) => void
}

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000

export class RedisConnection {
  readonly #options: ConnectionOptions
  #login: Promise<RedisLogin> | undefined
  #client: Promise<Redis> | undefined
  #isAway = false
  #closed = false
  readonly #closing = new AbortController()

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /**
   * Does something with a connection, again and again until it succeeds or cannot succeed. `work` must be a single step
   * that is safe to repeat.
   * @throws QueueError `QUEUE_UNAVAILABLE` when Redis was away for so long; `QUEUE_DENIED` when it may not be done, or when
   * the login is refused and no other can be had
   */
  async run<T>(work: (redis: Redis) => Promise<T>, giveUpAfterMs = this.#options.giveUpAfterMs): Promise<T> {
    const deadline = performance.now() + giveUpAfterMs
    for (let waitMs = FIRST_PAUSE_MS; ; waitMs = Math.min(LONGEST_PAUSE_MS, waitMs * 2)) {
      this.#checkOpen()
      let client: Promise<Redis> | undefined
      let redis: Redis | undefined
      try {
        client = this.#client ??= this.#connect()
        redis = await within(Math.max(1, deadline - performance.now()), client)
        const value = await within(this.#options.answerWithinMs, work(redis))
        this.#noteBack()
        return value
      } catch (error) {
        this.#checkOpen()
        const kind = kindOf(error)
        // What could not be connected is of no use to the next try, whatever the reason was.
        if (!redis || kind === 'away' || kind === 'login') this.#forget(client, kind === 'login')
        if (error instanceof QueueError && error.code !== 'QUEUE_UNAVAILABLE') throw error
        if (kind === 'login' && !this.#options.renewsLogin) throw refused(error)
        await this.#mend(kind, redis, error)
        // A thousand workers that lost the same server do not come back in the same instant.
        const wait = waitMs * (0.5 + Math.random() / 2)
        if (performance.now() + wait >= deadline) throw unavailable(error, giveUpAfterMs)
        await pause(wait, undefined, { signal: this.#closing.signal }).catch(() => undefined)
      }
    }
  }

  /** A further connection of the same kind, for a subscription; it is the caller's to disconnect. */
  async open(): Promise<Redis> {
    this.#checkOpen()
    return openClient(await this.#loginNow(), this.#options.answerWithinMs)
  }

  /** Whether the server takes commands of somebody who shows no password: then the rights of users protect nothing. */
  async letsAnyoneIn(): Promise<boolean> {
    const { address } = await this.#loginNow()
    try {
      const stranger = { address: withoutLogin(address), username: null, password: null }
      const redis = await openClient(stranger, this.#options.answerWithinMs)
      redis.disconnect()
      return true
    } catch {
      return false
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#closing.abort()
    // Who is just being let in is not waited for.
    this.#client?.then(
      (redis) => redis.disconnect(),
      () => undefined,
    )
  }

  async #connect(): Promise<Redis> {
    const redis = await openClient(await this.#loginNow(), this.#options.answerWithinMs)
    if (this.#closed) redis.disconnect()
    return redis
  }

  #loginNow(): Promise<RedisLogin> {
    if (this.#login) return this.#login
    const login = this.#options.login()
    this.#login = login
    // Refused now, it may be granted later.
    login.catch(() => this.#forgetLogin(login))
    return login
  }

  /** Makes the next try different from the last one; throws where there is none. */
  async #mend(kind: FailureKind, redis: Redis | undefined, error: unknown): Promise<void> {
    const { loadLibrary } = this.#options
    switch (kind) {
      case 'denied':
        throw new QueueError('QUEUE_DENIED', `Redis refuses what was asked of it: ${messageOf(error)}`, error)
      case 'fault':
        throw new QueueError('QUEUE_BAD_REQUEST', `Redis cannot do a step of the queue: ${messageOf(error)}`, error)
      case 'no-library':
        if (!redis || !loadLibrary) break
        await loadLibrary(redis).catch(() => undefined)
        return
      case 'login':
      case 'away':
      case 'busy':
    }
    this.#noteAway(error)
  }

  #forget(client: Promise<Redis> | undefined, withLogin: boolean) {
    // Another call may have noticed first and have a new one.
    if (this.#client !== client) return
    this.#client = undefined
    if (withLogin) this.#login = undefined
    client?.then(
      (redis) => redis.disconnect(),
      () => undefined,
    )
  }

  #forgetLogin(login: Promise<RedisLogin>) {
    if (this.#login === login) this.#login = undefined
  }

  #noteAway(error: unknown) {
    if (this.#isAway) return
    this.#isAway = true
    this.#options.onTrouble(`Redis does not do what the queue asks of it; it is tried again. ${messageOf(error)}`)
  }

  #noteBack() {
    if (!this.#isAway) return
    this.#isAway = false
    this.#options.onTrouble('Redis answers again.')
  }

  #checkOpen() {
    if (this.#closed) throw new QueueError('QUEUE_UNAVAILABLE', 'The queue is closed: this process is ending.')
  }
}

function unavailable(error: unknown, afterMs: number): QueueError {
  const message =
    kindOf(error) === 'login'
      ? refusedLogin(error)
      : `Redis did not take a request for ${Math.round(afterMs / 100) / 10} s. The last thing it said or did: ${messageOf(error)}`
  return new QueueError('QUEUE_UNAVAILABLE', message, error)
}

const refused = (error: unknown): QueueError => new QueueError('QUEUE_DENIED', refusedLogin(error), error)

const refusedLogin = (error: unknown): string =>
  `Redis refuses the user or the password it was given: ${messageOf(error)}`

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
