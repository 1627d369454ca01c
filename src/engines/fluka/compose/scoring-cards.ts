/** The cards of the detectors that a manifest expects, in the order of their units. */

import type { Setup } from '#simulation/document.ts'
import { type Card, card } from '../deck/card.ts'
import type { DecayRequest } from './decay-cards.ts'
import type { DeckUnit, ExpectedBoundary, ExpectedDetector } from './manifest.ts'
import { scoredUnits } from './scored-units.ts'
import type { StackGeometry } from './stack-geometry.ts'
import { yieldUnits } from './yield-units.ts'

/** Everything that is scored, by unit. */
export const plannedUnits = (setup: Setup, stack: StackGeometry, decay: DecayRequest | null): readonly DeckUnit[] => [
  ...yieldUnits(stack, decay),
  ...scoredUnits(setup, stack),
]

export const scoringCards = (units: readonly DeckUnit[]): readonly Card[] =>
  units.flatMap(({ unit, detectors }) => detectors.map((detector) => cardOf(detector, unit)))

/** Units are negative: binary files, whose numbers keep all their digits. */
function cardOf(detector: ExpectedDetector, unit: number): Card {
  const { name } = detector
  switch (detector.kind) {
    case 'yields':
      // 3: all residual nuclei, those of low-energy neutrons too. Volume 1: nuclei per primary.
      return card('RESNUCLE', [3, -unit, detector.zMax, detector.mMax, detector.region, 1], name)
    case 'mesh': {
      const [first, second, third] = detector.axes
      const { quantity, type } = detector
      const round = type === ROUND
      const high = [first.to, round ? 0 : second.to, third.to]
      const low = [first.from, round ? 0 : second.from, third.from]
      return card('USRBIN', [type, quantity, -unit, ...high, ...low, first.bins, second.bins, third.bins], name)
    }
    case 'track': {
      const { logarithmic, particle, region, volumeCm3, energy } = detector
      const scale = logarithmic ? -1 : 1
      return card('USRTRACK', [scale, particle, -unit, region, volumeCm3, energy.bins, energy.to, energy.from], name)
    }
    case 'boundary': {
      const { particle, from, to, areaCm2, energy, angleBins, twoWay } = detector
      const angle = twoWay ? 4 * Math.PI : 2 * Math.PI
      const head = [boundaryCode(detector), particle, -unit, from, to, areaCm2]
      return card('USRBDX', [...head, energy.to, energy.from, energy.bins, angle, 0, angleBins], name)
    }
  }
}

/** R-phi-Z, where the place of y bounds is that of the axis. */
const ROUND = 11

/** USRBDX WHAT(1) = i1 + 10 i2 + 100 i3: energy scale, both ways, fluence; a negative i1 counts down from the rest. */
function boundaryCode({ logarithmic, twoWay, fluence }: ExpectedBoundary): number {
  return (logarithmic ? -1 : 1) + (twoWay ? 10 : 0) + (fluence ? 100 : 0)
}
