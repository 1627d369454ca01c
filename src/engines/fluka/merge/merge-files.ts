/**
 * Merges files of single runs into what the summing programs of FLUKA make of them, one file at a time: memory follows
 * the size of one file, not their number.
 */

import { type FirstRecord, primaries } from '../output/first-record.ts'
import type { EstimatorFile, FlukaFile } from '../output/fluka-file.ts'
import { checkSameLayout } from './layout.ts'
import { DetectMerge } from './merge-detect.ts'
import { FlukaMergeError } from './merge-error.ts'
import { ResnucleiMerge } from './merge-resnuclei.ts'
import { UsrbdxMerge } from './merge-usrbdx.ts'
import { UsrbinMerge } from './merge-usrbin.ts'
import { UsrtrackMerge } from './merge-usrtrack.ts'
import { RepeatedRuns, valuesOf } from './repeated-runs.ts'
import type { Totals } from './totals.ts'
import { usedPlaces } from './used-places.ts'

/** Sums of one estimator. */
interface Sums {
  /** @param used places of each of `valuesOf(file)` that hold something. */
  add(file: EstimatorFile, weight: number, used: readonly Int32Array[]): void
  finish(totals: Totals): EstimatorFile
}

export class FlukaMerge {
  #first: EstimatorFile | null = null
  #sums: Sums | null = null
  #weight = 0
  #primaries = 0
  #batches = 0
  readonly #runs = new RepeatedRuns()

  /** Batches that are in it. */
  get batches(): number {
    return this.#batches
  }

  /**
   * Adds the file of one run.
   *
   * @param seed state of the random generator at the start of the run, if known.
   * @throws FlukaMergeError when it does not belong to the others, was merged before, or repeats one of them.
   */
  add(file: FlukaFile, seed: string | null = null): void {
    if (file.estimator === null) {
      throw new FlukaMergeError('FLUKA_MERGE_NO_DATA', `${file.file} is a merge of nothing.`)
    }
    if (file.merged || (file.first.NBATCH ?? 1) > 1) {
      throw new FlukaMergeError('FLUKA_MERGE_MERGED', `${file.file} holds ${file.first.NBATCH ?? 'several'} batches.`)
    }
    const count = primaries(file.first)
    if (count === null || count === 0 || file.first.WEIPRI === 0) {
      const weight = `${count ?? 'an unknown number of'} primaries of weight ${file.first.WEIPRI}`
      throw new FlukaMergeError('FLUKA_MERGE_WEIGHT', `${file.file} has ${weight}.`)
    }
    if (this.#first !== null) checkSameLayout(this.#first, file)
    const used = valuesOf(file).map(usedPlaces)
    this.#runs.add(file, used, seed)
    this.#first ??= file
    this.#sums ??= sumsFor(file)
    this.#sums.add(file, file.first.WEIPRI, used)
    this.#weight += file.first.WEIPRI
    this.#primaries += count
    this.#batches++
  }

  /**
   * The merged file. Of a single batch it is the file of that run: one batch has no error.
   *
   * @param name what it is called.
   */
  finish(name: string): EstimatorFile {
    if (this.#first === null || this.#sums === null) throw new FlukaMergeError('FLUKA_MERGE_NOTHING')
    if (this.#batches === 1) return { ...this.#first, file: name }
    return this.#sums.finish({
      first: this.#firstRecord(this.#first),
      weight: this.#weight,
      batches: this.#batches,
      name,
    })
  }

  #firstRecord({ first }: EstimatorFile): FirstRecord {
    const decay = (first.NCASE ?? 0) < 0
    const below = this.#primaries % 1e9
    return {
      RUNTIT: first.RUNTIT,
      RUNTIM: decay ? '   ***** Time Evolution *****' : '      ***** Sum file *****',
      WEIPRI: Math.fround(this.#weight),
      NCASE: decay ? -below : below,
      MCASE: Math.floor(this.#primaries / 1e9),
      NBATCH: this.#batches,
      extra: null,
      length: 128,
      written: decay ? 'time evolution' : 'sum',
    }
  }
}

/** Merges files that are all there. @throws FlukaMergeError */
export function mergeFlukaFiles(files: Iterable<FlukaFile>, name: string): EstimatorFile {
  const merge = new FlukaMerge()
  for (const file of files) merge.add(file)
  return merge.finish(name)
}

/** `checkSameLayout` has seen to it that all files are of the estimator of the first. */
function sumsFor(file: EstimatorFile): Sums {
  switch (file.estimator) {
    case 'RESNUCLEi':
      return new ResnucleiMerge(file) as Sums
    case 'USRBIN':
      return new UsrbinMerge(file) as Sums
    case 'USRBDX':
      return new UsrbdxMerge(file) as Sums
    case 'USRTRACK':
      return new UsrtrackMerge(file) as Sums
    case 'DETECT':
      return new DetectMerge(file) as Sums
  }
}
