/**
 * The decay network. NUBASE2020 decides which states exist and how long they live; ENDF/B-VII.1 says which states of the
 * daughter a decay feeds, JEFF-3.1.1 where it has no entry, and where neither has one the modes of NUBASE2020 lead to
 * the ground state of the daughter. States were matched by half-life and excitation energy, never by letter or index.
 */

import type { PerSecond } from '#quantities/units.ts'
import asset from './data/decay-network.json' with { type: 'json' }
import { residueOfMode } from './decay-mode.ts'
import { type Zai, zaiOf } from './nuclide.ts'
import type { NuclearDataSource } from './sources.ts'
import { type NuclideState, nuclideStates, stateOf } from './states.ts'

/** Where a branch comes from. */
export interface BranchOrigin {
  readonly source: NuclearDataSource['id']
  /**
   * True where the source lists a mode as possible without a measured share, and it was given what the measured modes
   * leave over.
   */
  readonly assumed: boolean
}

export interface DecayBranch extends BranchOrigin {
  /** In the notation of NUBASE2020: `B-`, `B+` (with electron capture), `A`, `IT`, `B-n`, `SF`, ... */
  readonly mode: string
  /**
   * What is left: the heavy residue in the state that is fed. `null` for fission, whose fragments are not followed.
   * Emitted particles (the alpha, the neutron) are not counted as production.
   */
  readonly daughter: Zai | null
  /** Share of all decays of the parent; the branches of a state add up to 1. */
  readonly branching: number
}

const ORIGIN: Readonly<Record<string, BranchOrigin>> = {
  E: { source: 'endfb71', assumed: false },
  J: { source: 'jeff311', assumed: false },
  N: { source: 'nubase2020', assumed: false },
  A: { source: 'nubase2020', assumed: true },
}

const BRANCH = /^(.+?)(?:>(\d))?(?:=(.+))?$/

const texts = asset.branches.split('|')
const position = new Map<number, number>(nuclideStates.map((state, at) => [state.zai, at]))
const parsed = new Map<number, readonly DecayBranch[]>()
const NONE: readonly DecayBranch[] = []

function read(state: NuclideState, text: string): DecayBranch[] {
  const origin = ORIGIN[text[0]!]!
  return text
    .slice(1)
    .split(';')
    .map((piece) => {
      const [, mode, rank, branching] = BRANCH.exec(piece) as unknown as [string, string, string?, string?]
      const change = residueOfMode(mode)
      const daughter = change ? zaiOf(state.z + change[0], state.a + change[1], Number(rank ?? 0)) : null
      return { ...origin, mode, daughter, branching: Number(branching ?? 1) }
    })
}

/**
 * Branches of a state, largest first; empty for a stable state, for one whose decay nothing is known of, and for one
 * that NUBASE2020 does not list. A daughter may be a nuclide that NUBASE2020 does not list.
 */
export function decayBranches(zai: Zai): readonly DecayBranch[] {
  const known = parsed.get(zai)
  if (known) return known
  const at = position.get(zai)
  const text = at === undefined ? '' : texts[at]!
  const branches = text === '' ? NONE : read(nuclideStates[at!]!, text)
  parsed.set(zai, branches)
  return branches
}

let parentsOf: Map<number, Zai[]> | undefined

/** States that decay into a state, in the order of charge and mass number. */
export function decayParents(zai: Zai): readonly Zai[] {
  if (!parentsOf) {
    parentsOf = new Map()
    for (const { zai: parent } of nuclideStates) {
      for (const { daughter } of decayBranches(parent)) {
        if (daughter === null) continue
        const parents = parentsOf.get(daughter) ?? []
        if (parents.at(-1) !== parent) parents.push(parent)
        parentsOf.set(daughter, parents)
      }
    }
  }
  return parentsOf.get(zai) ?? []
}

/**
 * Decay constant ln 2 / half-life. 0 for a stable state; `undefined` where there is no number (particle-unbound, not
 * known, not listed). For a limit it is the constant at the limit: ask the half-life's kind before using it.
 */
export function decayConstant(zai: Zai): PerSecond | undefined {
  const halfLife = stateOf(zai)?.halfLife
  if (halfLife === undefined) return undefined
  if (halfLife.kind === 'stable') return 0 as PerSecond
  return halfLife.seconds === null ? undefined : ((Math.LN2 / halfLife.seconds) as PerSecond)
}
