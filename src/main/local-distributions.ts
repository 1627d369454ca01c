/** Meshes and spectra of a merge in this process, as the command line asks for them. */

import type { DistributionPart, PointDistributions } from '#cli/context.ts'
import { CliError } from '#cli/exit-codes.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { bodyOf, choiceOf, summaryOf } from '#protocol/distribution-cells.ts'
import { distributionCsv } from '#results/distribution-csv.ts'
import { type DistributionView, distributionView } from '#results/distribution-view.ts'
import { TallyError } from '#results/errors.ts'
import type { RunMerge } from '#results/merge.ts'
import type { Setup } from '#simulation/document.ts'
import { scoringOf } from '#simulation/scoring.ts'

/** Nothing where the setup asks for none. */
export function localDistributions(
  { distributions }: RunMerge,
  setup: Setup,
  { identity: { id, version, label } }: Engine,
  origin: { readonly version: string; readonly setupDigest: string; readonly jobKey: string | null },
): { readonly distributions?: PointDistributions } {
  const { meshes, spectra } = scoringOf(setup)
  if (meshes.length + spectra.length === 0) return {}
  const viewOf = (name: string, part: DistributionPart): DistributionView => {
    const tally = distributions.tally(name)
    if (!tally) throw new CliError('BAD_INPUT', 'DISTRIBUTION_UNKNOWN', `There is no mesh or spectrum "${name}".`)
    try {
      return distributionView(tally, choiceOf(tally.layout, part))
    } catch (error) {
      if (error instanceof TallyError) throw new CliError('BAD_INPUT', 'DISTRIBUTION_PART_UNKNOWN', error.message)
      throw error
    }
  }
  const missing = (kind: 'mesh' | 'spectrum') => (name: string) =>
    distributions.tally(name)
      ? []
      : [{ name, kind, reason: `${label} did not score it; its notes say what it scores.` }]
  return {
    distributions: {
      summaries: distributions.tallies().map(summaryOf),
      missing: [
        ...meshes.flatMap(({ name }) => missing('mesh')(name)),
        ...spectra.flatMap(({ name }) => missing('spectrum')(name)),
      ],
      view: async (name, part) => bodyOf(viewOf(name, part)),
      csv: async (name, part) => {
        const { version: isolario, setupDigest, jobKey } = origin
        return [
          ...distributionCsv(viewOf(name, part), { isolario, engine: `${id} ${version}`, setupDigest, jobKey }),
        ].join('')
      },
    },
  }
}
