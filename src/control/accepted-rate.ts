/** How fast results come in: the base of every "about 8 s to go". Forgotten at a restart, and then measured anew. */

/** Samples older than this say nothing about now, in milliseconds. */
const WINDOW_MS = 30_000
const MAX_SAMPLES = 64

interface Sample {
  readonly atMs: number
  readonly histories: number
}

export class AcceptedRates {
  readonly #samples = new Map<string, Sample[]>()

  /** Notes how many histories of a job are accepted now. */
  note(id: string, histories: number, atMs: number): void {
    let samples = this.#samples.get(id)
    if (!samples) this.#samples.set(id, (samples = []))
    const last = samples.at(-1)
    if (last && last.histories === histories) return
    // Thousands of short tasks come in together: one sample in half a second is enough.
    if (samples.length > 1 && last && atMs - last.atMs < WINDOW_MS / MAX_SAMPLES) samples.pop()
    samples.push({ atMs, histories })
    while (samples.length > 2 && atMs - samples[0]!.atMs > WINDOW_MS) samples.shift()
  }

  /** Histories per millisecond, or `null` before there are two results apart in time. */
  rate(id: string, nowMs: number): number | null {
    const samples = this.#samples.get(id)
    const first = samples?.[0]
    const last = samples?.at(-1)
    if (!first || !last || last.histories <= first.histories) return null
    // Measured up to now: where nothing came for a while, the estimate grows instead of standing still.
    const spanMs = Math.max(last.atMs, nowMs - (last.atMs - first.atMs) / Math.max(1, samples!.length - 1)) - first.atMs
    return spanMs > 0 ? (last.histories - first.histories) / spanMs : null
  }

  forget(id: string): void {
    this.#samples.delete(id)
  }
}
