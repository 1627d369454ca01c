/**
 * Total reaction (inelastic) cross section of protons: how the beam is used up.
 *
 * Barashenkov's evaluated tables from 14 MeV on; a Coulomb-barrier rise from 2 to 14 MeV. Within 5 % of measured values.
 */

import { REACTION_ROWS } from './data/reaction-cross-section-data.ts'
import { fissionCrossSection } from './fission-cross-section.ts'
import { linearAt, type PointTable, pointTable } from './point-table.ts'

/** First energy of the tables, MeV. */
const TABLE_START_MEV = 14
/** Below this energy nothing reacts, MeV. */
const REACTION_THRESHOLD_MEV = 2
/** Share of the Coulomb barrier that the rise below the tables uses. */
const BARRIER_SHARE = 0.8
/** The reaction cross section of uranium and thorium is never below fission divided by this share. */
const LARGEST_FISSION_SHARE = 0.6
/** A free proton has no inelastic channel below the threshold of pion production, MeV. */
const PION_THRESHOLD_MEV = 280

interface Row {
  readonly z: number
  readonly a: number
  readonly table: PointTable
}

const rows: readonly Row[] = REACTION_ROWS.map(({ z, a, points }) => ({ z, a, table: pointTable(points) }))

/** Cross section at or above 14 MeV: scaled with A^(2/3) from the neighbouring rows and interpolated in A. */
function tabulated(z: number, a: number, energyMeV: number): number {
  const scaled = (row: Row): number => linearAt(row.table, energyMeV) * (a / row.a) ** (2 / 3)
  const own = rows.find((row) => row.z === z)
  // An isotope keeps the value of its element: the scaling in A is for elements without a row.
  if (own) return linearAt(own.table, energyMeV)
  const above = rows.find((row) => row.z > z)
  const below = rows.findLast((row) => row.z < z)
  if (!below) return scaled(above!)
  if (!above) return scaled(below)
  const t = Math.min(Math.max((a - below.a) / (above.a - below.a), 0), 1)
  return (1 - t) * scaled(below) + t * scaled(above)
}

/**
 * Inelastic cross section of a proton on an element.
 *
 * @param z - Charge number of the target, 1..92.
 * @param a - Mass of a target atom in u (natural element: its standard atomic weight).
 * @param energyMeV - Kinetic energy of the proton, up to 2000 MeV.
 * @returns mb. Hydrogen: 0 below 280 MeV; above, scaled from beryllium, an order of magnitude only.
 */
export function reactionCrossSection(z: number, a: number, energyMeV: number): number {
  if (energyMeV <= REACTION_THRESHOLD_MEV) return 0
  if (z === 1 && energyMeV < PION_THRESHOLD_MEV) return 0
  if (energyMeV >= TABLE_START_MEV) return Math.max(tabulated(z, a, energyMeV), fissionFloor(z, energyMeV))
  const barrier = BARRIER_SHARE * ((1.44 * z) / (1.35 * (a ** (1 / 3) + 1)))
  const rise = Math.max(0, (1 - barrier / energyMeV) / (1 - barrier / TABLE_START_MEV))
  return Math.max(tabulated(z, a, TABLE_START_MEV) * rise, fissionFloor(z, energyMeV))
}

/** What fission alone asks for, mb; 0 for targets that do not fission here. */
function fissionFloor(z: number, energyMeV: number): number {
  if (z !== 90 && z !== 92) return 0
  if (energyMeV >= TABLE_START_MEV) return 0
  return fissionCrossSection(z === 92 ? 'U' : 'Th', energyMeV) / LARGEST_FISSION_SHARE
}
