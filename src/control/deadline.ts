/** An end of waiting for somebody who may say nothing. */

import { setTimeout as pause } from 'node:timers/promises'

/** Nobody answered in time. */
export class LateError extends Error {
  override readonly name = 'LateError'
}

/**
 * The answer, if it comes in time; what comes later is nobody's.
 * @throws LateError after `withinMs`
 */
export async function deadlined<T>(answer: Promise<T>, withinMs: number): Promise<T> {
  const ending = new AbortController()
  const late = pause(withinMs, undefined, { signal: ending.signal }).then(
    () => {
      throw new LateError(`no answer within ${withinMs} ms`)
    },
    // The answer came first.
    () => answer,
  )
  return Promise.race([answer, late]).finally(() => ending.abort())
}
