/** A value from elsewhere that is kept: used while it is fresh, renewed beside the requests, and used on while nobody answers. */

export interface KeptOptions<T> {
  fetch(): Promise<T>
  readonly clock: () => number
  /** Younger than this it is not asked for again. */
  readonly freshMs: number
  /** Older than this it is not used, whatever happens. */
  readonly longestMs: number
  /** Least time between two tries. */
  readonly retryMs: number
}

export interface Kept<T> {
  /** The value, fetched only where there is none that may be used. @throws what `fetch` throws */
  get(): Promise<T>
  /** The newest value there is; asks at most once in `retryMs`. @throws what `fetch` throws, also of the last try */
  renewed(): Promise<T>
}

export function kept<T>({ fetch, clock, freshMs, longestMs, retryMs }: KeptOptions<T>): Kept<T> {
  let value: { readonly is: T; readonly atMs: number } | null = null
  let triedAtMs = Number.NEGATIVE_INFINITY
  let failure: unknown = null
  let running: Promise<T> | null = null

  const renew = (): Promise<T> => {
    running ??= (async () => {
      triedAtMs = clock()
      try {
        const is = await fetch()
        value = { is, atMs: triedAtMs }
        failure = null
        return is
      } catch (error) {
        failure = error
        throw error
      } finally {
        running = null
      }
    })()
    return running
  }

  return {
    async get() {
      const ageMs = value ? clock() - value.atMs : Number.POSITIVE_INFINITY
      if (!value || ageMs > longestMs) {
        if (failure !== null && running === null && clock() - triedAtMs < retryMs) throw failure
        return renew()
      }
      // Nobody waits for a renewal: a provider that hangs must not make requests hang.
      if (ageMs > freshMs && clock() - triedAtMs >= retryMs) renew().catch(() => undefined)
      return value.is
    },
    async renewed() {
      if (running === null && clock() - triedAtMs < retryMs) {
        if (failure !== null) throw failure
        if (value) return value.is
      }
      return renew()
    },
  }
}
