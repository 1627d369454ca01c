/**
 * Atomic masses of AME2020, and the energies that are their differences. They agree with the evaluation's own tables of
 * energies to 2 eV; where a mass is from systematics, to 1.6 keV, because such masses are rounded to 1 keV.
 */

import type { Daltons, KeV } from '#quantities/units.ts'
import asset from './data/masses.json' with { type: 'json' }
import { groundStates } from './states.ts'

/** Energy equivalent of the unified atomic mass unit, keV, as used by AME2020. */
export const KEV_PER_DALTON = 931_494.102_42

export interface AtomicMass {
  /** Of the neutral atom in its ground state. */
  readonly mass: Daltons
  /** Atomic mass less the mass number, as an energy. */
  readonly massExcess: KeV
  readonly massExcessUncertainty: KeV
  /** True where the mass is from systematics, not from an experiment. */
  readonly fromSystematics: boolean
}

const texts = asset.masses.split('|')
const position = new Map<number, number>(groundStates().map((state, at) => [state.z * 1000 + state.a, at]))

const textOf = (z: number, a: number): string | undefined => {
  const at = position.get(z * 1000 + a)
  return at === undefined ? undefined : texts[at]
}

/** Mass of an atom, or undefined for a nuclide that AME2020 does not list. */
export function atomicMassOf(z: number, a: number): AtomicMass | undefined {
  const text = textOf(z, a)
  if (text === undefined) return undefined
  const [excess, uncertainty] = text.split(' ') as [string, string]
  const massExcess = Number.parseFloat(excess.replace('#', '.'))
  return {
    mass: (a + massExcess / KEV_PER_DALTON) as Daltons,
    massExcess: massExcess as KeV,
    massExcessUncertainty: Number(uncertainty) as KeV,
    fromSystematics: excess.includes('#'),
  }
}

const excess = (z: number, a: number): number | undefined => atomicMassOf(z, a)?.massExcess

function difference(from: number | undefined, ...to: (number | undefined)[]): KeV | undefined {
  if (from === undefined || to.some((value) => value === undefined)) return undefined
  return to.reduce<number>((left, value) => left - value!, from) as KeV
}

/** Energy of beta-minus decay between ground states, or undefined where a mass is missing. Negative: not possible. */
export const qBetaMinus = (z: number, a: number): KeV | undefined => difference(excess(z, a), excess(z + 1, a))

/** Energy of electron capture between ground states; a positron needs 1022 keV of it. */
export const qElectronCapture = (z: number, a: number): KeV | undefined => difference(excess(z, a), excess(z - 1, a))

/** Energy of alpha decay between ground states. */
export const qAlpha = (z: number, a: number): KeV | undefined =>
  difference(excess(z, a), excess(z - 2, a - 4), excess(2, 4))

/** Energy that takes one neutron off. */
export function neutronSeparation(z: number, a: number): KeV | undefined {
  const energy = difference(excess(z, a), excess(z, a - 1), excess(0, 1))
  return energy === undefined ? undefined : ((0 - energy) as KeV)
}

/** Energy that takes one proton (as a hydrogen atom) off. */
export function protonSeparation(z: number, a: number): KeV | undefined {
  const energy = difference(excess(z, a), excess(z - 1, a - 1), excess(1, 1))
  return energy === undefined ? undefined : ((0 - energy) as KeV)
}
