/** One run of an engine on one task, of either kind. */

import type { EngineFailure } from '#engines/engine/engine.ts'

export type RunOutcome =
  | {
      readonly kind: 'tally'
      /** The tally as it is stored (results/tally-file.ts). */
      readonly content: Uint8Array
      /** The file of meshes and spectra (results/distribution-file.ts); absent where there are none. */
      readonly distributions?: Uint8Array
      readonly histories: number
      readonly engineMs: number
      readonly log: string | null
      /** Files of the program that are kept beside the tally, packed (ustar); absent where none are. */
      readonly raw?: Uint8Array
    }
  | { readonly kind: 'failed'; readonly failure: EngineFailure; readonly log: string | null }
  /** Ended because `abandon` was called. */
  | { readonly kind: 'abandoned' }

export interface EngineRun {
  /** Never rejects. */
  readonly outcome: Promise<RunOutcome>
  /** Histories done so far. */
  progress(): number
  /** Asks a program that can to end by itself with what it has; the outcome then is a tally of fewer histories. */
  stop?(): void
  /** Ends the run as soon as it can; the outcome then is `abandoned`, unless it was there already. */
  abandon(): void
}
