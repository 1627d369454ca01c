/** MATERIAL, COMPOUND, LOW-MAT and ASSIGNMA (fluka.md 2 and 2.3). */

import { type Card, card, type WhatValue } from '../deck/card.ts'
import type { BaseMaterial, DeckMaterials, LayerMaterial } from './deck-materials.ts'
import { BLACK_REGION, type StackGeometry, VOID_REGION } from './stack-geometry.ts'

/** Components on one COMPOUND card. */
const PARTS_PER_CARD = 3

export const materialCards = ({ bases, compounds }: DeckMaterials): readonly Card[] => [
  ...bases.flatMap(baseCards),
  ...compounds.flatMap(compoundCards),
]

function baseCards(base: BaseMaterial): readonly Card[] {
  const cards: Card[] = []
  // FLUKA takes the atomic weight itself: a blank WHAT(2).
  if (!base.predefined)
    cards.push(card('MATERIAL', [base.z, null, base.densityGramPerCm3, null, null, base.a], base.name))
  if (base.neutronData) {
    const { z, a, temperatureKelvin, library } = base.neutronData
    cards.push(card('LOW-MAT', [base.name, z, a, temperatureKelvin], library))
  }
  return cards
}

function compoundCards({ name, densityGramPerCm3, parts }: LayerMaterial): readonly Card[] {
  const cards = [card('MATERIAL', [null, null, densityGramPerCm3], name)]
  for (let at = 0; at < parts.length; at += PARTS_PER_CARD) {
    // Positive content and positive material: numbers of atoms.
    const whats = parts
      .slice(at, at + PARTS_PER_CARD)
      .flatMap(({ atomFraction, base }): WhatValue[] => [atomFraction, base])
    cards.push(card('COMPOUND', whats, name))
  }
  return cards
}

export function assignmentCards(
  { layers, gaps }: StackGeometry,
  { compounds, ofLayer }: DeckMaterials,
): readonly Card[] {
  return [
    card('ASSIGNMA', ['BLCKHOLE', BLACK_REGION]),
    card('ASSIGNMA', ['VACUUM', VOID_REGION]),
    ...gaps.map(({ region }) => card('ASSIGNMA', ['VACUUM', region])),
    ...layers.map(({ region }, index) => card('ASSIGNMA', [compounds[ofLayer[index]!]!.name, region])),
  ]
}
