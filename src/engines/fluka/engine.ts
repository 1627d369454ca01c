/** FLUKA behind the contract of an engine. */

import type { EngineTask, ProgramEngine } from '#engines/engine/engine.ts'
import type { Coverage, ResultRoutines } from '#results/document.ts'
import type { RunMerge } from '#results/merge.ts'
import { TOTAL_REGION } from '#results/tally.ts'
import type { Setup } from '#simulation/document.ts'
import { routinesDigest, routinesOf } from '#simulation/routines.ts'
import { citationsOf } from './citations.ts'
import { largestExcess, RESIDUAL_RANGE, RESNUCLEI_K } from './compose/residual-range.ts'
import { deckOfTask, inputOfTask } from './input.ts'
import { flukaPlanning } from './planning.ts'
import { causeOf } from './run/cause.ts'
import { distributionsOfRun } from './run/distributions.ts'
import { progressReader } from './run/progress.ts'
import { readRun } from './run/read-run.ts'
import { routineCause } from './run/routine-cause.ts'
import { COUNTERS, tallyOfRun } from './run/tally.ts'
import { remarksOn } from './scope.ts'
import { engineVersion, type FlukaSite } from './site.ts'

export const FLUKA_ID = 'fluka'

/** Energy that is in no part of the balance: more than this is worth a word. */
const NOTABLE_MISSING = 0.01
/** Isomers without a name: more than this part of all nuclei is worth a word. */
const NOTABLE_UNNAMED = 1e-3
/** Batches below which an error estimated from their spread is itself hardly known (fluka.md 6). */
const LEAST_BATCHES = 5

/** Every (Z, A) of the table, charge by charge: N - Z from -4 on. */
const COVERAGE: Coverage = {
  boxes: Array.from({ length: RESIDUAL_RANGE.zMax }, (_, i) => {
    const z = i + 1
    return {
      zMin: z,
      zMax: z,
      aMin: Math.max(1, z, 2 * z + RESNUCLEI_K + 1),
      aMax: 2 * z + largestExcess(RESIDUAL_RANGE),
    }
  }),
  isomers: 'not-resolved',
}

/** @param site whose FLUKA runs, or for whose workers jobs are accepted */
export function flukaEngine(site: FlukaSite): ProgramEngine {
  const known = new WeakMap<Setup, ReturnType<typeof remarksOn>>()
  return {
    kind: 'program',
    identity: { id: FLUKA_ID, version: engineVersion(site), label: site.label, standIn: site.standIn },
    citations: citationsOf(site),
    planning: flukaPlanning,
    check(setup) {
      const remarks = known.get(setup) ?? remarksOn(setup, site)
      known.set(setup, remarks)
      return remarks
    },
    coverage: () => COVERAGE,
    // FLUKA states no error of its models.
    modelError: () => null,
    remarks: (_setup, merge) => remarksAfter(merge),
    write: (task) => inputOfTask(task, site),
    progress: ({ batches }) => progressReader(batches.reduce((sum, { histories }) => sum + histories, 0)),
    read(task: EngineTask, outputs) {
      const { manifest, batch, seed } = deckOfTask(task, site)
      const { label, version } = site
      const run = readRun({ label, version, seed, primaries: batch.histories, manifest }, outputs)
      const tally = tallyOfRun(manifest, run, batch)
      const distributions = distributionsOfRun(task.setup, manifest, run)
      return distributions.length > 0 ? { ...tally, distributions } : tally
    },
    diagnose: (ending) => causeOf(ending, site.label),
    diagnoseBuild: (ending) => routineCause(ending, site.label),
    routines: routinesIn,
  }
}

/** Routines of the template. That of the wobbled beam is named by a note: its text is one for each version of Isolario. */
function routinesIn(setup: Setup): ResultRoutines | null {
  const files = routinesOf(setup)
  const digest = routinesDigest(files)
  return digest === null ? null : { digest, names: files.map(({ name }) => name) }
}

/** What the sums say of how far they can be trusted. */
function remarksAfter(merge: RunMerge): readonly string[] {
  if (merge.histories === 0 || merge.names.length !== COUNTERS.length) return []
  const { names, sums } = merge.counterSample(TOTAL_REGION)
  const of = (name: (typeof COUNTERS)[number]): number => sums[names.indexOf(name)] ?? 0
  const nuclei = merge.residualSample(TOTAL_REGION).sums.reduce((sum, value) => sum + value, 0)
  const missing = Math.abs(of('energy missing')) / of('energy available')
  const unnamed = of('unnamed isomers') / (nuclei + of('unnamed isomers'))
  const percent = (fraction: number): string => `${Number((100 * fraction).toPrecision(2))} %`
  return [
    ...(missing > NOTABLE_MISSING
      ? [
          `FLUKA's energy balance misses ${percent(missing)} of the beam energy; usually it misses some tenths of a percent.`,
        ]
      : []),
    ...(unnamed > NOTABLE_UNNAMED
      ? [
          `${percent(unnamed)} of the residual nuclei are isomers that FLUKA does not name in its files: they stand in no row.`,
        ]
      : []),
    ...(merge.batches < LEAST_BATCHES
      ? [
          `The errors come from the spread of ${merge.batches} ${merge.batches === 1 ? 'batch, which tells none' : 'batches'}; at least ${LEAST_BATCHES} are wanted.`,
        ]
      : []),
  ]
}
