/**
 * What the chart knows of nuclides before any run: every state with its half-life, modes and abundance, and who feeds
 * whom. The tables belong to the room `nuclides`; `nubase-atlas.ts` ties them together.
 */

import type { ListedMode } from '#nuclides/decay-mode.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { NuclideState } from '#nuclides/states.ts'

/** One arrow of the decay network. */
export interface AtlasBranch {
  readonly parent: Zai
  /** `null` for fission. */
  readonly daughter: Zai | null
  /** In the notation of NUBASE2020. */
  readonly mode: string
  /** Share of the decays, 0 to 1. */
  readonly share: number
  /** Name of the evaluation the share comes from. */
  readonly source: string
  /** True where only the possibility of the mode is listed and it was given what the measured modes leave over. */
  readonly assumed: boolean
}

export interface Atlas {
  /** Name of the table of states, for example `NUBASE2020`. */
  readonly source: string
  /** Ground states, in the order of charge and mass number. */
  readonly groundStates: readonly NuclideState[]
  state(zai: Zai): NuclideState | undefined
  /** Isomers of a nuclide by rank, without isobaric analogue states and without those declared non-existent. */
  isomers(z: number, a: number): readonly NuclideState[]
  /** Decay modes of a state, in the order in which the table lists them. */
  modes(state: NuclideState): readonly ListedMode[]
  /** Where a state decays to; empty for stable states and where nothing is known. */
  daughters(zai: Zai): readonly AtlasBranch[]
  /** Which states decay into this one. */
  parents(zai: Zai): readonly AtlasBranch[]
}

export interface AtlasParts {
  readonly source: string
  readonly states: Iterable<NuclideState>
  readonly modes: (state: NuclideState) => readonly ListedMode[]
  readonly daughters: (zai: Zai) => readonly AtlasBranch[]
  readonly parents: (zai: Zai) => readonly AtlasBranch[]
}

/** Isobaric analogue states (ranks 8 and 9) are levels, not isomers. */
const FIRST_ANALOGUE_RANK = 8

/** Indexes the states. Throws a RangeError where a state is listed twice: two half-lives for one key are a defect. */
export function buildAtlas(parts: AtlasParts): Atlas {
  const byZai = new Map<Zai, NuclideState>()
  const isomers = new Map<Zai, NuclideState[]>()
  const groundStates: NuclideState[] = []
  for (const state of parts.states) {
    if (byZai.has(state.zai)) throw new RangeError(`state ${state.zai} is listed twice in ${parts.source}`)
    byZai.set(state.zai, state)
    if (state.m === 0) groundStates.push(state)
    else if (state.m < FIRST_ANALOGUE_RANK && state.exists) {
      const key = zaiOf(state.z, state.a)
      const list = isomers.get(key)
      if (list) list.push(state)
      else isomers.set(key, [state])
    }
  }
  for (const list of isomers.values()) list.sort((a, b) => a.m - b.m)
  groundStates.sort((a, b) => a.z - b.z || a.a - b.a)
  const modes = new Map<NuclideState, readonly ListedMode[]>()
  const none: readonly NuclideState[] = []
  return {
    source: parts.source,
    groundStates,
    state: (zai) => byZai.get(zai),
    isomers: (z, a) => isomers.get(zaiOf(z, a)) ?? none,
    modes: (state) => {
      // Reading the evaluators' notation of thousands of states takes milliseconds: once is enough.
      let list = modes.get(state)
      if (!list) {
        list = parts.modes(state)
        modes.set(state, list)
      }
      return list
    },
    daughters: parts.daughters,
    parents: parts.parents,
  }
}
