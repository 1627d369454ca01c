/** Who wants to hear that reports arrived, and the telling: soon, once for each job, and one's failure is one's own. */

export class ReportListeners {
  readonly #onError: (error: unknown) => void
  readonly #listeners = new Set<(jobId: string) => void>()
  readonly #toAnnounce = new Set<string>()

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** @returns a function that ends it */
  add(listener: (jobId: string) => void): () => void {
    // Wrapped, so that the same function may listen twice and each end is its own.
    const own = (jobId: string) => listener(jobId)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  announce(jobId: string): void {
    if (this.#toAnnounce.size === 0) {
      setImmediate(() => {
        const jobs = [...this.#toAnnounce]
        this.#toAnnounce.clear()
        for (const id of jobs) for (const listener of this.#listeners) this.#tell(listener, id)
      })
    }
    this.#toAnnounce.add(jobId)
  }

  clear(): void {
    this.#listeners.clear()
  }

  #tell(listener: (jobId: string) => void, jobId: string) {
    try {
      listener(jobId)
    } catch (error) {
      this.#onError(error)
    }
  }
}
