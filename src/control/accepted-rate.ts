/** How fast results come in: the base of every "about 8 s to go". Forgotten at a restart, and then measured anew. */

/** Samples older than this say nothing about now, in milliseconds. */
const WINDOW_MS = 30_000
const MAX_SAMPLES = 64

interface Sample {
  readonly atMs: number
  readonly histories: number
}

/** What is known of the speed of a job: two samples, and how many came from one to the other. */
export interface Pace {
  readonly fromMs: number
  readonly toMs: number
  /** Accepted between the two. */
  readonly histories: number
  /** Times that results came in. */
  readonly steps: number
}

/** Histories per millisecond now, or `null` before there are two results apart in time. */
export function rateOf(pace: Pace | null, nowMs: number): number | null {
  if (!pace) return null
  const { fromMs, toMs, histories, steps } = pace
  // Measured up to now: where nothing came for a while, the estimate grows instead of standing still.
  const spanMs = Math.max(toMs, nowMs - (toMs - fromMs) / Math.max(1, steps)) - fromMs
  return spanMs > 0 ? histories / spanMs : null
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

  /** `null` before there are two results. */
  pace(id: string): Pace | null {
    const samples = this.#samples.get(id)
    const first = samples?.[0]
    const last = samples?.at(-1)
    if (!first || !last || last.histories <= first.histories) return null
    return {
      fromMs: first.atMs,
      toMs: last.atMs,
      histories: last.histories - first.histories,
      steps: samples!.length - 1,
    }
  }

  forget(id: string): void {
    this.#samples.delete(id)
  }

  clear(): void {
    this.#samples.clear()
  }
}
