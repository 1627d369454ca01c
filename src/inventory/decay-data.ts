/** The decay data that feeding and activities are made from, and what they leave open. */

import { type DecayBranch, decayBranches } from '#nuclides/decay.ts'
import type { HalfLife } from '#nuclides/half-life.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import { stateOf } from '#nuclides/states.ts'

/** The tables of the `nuclides` room unless a test brings its own. */
export interface DecayData {
  /** `undefined` for a nuclide without an entry. */
  readonly halfLifeOf: (zai: Zai) => HalfLife | undefined
  readonly branchesOf: (zai: Zai) => readonly Pick<DecayBranch, 'daughter' | 'branching' | 'assumed'>[]
}

export const EVALUATED_DECAY: DecayData = {
  halfLifeOf: (zai) => stateOf(zai)?.halfLife,
  branchesOf: decayBranches,
}

/** Something a reader of what was made with decay data must know about one nuclide. */
export interface DecayNote {
  readonly zai: Zai
  readonly kind: /** Not in NUBASE2020: nothing is known of its decay, its atoms stay where they are. */
    | 'not-listed'
    /** Decays, but no table says how: its atoms stay where they are, or what they become is not followed. */
    | 'no-branches'
    /** Half-life not known: taken as shorter than the cut, or as none at all. */
    | 'half-life-not-known'
    /** Only a limit or an estimate is known; it was taken as the value. */
    | 'half-life-doubtful'
    /** A branching without a measured number was used. */
    | 'assumed-branching'
  readonly message: string
}

/** Ascending by nuclide, and by kind for the same one. */
export const inOrder = (notes: readonly DecayNote[]): readonly DecayNote[] =>
  notes.toSorted((p, q) => p.zai - q.zai || p.kind.localeCompare(q.kind, 'en'))
