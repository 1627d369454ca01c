/**
 * A proton's way through the stack: energies in and out of every layer, in depth bins with the straggling reached.
 *
 * Tracks are straight (multiple scattering is left out: it moves protons sideways, which changes no rate here), so a
 * proton meets exactly the discs wider than its distance from the axis and passes beside the others without loss.
 */

import type { Millimetres } from '#quantities/units.ts'
import { fractionOutside } from '#simulation/beam-spot.ts'
import { beamEnergies } from './beam-spectrum.ts'
import {
  energyAtRange,
  type MassComponent,
  rangeAt,
  type StoppingTable,
  stoppingPowerAt,
  stoppingTable,
  stragglingRate,
} from './stopping.ts'
import { layerArealDensity, type TargetStack } from './target-stack.ts'

/** A sample of the way within a layer. */
export interface DepthPoint {
  /** Mean energy of the protons there, MeV. */
  readonly energyMeV: number
  /** One standard deviation of the energy there, from straggling alone, MeV. */
  readonly sigmaMeV: number
  /** Areal density the point stands for, g/cm2. */
  readonly arealDensity: number
}

export interface DepthBin {
  /** Mean energy lost in the bin, MeV. */
  readonly energyLossMeV: number
  readonly points: readonly DepthPoint[]
}

/** One layer on the way of a proton that meets it with energy left. */
export interface LayerPassage {
  /** Index in the stack. */
  readonly layer: number
  readonly energyInMeV: number
  /** 0 where the proton stops in the layer. */
  readonly energyOutMeV: number
  readonly bins: readonly DepthBin[]
}

/** Protons of one energy that meet the same discs. */
export interface BeamPath {
  /** Energy before the first layer, MeV. */
  readonly energyMeV: number
  /** Greatest distance from the axis on this way, mm: that of the way before is the least. Beyond all there is none. */
  readonly withinMm: number
  /** Fraction of the beam on this way. */
  readonly fraction: number
  /** For the protons at the beam axis, which meet every disc: their fraction among those there; else 0. */
  readonly fractionOfAxis: number
  readonly passages: readonly LayerPassage[]
}

/** The energy grid has at least this many bins over the whole of the beam energy. */
const BINS_OVER_ENERGY = 64
/** And its bins are no coarser than this, MeV: the cross sections have points about every MeV. */
const COARSEST_BIN_MEV = 0.8
/** Fractions of the beam below this are left out. */
const NEGLIGIBLE_FRACTION = 1e-12
/** Two-point Gauss-Legendre rule on [0, 1]. */
const GAUSS_2 = [0.5 - Math.sqrt(1 / 12), 0.5 + Math.sqrt(1 / 12)] as const

/** Stopping tables by composition: the seven discs of a stack are one material. */
export class StoppingTables {
  readonly #tables = new Map<string, StoppingTable>()

  of(composition: readonly MassComponent[]): StoppingTable {
    const key = composition.map(({ z, massFraction, molarMass }) => `${z}:${massFraction}:${molarMass}`).join()
    let table = this.#tables.get(key)
    if (!table) {
      // A person tries a handful of materials; a scan over compositions must not grow without end.
      if (this.#tables.size >= 64) this.#tables.clear()
      table = stoppingTable(composition)
      this.#tables.set(key, table)
    }
    return table
  }
}

/**
 * Follows the beam through the stack, once for every set of discs that a part of it meets and every energy of its spread.
 *
 * @returns One path for each part of the beam that meets at least one layer. Fractions add up to 1 less the part that
 *   meets nothing at all.
 */
export function beamPaths(stack: TargetStack, tables: StoppingTables): BeamPath[] {
  const { beam, layers } = stack
  const radii = [...new Set(layers.map((layer) => layer.radiusMm))].sort((a, b) => a - b)
  const energies = beamEnergies(beam.energyMeV, beam.energySpreadMeV)
  const paths: BeamPath[] = []
  let within = 0
  let atAxis = true
  for (const radius of radii) {
    const fractionHere = 1 - fractionOutside(beam.shape, radius as Millimetres)
    const fraction = fractionHere - within
    within = fractionHere
    if (fraction <= NEGLIGIBLE_FRACTION) continue
    const met = layers.flatMap((layer, index) => (layer.radiusMm >= radius ? [index] : []))
    for (const one of energies) {
      paths.push({
        energyMeV: one.energyMeV,
        withinMm: radius,
        fraction: fraction * one.fraction,
        fractionOfAxis: atAxis ? one.fraction : 0,
        passages: passagesThrough(stack, one.energyMeV, met, tables),
      })
    }
    atAxis = false
  }
  return paths
}

function passagesThrough(
  stack: TargetStack,
  beamEnergyMeV: number,
  met: readonly number[],
  tables: StoppingTables,
): LayerPassage[] {
  const passages: LayerPassage[] = []
  let energy = beamEnergyMeV
  let variance = 0
  for (const index of met) {
    const layer = stack.layers[index]!
    const table = tables.of(layer.composition)
    const rangeIn = rangeAt(table, energy)
    const energyOut = energyAtRange(table, rangeIn - layerArealDensity(layer))
    const { bins, varianceOut } = depthBins(table, energy, energyOut, variance, beamEnergyMeV)
    passages.push({ layer: index, energyInMeV: energy, energyOutMeV: energyOut, bins })
    if (energyOut <= 0) break
    energy = energyOut
    variance = varianceOut
  }
  return passages
}

/** Equal steps of energy between entry and exit, two Gauss points each; the variance is carried along. */
function depthBins(
  table: StoppingTable,
  energyIn: number,
  energyOut: number,
  varianceIn: number,
  beamEnergy: number,
): { bins: DepthBin[]; varianceOut: number } {
  const loss = energyIn - energyOut
  const count = Math.max(2, Math.ceil(loss / Math.min(COARSEST_BIN_MEV, beamEnergy / BINS_OVER_ENERGY)))
  const step = loss / count
  const bins: DepthBin[] = []
  const stoppingIn = stoppingPowerAt(table, energyIn)
  // Omega^2 = S^2 (Omega_in^2/S_in^2 + integral of the Bohr rate / S^2 over the way), and dx = dE/S.
  let reduced = varianceIn / (stoppingIn * stoppingIn)
  const bohr = (energy: number, stopping: number): number => stragglingRate(table.zOverA, energy) / stopping ** 3
  for (let i = 0; i < count; i++) {
    const top = energyIn - i * step
    const points: DepthPoint[] = []
    let before = 0
    let reducedHere = reduced
    for (const place of GAUSS_2) {
      const energy = top - place * step
      const stopping = stoppingPowerAt(table, energy)
      reducedHere += bohr(energy, stopping) * (place - before) * step
      before = place
      points.push({
        energyMeV: energy,
        sigmaMeV: stopping * Math.sqrt(reducedHere),
        arealDensity: step / 2 / stopping,
      })
      reduced += (bohr(energy, stopping) * step) / 2
    }
    bins.push({ energyLossMeV: step, points })
  }
  const stoppingOut = energyOut > 0 ? stoppingPowerAt(table, energyOut) : 0
  return { bins, varianceOut: stoppingOut * stoppingOut * reduced }
}
