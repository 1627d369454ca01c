/** The estimate: the production integral itself, noise free, with a class of error for every number. */

import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { TOTAL_REGION } from '#results/tally.ts'
import { beamEnergies, fractionAbove } from './beam-spectrum.ts'
import type { FissileElement } from './fission-cross-section.ts'
import { chargeOfCell, massOfCell, YIELD_CELLS } from './fission-yields.ts'
import { FISSION_HEAT_MEV, fissionsOf, type LayerProduction, type Production } from './production.ts'
import { HIGHEST_ENERGY_MEV, NOTABLE_FRACTION_ABOVE } from './scope.ts'
import type { TargetStack } from './target-stack.ts'
import { type ChainShapes, type ClassConditions, chainShapes } from './uncertainty-class.ts'
import { NODE_FIRST_MEV, NODE_LAST_MEV, yieldsAtNode } from './yield-cache.ts'

/**
 * Products made less often than this per fission are left out: far below anything the model can claim, and at 1e13 fissions
 * a second about ten atoms a second. Most of what lies below is known to no table of nuclides.
 */
export const SMALLEST_YIELD_PER_FISSION = 1e-12
/** MeV between the energies whose yields decide which nuclides are listed. */
const LISTING_STEP_MEV = 10
/** Targets with more interaction lengths than this are one class less certain. */
const THICK_TARGET_INTERACTION_LENGTHS = 0.3

export interface LayerEstimate {
  readonly name: string
  readonly role: 'window' | 'target' | 'dump'
  /** Fraction of the beam that enters the layer. */
  readonly entering: number
  /** Fraction of the beam whose range ends in the layer. */
  readonly stopping: number
  /** Means over the particles that enter; `null` where none does. */
  readonly energyInMeV: number | null
  readonly energyOutMeV: number | null
  /** Slowing down plus the energy of the fission fragments, MeV per beam particle. */
  readonly heatMeVPerPrimary: number
  readonly slowingHeatMeVPerPrimary: number
  readonly fissionsPerPrimary: number
  readonly reactionsPerPrimary: number
  /** Range of the full beam energy in the layer's material, g/cm2 and mm at the layer's density. */
  readonly rangeGramPerCm2: number
  readonly rangeMm: number
}

export interface Estimate {
  /** Region 0 is `total` (all layers of the role target); then the layers of the role target, in beam order. */
  readonly regions: readonly string[]
  /** Ascending; ground states stand for the sum of all states. */
  readonly nuclides: readonly Zai[]
  /** Independent production per beam particle; index region x nuclides.length + nuclide. */
  readonly independentPerPrimary: Float64Array
  readonly layers: readonly LayerEstimate[]
  readonly fissionsPerPrimary: number
  /** Reactions in layers of the role target. */
  readonly reactionsPerPrimary: number
  /** Fraction of the beam that meets no layer of the role target. */
  readonly missed: number
  /** Fraction of the beam that leaves the stack, and the mean energy of it. */
  readonly leaving: number
  readonly exitEnergyMeV: number | null
  readonly shapes: ChainShapes
  readonly conditions: ClassConditions
}

/** Layers whose products are scored, with their place in the stack. */
export function scoredLayers(produced: Production): readonly LayerProduction[] {
  return produced.layers.filter((one) => one.layer.role === 'target')
}

function addYields(grid: Float64Array, layer: LayerProduction): void {
  for (const [element, nodes] of layer.fissions) {
    for (const [node, fissions] of nodes.entries()) {
      if (fissions === 0) continue
      const yields = yieldsAtNode(element, node)
      const weight = fissions / 100
      for (let cell = 0; cell < YIELD_CELLS; cell++) grid[cell]! += weight * yields[cell]!
    }
  }
}

const zaiOfCell = (cell: number): Zai => zaiOf(chargeOfCell(cell), massOfCell(cell))

const fissileElements = (layers: readonly LayerProduction[]): readonly FissileElement[] =>
  (['U', 'Th'] as const).filter((element) =>
    layers.some((one) => one.fissions.get(element)?.some((value) => value > 0)),
  )

const highestEnergy = ({ beam }: TargetStack): number => beam.energyMeV + 2 * beam.energySpreadMeV

const listed = new Map<string, readonly number[]>()

/**
 * Cells of the nuclides that are listed, ascending by nuclide: those that fission makes often enough at 10, 20, 30 MeV and
 * so on, up to the first of these energies that the beam does not exceed. The list does not follow every change of energy
 * or thickness: whoever moves one of them, or scans it, gets the same nuclides, and what is worked out for a list (feeding,
 * build-up) is worked out once.
 */
function listedCells(elements: readonly FissileElement[], highestMeV: number): readonly number[] {
  const steps = Math.ceil(Math.min(highestMeV, NODE_LAST_MEV) / LISTING_STEP_MEV)
  const key = `${elements.join()}:${steps}`
  const known = listed.get(key)
  if (known) return known
  const often = new Set<number>()
  for (const element of elements) {
    for (let step = 1; step <= steps; step++) {
      const yields = yieldsAtNode(element, step * LISTING_STEP_MEV - NODE_FIRST_MEV)
      for (let cell = 0; cell < YIELD_CELLS; cell++) {
        // Yields are in percent.
        if (yields[cell]! > 100 * SMALLEST_YIELD_PER_FISSION) often.add(cell)
      }
    }
  }
  const cells = [...often].sort((a, b) => zaiOfCell(a) - zaiOfCell(b))
  listed.set(key, cells)
  return cells
}

export interface EstimateOptions {
  /** False: yields are out of scope; energies, ranges, reactions and the heat of slowing down only. */
  readonly yields?: boolean
}

/** Sums the production integral into numbers per nuclide and layer. */
export function estimateOf(stack: TargetStack, produced: Production, options: EstimateOptions = {}): Estimate {
  const withYields = options.yields ?? true
  const scored = scoredLayers(produced)
  const grids = scored.map((layer) => {
    const grid = new Float64Array(YIELD_CELLS)
    if (withYields) addYields(grid, layer)
    return grid
  })
  const total = new Float64Array(YIELD_CELLS)
  for (const grid of grids) for (let cell = 0; cell < YIELD_CELLS; cell++) total[cell]! += grid[cell]!
  const fissions = withYields ? scored.reduce((sum, layer) => sum + fissionsOf(layer), 0) : 0

  const cells = fissions > 0 ? listedCells(fissileElements(scored), highestEnergy(stack)) : []
  const independentPerPrimary = new Float64Array((grids.length + 1) * cells.length)
  for (const [region, grid] of [total, ...grids].entries()) {
    for (const [index, cell] of cells.entries()) independentPerPrimary[region * cells.length + index] = grid[cell]!
  }
  const perFission = fissions > 0 ? total.map((value) => (100 * value) / fissions) : total

  return {
    regions: [TOTAL_REGION, ...scored.map((one) => one.layer.name)],
    nuclides: cells.map(zaiOfCell),
    independentPerPrimary,
    layers: produced.layers.map((one, index) => layerEstimate(one, produced.rangeGramPerCm2[index]!, withYields)),
    fissionsPerPrimary: fissions,
    reactionsPerPrimary: scored.reduce((sum, layer) => sum + layer.reactions, 0),
    missed: produced.missed,
    leaving: produced.leaving,
    exitEnergyMeV: produced.exitEnergyMeV,
    shapes: chainShapes(perFission),
    conditions: {
      aboveHundredMeV:
        fractionAbove(beamEnergies(stack.beam.energyMeV, stack.beam.energySpreadMeV), HIGHEST_ENERGY_MEV) >
        NOTABLE_FRACTION_ABOVE,
      belowTwelveMeV: stack.beam.energyMeV < 12,
      thickTarget: produced.interactionLengths > THICK_TARGET_INTERACTION_LENGTHS,
    },
  }
}

function layerEstimate(one: LayerProduction, rangeGramPerCm2: number, withYields: boolean): LayerEstimate {
  const fissions = withYields ? fissionsOf(one) : 0
  return {
    name: one.layer.name,
    role: one.layer.role,
    entering: one.entering,
    stopping: one.stopping,
    energyInMeV: one.energyInMeV,
    energyOutMeV: one.energyOutMeV,
    heatMeVPerPrimary: one.slowingHeatMeV + FISSION_HEAT_MEV * fissions,
    slowingHeatMeVPerPrimary: one.slowingHeatMeV,
    fissionsPerPrimary: fissions,
    reactionsPerPrimary: one.reactions,
    rangeGramPerCm2,
    rangeMm: (10 * rangeGramPerCm2) / one.layer.densityGramPerCm3,
  }
}
