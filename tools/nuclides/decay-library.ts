/** Reader of the two decay tables, `decay-endfb71.csv` and `decay-jeff311.csv`, into one form. */

import { readCsv } from './text.ts'

export interface LibraryBranch {
  /** In the notation of NUBASE2020. */
  readonly mode: string
  /** Index of the daughter's state **in the numbering of this library**. */
  readonly daughterIndex: number
  readonly branching: number
  /** Charge and mass number of the daughter as listed; `null` for fission. */
  readonly listedDaughter: readonly [z: number, a: number] | null
}

export interface LibraryState {
  /** Name in the table, `Ag-110m1`. */
  readonly name: string
  readonly z: number
  readonly a: number
  /** Index of the state in the numbering of this library. */
  readonly index: number
  /** Seconds; Infinity for stable. */
  readonly halfLife: number
  /** Excitation energy, keV; `null` where the table has none. */
  readonly level: number | null
  readonly branches: readonly LibraryBranch[]
}

const FIRST: Readonly<Record<string, string>> = {
  'beta-': 'B-',
  'B-': 'B-',
  'ec/beta+': 'B+',
  'EC/B+': 'B+',
  alpha: 'A',
  A: 'A',
  IT: 'IT',
  sf: 'SF',
  SF: 'SF',
  n: 'n',
  N: 'n',
  p: 'p',
  P: 'p',
}

/** `beta-,n,n` of ENDF/B and `B-,N,N` of JEFF become `B-2n`. Throws on a word that it does not know. */
export function modeOfLibrary(text: string): string {
  const words = text.split(',').map((word) => {
    const mode = FIRST[word]
    if (mode === undefined) throw new Error(`decay mode "${text}": the word "${word}" has no rule`)
    return mode
  })
  const runs: { mode: string; count: number }[] = []
  for (const mode of words) {
    const last = runs.at(-1)
    if (last?.mode === mode) last.count++
    else runs.push({ mode, count: 1 })
  }
  return runs.map(({ mode, count }) => (count === 1 ? mode : `${count}${mode}`)).join('')
}

/** States of one decay table with their branches, in the order of the table. */
export function readDecayLibrary(text: string): LibraryState[] {
  const states = new Map<string, LibraryState & { branches: LibraryBranch[] }>()
  for (const row of readCsv(text)) {
    const name = row['nuclide']!
    const stable = row['mode'] === 'stable'
    let state = states.get(name)
    if (!state) {
      state = {
        name,
        z: Number(row['Z']),
        a: Number(row['A']),
        index: Number(row['m']),
        halfLife: stable ? Number.POSITIVE_INFINITY : Number(row['half_life_s']),
        // The table writes a level of 0 keV for isomers whose energy it does not know.
        level:
          row['level_keV'] === undefined || (Number(row['m']) > 0 && Number(row['level_keV']) === 0)
            ? null
            : Number(row['level_keV']),
        branches: [],
      }
      states.set(name, state)
    }
    if (stable) continue
    const branching = Number(row['branching'])
    if (!(branching >= 0)) throw new Error(`${name}: branching "${row['branching']}" is not a number`)
    state.branches.push({
      mode: modeOfLibrary(row['mode']!),
      daughterIndex: row['daughter'] === '' ? 0 : Number(row['daughter_m']),
      branching,
      listedDaughter: row['daughter'] === '' ? null : [Number(row['daughter_Z']), Number(row['daughter_A'])],
    })
  }
  return [...states.values()]
}
