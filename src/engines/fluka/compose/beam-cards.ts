/** BEAM and BEAMPOS, and SOURCE for the one shape that BEAM does not know (fluka.md 2). */

import type { Centimetres } from '#quantities/units.ts'
import { type Card, card, type WhatValue } from '../deck/card.ts'
import type { DeckBeam, DeckProfile } from './deck-beam.ts'

export function beamCards(
  { kineticEnergyGev, momentumFwhmGev, profile }: DeckBeam,
  startCm: Centimetres,
): readonly Card[] {
  const [width, height, annulus] = profileWhats(profile)
  // A negative WHAT(1) is a kinetic energy, a negative WHAT(2) the FWHM of a Gaussian.
  const spread = momentumFwhmGev === 0 ? null : -momentumFwhmGev
  return [
    card('BEAM', [-kineticEnergyGev, spread, null, width, height, annulus], 'PROTON'),
    card('BEAMPOS', [0, 0, startCm, 0, 0]),
    ...(profile.kind === 'routine' ? [card('SOURCE', [profile.sigmaCm, profile.wobbleRadiusCm])] : []),
  ]
}

/** WHAT(4) to WHAT(6). */
function profileWhats(profile: DeckProfile): readonly [WhatValue, WhatValue, WhatValue] {
  switch (profile.kind) {
    case 'point':
    case 'routine':
      return [null, null, null]
    case 'disc':
      // With a negative WHAT(6) the two before it are the outer and the inner radius of a ring.
      return [profile.radiusCm, 0, -1]
    case 'gaussian':
      return [-profile.fwhmXCm, -profile.fwhmYCm, null]
  }
}
