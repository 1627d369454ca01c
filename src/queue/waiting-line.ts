/** A line that grows at both ends in constant time: returned tasks go to its front, new ones to its back. */
export class WaitingLine<T> {
  /** Front part, last element is the first in line. */
  readonly #returned: T[] = []
  #items: T[] = []
  #head = 0

  get length(): number {
    return this.#returned.length + this.#items.length - this.#head
  }

  push(item: T): void {
    this.#items.push(item)
  }

  unshift(item: T): void {
    this.#returned.push(item)
  }

  shift(): T | undefined {
    if (this.#returned.length > 0) return this.#returned.pop()
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head] as T
    this.#head += 1
    // Drops the used part now and then: amortised constant time, memory within twice the need.
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
