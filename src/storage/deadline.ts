/** An end for everything that waits for somebody else. */

/**
 * Runs work that heeds the signal, which is aborted when the time is over. Unlike `AbortSignal.timeout` it leaves no timer
 * behind: thousands of short calls would otherwise keep theirs for minutes.
 * @param work may set the deadline anew, once it knows how much there is to do: so many milliseconds from then on
 */
export async function withDeadline<T>(
  milliseconds: number,
  work: (signal: AbortSignal, anew: (milliseconds: number) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const end = () => controller.abort(timeIsOver())
  let timer = setTimeout(end, milliseconds)
  const anew = (later: number) => {
    clearTimeout(timer)
    timer = setTimeout(end, later)
  }
  try {
    return await work(controller.signal, anew)
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
