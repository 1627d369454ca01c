/**
 * The production integral: per beam particle, how often it reacts and makes fission, in which layer, at which energy.
 *
 * Estimate and Monte Carlo both read this one table: the estimate sums it, the Monte Carlo samples it, so that the
 * expectation of the second is the first, cell by cell.
 */

import { AVOGADRO_PER_MOL } from '#quantities/conversions.ts'
import { beamEnergies } from './beam-spectrum.ts'
import { type FissileElement, fissileElementOf, fissionCrossSection } from './fission-cross-section.ts'
import { reactionCrossSection } from './reaction-cross-section.ts'
import { beamPaths, type DepthPoint, StoppingTables } from './slowing-down.ts'
import { rangeAt } from './stopping.ts'
import type { StackLayer, TargetStack } from './target-stack.ts'
import { NODE_COUNT, NODE_FIRST_MEV, NODE_LAST_MEV } from './yield-cache.ts'

/** Kinetic and decay energy of a fission that stays where it happens, MeV (conventions 4). */
export const FISSION_HEAT_MEV = 170

/** What a beam particle does in one layer; everything per particle of the whole beam. */
export interface LayerProduction {
  readonly layer: StackLayer
  /** Fraction of the beam that enters the layer with energy left (before any reaction). */
  readonly entering: number
  /** Fraction of the beam whose range ends in the layer (before any reaction). */
  readonly stopping: number
  /** Mean over the particles that enter; `null` where none does. */
  readonly energyInMeV: number | null
  /** Mean over the particles that enter, 0 for those that stop; `null` where none enters. */
  readonly energyOutMeV: number | null
  /** Energy lost by slowing down, MeV: of the particles that have not reacted before. */
  readonly slowingHeatMeV: number
  /** Inelastic reactions, fission included. */
  readonly reactions: number
  /** Of these, reactions of particles that meet no target layer (a window wider than the discs). */
  readonly reactionsOfMissing: number
  /** Fissions by energy node of the yields; absent where the element is not in the layer. */
  readonly fissions: ReadonlyMap<FissileElement, Float64Array>
}

export interface Production {
  readonly layers: readonly LayerProduction[]
  /** Fraction of the beam that enters no layer of the role `target`. */
  readonly missed: number
  /** Fraction of the beam that leaves the stack with energy left (before any reaction). */
  readonly leaving: number
  /** Mean energy of these, MeV; `null` where none leaves. */
  readonly exitEnergyMeV: number | null
  /** Range of the full beam energy in each layer's material, g/cm2. */
  readonly rangeGramPerCm2: readonly number[]
  /** Mean number of interaction lengths of the target layers at the beam axis. */
  readonly interactionLengths: number
}

export interface ProductionOptions {
  /** False: the beam is not used up by reactions. Only for comparison with numbers made without it. */
  readonly attenuation?: boolean
}

/**
 * Five-point Gauss-Hermite rule for the mean over a normal distribution: offset in sigma, weight. For straggling, which is
 * narrow against the energy wherever protons react; the spread of the beam has a way for each of its energies.
 */
const NORMAL_5 = [
  { offset: -2.856970013872806, weight: 0.011257411327720691 },
  { offset: -1.355626179974266, weight: 0.2220759220056126 },
  { offset: 0, weight: 0.5333333333333333 },
  { offset: 1.355626179974266, weight: 0.2220759220056126 },
  { offset: 2.856970013872806, weight: 0.011257411327720691 },
] as const

/** 1 mb x Avogadro, cm2/mol. */
const MILLIBARN_MOL = 1e-27 * AVOGADRO_PER_MOL

const tables = new StoppingTables()

class LayerSums {
  readonly layer: StackLayer
  readonly fissions = new Map<FissileElement, Float64Array>()
  entering = 0
  stopping = 0
  energyIn = 0
  energyOut = 0
  slowingHeat = 0
  reactions = 0
  reactionsOfMissing = 0

  constructor(layer: StackLayer) {
    this.layer = layer
    for (const { z } of layer.composition) {
      const element = fissileElementOf(z)
      if (element && !this.fissions.has(element)) this.fissions.set(element, new Float64Array(NODE_COUNT))
    }
  }
}

/** Reactions and fissions per surviving proton at one point of the way, or at several. */
export class PointRates {
  reactions = 0
  readonly fissions: { element: FissileElement; energyMeV: number; probability: number }[] = []

  add(layer: StackLayer, point: DepthPoint): void {
    for (const { offset, weight } of NORMAL_5) {
      const energy = point.energyMeV + offset * point.sigmaMeV
      if (energy <= 0) continue
      for (const { z, massFraction, molarMass } of layer.composition) {
        const atoms = MILLIBARN_MOL * (massFraction / molarMass) * point.arealDensity * weight
        this.reactions += atoms * reactionCrossSection(z, molarMass, energy)
        const element = fissileElementOf(z)
        if (!element) continue
        const probability = atoms * fissionCrossSection(element, energy)
        if (probability > 0) this.fissions.push({ element, energyMeV: energy, probability })
      }
    }
  }
}

/** Shares a number between the two nodes next to an energy, as linear interpolation of the yields asks. */
function addToNodes(nodes: Float64Array, energyMeV: number, value: number): void {
  const place = Math.min(Math.max(energyMeV, NODE_FIRST_MEV), NODE_LAST_MEV) - NODE_FIRST_MEV
  const node = Math.min(Math.floor(place), NODE_COUNT - 2)
  const share = place - node
  nodes[node]! += value * (1 - share)
  if (share > 0) nodes[node + 1]! += value * share
}

/**
 * Integrates reactions and fissions over the way of the beam.
 *
 * @param stack - Target and beam. Any energy within the stopping tables (1 keV to 1.6 GeV) has ranges and heat; the
 *   fission yields that belong to the energy nodes are in scope from 12 to 100 MeV only.
 */
export function production(stack: TargetStack, options: ProductionOptions = {}): Production {
  const attenuation = options.attenuation ?? true
  const sums = stack.layers.map((layer) => new LayerSums(layer))
  const paths = beamPaths(stack, tables)
  let hitting = 0
  let leaving = remainder(paths.reduce((sum, path) => sum + path.fraction, 0))
  let exitEnergy = leaving * meanEnergy(stack)
  let interactionLengths = 0
  for (const path of paths) {
    const hitsTarget = path.passages.some((passage) => stack.layers[passage.layer]!.role === 'target')
    if (hitsTarget) hitting += path.fraction
    let surviving = path.fraction
    for (const passage of path.passages) {
      const here = sums[passage.layer]!
      here.entering += path.fraction
      here.energyIn += path.fraction * passage.energyInMeV
      here.energyOut += path.fraction * passage.energyOutMeV
      if (passage.energyOutMeV <= 0) here.stopping += path.fraction
      for (const bin of passage.bins) {
        const rates = new PointRates()
        for (const point of bin.points) rates.add(here.layer, point)
        if (here.layer.role === 'target') interactionLengths += path.fractionOfAxis * rates.reactions
        // The probability that a survivor reacts within the bin, shared among the channels by their rates.
        const reacting = attenuation ? -Math.expm1(-rates.reactions) : rates.reactions
        const share = rates.reactions > 0 ? reacting / rates.reactions : 0
        here.reactions += surviving * reacting
        if (!hitsTarget) here.reactionsOfMissing += surviving * reacting
        for (const fission of rates.fissions) {
          addToNodes(here.fissions.get(fission.element)!, fission.energyMeV, surviving * share * fission.probability)
        }
        here.slowingHeat += surviving * bin.energyLossMeV * (attenuation ? 1 - reacting / 2 : 1)
        if (attenuation) surviving *= 1 - reacting
      }
    }
    const exit = path.passages.at(-1)?.energyOutMeV ?? path.energyMeV
    if (exit > 0) {
      leaving += path.fraction
      exitEnergy += path.fraction * exit
    }
  }
  return {
    layers: sums.map((sum) => ({
      layer: sum.layer,
      entering: sum.entering,
      stopping: sum.stopping,
      energyInMeV: sum.entering > 0 ? sum.energyIn / sum.entering : null,
      energyOutMeV: sum.entering > 0 ? sum.energyOut / sum.entering : null,
      slowingHeatMeV: sum.slowingHeat,
      reactions: sum.reactions,
      reactionsOfMissing: sum.reactionsOfMissing,
      fissions: sum.fissions,
    })),
    missed: remainder(hitting),
    leaving,
    exitEnergyMeV: leaving > 0 ? exitEnergy / leaving : null,
    rangeGramPerCm2: stack.layers.map((layer) => rangeAt(tables.of(layer.composition), stack.beam.energyMeV)),
    interactionLengths,
  }
}

/** What is left of the whole beam; the rounding of a sum of many parts is nothing. */
const remainder = (part: number): number => (1 - part > 1e-12 ? 1 - part : 0)

/** Mean energy of the beam, MeV: above the nominal one where a wide spread was cut off at zero. */
const meanEnergy = ({ beam }: TargetStack): number =>
  beamEnergies(beam.energyMeV, beam.energySpreadMeV).reduce((sum, one) => sum + one.fraction * one.energyMeV, 0)

/** Fissions per beam particle in a layer, all elements and energies. */
export function fissionsOf(layer: LayerProduction): number {
  let sum = 0
  for (const nodes of layer.fissions.values()) for (const value of nodes) sum += value
  return sum
}
