/**
 * Hears that reports arrived, by publish/subscribe. A hint only: what is said while the connection is down is lost, and
 * control looks at every job about once a second anyway.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { ReportListeners } from '../report-listeners.ts'
import { within } from './client.ts'
import type { RedisConnection } from './connection.ts'
import { ALL_CHANNELS, channelOf } from './keys.ts'

export interface HintOptions {
  readonly connection: RedisConnection
  /** Told when a listener throws: its failure is its own. */
  readonly onListenerError: (error: unknown) => void
  /** How often the server is asked whether it still lives: a frozen one would stay silent for ever. */
  readonly askEveryMs: number
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2000

export class RedisHints {
  readonly #options: HintOptions
  readonly #listeners: ReportListeners
  readonly #closing = new AbortController()
  #redis: Redis | undefined
  #started = false
  readonly #subscribed = Promise.withResolvers<void>()

  constructor(options: HintOptions) {
    this.#options = options
    this.#listeners = new ReportListeners(options.onListenerError)
  }

  /** @returns true as soon as the first subscription stands, false if it does not within the time; it is kept up either way */
  async ready(withinMs: number): Promise<boolean> {
    this.#start()
    return within(withinMs, this.#subscribed.promise).then(
      () => true,
      () => false,
    )
  }

  listen(listener: (jobId: string) => void): () => void {
    this.#start()
    return this.#listeners.add(listener)
  }

  close(): void {
    this.#closing.abort()
    this.#subscribed.resolve()
    this.#listeners.clear()
    this.#redis?.disconnect()
  }

  #start() {
    if (this.#started) return
    this.#started = true
    void this.#keepUp()
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#closing
    for (let waitMs = FIRST_PAUSE_MS; !signal.aborted; waitMs = Math.min(LONGEST_PAUSE_MS, 2 * waitMs)) {
      try {
        const redis = await this.#options.connection.open()
        this.#redis = redis
        if (signal.aborted) return redis.disconnect()
        const ended = new Promise<void>((done) => redis.once('end', done))
        redis.on('pmessage', (_pattern, channel: string, jobId: string) => {
          if (channel === channelOf(jobId)) this.#listeners.announce(jobId)
        })
        await within(this.#options.askEveryMs, redis.psubscribe(ALL_CHANNELS))
        this.#subscribed.resolve()
        waitMs = FIRST_PAUSE_MS
        await this.#watch(redis, ended)
      } catch {
        // Whatever it was: the next try may do better, and calls of the queue say aloud what is wrong.
      }
      this.#redis?.disconnect()
      this.#redis = undefined
      await pause(waitMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Returns when the connection ended or the server no longer answers. */
  async #watch(redis: Redis, ended: Promise<void>): Promise<void> {
    const { signal } = this.#closing
    const { askEveryMs } = this.#options
    let over = false
    void ended.then(() => {
      over = true
    })
    while (!over && !signal.aborted) {
      const waiting = new AbortController()
      await Promise.race([ended, pause(askEveryMs, undefined, { signal: waiting.signal }).catch(() => undefined)])
      waiting.abort()
      if (!over && !signal.aborted) await within(askEveryMs, redis.ping())
    }
  }
}
