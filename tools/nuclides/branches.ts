/**
 * The decay network: for every state of NUBASE2020 its branches, each with the source it was taken from.
 * NUBASE2020 tells the share of a mode but not which state of the daughter is fed, so ENDF/B-VII.1 comes first, then
 * JEFF-3.1.1, then the modes of NUBASE2020 into the daughter's ground state.
 */

import { type ListedMode, readModes, residueOfMode } from '../../src/nuclides/decay-mode.ts'
import { readHalfLife } from '../../src/nuclides/half-life.ts'
import type { LibraryState } from './decay-library.ts'
import type { StateMatch } from './match-states.ts'
import type { NubaseRow } from './nubase.ts'

/** E: ENDF/B-VII.1, J: JEFF-3.1.1, N: NUBASE2020, A: NUBASE2020 lists the mode as possible only and it is assumed. */
export type BranchSource = 'E' | 'J' | 'N' | 'A'

export interface Branch {
  readonly mode: string
  /** Rank in NUBASE2020 of the daughter's state. */
  readonly daughterState: number
  /** Share of all decays; the branches of a state add up to 1. */
  readonly branching: number
}

export interface Network {
  readonly source: BranchSource
  readonly branches: readonly Branch[]
}

export interface Library {
  readonly source: 'E' | 'J'
  readonly states: readonly LibraryState[]
  readonly match: StateMatch
  /** Names that must not be used, with the reason. */
  readonly refused: Readonly<Record<string, string>>
}

/** What the compiler found on the way; tests look at it and the log prints it. */
export interface NetworkReport {
  /** Library entries passed over because half-life or modes contradict NUBASE2020. */
  readonly distrusted: string[]
  /** Branches into a state that NUBASE2020 does not list; they go to the ground state. */
  readonly unmatchedDaughters: string[]
}

/** Half-lives further apart than this factor belong to different measurements, or to different states. */
const HALF_LIFE_FACTOR = 2
/** Entries whose modes differ from the measured ones by more than this share are passed over. */
const MODE_DIFFERENCE = 0.5

/** First step of a mode: what the nucleus does before anything is emitted with delay. */
const family = (mode: string): string =>
  /^(2B-|2B\+|B-|B\+|EC|e\+)/.exec(mode)?.[1]?.replace(/^(EC|e\+)$/, 'B+') ?? mode

const isDelayed = (mode: string): boolean => mode !== family(mode) && /^(B-|B\+|EC)./.test(mode)

const percentOf = (listed: ListedMode): number | null =>
  listed.sense === '?' ? null : listed.sense === '<' ? 0 : listed.percent

/** Shares of the modes of a row, exclusive of each other: in NUBASE2020 `B-` includes `B-n`, `B+` includes EC and e+. */
function exclusiveShares(modes: readonly ListedMode[]): { listed: ListedMode; percent: number | null }[] {
  const hasBetaPlus = modes.some((listed) => listed.mode === 'B+')
  const kept = modes.filter((listed) => !(hasBetaPlus && (listed.mode === 'EC' || listed.mode === 'e+')))
  return kept.map((listed) => {
    const percent = percentOf(listed)
    if (percent === null || (listed.mode !== 'B-' && listed.mode !== 'B+')) return { listed, percent }
    const delayed = kept
      .filter((other) => isDelayed(other.mode) && family(other.mode) === listed.mode)
      .reduce((sum, other) => sum + (percentOf(other) ?? 0), 0)
    return { listed, percent: Math.max(0, percent - delayed) }
  })
}

/** Branches from the modes of NUBASE2020 alone. `null` where it lists none. */
export function branchesOfNubase(modes: readonly ListedMode[]): Network | null {
  const shares = exclusiveShares(modes)
  if (shares.length === 0) return null
  const known = shares.filter((share) => share.percent !== null && share.percent > 0)
  const sum = known.reduce((total, share) => total + share.percent!, 0)
  // What the measured modes leave over goes to one known by an upper limit that is as large (`B+<97;A>3`), else to a
  // mode listed as possible without a number; delayed emission comes last.
  const rest = 100 - sum
  const limited = shares.find(
    (share) => share.listed.sense === '<' && Math.abs(share.listed.percent! - rest) < 0.1 * rest,
  )
  const possible = shares.filter((share) => share.percent === null)
  const heir = limited ?? possible.find((share) => !isDelayed(share.listed.mode)) ?? possible[0]
  const chosen = heir ?? (known.length === 0 ? shares[0] : undefined)
  const inherits = chosen !== undefined && rest > 1
  const assumed = inherits && chosen !== limited
  const all = inherits ? [...known, { listed: chosen.listed, percent: rest }] : known
  const total = all.reduce((whole, share) => whole + share.percent!, 0)
  const branches = all.flatMap(({ listed, percent }) => {
    const fed = listed.feeding
    if (!fed) return [{ mode: listed.mode, daughterState: 0, branching: percent! / total }]
    const fedSum = fed.reduce((whole, state) => whole + state.percent, 0)
    return fed
      .filter((state) => state.percent > 0)
      .map((state) => ({
        mode: listed.mode,
        daughterState: state.m,
        branching: ((percent! / total) * state.percent) / fedSum,
      }))
  })
  return { source: assumed ? 'A' : 'N', branches: merged(branches) }
}

/** One branch a mode and daughter state, largest first. */
function merged(branches: readonly Branch[]): Branch[] {
  const byKey = new Map<string, Branch>()
  for (const branch of branches) {
    const key = `${branch.mode}>${branch.daughterState}`
    const same = byKey.get(key)
    byKey.set(key, same ? { ...same, branching: same.branching + branch.branching } : branch)
  }
  return [...byKey.values()].sort(
    (p, q) => q.branching - p.branching || p.mode.localeCompare(q.mode, 'en') || p.daughterState - q.daughterState,
  )
}

function familyShares(branches: readonly { mode: string; share: number }[]): Map<string, number> {
  const shares = new Map<string, number>()
  for (const { mode, share } of branches) shares.set(family(mode), (shares.get(family(mode)) ?? 0) + share)
  return shares
}

/** Half the sum of absolute differences of two mode distributions: 0 the same, 1 nothing in common. */
function modeDifference(p: Map<string, number>, q: Map<string, number>): number {
  let sum = 0
  for (const mode of new Set([...p.keys(), ...q.keys()])) sum += Math.abs((p.get(mode) ?? 0) - (q.get(mode) ?? 0))
  return sum / 2
}

/** Why an entry of a library cannot be about the state that NUBASE2020 describes, or undefined. */
function contradiction(state: LibraryState, row: NubaseRow, measured: Network | null): string | undefined {
  const halfLife = readHalfLife(row.halfLife)
  if (halfLife.kind === 'measured' || halfLife.kind === 'about') {
    const ratio = state.halfLife / halfLife.seconds!
    if (ratio > HALF_LIFE_FACTOR || ratio < 1 / HALF_LIFE_FACTOR) {
      return `half-life ${state.halfLife} s against ${row.halfLife}`
    }
  }
  if (measured?.source === 'N') {
    const sum = state.branches.reduce((whole, branch) => whole + branch.branching, 0)
    const difference = modeDifference(
      familyShares(state.branches.map(({ mode, branching }) => ({ mode, share: branching / sum }))),
      familyShares(measured.branches.map(({ mode, branching }) => ({ mode, share: branching }))),
    )
    if (difference > MODE_DIFFERENCE) {
      return `modes ${state.branches.map((branch) => `${branch.mode} ${branch.branching}`).join(', ')} against ${row.modes}`
    }
  }
  return undefined
}

/**
 * The network of all rows, in their order; `null` where a state does not decay or nothing is known about how.
 * Branchings are scaled to add up to 1: 17 entries of JEFF add up to 0.98 ... 1.01.
 */
export function buildNetwork(
  rows: readonly NubaseRow[],
  libraries: readonly Library[],
): { network: (Network | null)[]; report: NetworkReport } {
  const report: NetworkReport = { distrusted: [], unmatchedDaughters: [] }
  const key = (z: number, a: number, m: number): string => `${z} ${a} ${m}`
  const known = new Set(rows.filter((row) => row.exists).map((row) => key(row.z, row.a, row.m)))
  const indexed = libraries.map((library) => {
    const byRow = new Map<string, LibraryState>()
    const rank = new Map<string, number>()
    for (const state of library.states) {
      const m = library.match.get(state.name) ?? null
      if (m === null) continue
      rank.set(key(state.z, state.a, state.index), m)
      if (state.branches.length > 0 && !(state.name in library.refused)) byRow.set(key(state.z, state.a, m), state)
    }
    return { ...library, byRow, rank }
  })

  const network = rows.map((row): Network | null => {
    const halfLife = readHalfLife(row.halfLife)
    if (halfLife.kind === 'stable' || !row.exists) return null
    const measured = branchesOfNubase(readModes(row.modes))
    const fallback: Network[] = []
    for (const library of indexed) {
      const state = library.byRow.get(key(row.z, row.a, row.m))
      if (!state) continue
      // What decays by IT is no ground state, whatever its half-life.
      if (row.m === 0 && state.branches.some((branch) => branch.mode === 'IT')) continue
      const why = contradiction(state, row, measured)
      const sum = state.branches.reduce((whole, branch) => whole + branch.branching, 0)
      const branches = state.branches
        .filter((branch) => branch.branching > 0)
        .map((branch) => {
          const change = residueOfMode(branch.mode)
          let daughterState = 0
          if (change && branch.daughterIndex > 0) {
            const [z, a] = [row.z + change[0], row.a + change[1]]
            const rank = library.rank.get(key(z, a, branch.daughterIndex))
            if (rank === undefined || !known.has(key(z, a, rank))) {
              report.unmatchedDaughters.push(
                `${library.source} ${state.name} ${branch.mode} state ${branch.daughterIndex}`,
              )
            } else daughterState = rank
          } else if (change) {
            // The library's ground state may be an isomer in NUBASE2020, and the other way round.
            daughterState = library.rank.get(key(row.z + change[0], row.a + change[1], 0)) ?? 0
          }
          return { mode: branch.mode, daughterState, branching: branch.branching / sum }
        })
        .filter((branch) => branch.mode !== 'IT' || branch.daughterState !== row.m)
      const entry: Network = { source: library.source, branches: merged(branches) }
      if (why === undefined) return entry
      report.distrusted.push(`${library.source} ${state.name}: ${why}`)
      fallback.push(entry)
    }
    if (measured?.source === 'N') return measured
    return fallback[0] ?? measured
  })
  return { network, report }
}
