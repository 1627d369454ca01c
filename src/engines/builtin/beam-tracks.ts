/**
 * Single protons of the beam on their way through the stack: where each starts, how its energy falls, where it reacts.
 *
 * Nothing is modelled here a second time: the way is that of slowing-down.ts and the rates are those of the production integral
 * (production.ts), so what tracks deposit has the heat of the estimate as its mean. What is not modelled is not here
 * either: secondary particles, scattering to the side.
 */

import type { BeamShape, Setup } from '#simulation/document.ts'
import { stackOf } from './input.ts'
import { FISSION_HEAT_MEV, PointRates } from './production.ts'
import { type BeamPath, beamPaths, StoppingTables } from './slowing-down.ts'
import { layerArealDensity, type TargetStack } from './target-stack.ts'

/** A piece of the way in a layer, in which the energy falls evenly with depth. */
export interface TrackStep {
  /** Index in the stack. */
  readonly layer: number
  /** From the front of the layer, as fractions of its thickness. */
  readonly from: number
  readonly to: number
  /** Mean energies at both ends, MeV. */
  readonly energyInMeV: number
  readonly energyOutMeV: number
  /** One standard deviation of the energy in the step, from straggling, MeV. */
  readonly sigmaMeV: number
  /** Probability that a proton that comes so far reacts in the step; of a reaction that it is a fission. */
  readonly reacting: number
  readonly fissionShare: number
}

export interface BeamTrack {
  /** Start, mm from the axis. */
  readonly xMm: number
  readonly yMm: number
  /** Energy before the first layer, MeV. */
  readonly energyMeV: number
  /** Steps up to the end of the range, the end of the stack or the reaction, which is in the last of them. */
  readonly steps: readonly TrackStep[]
  /** Straggling of this proton in standard deviations: its energy anywhere is the mean + so many sigma there. */
  readonly straggling: number
  /** Where it reacts, as a fraction of its last step; `null` where it does not. */
  readonly reactsAt: number | null
  /** Energy that the reaction leaves where it is, MeV: the heat of a fission. What others carry on is not followed. */
  readonly reactionHeatMeV: number
}

export interface BeamTracks {
  readonly stack: TargetStack
  /** @param random even numbers in [0, 1) */
  next(random: () => number): BeamTrack
}

interface Way {
  readonly withinMm: number
  readonly energyMeV: number
  readonly fraction: number
  readonly steps: readonly TrackStep[]
}

/** @param setup checked, and one that the built-in model can follow */
export function beamTracks(setup: Setup): BeamTracks {
  const stack = stackOf(setup)
  const ways = beamPaths(stack, new StoppingTables()).map((path) => wayOf(stack, path))
  const radii = [...new Set(ways.map(({ withinMm }) => withinMm))]
  const rings = radii.map((radius) => ways.filter(({ withinMm }) => withinMm === radius))
  return {
    stack,
    next(random) {
      const [xMm, yMm] = startOf(stack.beam.shape, random)
      const ring = radii.findIndex((radius) => Math.hypot(xMm, yMm) <= radius)
      const straggling = normal(random)
      const way = ring < 0 ? null : chosen(rings[ring]!, random)
      if (!way) {
        const energyMeV = stack.beam.energyMeV
        return { xMm, yMm, energyMeV, steps: [], straggling, reactsAt: null, reactionHeatMeV: 0 }
      }
      const { energyMeV } = way
      for (const [index, step] of way.steps.entries()) {
        if (random() >= step.reacting) continue
        return {
          ...{ xMm, yMm, energyMeV, straggling },
          steps: way.steps.slice(0, index + 1),
          reactsAt: random(),
          reactionHeatMeV: random() < step.fissionShare ? FISSION_HEAT_MEV : 0,
        }
      }
      return { xMm, yMm, energyMeV, steps: way.steps, straggling, reactsAt: null, reactionHeatMeV: 0 }
    },
  }
}

function wayOf(stack: TargetStack, { withinMm, energyMeV, fraction, passages }: BeamPath): Way {
  const steps = passages.flatMap(({ layer: index, energyInMeV, energyOutMeV, bins }) => {
    const layer = stack.layers[index]!
    const whole = bins.reduce((sum, { points }) => sum + points[0]!.arealDensity + points[1]!.arealDensity, 0)
    // The rule of two points is not exact: who leaves the layer has crossed all of it, and no one crosses more.
    const thickness = energyOutMeV > 0 ? whole : Math.max(whole, layerArealDensity(layer))
    let from = 0
    let energy = energyInMeV
    return bins.map(({ energyLossMeV, points }): TrackStep => {
      const rates = new PointRates()
      for (const point of points) rates.add(layer, point)
      const fissions = rates.fissions.reduce((sum, { probability }) => sum + probability, 0)
      const to = Math.min(1, from + (points[0]!.arealDensity + points[1]!.arealDensity) / thickness)
      const step: TrackStep = {
        ...{ layer: index, from, to },
        energyInMeV: energy,
        energyOutMeV: Math.max(0, energy - energyLossMeV),
        sigmaMeV: (points[0]!.sigmaMeV + points[1]!.sigmaMeV) / 2,
        reacting: -Math.expm1(-rates.reactions),
        fissionShare: rates.reactions > 0 ? Math.min(1, fissions / rates.reactions) : 0,
      }
      from = to
      energy -= energyLossMeV
      return step
    })
  })
  return { withinMm, energyMeV, fraction, steps }
}

function chosen(ways: readonly Way[], random: () => number): Way {
  let left = random() * ways.reduce((sum, { fraction }) => sum + fraction, 0)
  return ways.find(({ fraction }) => (left -= fraction) < 0) ?? ways.at(-1)!
}

/** Where a proton starts, mm from the axis. */
function startOf(shape: BeamShape, random: () => number): readonly [number, number] {
  const around = (radius: number): readonly [number, number] => {
    const phi = 2 * Math.PI * random()
    return [radius * Math.cos(phi), radius * Math.sin(phi)]
  }
  switch (shape.kind) {
    case 'pencil':
      return [0, 0]
    case 'flat':
      return around(shape.radiusMm * Math.sqrt(random()))
    case 'gaussian':
      return [shape.sigmaXMm * normal(random), shape.sigmaYMm * normal(random)]
    case 'wobbled': {
      const [x, y] = around(shape.wobbleRadiusMm)
      return [x + shape.sigmaMm * normal(random), y + shape.sigmaMm * normal(random)]
    }
  }
}

/** A standard normal number (Box and Muller). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
