/** Why files are not merged. */

export const MERGE_ERROR_CODES = {
  FLUKA_MERGE_NOTHING: 'No file was given to merge.',
  FLUKA_MERGE_NO_DATA: 'A file holds no data.',
  FLUKA_MERGE_MERGED: 'A file was merged before: the spread of its runs is gone, so no error could be made with it.',
  FLUKA_MERGE_LAYOUT: 'The files are not of the same estimators.',
  FLUKA_MERGE_REPEATED: 'Two files come from the same random numbers: merged, they would claim too small an error.',
  FLUKA_MERGE_WEIGHT: 'A file does not say how many primaries it holds.',
  FLUKA_MERGE_OVERFLOW: 'A sum does not fit into the format.',
  FLUKA_MERGE_NOT_SUPPORTED: 'Isolario does not merge this kind.',
} as const

export type MergeErrorCode = keyof typeof MERGE_ERROR_CODES

export class FlukaMergeError extends Error {
  override readonly name = 'FlukaMergeError'
  readonly code: MergeErrorCode

  /** @param detail which files, what was expected, what came; a sentence. */
  constructor(code: MergeErrorCode, detail = '') {
    super(`${MERGE_ERROR_CODES[code]}${detail === '' ? '' : ` ${detail}`}`)
    this.code = code
  }
}
