/** A map that keeps what was used last and forgets the rest: every cache of control is bounded by one. */
export class RecentlyUsed<V> {
  readonly #size: number
  readonly #entries = new Map<string, V>()

  constructor(size: number) {
    this.#size = size
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    // Taken out and put back: the order of a map is the order of use.
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#size) this.#entries.delete(this.#entries.keys().next().value!)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  /** Forgets every entry whose key begins so. */
  deleteAll(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key)
  }

  /** Forgets what was used least while everything together weighs more than this; the last used one is always kept. */
  trim(most: number, weigh: (value: V) => number): void {
    const newestFirst = [...this.#entries].reverse()
    let sum = 0
    for (const [index, [key, value]] of newestFirst.entries()) {
      sum += weigh(value)
      if (index > 0 && sum > most) this.#entries.delete(key)
    }
  }

  get size(): number {
    return this.#entries.size
  }
}
