/** Points for checks of a geometry, always the same ones: a problem that was found is found again. */

import type { BodyBox } from './body-box.ts'

/** How far beyond a box points reach, and how close "near an edge" is, in sizes of the box. */
const BEYOND = 0.02

/** One point after another, in place: a check asks for ten thousands. */
export class RandomPoints {
  x = 0
  y = 0
  z = 0
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** From 0 to 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    const state = this.#state
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** Evenly in a box. */
  within({ low, high }: BodyBox): void {
    this.x = low[0]! + (high[0]! - low[0]!) * this.next()
    this.y = low[1]! + (high[1]! - low[1]!) * this.next()
    this.z = low[2]! + (high[2]! - low[2]!) * this.next()
  }

  /** In a box and a little beyond, each coordinate half of the time within a hundredth of an edge. */
  nearEdges({ low, high }: BodyBox): void {
    this.x = this.#nearEdge(low[0]!, high[0]!)
    this.y = this.#nearEdge(low[1]!, high[1]!)
    this.z = this.#nearEdge(low[2]!, high[2]!)
  }

  #nearEdge(low: number, high: number): number {
    const size = high - low
    if (this.next() < 0.5) return low - BEYOND * size + (1 + 2 * BEYOND) * size * this.next()
    const edge = this.next() < 0.5 ? low : high
    return edge + BEYOND * size * (this.next() - 0.5)
  }
}
