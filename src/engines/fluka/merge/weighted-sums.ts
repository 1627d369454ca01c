/**
 * Mean over batches and its error, as the summing programs of FLUKA make them: weights are those of the primaries,
 *
 *   mean = sum(w x) / W,   error = sqrt((sum(w x^2) / W - mean^2) / (N - 1)) / mean,
 *
 * with W the sum of the weights and N the number of batches (FLUKA manual, "Statistics"; verified bit by bit on files
 * that `usbsuw` and `usxsuw` of FLUKA 4-3.1 made). Sums are of double precision, results of single precision.
 */

export interface MeanAndError {
  readonly mean: Float32Array
  /** Relative; 0 where the mean is 0. */
  readonly error: Float32Array
}

/** The summing programs of RESNUCLEi, USRBDX and USRTRACK write no relative error above this; that of USRBIN does. */
export const GREATEST_ERROR = 0.99

export class WeightedSums {
  readonly #sums: Float64Array
  readonly #squares: Float64Array

  constructor(length: number) {
    this.#sums = new Float64Array(length)
    this.#squares = new Float64Array(length)
  }

  /** Adds the values of one batch. */
  add(values: ArrayLike<number>, weight: number): void {
    const sums = this.#sums
    const squares = this.#squares
    for (let i = 0; i < sums.length; i++) {
      const value = values[i]!
      if (value === 0) continue
      sums[i] = sums[i]! + value * weight
      squares[i] = squares[i]! + value * value * weight
    }
  }

  /** Adds the values of one batch at these places; the others are 0. */
  addAt(values: Float32Array, places: Int32Array, weight: number): void {
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!
      const value = values[place]!
      this.#sums[place]! += value * weight
      this.#squares[place]! += value * value * weight
    }
  }

  /**
   * @param weight of all batches together.
   * @param batches at least 2: one batch has no error.
   * @param greatest errors above it are written as it.
   */
  finish(weight: number, batches: number, greatest: number): MeanAndError {
    const mean = new Float32Array(this.#sums.length)
    const error = new Float32Array(this.#sums.length)
    for (let i = 0; i < mean.length; i++) {
      const average = this.#sums[i]! / weight
      if (average === 0) continue
      const variance = Math.max(0, this.#squares[i]! / weight - average * average) / (batches - 1)
      mean[i] = average
      error[i] = Math.min(greatest, Math.sqrt(variance) / Math.abs(average))
    }
    return { mean, error }
  }
}
