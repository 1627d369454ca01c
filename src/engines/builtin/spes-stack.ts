/**
 * The SPES target as the model sees it: the stack that tests and benchmarks of this engine run on.
 *
 * Window of graphite, 0.2 mm, 1.9 g/cm3; seven discs of UC4 (U:C = 1:4 by atoms), 0.8 mm, 4.0 g/cm3, 40 mm diameter;
 * 40 MeV protons on a flat spot of 17 mm radius (INFN release program; physics conventions 3).
 */

import type { MassComponent } from './stopping.ts'
import type { Beam, StackLayer, TargetStack } from './target-stack.ts'

const URANIUM_MOLAR_MASS = 238.02891
const CARBON_MOLAR_MASS = 12.011
const UC4_MOLAR_MASS = URANIUM_MOLAR_MASS + 4 * CARBON_MOLAR_MASS

export const UC4: readonly MassComponent[] = [
  { z: 92, massFraction: URANIUM_MOLAR_MASS / UC4_MOLAR_MASS, molarMass: URANIUM_MOLAR_MASS },
  { z: 6, massFraction: (4 * CARBON_MOLAR_MASS) / UC4_MOLAR_MASS, molarMass: CARBON_MOLAR_MASS },
]

export const GRAPHITE: readonly MassComponent[] = [{ z: 6, massFraction: 1, molarMass: CARBON_MOLAR_MASS }]

export const SPES_BEAM: Beam = { energyMeV: 40, energySpreadMeV: 0, shape: { kind: 'flat', radiusMm: 17 } }

/** A disc of UC4 of the SPES diameter. */
export const uc4Disc = (name: string, thicknessMm: number): StackLayer => ({
  name,
  role: 'target',
  composition: UC4,
  densityGramPerCm3: 4,
  thicknessMm,
  radiusMm: 20,
})

export const SPES_WINDOW: StackLayer = {
  name: 'Window',
  role: 'window',
  composition: GRAPHITE,
  densityGramPerCm3: 1.9,
  thicknessMm: 0.2,
  radiusMm: 22.5,
}

export const SPES_STACK: TargetStack = {
  beam: SPES_BEAM,
  layers: [SPES_WINDOW, ...[1, 2, 3, 4, 5, 6, 7].map((number) => uc4Disc(`Disc${number}`, 0.8))],
}
