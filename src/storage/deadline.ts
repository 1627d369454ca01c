/** An end for everything that waits for somebody else. */

/**
 * Runs work that heeds the signal, which is aborted when the time is over. Unlike `AbortSignal.timeout` it leaves no timer
 * behind: thousands of short calls would otherwise keep theirs for minutes.
 */
export async function withDeadline<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(timeIsOver()), milliseconds)
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** The same for work that knows no signal: it is left to itself. */
export function orDeadline<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return withDeadline(milliseconds, (signal) => {
    const over = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    return Promise.race([work, over])
  })
}

export const timeIsOver = (): Error => Object.assign(new Error('no answer in time'), { name: 'TimeoutError' })
