import type { FirstRecord } from '../output/first-record.ts'

/** What all batches have together. */
export interface Totals {
  readonly first: FirstRecord
  /** Of all primaries. */
  readonly weight: number
  readonly batches: number
  /** What the merged file is called. */
  readonly name: string
}
