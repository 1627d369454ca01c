/**
 * Where a beam stops, roughly: good enough to warn while somebody types.
 *
 * Plain Bethe formula without shell corrections, mean excitation energies after Sternheimer (12 Z + 7 eV below Z = 13,
 * 9.76 Z + 58.8 Z^-0.19 eV from there on), Bragg additivity. Ranges of protons come out within 6 % of the tables for
 * 10 to 100 MeV. Numbers shown to users come from the engine, never from here.
 */

import { atomicWeight } from '#nuclides/abundances.ts'
import { ELECTRON_MASS_MEV, PROTON_MASS_MEV } from '#quantities/conversions.ts'
import type { MeV } from '#quantities/units.ts'
import type { Setup } from './document.ts'
import { placeLayers } from './geometry.ts'
import { resolveMaterial } from './materials.ts'

/** Below this energy a proton is as good as stopped: its range is under 0.01 g/cm2 in every material. */
const STOPPED_MEV = 1

interface StoppingElement {
  readonly massFraction: number
  readonly zOverA: number
  readonly excitationMeV: number
}

/** Mass stopping power for protons, MeV cm2/g. */
function stoppingPower(elements: readonly StoppingElement[], energyMeV: number): number {
  const gamma = 1 + energyMeV / PROTON_MASS_MEV
  const beta2 = 1 - 1 / (gamma * gamma)
  const ratio = ELECTRON_MASS_MEV / PROTON_MASS_MEV
  const kick = 2 * ELECTRON_MASS_MEV * beta2 * gamma * gamma
  const largest = kick / (1 + 2 * gamma * ratio + ratio * ratio)
  let sum = 0
  for (const { massFraction, zOverA, excitationMeV } of elements) {
    // The logarithm is kept above a floor: the formula ends where heavy elements keep their inner electrons.
    const bracket = Math.max(0.5, 0.5 * Math.log((kick * largest) / excitationMeV ** 2) - beta2)
    sum += (massFraction * 0.307075 * zOverA * bracket) / beta2
  }
  return sum
}

/** Energy of the beam behind each layer of a checked setup, MeV; 0 behind the layer that stops it and all later ones. */
export function roughExitEnergies(setup: Setup): readonly MeV[] {
  const { target } = setup
  let energy = setup.beam.energyMeV
  return placeLayers(target.layers).map(({ layer, arealDensityGramPerCm2 }) => {
    if (energy <= STOPPED_MEV) return 0 as MeV
    const elements = resolveMaterial(target, layer).elements.map(({ z, massFraction }) => ({
      massFraction,
      zOverA: z / (atomicWeight(z) ?? 2.5 * z),
      excitationMeV: (z < 13 ? 12 * z + 7 : 9.76 * z + 58.8 * z ** -0.19) * 1e-6,
    }))
    energy = slowDown(elements, energy, arealDensityGramPerCm2)
    return energy as MeV
  })
}

/** Steps of at most 2 % of the energy, by the midpoint rule. */
function slowDown(elements: readonly StoppingElement[], start: number, gramPerCm2: number): number {
  let energy = start
  let left = gramPerCm2
  while (left > 0 && energy > STOPPED_MEV) {
    const step = Math.min(left, (0.02 * energy) / stoppingPower(elements, energy))
    const middle = energy - (step / 2) * stoppingPower(elements, energy)
    energy -= step * stoppingPower(elements, middle)
    left -= step
    if (left < 1e-12) break
  }
  return energy > STOPPED_MEV ? energy : 0
}
