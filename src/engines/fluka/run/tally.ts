/**
 * From the detectors of a run to the tally of a task.
 *
 * FLUKA gives means per primary and no moments within a run: a run is one batch, its sums are mean times primaries, and
 * errors come from the spread of batches. Scores have weights (neutrons below 20 MeV are never analogue), so nothing is
 * called a count and no limit is stated where nothing was seen.
 *
 * The total is the sum over the target layers, batch by batch, so that its error holds their correlation. What stands
 * under m = 0 is the matrix (ground states) with the isomers that are known by name; isomers of which FLUKA tells only a
 * place in its list have no row and are summed in a counter.
 */

import { EngineOutputError } from '#engines/engine/engine.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { BatchTableBuilder } from '#results/batch-table.ts'
import { type Batch, type TaskTally, TOTAL_REGION } from '#results/tally.ts'
import type { DeckManifest, ExpectedYields } from '../compose/manifest.ts'
import { UNITS } from '../compose/manifest.ts'
import { residualNuclei } from '../output/residual-nuclei.ts'
import type { ResnucleiDetector } from '../output/resnuclei.ts'
import type { ReadRun } from './read-run.ts'

const MEV_PER_GEV = 1000

/** Of the whole run, but for the last, which is of each layer as well. Energies in MeV. */
export const COUNTERS = ['inelastic interactions', 'energy available', 'energy missing', 'unnamed isomers'] as const

const [STARS, AVAILABLE, MISSING, UNNAMED] = [0, 1, 2, 3] as const

interface LayerYields {
  /** Nuclei per primary. */
  readonly perPrimary: ReadonlyMap<Zai, number>
  /** Isomers without a name, per primary. */
  readonly unnamed: number
}

/** @param batch as it was asked for; of a run that was told to end fewer of its histories are in the tally */
export function tallyOfRun(manifest: DeckManifest, run: ReadRun, batch: Batch): TaskTally {
  const layers = yieldsOf(manifest, run)
  const histories = run.primaries
  const nuclides = [...new Set(layers.flatMap(({ yields }) => [...yields.perPrimary.keys()]))].sort((a, b) => a - b)
  const regions = [TOTAL_REGION, ...layers.map(({ layer }) => layer)]
  const columnOf = new Map(nuclides.map((zai, index) => [zai, index]))
  const residuals = new BatchTableBuilder(regions.length * nuclides.length, false)
  const counters = new BatchTableBuilder(regions.length * COUNTERS.length, false)
  const { stars, energy } = run.listing
  counters.add(STARS, stars ?? 0)
  counters.add(AVAILABLE, (energy?.availableGev ?? 0) * MEV_PER_GEV * histories)
  counters.add(MISSING, (energy?.missingGev ?? 0) * MEV_PER_GEV * histories)
  for (const [index, { yields }] of layers.entries()) {
    for (const [zai, perPrimary] of yields.perPrimary) {
      const column = columnOf.get(zai)!
      residuals.add(column, perPrimary * histories)
      residuals.add((index + 1) * nuclides.length + column, perPrimary * histories)
    }
    counters.add(UNNAMED, yields.unnamed * histories)
    counters.add((index + 1) * COUNTERS.length + UNNAMED, yields.unnamed * histories)
  }
  const done: Batch = { ...batch, histories }
  residuals.endBatch(done)
  counters.endBatch(done)
  return {
    histories,
    residuals: { regions, nuclides, table: residuals.build() },
    counters: { regions, names: COUNTERS, table: counters.build() },
    counts: false,
    maxWeight: null,
  }
}

function yieldsOf(manifest: DeckManifest, { files }: ReadRun) {
  const unit = manifest.units.find((one) => one.unit === UNITS.yields)
  const file = files.get(UNITS.yields)
  if (!unit || file?.estimator !== 'RESNUCLEi') {
    throw new EngineOutputError('FLUKA_OUTPUT_MISSING', 'The deck scores no residual nuclei, so there is no result.')
  }
  return file.detectors.map((detector, index) => ({
    layer: (unit.detectors[index] as ExpectedYields).layer,
    yields: layerYields(detector),
  }))
}

function layerYields(detector: ResnucleiDetector): LayerYields {
  const perPrimary = new Map<Zai, number>()
  let unnamed = 0
  const volume = detector.header.VURSNC
  for (const nucleus of residualNuclei(detector)) {
    const value = nucleus.value * volume
    if (nucleus.state === 'unresolved isomer') {
      unnamed += value
      continue
    }
    const { Z, A } = nucleus
    if (A < Z || A < 1) {
      throw new EngineOutputError(
        'FLUKA_OUTPUT_DAMAGED',
        `Detector ${detector.header.TIURSN} has nuclei of Z = ${Z} and A = ${A}, which cannot be.`,
        true,
      )
    }
    const zai = zaiOf(Z, A)
    perPrimary.set(zai, (perPrimary.get(zai) ?? 0) + value)
  }
  return { perPrimary, unnamed }
}
