/** The beam in FLUKA's terms: momentum spread instead of energy spread, full widths at half maximum instead of sigmas. */

import { cmFromMm, gevFromMev, PROTON_MASS_MEV } from '#quantities/conversions.ts'
import type { Centimetres, GeV, MeV, Millimetres } from '#quantities/units.ts'
import type { Beam, BeamShape } from '#simulation/document.ts'

/** Full width at half maximum of a normal distribution, in standard deviations: 2 sqrt(2 ln 2). */
export const FWHM_PER_SIGMA = 2 * Math.sqrt(2 * Math.LN2)

export interface DeckBeam {
  readonly kineticEnergyGev: GeV
  /** FWHM of the momentum, GeV/c; 0 without a spread. */
  readonly momentumFwhmGev: GeV
  readonly profile: DeckProfile
}

/** What BEAM can express, and the one shape that needs a source routine. */
export type DeckProfile =
  | { readonly kind: 'point' }
  | { readonly kind: 'disc'; readonly radiusCm: Centimetres }
  | { readonly kind: 'gaussian'; readonly fwhmXCm: Centimetres; readonly fwhmYCm: Centimetres }
  | { readonly kind: 'routine'; readonly sigmaCm: Centimetres; readonly wobbleRadiusCm: Centimetres }

export function deckBeam({ energyMeV, energySpreadMeV, shape }: Beam): DeckBeam {
  return {
    kineticEnergyGev: gevFromMev(energyMeV as MeV),
    momentumFwhmGev: gevFromMev(momentumSpreadMev(energyMeV as MeV, (FWHM_PER_SIGMA * energySpreadMeV) as MeV)),
    profile: profileOf(shape),
  }
}

/** dp = dE E / (p c^2), from E^2 = (pc)^2 + (mc^2)^2. Protons. */
function momentumSpreadMev(energy: MeV, spread: MeV): MeV {
  const total = energy + PROTON_MASS_MEV
  const momentum = Math.sqrt(energy * (energy + 2 * PROTON_MASS_MEV))
  return ((spread * total) / momentum) as MeV
}

function profileOf(shape: BeamShape): DeckProfile {
  const cm = (millimetres: number): Centimetres => cmFromMm(millimetres as Millimetres)
  switch (shape.kind) {
    case 'pencil':
      return { kind: 'point' }
    case 'flat':
      return { kind: 'disc', radiusCm: cm(shape.radiusMm) }
    case 'gaussian':
      return {
        kind: 'gaussian',
        fwhmXCm: cm(FWHM_PER_SIGMA * shape.sigmaXMm),
        fwhmYCm: cm(FWHM_PER_SIGMA * shape.sigmaYMm),
      }
    case 'wobbled':
      return { kind: 'routine', sigmaCm: cm(shape.sigmaMm), wobbleRadiusCm: cm(shape.wobbleRadiusMm) }
  }
}

/** Radius that holds all of the beam, or all but some 1e-8 of a Gaussian. */
export function beamReach(shape: BeamShape): Millimetres {
  const SIGMAS = 6
  switch (shape.kind) {
    case 'pencil':
      return 0 as Millimetres
    case 'flat':
      return shape.radiusMm as Millimetres
    case 'gaussian':
      return (SIGMAS * Math.max(shape.sigmaXMm, shape.sigmaYMm)) as Millimetres
    case 'wobbled':
      return (shape.wobbleRadiusMm + SIGMAS * shape.sigmaMm) as Millimetres
  }
}
