/**
 * What the Monte Carlo draws from: the numbers of the production integral, turned into tables for drawing.
 *
 * Nothing is modelled here a second time, so the expectation of every cell is the estimate of that cell.
 */

import type { Zai } from '#nuclides/nuclide.ts'
import { type AliasTable, aliasTable } from './alias-table.ts'
import type { Estimate } from './estimate.ts'
import type { FissileElement } from './fission-cross-section.ts'
import { chargeOfCell, massOfCell, YIELD_CELLS } from './fission-yields.ts'
import type { Production } from './production.ts'
import { yieldsAtNode } from './yield-cache.ts'

/** Names of the counters, in the order of their columns. */
export const COUNTER_NAMES = ['reactions', 'fissions', 'missed'] as const
export const REACTIONS_COUNTER = 0
export const FISSIONS_COUNTER = 1
export const MISSED_COUNTER = 2

/** One thing that may happen to a beam particle. */
export interface Outcome {
  /** Region that is scored; 0 where the layer is not scored. */
  readonly region: number
  /** Index into `fragments`; -1 for a reaction without fission. */
  readonly fragments: number
  /** The particle meets no target layer. */
  readonly missed: boolean
  readonly probability: number
}

export interface SamplingPlan {
  /** Region 0 is `total`; then the layers of the role target. Windows and dumps are not scored. */
  readonly regions: readonly string[]
  readonly nuclides: readonly Zai[]
  /** Probability that a beam particle reacts in any layer. */
  readonly reacting: number
  /** Probability that it does not react and meets no target layer. */
  readonly missedQuietly: number
  readonly outcomes: readonly Outcome[]
  /** `null` where nothing can react. */
  readonly outcomeTable: AliasTable | null
  /** Fragments of a fission at one energy node: draws an index of `nuclides`, or `nuclides.length` for none. */
  readonly fragments: readonly AliasTable[]
}

/**
 * @param produced - The production integral, made with attenuation.
 * @param estimate - The estimate made from it: fixes regions and nuclides.
 */
export function samplingPlan(produced: Production, estimate: Estimate): SamplingPlan {
  const indexOfCell = new Int32Array(YIELD_CELLS).fill(-1)
  const indexOfZai = new Map(estimate.nuclides.map((zai, index) => [zai as number, index]))
  for (let cell = 0; cell < YIELD_CELLS; cell++) {
    indexOfCell[cell] = indexOfZai.get(chargeOfCell(cell) * 10_000 + massOfCell(cell) * 10) ?? -1
  }
  const fragments: AliasTable[] = []
  const fragmentsOfNode = new Map<string, number>()
  const fragmentsFor = (element: FissileElement, node: number): number => {
    const key = `${element}${node}`
    let index = fragmentsOfNode.get(key)
    if (index === undefined) {
      index = fragments.push(fragmentTable(element, node, indexOfCell, estimate.nuclides.length)) - 1
      fragmentsOfNode.set(key, index)
    }
    return index
  }

  const outcomes: Outcome[] = []
  let region = 0
  for (const one of produced.layers) {
    const scored = one.layer.role === 'target'
    if (scored) region++
    let fission = 0
    // A particle that meets no target layer meets windows and dumps only. What it does there is not told from what the
    // others do there, except that it is counted as missed: its share of the layer's reactions is the same for all.
    const missingShare = one.reactions > 0 ? one.reactionsOfMissing / one.reactions : 0
    const add = (table: number, probability: number): void => {
      for (const [missed, share] of [
        [false, 1 - missingShare],
        [true, missingShare],
      ] as const) {
        if (probability * share <= 0) continue
        outcomes.push({
          region: scored ? region : 0,
          fragments: table,
          missed,
          probability: probability * share,
        })
      }
    }
    for (const [element, nodes] of one.fissions) {
      for (const [node, probability] of nodes.entries()) {
        if (probability <= 0) continue
        fission += probability
        add(fragmentsFor(element, node), probability)
      }
    }
    add(-1, Math.max(0, one.reactions - fission))
  }
  const reacting = outcomes.reduce((sum, outcome) => sum + outcome.probability, 0)
  const missedReacting = outcomes.reduce((sum, outcome) => sum + (outcome.missed ? outcome.probability : 0), 0)
  return {
    regions: estimate.regions,
    nuclides: estimate.nuclides,
    reacting,
    missedQuietly: Math.max(0, produced.missed - missedReacting),
    outcomes,
    outcomeTable: outcomes.length > 0 ? aliasTable(outcomes.map((outcome) => outcome.probability)) : null,
    fragments,
  }
}

/**
 * Each of the two fragments of a fission is drawn from half the yields. Yields add up to 200 % less what falls outside
 * the grid: the rest is the outcome "none", so that two draws have exactly the yields as their mean.
 */
function fragmentTable(element: FissileElement, node: number, indexOfCell: Int32Array, nuclides: number): AliasTable {
  const weights = new Float64Array(nuclides + 1)
  const yields = yieldsAtNode(element, node)
  let sum = 0
  for (let cell = 0; cell < YIELD_CELLS; cell++) {
    const index = indexOfCell[cell]!
    if (index < 0) continue
    weights[index] = yields[cell]! / 200
    sum += weights[index]!
  }
  weights[nuclides] = Math.max(0, 1 - sum)
  return aliasTable(weights)
}
