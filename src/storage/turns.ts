/** Lets so many work at the same time; the others wait in line. */
export class Turns {
  readonly #most: number
  readonly #line: (() => void)[] = []
  #working = 0

  constructor(most: number) {
    this.#most = most
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    // Who leaves hands the turn on, so nobody overtakes the line.
    if (this.#working >= this.#most) await new Promise<void>((turn) => this.#line.push(turn))
    else this.#working += 1
    try {
      return await work()
    } finally {
      const next = this.#line.shift()
      if (next) next()
      else this.#working -= 1
    }
  }
}
