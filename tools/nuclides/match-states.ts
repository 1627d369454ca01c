/**
 * Which state of NUBASE2020 a state of another library is. Letters and indices differ between evaluations, and ground
 * state and isomer change places (Ta-178, Rf-261, Pm-138), so states are matched by half-life and excitation energy.
 */

import { type HalfLife, readHalfLife } from '../../src/nuclides/half-life.ts'
import type { LibraryState } from './decay-library.ts'
import type { NubaseRow } from './nubase.ts'

/** Rank in NUBASE2020 of every library state, by its name; `null` where NUBASE2020 lists no such state. */
export type StateMatch = ReadonlyMap<string, number | null>

// Costs are natural logarithms of half-life ratios, or are weighed against those: 0.69 is a factor 2.
/** Leaving a library state without a partner: more than a poor but plausible match. */
const UNMATCHED = 7
/** A ground state for an isomer, or the other way round: decides between like half-lives, gives way to evidence. */
const GROUND_FOR_ISOMER = 0.65
/** Energies of isomers move by tens of keV between evaluations: even a wrong one weighs less than a factor 2.5. */
const WRONG_LEVEL = 0.9
const LEVEL_SCALE_KEV = 60

function halfLifeCost(library: number, nubase: HalfLife): number {
  if (nubase.kind === 'unknown') return 4
  if (nubase.kind === 'particle-unbound') return library < 1e-6 ? 0 : 3
  if (nubase.kind === 'stable') {
    // What was a limit once is called stable now: anything beyond 1e12 years may be the same state.
    if (library > 3e19) return 0
    return 6
  }
  const value: number = nubase.seconds!
  if (library === Number.POSITIVE_INFINITY) return value > 3e19 ? 0.5 : 6
  const distance = Math.abs(Math.log(library / value))
  if (nubase.kind === 'lower-limit' && library > value) return 0.3
  if (nubase.kind === 'upper-limit' && library < value) return 0.3
  if (nubase.fromSystematics) return Math.min(0.3 + 0.3 * distance, 4)
  return Math.min(distance, 6)
}

function levelCost(library: number | null, excitation: string): number {
  const text = excitation.split(' ')
  const value = Number.parseFloat(text[0]!)
  if (library === null || Number.isNaN(value)) return WRONG_LEVEL / 2
  const uncertainty = Number.parseFloat(text[1] ?? '') || 0
  const scale = Math.max(LEVEL_SCALE_KEV, 3 * uncertainty, 0.05 * value)
  return Math.min(Math.abs(library - value) / scale, WRONG_LEVEL)
}

/**
 * Finds for the states of one nuclide in a library the partners in NUBASE2020: the assignment, one to one, of least cost.
 * @param library its states of that nuclide
 * @param nubase the rows of that nuclide; states declared non-existent and analogue states are no partners
 */
function matchNuclide(library: readonly LibraryState[], nubase: readonly NubaseRow[]): (number | null)[] {
  const candidates = nubase.filter((row) => row.exists && row.m < 8)
  // A library that knows one state only means the ground state, however old its half-life is (Po-219, Ti-61: 3e-7 s).
  if (library.length === 1 && library[0]!.index === 0) return candidates.some((row) => row.m === 0) ? [0] : [null]
  const cost = library.map((state) =>
    candidates.map((row) => {
      const grounds = Number(state.index === 0) + Number(row.m === 0)
      // Between a ground state and an isomer the energy says little: their order is what evaluations disagree on.
      const rank = grounds === 2 ? 0 : grounds === 1 ? GROUND_FOR_ISOMER : levelCost(state.level, row.excitation)
      return halfLifeCost(state.halfLife, readHalfLife(row.halfLife)) + rank
    }),
  )
  let best: { cost: number; partners: (number | null)[] } = { cost: Number.POSITIVE_INFINITY, partners: [] }
  const used = new Set<number>()
  const search = (at: number, sum: number, partners: (number | null)[]): void => {
    if (sum >= best.cost) return
    if (at === library.length) {
      best = { cost: sum, partners: [...partners] }
      return
    }
    candidates.forEach((row, column) => {
      if (used.has(column)) return
      used.add(column)
      search(at + 1, sum + cost[at]![column]!, [...partners, row.m])
      used.delete(column)
    })
    search(at + 1, sum + UNMATCHED, [...partners, null])
  }
  search(0, 0, [])
  return best.partners
}

/**
 * Matches all states of a library, nuclide by nuclide. Give levels to a library without them first
 * ({@link withLevelsOf}): they decide between isomers of like half-lives.
 */
export function matchStates(library: readonly LibraryState[], nubase: readonly NubaseRow[]): StateMatch {
  const key = (state: { z: number; a: number }): number => state.z * 1000 + state.a
  const rows = Map.groupBy(nubase, key)
  const match = new Map<string, number | null>()
  for (const [nuclide, states] of Map.groupBy(library, key)) {
    const partners = matchNuclide(states, rows.get(nuclide) ?? [])
    for (const [at, state] of states.entries()) match.set(state.name, partners[at]!)
  }
  return match
}

/**
 * Excitation energies for the states of a library that lists none, from one that does: same nuclide and same index,
 * and half-lives within 10 %.
 */
export function withLevelsOf(library: readonly LibraryState[], other: readonly LibraryState[]): LibraryState[] {
  const byName = new Map(other.map((state) => [state.name, state]))
  return library.map((state) => {
    if (state.level !== null) return state
    const twin = byName.get(state.name)
    const level = twin && Math.abs(Math.log(twin.halfLife / state.halfLife)) < 0.1 ? twin.level : null
    return { ...state, level }
  })
}
