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
   * @param seed state of the generator at the start of the run, if known.
   * @throws FlukaMergeError `FLUKA_MERGE_REPEATED` when the random numbers were in the merge before.
   */
  add(file: EstimatorFile, seed: string | null): void {
    if (seed !== null) {
      const earlier = this.#bySeed.get(seed)
      if (earlier !== undefined) {
        throw new FlukaMergeError('FLUKA_MERGE_REPEATED', `${earlier} and ${file.file} began with the seeds ${seed}.`)
      }
      this.#bySeed.set(seed, file.file)
    }
    const { digest, telling } = digestOf(file)
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

function digestOf(file: EstimatorFile): { digest: string; telling: number } {
  let telling = 0
  // Two multiplicative hashes of 32 bits: that other values of thousands of files agree in both does not happen.
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (const values of valuesOf(file)) {
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
    for (let i = 0; i < bits.length; i++) {
      const word = bits[i]!
      if (word === 0) continue
      telling++
      a = Math.imul(a ^ word ^ i, 0x01000193)
      b = Math.imul(b + word, 0x85ebca6b) ^ i
    }
  }
  return { digest: `${a}/${b}`, telling }
}

function valuesOf(file: EstimatorFile): (Float32Array | Int32Array)[] {
  if (file.estimator === 'DETECT') return file.detectors.map(({ counts }) => counts)
  if (file.estimator === 'RESNUCLEi') {
    return file.detectors.flatMap(({ values, isomers }) => (isomers === null ? [values] : [values, isomers]))
  }
  return file.detectors.map(({ values }) => values)
}
