/**
 * Which replica moves the jobs on. One at a time, so that work is not done twice; two at once would do no harm (README),
 * so a lease that is a little wrong costs time and never a result.
 */

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Records } from '#records/records.ts'
import type { Log } from './log.ts'

export interface Leadership {
  /** Number of this term, higher with each change of leader; `null` where nobody else can lead. */
  readonly fence: number | null
  isLeading(): boolean
  /** @param onChange called when leading begins and when it ends */
  start(onChange: (leading: boolean) => void): void
  /** The lease may be free: asks for it now. */
  notice(): void
  /** Gives it back, so that another replica leads at once. */
  close(): Promise<void>
}

/** For a service that is the only one over its records. */
export function leadingAlone(): Leadership {
  let leading = false
  return {
    fence: null,
    isLeading: () => leading,
    start(onChange) {
      leading = true
      onChange(true)
    },
    notice: () => undefined,
    async close() {
      leading = false
    },
  }
}

export const RECONCILER_LEASE = 'reconciler'

export interface LeasedOptions {
  readonly records: Pick<Records, 'holdLease' | 'releaseLease'>
  /** How long the lease lasts unless it is renewed: as long as jobs stand still after a leader was killed. */
  readonly leaseMs: number
  readonly log: Log
}

/** For one of several replicas: leads while it holds the lease in the records. */
export function leadingByLease({ records, leaseMs, log }: LeasedOptions): Leadership {
  const holder = `${hostname()}/${process.pid}/${randomUUID()}`
  const everyMs = leaseMs / 3
  let fence: number | null = null
  let leading = false
  /** By the monotonic clock, counted from before the question: never later than the database has it. */
  let heldUntil = 0
  let closed = false
  let asking: Promise<void> | null = null
  let askAgain = false
  let timer: NodeJS.Timeout | undefined
  let onChange: (leading: boolean) => void = () => undefined

  const held = () => leading && performance.now() < heldUntil

  const lose = (why: string) => {
    if (!leading) return
    leading = false
    log.warn({ fence }, `this replica no longer moves the jobs on: ${why}`)
    onChange(false)
  }

  const ask = async (): Promise<void> => {
    const askedAt = performance.now()
    let answer: number | null
    try {
      answer = await records.holdLease(RECONCILER_LEASE, holder, leaseMs)
    } catch (error) {
      log.warn({ err: error }, 'the lease of the reconciler could not be asked for; it is asked for again')
      if (!held()) lose('the lease could not be renewed in time')
      return
    }
    // The answer came after a stop of this process, or after the end: it is worth nothing.
    if (closed) return
    if (answer === null) {
      lose('another replica has the lease')
      return
    }
    if (leading && answer !== fence) lose('another replica had the lease meanwhile')
    // Whoever asked in between was told that nobody leads here, and what runs by itself has ended: a new term begins.
    if (leading && !held()) lose('the lease was renewed late')
    heldUntil = askedAt + leaseMs
    fence = answer
    if (leading || !(performance.now() < heldUntil)) return
    leading = true
    log.info({ fence }, 'this replica moves the jobs on')
    onChange(true)
  }

  const turn = (): void => {
    if (closed) return
    clearTimeout(timer)
    if (asking) {
      askAgain = true
      return
    }
    asking = ask().finally(() => {
      asking = null
      if (closed) return
      if (askAgain) {
        askAgain = false
        turn()
        return
      }
      // Replicas that started together do not ask together for ever.
      timer = setTimeout(turn, everyMs * (0.8 + 0.4 * Math.random()))
    })
  }

  return {
    get fence() {
      return fence
    },
    isLeading: held,
    start(listener) {
      onChange = listener
      turn()
    },
    notice() {
      if (!leading) turn()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await asking
      leading = false
      await records
        .releaseLease(RECONCILER_LEASE, holder)
        .catch((error: unknown) => log.warn({ err: error }, 'the lease of the reconciler runs out by itself'))
    },
  }
}
