/**
 * Finds runs that used the same random numbers. A file does not hold its seed, so there are two ways to see it: the
 * state of the generator at the start, where the caller knows it (the file `ranNAMEnnn` beside the output), and the
 * values themselves: two runs of different seeds do not agree in every number.
 */

import type { EstimatorFile } from '../output/fluka-file.ts'
import { FlukaMergeError } from './merge-error.ts'

/** Below this many values that are not 0, equal files may be chance: a nuclide that each run saw once. */
const TELLING_VALUES = 8

export class RepeatedRuns {
  readonly #bySeed = new Map<string, string>()
  readonly #byValues = new Map<string, string>()

  /**
   * @param used places of each of `valuesOf(file)` that hold something.
   * @param seed state of the generator at the start of the run, if known.
   * @throws FlukaMergeError `FLUKA_MERGE_REPEATED` when the random numbers were in the merge before.
   */
  add(file: EstimatorFile, used: readonly Int32Array[], seed: string | null): void {
    if (seed !== null) {
      const earlier = this.#bySeed.get(seed)
      if (earlier !== undefined) {
        throw new FlukaMergeError('FLUKA_MERGE_REPEATED', `${earlier} and ${file.file} began with the seeds ${seed}.`)
      }
      this.#bySeed.set(seed, file.file)
    }
    const { digest, telling } = digestOf(valuesOf(file), used)
    const twin = this.#byValues.get(digest)
    if (twin !== undefined && telling >= TELLING_VALUES) {
      throw new FlukaMergeError(
        'FLUKA_MERGE_REPEATED',
        `${twin} and ${file.file} agree in all values, ${telling} of which are not 0.`,
      )
    }
    this.#byValues.set(digest, file.file)
  }
}

function digestOf(
  arrays: readonly (Float32Array | Int32Array)[],
  used: readonly Int32Array[],
): { digest: string; telling: number } {
  let telling = 0
  // Two multiplicative hashes of 32 bits: that other values of thousands of files agree in both does not happen.
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (const [n, values] of arrays.entries()) {
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
    const places = used[n]!
    telling += places.length
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!
      a = Math.imul(a ^ bits[place]! ^ place, 0x01000193)
      b = Math.imul(b + bits[place]!, 0x85ebca6b) ^ (place + n)
    }
  }
  return { digest: `${a}/${b}`, telling }
}

/** All values of a file: first those of the detectors, then their isomers. */
export function valuesOf(file: EstimatorFile): (Float32Array | Int32Array)[] {
  if (file.estimator === 'DETECT') return file.detectors.map(({ counts }) => counts)
  if (file.estimator === 'RESNUCLEi') {
    const isomers = file.detectors.flatMap(({ isomers }) => (isomers === null ? [] : [isomers]))
    return [...file.detectors.map(({ values }) => values), ...isomers]
  }
  return file.detectors.map(({ values }) => values)
}
