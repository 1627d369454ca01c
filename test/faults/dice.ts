/** Numbers that look random and follow from a seed: sfc32, small and fast, with a period far beyond any run. */

export class Dice {
  #a = 0x9e3779b9
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, stream = 0) {
    this.#b = seed | 0
    this.#c = Math.imul(stream + 1, 0x85ebca6b) | 0
    for (let n = 0; n < 12; n++) this.bits()
  }

  /** 32 random bits. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }

  /** From 0 to below 1. */
  fraction(): number {
    return this.bits() / 2 ** 32
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end)
  }

  /** A whole number from `from` to `to`, both possible. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1)
  }

  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('There is nothing to pick from.')
    return items[this.below(items.length)]!
  }
}
