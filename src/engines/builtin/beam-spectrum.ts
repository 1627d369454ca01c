/** The energies of the beam: a normal distribution as a few energies with weights, each of which has its own way. */

import { STOPPING_ENERGY_MIN_MEV } from './stopping.ts'

export interface BeamEnergy {
  readonly energyMeV: number
  /** Fraction of the beam; all of them add up to 1. */
  readonly fraction: number
}

/**
 * Energies in steps of this many standard deviations, out to REACH on both sides. Equal steps are used and not
 * Gauss-Hermite points: against a normal distribution the sum converges as fast, and thresholds and ends of ranges, where
 * a target has a kink, are met by many points of even weight.
 */
const STEP = 0.4
const REACH = 5

/**
 * The energies that stand for the beam. Without a spread it is the one energy. What would lie below the lowest energy
 * of the stopping tables is cut off, and the rest made up to 1: within the scope of yields, a spread of at most a fifth of the
 * energy, that is less than 1e-6 of the beam.
 *
 * @param energyMeV - Mean energy before the cut.
 * @param spreadMeV - One standard deviation, from 0.
 */
export function beamEnergies(energyMeV: number, spreadMeV: number): readonly BeamEnergy[] {
  if (!(spreadMeV > 0)) return [{ energyMeV, fraction: 1 }]
  const points: { energyMeV: number; fraction: number }[] = []
  let sum = 0
  for (let i = -Math.round(REACH / STEP); i <= Math.round(REACH / STEP); i++) {
    const energy = energyMeV + i * STEP * spreadMeV
    if (energy < STOPPING_ENERGY_MIN_MEV) continue
    const weight = Math.exp(-((i * STEP) ** 2) / 2)
    sum += weight
    points.push({ energyMeV: energy, fraction: weight })
  }
  return points.map((point) => ({ ...point, fraction: point.fraction / sum }))
}

/** Fraction of the beam with more energy than this; whole points of the sum above, so good to a few percent. */
export function fractionAbove(energies: readonly BeamEnergy[], energyMeV: number): number {
  return energies.reduce((sum, one) => sum + (one.energyMeV > energyMeV ? one.fraction : 0), 0)
}
