/**
 * The error class of a number: how far the model was from measurements of the same kind.
 *
 * The factors come from the residuals of the model against 12 to 110 MeV data (specification, section 9). They are the
 * model's error, one sigma, and have nothing to do with statistics.
 */

import type { ModelError, ModelErrorClass } from '#results/document.ts'
import { YIELD_A_MAX, YIELD_A_MIN, YIELD_Z_COUNT, YIELD_Z_MAX, YIELD_Z_MIN, yieldCell } from './fission-yields.ts'

const CLASSES: readonly ModelErrorClass[] = ['A', 'B', 'C', 'D', 'E']
const FACTORS: Readonly<Record<ModelErrorClass, number>> = { A: 1.35, B: 1.5, C: 1.9, D: 3.2, E: 5 }
/** Uncertainty of the fission cross section and of the normalisation, multiplied in. */
const NORMALISATION_FACTOR = 1.1

const classAt = (rank: number): ModelErrorClass => CLASSES[Math.min(rank, CLASSES.length - 1)]!
const rankOf = (name: ModelErrorClass): number => CLASSES.indexOf(name)

/** What raises the class of every number of a simulation. */
export interface ClassConditions {
  /** Beam above 100 MeV: one class up. */
  readonly aboveHundredMeV: boolean
  /** Beam below 12 MeV, where nothing was fitted: one class up. */
  readonly belowTwelveMeV: boolean
  /** Target thicker than 0.3 interaction lengths: one class up. */
  readonly thickTarget: boolean
}

/** Mean charge, width and share of each mass chain, folded over the whole target. */
export interface ChainShapes {
  /** Yields per 100 fissions, folded over the target; index `yieldCell(z, a)`. */
  readonly yields: Float64Array
  /** Index A - YIELD_A_MIN. % per fission. */
  readonly chainYield: Float64Array
  readonly meanZ: Float64Array
  readonly sigmaZ: Float64Array
}

/** @param yields - Yields per 100 fissions folded over the target, index `yieldCell(z, a)`. */
export function chainShapes(yields: Float64Array): ChainShapes {
  const chains = YIELD_A_MAX - YIELD_A_MIN + 1
  const chainYield = new Float64Array(chains)
  const meanZ = new Float64Array(chains)
  const sigmaZ = new Float64Array(chains)
  for (let row = 0; row < chains; row++) {
    let sum = 0
    let first = 0
    let second = 0
    for (let i = 0; i < YIELD_Z_COUNT; i++) {
      const y = yields[row * YIELD_Z_COUNT + i]!
      const z = i + YIELD_Z_MIN
      sum += y
      first += y * z
      second += y * z * z
    }
    chainYield[row] = sum
    if (sum > 0) {
      meanZ[row] = first / sum
      sigmaZ[row] = Math.sqrt(Math.max(second / sum - (first / sum) ** 2, 0))
    }
  }
  return { yields, chainYield, meanZ, sigmaZ }
}

/** Charge of the bottom of the valley of stability (liquid drop), where beta decay from both sides ends. */
const stableCharge = (a: number): number => a / (1.98 + 0.0155 * a ** (2 / 3))

function independentRank(shapes: ChainShapes, z: number, a: number): number {
  if (a < 80 || a > 156) return rankOf('E')
  const row = a - YIELD_A_MIN
  const distance = Math.abs(z - shapes.meanZ[row]!) / shapes.sigmaZ[row]!
  const rank = distance < 0.7 ? 0 : distance < 1.4 ? 1 : distance < 2 ? 2 : distance < 2.6 ? 3 : 4
  // No shell attraction in the model where tin and antimony meet the doubly magic 132Sn.
  const nearTin132 = (z === 50 || z === 51) && a >= 130 && a <= 134
  return nearTin132 ? Math.max(rank, rankOf('C')) : rank
}

/**
 * The chain's own error holds for a nuclide that collects at least half of it; a nuclide that collects only a wing of
 * the chain (111Ru within A = 111) is as uncertain as that wing.
 */
function cumulativeRank(shapes: ChainShapes, z: number, a: number): number {
  if (a < 80 || a > 156) return rankOf('E')
  const row = a - YIELD_A_MIN
  const chain = shapes.chainYield[row]!
  const chainRank = chain > 1 ? rankOf('A') : chain >= 0.1 ? rankOf('B') : rankOf('C')
  const fromBelow = z <= stableCharge(a)
  let collected = 0
  for (let k = fromBelow ? YIELD_Z_MIN : z; k <= (fromBelow ? z : YIELD_Z_MAX); k++) {
    collected += shapes.yields[yieldCell(k, a)]!
  }
  return collected >= 0.5 * chain ? chainRank : Math.max(chainRank, independentRank(shapes, z, a))
}

/**
 * Error class and factor of one nuclide.
 *
 * @param shapes - From `chainShapes`, of this target and beam.
 * @returns `null` outside the grid of fission products and in chains without yield: the model says nothing there.
 */
export function classOf(
  shapes: ChainShapes,
  conditions: ClassConditions,
  z: number,
  a: number,
  kind: 'independent' | 'cumulative',
): ModelError | null {
  if (z < YIELD_Z_MIN || z > YIELD_Z_MAX || a < YIELD_A_MIN || a > YIELD_A_MAX) return null
  if (!(shapes.chainYield[a - YIELD_A_MIN]! > 0)) return null
  let rank = kind === 'independent' ? independentRank(shapes, z, a) : cumulativeRank(shapes, z, a)
  if (conditions.aboveHundredMeV) rank++
  if (conditions.belowTwelveMeV) rank++
  if (conditions.thickTarget) rank++
  const name = classAt(rank)
  return { class: name, factor: FACTORS[name] * NORMALISATION_FACTOR }
}
