/** What goes to the deck's worker and what comes back. */

import type { DiffLine } from '#engines/engine/line-diff.ts'
import type { Flavour } from '#engines/fluka/flavour.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { RoutineFile } from '#simulation/routines.ts'

export interface DeckQuestion {
  readonly id: number
  readonly document: SimulationDocument
  readonly flavour: Flavour
  /** The template as it is edited, also when it is not saved; `null` for the deck that is written from the parameters. */
  readonly template: string | null
  /** The routine files of that template. */
  readonly routines: readonly RoutineFile[]
}

export interface DeckFault {
  readonly severity: 'error' | 'warning'
  /** Line of the shown text; `null` where it has no line there. */
  readonly line: number | null
  readonly message: string
}

export interface DeckAnswer {
  readonly id: number
  /** What the engine refuses; then there is no deck. */
  readonly refusals: readonly string[]
  /** The deck of one task; `null` where it is refused, or the template cannot be filled. */
  readonly deck: { readonly text: string; readonly cards: number; readonly faults: readonly DeckFault[] } | null
  /** Isolario's own template of this setup; `null` where there is no deck. */
  readonly platform: string | null
  /** Of a template: what is wrong with it, by its lines, and how it differs from Isolario's own. */
  readonly template: {
    readonly faults: readonly DeckFault[]
    readonly hunks: readonly (DiffLine | null)[]
  } | null
  readonly milliseconds: number
  /** Set when something broke, which is a defect and said as such. */
  readonly broken: string | null
}
