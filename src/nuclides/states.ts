/** All nuclides and their states as NUBASE2020 knows them: 3,558 ground states and 2,285 excited ones. */

import type { KeV } from '#quantities/units.ts'
import asset from './data/states.json' with { type: 'json' }
import { type ListedMode, readAbundance, readModes } from './decay-mode.ts'
import { type HalfLife, readHalfLife } from './half-life.ts'
import { type Nuclide, type Zai, zaiOf } from './nuclide.ts'

/** One state of a nuclide. */
export interface NuclideState extends Nuclide {
  readonly zai: Zai
  /** Neutron number. */
  readonly n: number
  readonly halfLife: HalfLife
  /** Energy above the ground state; 0 for the ground state, `null` where the table gives none. */
  readonly excitation: KeV | null
  readonly excitationUncertainty: KeV | null
  /** True where the excitation energy is from systematics. */
  readonly excitationFromSystematics: boolean
  /** Spin and parity in the evaluators' notation: `5/2+`, `(11/2-)`, `3-*` (directly measured), `2+#` (systematics). */
  readonly spinParity: string
  /** Decay modes in the evaluators' notation, `B-=98.67 8;IT=1.33 8`; parse them with {@link decayModesOf}. */
  readonly modes: string
  /** Share of the atoms of the natural element per 100 atoms, by NUBASE2020; `null` for what does not occur. */
  readonly abundancePercent: number | null
  /** False where the state is known from systematics only (no year of discovery): drawn with a thin border. */
  readonly observed: boolean
  /** False for an isomer that was reported once and is declared non-existent by the evaluators; it is fed by nothing. */
  readonly exists: boolean
  /** Order of this state and the ground state (or first isomer): uncertain, or reversed against ENSDF. */
  readonly order: 'certain' | 'uncertain' | 'reversed' | 'uncertain-and-reversed'
}

const ORDER = {
  '': 'certain',
  '*': 'uncertain',
  '&': 'reversed',
  '*&': 'uncertain-and-reversed',
} as const satisfies Record<string, NuclideState['order']>

function load(): NuclideState[] {
  const excited = asset.excited.split(',')
  const halfLives = asset.halfLives.split('|')
  const excitations = asset.excitations.split('|')
  const spins = asset.spins.split('|')
  const modes = asset.modes.split('|')
  const flags = asset.flags.split('|')
  const states: NuclideState[] = []
  let nuclide = 0
  let excitedState = 0
  asset.isotopes.split(' ').forEach((range, z) => {
    const [first, last] = range.split('-').map(Number) as [number, number]
    for (let a = first; a <= last; a++) {
      for (const digit of `0${excited[nuclide]}`) {
        const m = Number(digit)
        const at = states.length
        const [energy = '', uncertainty = ''] = m === 0 ? ['0'] : excitations[excitedState++]!.split(' ')
        const flag = flags[at]!
        states.push({
          z,
          a,
          m,
          n: a - z,
          zai: zaiOf(z, a, m),
          halfLife: readHalfLife(halfLives[at]!),
          excitation: energy === '' ? null : (Number.parseFloat(energy) as KeV),
          excitationUncertainty: uncertainty === '' ? null : (Number.parseFloat(uncertainty) as KeV),
          excitationFromSystematics: energy.endsWith('#'),
          spinParity: spins[at]!,
          modes: modes[at]!,
          abundancePercent: readAbundance(modes[at]!),
          observed: !flag.includes('u'),
          exists: !flag.includes('x'),
          order: flag === '' ? 'certain' : ORDER[flag.replace(/[xu]/g, '') as keyof typeof ORDER],
        })
      }
      nuclide++
    }
  })
  return states
}

/** Every state, in the order of charge number, mass number, rank. */
export const nuclideStates: readonly NuclideState[] = load()

const byZai = new Map<number, NuclideState>(nuclideStates.map((state) => [state.zai, state]))
const grounds: readonly NuclideState[] = nuclideStates.filter((state) => state.m === 0)

/** The state of a key, or undefined where NUBASE2020 does not list it (an engine may produce such a nuclide). */
export const stateOf = (zai: Zai): NuclideState | undefined => byZai.get(zai)

/** The ground state of a nuclide, or undefined where NUBASE2020 does not list it. */
export function groundStateOf(z: number, a: number): NuclideState | undefined {
  // A mass number of four digits would run into the next element's key: 1111 of silver is not 111 of cadmium.
  return a < 1000 ? byZai.get(zaiOf(z, a)) : undefined
}

/** All 3,558 ground states, in the order of charge and mass number. */
export const groundStates = (): readonly NuclideState[] => grounds

/**
 * Excited states of a nuclide in the order of rank, those declared non-existent left out.
 * Isobaric analogue states (rank 8, 9) are levels, not isomers, and are left out too.
 */
export function isomersOf(z: number, a: number): NuclideState[] {
  const isomers: NuclideState[] = []
  if (a >= 1000) return isomers
  for (let m = 1; m < 8; m++) {
    const state = byZai.get(zaiOf(z, a, m))
    if (state?.exists) isomers.push(state)
  }
  return isomers
}

/** Decay modes of a state with their shares, as NUBASE2020 lists them. Which daughter state is fed: `decay.ts`. */
export const decayModesOf = (state: NuclideState): ListedMode[] => readModes(state.modes)

/** First and last known isotope of an element (mass numbers), or undefined beyond Z = 118. */
export function isotopeRange(z: number): { readonly first: number; readonly last: number } | undefined {
  const range = asset.isotopes.split(' ')[z]
  if (range === undefined) return undefined
  const [first, last] = range.split('-').map(Number) as [number, number]
  return { first, last }
}
