/** The working set that residual nuclei need, and what a user may ask for besides (fluka.md 2, target-and-beam.md 7.1). */

import { type Card, card } from '../deck/card.ts'

export interface PhysicsChoices {
  readonly transportIons: boolean
  readonly interactionBias: number
}

/** @param targetMaterials names of the materials in which interactions are biased. */
export function physicsCards(
  { transportIons, interactionBias }: PhysicsChoices,
  targetMaterials: readonly string[],
): readonly Card[] {
  return [
    // 3: the evaporation model with heavy fragments; without it FLUKA refuses to score residual nuclei.
    card('PHYSICS', [3], 'EVAPORAT'),
    card('PHYSICS', [1], 'COALESCE'),
    // -2: all ions are followed. Without the card they stay where they are born, which is where production counts.
    ...(transportIons ? [card('IONTRANS', [-2])] : []),
    // 260 neutron and 42 gamma groups below 20 MeV; WHAT(4) = 1 prints for which isotopes residual nuclei are known.
    card('LOW-NEUT', [260, 42, 0.02, 1]),
    ...(interactionBias === 1 ? [] : targetMaterials.map((material) => biasCard(interactionBias, material))),
  ]
}

/** WHAT(2) shortens the path to the next inelastic interaction of protons in one material, and the weight with it. */
function biasCard(bias: number, material: string): Card {
  return card('LAM-BIAS', [0, 1 / bias, material, 'PROTON', 'PROTON'], 'INEALL')
}
