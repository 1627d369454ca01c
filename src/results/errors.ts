/** What can be wrong with sums that an engine handed over, or with adding them up. */

export type TallyErrorCode =
  /** The sums do not have the shape that tally.ts promises. */
  | 'TALLY_INVALID'
  /** A tally that says it holds counts holds a number that is not whole. */
  | 'TALLY_NOT_WHOLE'
  /** The batch is in the result already. */
  | 'TALLY_BATCH_TWICE'
  /** Histories of the batch are in the result already, under another ordinal. */
  | 'TALLY_HISTORIES_TWICE'
  /** The regions are not those of the result, or the counters of a tally have others than its residuals. */
  | 'TALLY_REGIONS_DIFFER'
  /** The counters are not those of the result. */
  | 'TALLY_COUNTERS_DIFFER'
  /** Counts and weighted scores. */
  | 'TALLY_COUNTS_DIFFER'
  /** One has sums of squares per history, the other has not. */
  | 'TALLY_MOMENTS_DIFFER'
  /** Meshes and spectra are not those of the result: another one, another axis, other bins. */
  | 'TALLY_DISTRIBUTIONS_DIFFER'
  /** Two results that may not be added: other setup, other engine, the same random numbers. */
  | 'TALLY_NOT_MERGEABLE'
  /** A comparison of weighted scores needs their errors, and a single batch without moments tells none. */
  | 'TALLY_NO_ERROR'
  /** A number was asked for a region, nuclide or counter that the result does not have. */
  | 'TALLY_UNKNOWN_CELL'

/** Sums that cannot be used, or cannot be added to the others. Nothing was changed by the call that threw it. */
export class TallyError extends Error {
  override readonly name = 'TallyError'
  readonly code: TallyErrorCode
  constructor(code: TallyErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
