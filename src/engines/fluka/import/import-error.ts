/** Why files made elsewhere are not taken over. */

import type { MergeErrorCode } from '../merge/merge-error.ts'
import type { ReadErrorCode } from '../output/read-error.ts'

export type ImportErrorCode =
  | ReadErrorCode
  | MergeErrorCode
  | 'FLUKA_IMPORT_NOTHING'
  | 'FLUKA_IMPORT_MIXED'
  | 'FLUKA_IMPORT_NO_DATA'
  | 'FLUKA_IMPORT_ESTIMATOR'
  | 'FLUKA_IMPORT_DECAY'
  | 'FLUKA_IMPORT_OWN'
  | 'FLUKA_IMPORT_WEIGHT'
  | 'FLUKA_IMPORT_LAYERS'
  | 'FLUKA_IMPORT_PRIMARIES'
  | 'FLUKA_IMPORT_VALUE'

/** The message is for a person: which file, what was expected, what came, what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: ImportErrorCode
  /** More than one thing wrong, each as a sentence. */
  readonly problems: readonly string[]

  constructor(code: ImportErrorCode, message: string, problems: readonly string[] = []) {
    super(message)
    this.code = code
    this.problems = problems
  }
}
