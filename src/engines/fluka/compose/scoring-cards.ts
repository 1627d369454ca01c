/** The cards of the detectors that a manifest expects, in the order of their units. */

import type { Setup } from '#simulation/document.ts'
import { type Card, card } from '../deck/card.ts'
import type { DecayRequest } from './decay-cards.ts'
import type { DeckUnit, ExpectedDetector } from './manifest.ts'
import type { StackGeometry } from './stack-geometry.ts'
import { yieldUnits } from './yield-units.ts'

/** Everything that is scored, by unit. */
export const plannedUnits = (_setup: Setup, stack: StackGeometry, decay: DecayRequest | null): readonly DeckUnit[] => [
  ...yieldUnits(stack, decay),
]

export const scoringCards = (units: readonly DeckUnit[]): readonly Card[] =>
  units.flatMap(({ unit, detectors }) => detectors.flatMap((detector) => cardsOf(detector, unit)))

/** Units are negative: binary files, whose numbers keep all their digits. */
function cardsOf(detector: ExpectedDetector, unit: number): readonly Card[] {
  switch (detector.kind) {
    case 'yields':
      // 3: all residual nuclei, those of low-energy neutrons too. Volume 1: nuclei per primary.
      return [card('RESNUCLE', [3, -unit, detector.zMax, detector.mMax, detector.region, 1], detector.name)]
    default:
      throw new Error(detector.kind)
  }
}
