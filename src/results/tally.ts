/**
 * What an engine hands over for a task: sums over histories, kept apart for every batch.
 *
 * A **batch** is a fixed block of history indices, set when the job is accepted; a task is one or more whole batches.
 * Keeping sums per batch makes errors of derived numbers right (chain sums, purity: fission partners are correlated)
 * and makes the result independent of how the histories were split into tasks (physics conventions 9).
 */

import type { Zai } from '#nuclides/nuclide.ts'
import type { DistributionTally } from './distribution.ts'

/** A fixed block of history indices. */
export interface Batch {
  /** Rank of the batch in its scan point, from 0, over all segments of the plan. */
  readonly ordinal: number
  /** Index of the first history. */
  readonly first: number
  /** Number of histories; the last batch of a plan may be short. */
  readonly histories: number
}

/**
 * Sparse sums over histories: one row a batch, one column a scored thing.
 * Row `b` holds the entries `offsets[b] .. offsets[b + 1]`, its columns ascending and distinct.
 */
export interface BatchTable {
  readonly batches: readonly Batch[]
  /** Length: batches + 1. */
  readonly offsets: Uint32Array
  readonly columns: Uint32Array
  /** Sum over the batch's histories of the score x of one history. Whole numbers where the score is a count. */
  readonly sums: Float64Array
  /** Sum over the batch's histories of x squared; `null` where the engine gives no moments per history. */
  readonly squares: Float64Array | null
}

/** Name of the region that holds the whole target stack; always region 0. */
export const TOTAL_REGION = 'total'

/** Residual nuclei where they are born, by region. Column = region index x nuclides.length + nuclide index. */
export interface ResidualTally {
  /** Region 0 is `total`; the others are the names of the layers of the role target, in beam order. */
  readonly regions: readonly string[]
  /** Ascending and distinct. An engine that does not resolve isomers lists the sum over states under m = 0. */
  readonly nuclides: readonly Zai[]
  readonly table: BatchTable
}

/** Scalar scores of a history by region: column = region index x names.length + name index. */
export interface CounterTally {
  /** The list of the residuals, entry by entry: what happens in windows and dumps is not counted. */
  readonly regions: readonly string[]
  /** For example `reactions`, `fissions`, `missed` (primaries that hit no target layer). */
  readonly names: readonly string[]
  readonly table: BatchTable
}

/** What one task scored. Histories done are read from the engine's own output, never assumed. */
export interface TaskTally {
  /** Histories really simulated: the sum over the batches. */
  readonly histories: number
  readonly residuals: ResidualTally
  readonly counters: CounterTally
  /** True where every history contributes whole counts: sums are exact integers and limits are Poisson limits. */
  readonly counts: boolean
  /** Largest weight of a single score; 1 for counts. `null` where the engine does not tell: then no limit is shown. */
  readonly maxWeight: number | null
  /**
   * Meshes and spectra that the setup asked for and this engine scores, in the order of the setup; left out where there
   * are none. They hold the batches of the residuals, added up, and are stored beside the tally (distribution-file.ts).
   */
  readonly distributions?: readonly DistributionTally[]
}
