/**
 * Compiles the raw tables into the compact assets of `src/nuclides/data`. Deterministic: the same tables give the same
 * bytes, which a test relies on. The formats are described in `src/nuclides/README.md`; the readers stand in
 * `src/nuclides/*.ts`.
 */

import { residueOfMode } from '../../src/nuclides/decay-mode.ts'
import { readHalfLife } from '../../src/nuclides/half-life.ts'
import { type AbundanceRow, readAbundances } from './abundance-table.ts'
import { buildNetwork, type Network, type NetworkReport } from './branches.ts'
import { ENDF_REFUSED, NUBASE_CORRECTIONS } from './corrections.ts'
import { readDecayLibrary } from './decay-library.ts'
import { readMassTable } from './mass-table.ts'
import { matchStates, type StateMatch, withLevelsOf } from './match-states.ts'
import { type NubaseRow, readNubase } from './nubase.ts'
import { readCsv } from './text.ts'

/** Raw tables that are compiled; the others of `nuclear-data` are for the tests. */
export const RAW_TABLES = {
  nubase: 'nubase_3.mas20.txt',
  masses: 'mass_1.mas20.txt',
  endf: 'decay-endfb71.csv',
  jeff: 'decay-jeff311.csv',
  gamma: 'gamma-lines-jeff311.csv',
  abundances: 'nist-isotopic-compositions.txt',
} as const

/** Gamma lines below this intensity, per 100 decays, are left out of the asset. */
export const GAMMA_FLOOR_PERCENT = 0.1

export interface Compiled {
  /** Text of every asset by its file name. */
  readonly assets: ReadonlyMap<string, string>
  readonly rows: readonly NubaseRow[]
  readonly network: readonly (Network | null)[]
  readonly report: NetworkReport & {
    readonly unmatchedStates: readonly string[]
    readonly unmatchedEmitters: readonly string[]
  }
}

const asset = (content: unknown): string => `${JSON.stringify(content, null, 1)}\n`

/** Shortest text of a number; exponent form without the plus. */
const short = (value: number): string => String(value).replace('e+', 'e').replace(/^0\./, '.')

/** Known isotopes are contiguous: `z` is the position, each entry first and last mass number of the element. */
function isotopeRanges(rows: readonly NubaseRow[]): string {
  const byElement = Map.groupBy(
    rows.filter((row) => row.m === 0),
    (row) => row.z,
  )
  return [...byElement]
    .map(([z, isotopes], position) => {
      const first = isotopes[0]!.a
      const last = isotopes.at(-1)!.a
      if (z !== position || isotopes.length !== last - first + 1)
        throw new Error(`isotopes of Z = ${z} are not contiguous`)
      return `${first}-${last}`
    })
    .join(' ')
}

function statesAsset(rows: readonly NubaseRow[]): string {
  const nuclides = Map.groupBy(rows, (row) => row.z * 1000 + row.a)
  const excited = rows.filter((row) => row.m > 0)
  return asset({
    isotopes: isotopeRanges(rows),
    // Digits of the excited states of every nuclide, empty for most.
    excited: [...nuclides.values()]
      .map((states) =>
        states
          .slice(1)
          .map((row) => row.m)
          .join(''),
      )
      .join(','),
    halfLives: rows.map((row) => row.halfLife).join('|'),
    excitations: excited.map((row) => row.excitation).join('|'),
    spins: rows.map((row) => row.spinParity).join('|'),
    modes: rows.map((row) => row.modes).join('|'),
    // x: declared non-existent; u: never observed; * and &: order of ground state and isomer uncertain, reversed.
    flags: rows.map((row) => (row.exists ? '' : 'x') + (row.observed ? '' : 'u') + row.order).join('|'),
  })
}

function networkAsset(network: readonly (Network | null)[]): string {
  return asset({
    branches: network
      .map((state) =>
        state === null
          ? ''
          : state.source +
            state.branches
              .map(
                ({ mode, daughterState, branching }) =>
                  mode +
                  (daughterState > 0 ? `>${daughterState}` : '') +
                  (branching === 1 ? '' : `=${short(Number(branching.toPrecision(12)))}`),
              )
              .join(';'),
      )
      .join('|'),
  })
}

function massesAsset(text: string, rows: readonly NubaseRow[]): string {
  const masses = readMassTable(text)
  const grounds = rows.filter((row) => row.m === 0)
  if (masses.length !== grounds.length) throw new Error(`${masses.length} masses for ${grounds.length} nuclides`)
  masses.forEach((mass, at) => {
    const ground = grounds[at]!
    if (mass.z !== ground.z || mass.a !== ground.a) throw new Error(`mass of Z=${mass.z} A=${mass.a} is out of order`)
  })
  // The dot of a mass from systematics is a hash: `28667#` is 28667 keV, estimated.
  return asset({
    masses: masses.map(({ massExcess, uncertainty }) => `${massExcess} ${uncertainty.replace('#', '')}`).join('|'),
  })
}

function abundancesAsset(table: readonly AbundanceRow[]): string {
  const elements = [...Map.groupBy(table, (row) => row.z)].map(([z, isotopes]) => {
    const parts = isotopes.filter((row) => row.fraction !== '').map((row) => `${row.a}=${row.fraction}`)
    return `${z}:${isotopes[0]!.weight}:${parts.join(' ')}`
  })
  return asset({ elements: elements.join('|') })
}

function gammaAsset(text: string, match: StateMatch): { asset: string; unmatched: string[] } {
  const unmatched: string[] = []
  const emitters: string[] = []
  for (const [name, lines] of Map.groupBy(readCsv(text), (row) => row['nuclide']!)) {
    const m = match.get(name) ?? null
    if (m === null) {
      unmatched.push(name)
      continue
    }
    const strong = lines.filter((line) => Number(line['I_percent']) >= GAMMA_FLOOR_PERCENT)
    if (strong.length === 0) continue
    const zai = Number(strong[0]!['Z']) * 10_000 + Number(strong[0]!['A']) * 10 + m
    const sorted = strong
      .map((line) => [line['E_keV']!, line['dE_keV']!, line['I_percent']!, line['dI_percent']!].map(Number))
      .sort((p, q) => p[0]! - q[0]! || q[2]! - p[2]!)
    emitters.push(`${zai}:${sorted.map((line) => line.map(short).join(' ')).join(';')}`)
  }
  return { asset: asset({ floorPercent: GAMMA_FLOOR_PERCENT, emitters: emitters.join('|') }), unmatched }
}

/** Follows every branch; throws when a state can come back to itself. */
function refuseCycles(
  rows: readonly NubaseRow[],
  network: readonly (Network | null)[],
  residue: (at: number) => number[],
): void {
  const done = new Uint8Array(rows.length)
  const visit = (at: number, path: string): void => {
    if (done[at] === 2) return
    if (done[at] === 1) throw new Error(`decay network: a cycle through ${path}`)
    done[at] = 1
    if (network[at])
      for (const daughter of residue(at)) visit(daughter, `${path} ${rows[daughter]!.z}-${rows[daughter]!.a}`)
    done[at] = 2
  }
  for (const [at, row] of rows.entries()) visit(at, `${row.z}-${row.a}`)
}

/**
 * Compiles everything.
 * @param readTable gives the text of a raw table by its file name
 */
export function compileNuclides(readTable: (file: string) => string): Compiled {
  const rows = readNubase(readTable(RAW_TABLES.nubase), NUBASE_CORRECTIONS)
  for (const row of rows) readHalfLife(row.halfLife)
  const jeff = readDecayLibrary(readTable(RAW_TABLES.jeff))
  const endf = withLevelsOf(readDecayLibrary(readTable(RAW_TABLES.endf)), jeff)
  const endfMatch = matchStates(endf, rows)
  const jeffMatch = matchStates(jeff, rows)
  const { network, report } = buildNetwork(rows, [
    { source: 'E', states: endf, match: endfMatch, refused: ENDF_REFUSED },
    { source: 'J', states: jeff, match: jeffMatch, refused: {} },
  ])
  const index = new Map(rows.map((row, at) => [row.z * 10_000 + row.a * 10 + row.m, at]))
  refuseCycles(rows, network, (at) =>
    network[at]!.branches.flatMap(({ mode, daughterState }) => {
      const change = residueOfMode(mode)
      if (!change) return []
      const row = rows[at]!
      const daughter = index.get((row.z + change[0]) * 10_000 + (row.a + change[1]) * 10 + daughterState)
      return daughter === undefined ? [] : [daughter]
    }),
  )
  const gamma = gammaAsset(readTable(RAW_TABLES.gamma), jeffMatch)
  return {
    assets: new Map([
      ['states.json', statesAsset(rows)],
      ['decay-network.json', networkAsset(network)],
      ['masses.json', massesAsset(readTable(RAW_TABLES.masses), rows)],
      ['abundances.json', abundancesAsset(readAbundances(readTable(RAW_TABLES.abundances)))],
      ['gamma-lines.json', gamma.asset],
    ]),
    rows,
    network,
    report: {
      ...report,
      unmatchedStates: [...endfMatch, ...jeffMatch].filter(([, m]) => m === null).map(([name]) => name),
      unmatchedEmitters: gamma.unmatched,
    },
  }
}
