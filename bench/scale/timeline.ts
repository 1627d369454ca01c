/** Simulated time: what is to happen, soonest first, and stations at which work queues. */

interface Event {
  readonly atMs: number
  readonly order: number
  readonly happen: () => void
}

export class Timeline {
  /** Simulated time since the beginning, in milliseconds. */
  nowMs = 0
  readonly #heap: Event[] = []
  #order = 0

  /** What is due at the same time happens in the order in which it was asked for. */
  after(delayMs: number, happen: () => void): void {
    const heap = this.#heap
    heap.push({ atMs: this.nowMs + delayMs, order: this.#order++, happen })
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at]!, heap[parent]!)) break
      ;[heap[at], heap[parent]] = [heap[parent]!, heap[at]!]
      at = parent
    }
  }

  /** Lets everything happen that is asked for. */
  run(): void {
    for (let next = this.#take(); next; next = this.#take()) {
      this.nowMs = next.atMs
      next.happen()
    }
  }

  #take(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (heap.length === 0 || last === undefined) return first
    heap[0] = last
    for (let at = 0; ; ) {
      const children = [2 * at + 1, 2 * at + 2].filter((child) => child < heap.length)
      const least = children.reduce((best, child) => (isBefore(heap[child]!, heap[best]!) ? child : best), at)
      if (least === at) return first
      ;[heap[at], heap[least]] = [heap[least]!, heap[at]!]
      at = least
    }
  }
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

/** Does one thing after the other, in the order in which they came. */
export class Station {
  readonly name: string
  readonly #timeline: Timeline
  #freeAtMs = 0
  #busyMs = 0

  constructor(timeline: Timeline, name: string) {
    this.#timeline = timeline
    this.name = name
  }

  /** @param serviceMs how long it takes once it is its turn */
  use(serviceMs: number, done: () => void): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, this.#timeline.nowMs) + serviceMs
    this.#busyMs += serviceMs
    this.#timeline.after(this.#freeAtMs - this.#timeline.nowMs, done)
  }

  /** Part of so much time in which it had something to do. */
  share(lastedMs: number): number {
    return this.#busyMs / lastedMs
  }
}
