/**
 * Independent yields of fission products, uranium and thorium + protons, 12 MeV to 1.4 GeV.
 *
 * Three modes before neutron emission (one symmetric, two asymmetric Gaussians), the charge distribution about the
 * unchanged-charge value with a polarisation, then neutron evaporation. Fitted to Rubchenya 2001 (EXFOR O0941), Baba
 * 1971 (E2032), Kaji 2002 (E1837), Baba 1996 (E2036), Diksic 1974 (O0575) and Parikh 1967 (O0592); above 60 MeV a
 * second component after Bernas 2003 (O1069). For thorium only the symmetric share is fitted.
 */

import { NEUTRON_TABLE, NEUTRON_TABLE_FIRST_MASS, NEUTRON_TABLE_MASS_STEP } from './data/neutron-multiplicity-data.ts'
import type { FissileElement } from './fission-cross-section.ts'
import { gaussianIntegral } from './gaussian-integral.ts'

/** The grid of products. Outside it nothing is produced: "not scored", not zero. */
export const YIELD_Z_MIN = 20
export const YIELD_Z_MAX = 74
export const YIELD_A_MIN = 55
export const YIELD_A_MAX = 185
export const YIELD_Z_COUNT = YIELD_Z_MAX - YIELD_Z_MIN + 1
export const YIELD_A_COUNT = YIELD_A_MAX - YIELD_A_MIN + 1
export const YIELD_CELLS = YIELD_Z_COUNT * YIELD_A_COUNT

/** Index of a nuclide in a yield grid; rows are masses. */
export const yieldCell = (z: number, a: number): number => (a - YIELD_A_MIN) * YIELD_Z_COUNT + (z - YIELD_Z_MIN)
export const chargeOfCell = (cell: number): number => (cell % YIELD_Z_COUNT) + YIELD_Z_MIN
export const massOfCell = (cell: number): number => Math.floor(cell / YIELD_Z_COUNT) + YIELD_A_MIN

/** Below this energy the mass distribution is held: the cross section is below 0.2 b there. */
const LOWEST_FITTED_MEV = 12
/** Above this energy the second component of section 6.1 grows. */
const HIGH_ENERGY_ABOVE_MEV = 60
const MAX_NEUTRONS = 12
/** Width of the distribution of evaporated neutrons. */
const NEUTRON_SIGMA = 1.1
const NEUTRON_SCALE = 1.1
/** Share of the charge distribution in a Gaussian of twice the width. */
const WIDE_CHARGE_SHARE = 0.02
/** Charges further than this from the most probable one are left out: less than 1e-15 of the chain. */
const CHARGE_REACH = 12

interface FissioningSystem {
  /** Mass and charge of target + proton. */
  readonly a: number
  readonly z: number
  /** Added to the logit of the symmetric share. */
  readonly symmetricShift: number
  /** Scales the table of evaporated neutrons. */
  readonly neutronScale: number
}

const SYSTEMS: Readonly<Record<FissileElement, FissioningSystem>> = {
  U: { a: 239, z: 93, symmetricShift: 0, neutronScale: 1 },
  Th: { a: 233, z: 91, symmetricShift: 0.8, neutronScale: 0.95 },
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

function gaussian(x: number, mean: number, sigma: number): number {
  const t = (x - mean) / sigma
  return Math.exp(-0.5 * t * t) / (sigma * Math.sqrt(2 * Math.PI))
}

/** Mean number of neutrons a fragment evaporates: the table, bilinear, held at its edges. */
function meanNeutrons(mass: number, energyMeV: number): number {
  const last = NEUTRON_TABLE.length - 1
  const energy = Math.min(Math.max(energyMeV, NEUTRON_TABLE[0]!.energyMeV), NEUTRON_TABLE[last]!.energyMeV)
  let row = 0
  while (row < last - 1 && NEUTRON_TABLE[row + 1]!.energyMeV <= energy) row++
  const below = NEUTRON_TABLE[row]!
  const above = NEUTRON_TABLE[row + 1]!
  const te = (energy - below.energyMeV) / (above.energyMeV - below.energyMeV)
  const columns = below.neutrons.length
  const place = Math.min(Math.max((mass - NEUTRON_TABLE_FIRST_MASS) / NEUTRON_TABLE_MASS_STEP, 0), columns - 1)
  const column = Math.min(Math.floor(place), columns - 2)
  const tm = place - column
  const at = (neutrons: readonly number[]): number =>
    neutrons[column]! + tm * (neutrons[column + 1]! - neutrons[column]!)
  return (1 - te) * at(below.neutrons) + te * at(above.neutrons)
}

/** Everything of section 5.2 that depends on the energy only. */
function modesAt(system: FissioningSystem, energyMeV: number) {
  const massEnergy = Math.max(energyMeV, LOWEST_FITTED_MEV)
  const u = (0.99582 * massEnergy + 5.29) / 45
  const preScission =
    massEnergy < HIGH_ENERGY_ABOVE_MEV
      ? Math.max(0, 0.055 * massEnergy - 0.05)
      : 3.25 + 0.02 * (massEnergy - HIGH_ENERGY_ABOVE_MEV)
  const symmetric = logistic(-0.277 + 1.54 * Math.log(u) + system.symmetricShift)
  const standard1 = logistic(-2.33 - 1.21 * Math.log(u))
  return {
    mass: system.a - preScission,
    charge: system.z - Math.max(0, 0.008 * (energyMeV - 15)),
    symmetric,
    standard1: (1 - symmetric) * standard1,
    standard2: (1 - symmetric) * (1 - standard1),
    symmetricSigma: Math.min(14 + 5 * (u - 1), 16),
    standard1Sigma: 3.65,
    standard2Sigma: 7.5 + 0.52 * (u - 1),
    standard1Mass: 136.5 - 0.51 * (u - 1),
    standard2Mass: 140.2 - 1.02 * (u - 1),
    polarisation: -0.6 + (0.15 * (energyMeV - 30)) / 30,
    chargeSigma: 0.7 + (0.02 * (energyMeV - 30)) / 30,
  }
}

/** Adds the yields of section 5.2, multiplied by `weight`, to a grid. */
function addLowEnergyYields(grid: Float64Array, system: FissioningSystem, energyMeV: number, weight: number): void {
  const modes = modesAt(system, energyMeV)
  const half = modes.mass / 2
  const neutronProbability = new Float64Array(MAX_NEUTRONS + 1)
  const chargeFraction = new Float64Array(YIELD_Z_COUNT)
  for (let fragment = YIELD_A_MIN; fragment <= YIELD_A_MAX + MAX_NEUTRONS; fragment++) {
    const preYield =
      100 *
      (2 * modes.symmetric * gaussian(fragment, half, modes.symmetricSigma) +
        modes.standard1 *
          (gaussian(fragment, modes.standard1Mass, modes.standard1Sigma) +
            gaussian(fragment, modes.mass - modes.standard1Mass, modes.standard1Sigma)) +
        modes.standard2 *
          (gaussian(fragment, modes.standard2Mass, modes.standard2Sigma) +
            gaussian(fragment, modes.mass - modes.standard2Mass, modes.standard2Sigma)))

    // The polarisation falls to zero towards symmetry; the light fragment has the opposite sign.
    const heavy = Math.max(fragment, modes.mass - fragment)
    const shift = heavy >= 130 ? modes.polarisation : (modes.polarisation * (heavy - half)) / (130 - half)
    const charge = (fragment * modes.charge) / modes.mass + (fragment >= half ? shift : -shift)
    const zFirst = Math.max(YIELD_Z_MIN, Math.ceil(charge - CHARGE_REACH))
    const zLast = Math.min(YIELD_Z_MAX, Math.floor(charge + CHARGE_REACH))
    for (let z = zFirst; z <= zLast; z++) {
      const low = (z - 0.5 - charge) / modes.chargeSigma
      const high = (z + 0.5 - charge) / modes.chargeSigma
      chargeFraction[z - YIELD_Z_MIN] =
        (1 - WIDE_CHARGE_SHARE) * gaussianIntegral(low, high) + WIDE_CHARGE_SHARE * gaussianIntegral(low / 2, high / 2)
    }

    const neutrons = NEUTRON_SCALE * system.neutronScale * meanNeutrons(fragment, energyMeV)
    let norm = 0
    for (let n = 0; n <= MAX_NEUTRONS; n++) {
      const t = (n - neutrons) / NEUTRON_SIGMA
      neutronProbability[n] = Math.exp(-0.5 * t * t)
      norm += neutronProbability[n]!
    }
    for (let n = 0; n <= MAX_NEUTRONS; n++) {
      const a = fragment - n
      if (a < YIELD_A_MIN || a > YIELD_A_MAX) continue
      const factor = (weight * preYield * neutronProbability[n]!) / norm
      const row = (a - YIELD_A_MIN) * YIELD_Z_COUNT - YIELD_Z_MIN
      for (let z = zFirst; z <= zLast; z++) grid[row + z]! += factor * chargeFraction[z - YIELD_Z_MIN]!
    }
  }
}

/** Adds the broad component of section 6.1 (fission after high excitation), multiplied by `weight`. */
function addHighEnergyYields(grid: Float64Array, t: number, weight: number): void {
  const meanZ = 46.2 - 1.65 * t
  const sigmaZ = 6 + 1.17 * t
  for (let z = YIELD_Z_MIN; z <= YIELD_Z_MAX; z++) {
    const dz = z - 45
    const meanA = 110.6 - 3.42 * t + 2.44 * dz - 0.0035 * dz * dz
    const sigmaA = Math.max(2.6 + 0.64 * t + 0.037 * dz, 1.2)
    const factor = weight * 200 * gaussian(z, meanZ, sigmaZ)
    for (let a = YIELD_A_MIN; a <= YIELD_A_MAX; a++) grid[yieldCell(z, a)]! += factor * gaussian(a, meanA, sigmaA)
  }
}

/**
 * Independent yields per 100 fissions (%), before any decay.
 *
 * @param element - What fissions; all isotopes of uranium count as 238U.
 * @param energyMeV - Kinetic energy of the proton that makes it fission.
 * @returns A grid of `YIELD_CELLS` values, index `yieldCell(z, a)`. Their sum is 200 less what falls outside the grid.
 */
export function fissionYields(element: FissileElement, energyMeV: number): Float64Array {
  const system = SYSTEMS[element]
  const grid = new Float64Array(YIELD_CELLS)
  if (energyMeV <= HIGH_ENERGY_ABOVE_MEV) {
    addLowEnergyYields(grid, system, energyMeV, 1)
  } else {
    const t = Math.min(Math.log(energyMeV / HIGH_ENERGY_ABOVE_MEV) / Math.log(1000 / HIGH_ENERGY_ABOVE_MEV), 1.15)
    const lowEnergyShare = Math.min(1, (energyMeV / HIGH_ENERGY_ABOVE_MEV) ** -0.75)
    const effectiveEnergy = Math.max(HIGH_ENERGY_ABOVE_MEV - 40 * t, 20)
    addLowEnergyYields(grid, system, effectiveEnergy, lowEnergyShare)
    addHighEnergyYields(grid, t, 1 - lowEnergyShare)
  }
  // Two fragments a fission, never more: sampling relies on it.
  let sum = 0
  for (const value of grid) sum += value
  if (sum > 200) for (let i = 0; i < grid.length; i++) grid[i]! *= 200 / sum
  return grid
}
