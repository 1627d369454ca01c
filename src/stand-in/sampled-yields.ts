/** Counts residual nuclei and scores tracks of the beam with the built-in model, in parts, so that it can be looked at and stopped between them. */

import { beamTracks } from '#engines/builtin/beam-tracks.ts'
import { BuiltinScopeError, builtinEngine } from '#engines/builtin/engine.ts'
import { nuclideOfZai } from '#nuclides/nuclide.ts'
import { batchRows } from '#results/batch-table.ts'
import { beamRandom } from './beam-random.ts'
import { BeamScores } from './beam-scores.ts'
import type { DeckScorer } from './deck-scorers.ts'
import type { DeckTask } from './deck-setup.ts'
import { StandInError } from './stand-in-error.ts'

/** Parts of a run: it is looked at after each. */
const PARTS = 100

export interface SampledYields {
  readonly primaries: number
  /** Counts by region, then by `Z-A`. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly reactions: number
  /** Contents of the bins of meshes and spectra, summed over all primaries (beam-scores.ts). */
  readonly scores: ReadonlyMap<DeckScorer, Float64Array>
}

/** @param goOn told the primaries done after each part; false ends the run with what it has */
export function sampleYields(task: DeckTask, goOn: (primaries: number) => boolean): SampledYields {
  const jobKey = task.seed.toString(16).padStart(16, '0')
  const counts = new Map<string, Map<string, number>>()
  const size = Math.ceil(task.primaries / PARTS)
  let primaries = 0
  let reactions = 0
  const random = beamRandom(jobKey)
  const beam = task.scorers.length === 0 ? null : new BeamScores(task.scorers, task.space, beamTracks(task.setup))
  for (let first = 0; first < task.primaries; first += size) {
    const batch = { ordinal: 0, first, histories: Math.min(size, task.primaries - first) }
    const { residuals, counters } = simulated(task, jobKey, batch)
    for (const { columns, sums } of batchRows(residuals.table)) {
      for (const [entry, column] of columns.entries()) {
        const region = residuals.regions[Math.floor(column / residuals.nuclides.length)]!
        const { z, a } = nuclideOfZai(residuals.nuclides[column % residuals.nuclides.length]!)
        const ofRegion = counts.get(region) ?? new Map<string, number>()
        ofRegion.set(`${z}-${a}`, (ofRegion.get(`${z}-${a}`) ?? 0) + sums[entry]!)
        counts.set(region, ofRegion)
      }
    }
    const named = counters.names.indexOf('reactions')
    for (const { columns, sums } of batchRows(counters.table)) {
      const entry = columns.indexOf(named)
      if (entry >= 0) reactions += sums[entry]!
    }
    for (let history = 0; beam && history < batch.histories; history++) beam.add(random)
    primaries += batch.histories
    if (!goOn(primaries)) break
  }
  return { primaries, counts, reactions, scores: beam?.values ?? new Map() }
}

function simulated(task: DeckTask, jobKey: string, batch: { ordinal: number; first: number; histories: number }) {
  try {
    return builtinEngine.simulate({ setup: task.setup, stream: { jobKey, point: 0 }, batches: [batch] })
  } catch (error) {
    if (!(error instanceof BuiltinScopeError)) throw error
    throw new StandInError(`THE STAND-IN KNOWS FISSION BY PROTONS ONLY: ${error.message}`)
  }
}
