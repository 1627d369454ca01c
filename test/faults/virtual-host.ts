/**
 * Puts the world's time in the place of Node's: global timers, `node:timers/promises`, `performance.now`, chance from
 * `node:crypto`, and threads. The real worker and the real reconciler then run unchanged, step by step.
 *
 * Only for a process of its own: whoever calls `inhabit` gives up real timers until the run is over.
 */

import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { Event, World } from './world.ts'

type Thread = new (url: URL, options: { workerData: unknown }) => object

let world: World | null = null

/** Timers, chance and threads belong to this world from now on; to nobody with `null`. */
export function inhabit(next: World | null): void {
  world = next
}

function here(): World {
  if (!world) throw new Error('A timer was set outside of a simulated run.')
  return world
}

/** What a timer function answers. Our code only hands it back. */
class Timer {
  #event: Event | undefined
  set(delayMs: number, action: () => void): this {
    const at = here()
    this.#event = at.after(Math.max(0, delayMs), at.current, 'timer', action)
    return this
  }
  clear() {
    if (this.#event) this.#event.cancelled = true
  }
  ref() {
    return this
  }
  unref() {
    return this
  }
}

const clear = (timer: unknown) => {
  if (timer instanceof Timer) timer.clear()
}

/** Takes the place of Node's own; once a process. @param thread what `new Worker(...)` gives */
export function replaceHost(thread: Thread): void {
  const setTimer = (action: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]) =>
    new Timer().set(Math.max(1, delayMs), () => action(...args))
  const setAtOnce = (action: (...args: unknown[]) => void, ...args: unknown[]) =>
    new Timer().set(0, () => action(...args))
  const setRepeated = (action: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]) => {
    const timer = new Timer()
    const again = () => {
      timer.set(Math.max(1, delayMs), again)
      action(...args)
    }
    return timer.set(Math.max(1, delayMs), again)
  }
  Object.assign(globalThis, {
    setTimeout: setTimer,
    setImmediate: setAtOnce,
    setInterval: setRepeated,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  })
  globalThis.performance.now = () => here().monotonicMs()

  const require = createRequire(import.meta.url)
  const pauses = require('node:timers/promises') as Record<string, unknown>
  pauses['setTimeout'] = (delayMs: number, value: unknown) =>
    new Promise((resolve) => setTimer(() => resolve(value), delayMs))
  const crypto = require('node:crypto') as Record<string, unknown>
  crypto['randomInt'] = (end: number) => here().dice.below(end)
  crypto['randomBytes'] = (length: number) => Buffer.from(Array.from({ length }, () => here().dice.below(256)))
  const threads = require('node:worker_threads') as Record<string, unknown>
  threads['Worker'] = thread
  // Named imports of these modules are live: from here on they are ours.
  syncBuiltinESMExports()
}
