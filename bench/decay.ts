/** Build-up and decay: the uranium series, and everything a SPES run makes. */

import { estimateSetup } from '#engines/builtin/engine.ts'
import { activitiesAfter, activityMatrices } from '#inventory/activity.ts'
import { multiply } from '#inventory/column-matrix.ts'
import type { DecayConstants } from '#inventory/decay-network.ts'
import { evolve } from '#inventory/evolution.ts'
import { describeResult } from '#inventory/report.ts'
import { propagator } from '#inventory/solver.ts'
import { formatZai } from '#nuclides/names.ts'
import { particlesPerSecond } from '#quantities/conversions.ts'
import type { Microamperes, Seconds } from '#quantities/units.ts'
import { mergeMany } from '#results/merge.ts'
import { presetById } from '#simulation/presets.ts'
import { CONTEXT, FISSION_PRODUCTS } from '#test/tallies/made-documents.ts'
import { madeTally } from '#test/tallies/made-tallies.ts'
import reference from '../testdata/decay/uranium-series.json' with { type: 'json' }
import { type Benchmark, type Measurement, median, times } from './measurement.ts'

const seconds = (value: number): Seconds => value as Seconds

/** The uranium series alone, as listed. A copy each time, so that nothing prepared before is reused. */
function uraniumSeries(): { names: readonly string[]; network: DecayConstants } {
  const inSeries = new Set(Object.keys(reference.uraniumSeries[0]!.atoms))
  const listed = reference.network.filter((entry) => inSeries.has(entry.nuclide))
  const names = listed.map((entry) => entry.nuclide)
  const transitions = listed.flatMap(({ branches }, from) =>
    branches.map(([to, share]) => [from, names.indexOf(to as string), share as number] as const),
  )
  return {
    names,
    network: {
      size: names.length,
      decayConstants: Float64Array.from(listed, ({ halfLifeSeconds: t }) => (t === null ? 0 : Math.LN2 / t)),
      lossConstants: new Float64Array(names.length),
      from: Uint32Array.from(transitions, ([from]) => from),
      to: Uint32Array.from(transitions, ([, to]) => to),
      shares: Float64Array.from(transitions, ([, , share]) => share),
    },
  }
}

/** Largest relative error over all members and times, against values of 400 digits. */
function worstError(): number {
  const { names, network } = uraniumSeries()
  const initialAtoms = names.map((name) => Number(name === 'U-238'))
  let worst = 0
  for (const { seconds: duration, atoms } of reference.uraniumSeries) {
    const [end] = evolve(network, [{ duration: seconds(duration), ratesPerSecond: null }], { initialAtoms })
    for (const [name, expected] of Object.entries(atoms as Record<string, number>)) {
      if (expected > 1e-250) {
        worst = Math.max(worst, Math.abs(end!.atoms[names.indexOf(name)]! / expected - 1))
      }
    }
  }
  return worst
}

async function run(): Promise<readonly Measurement[]> {
  const last = seconds(reference.uraniumSeries.at(-1)!.seconds)
  const { network } = uraniumSeries()
  const start = Float64Array.from({ length: network.size }, (_, at) => Number(at === 0))
  const series = await times(60, () => multiply(propagator({ ...network }, last).transfer, start))

  const setup = presetById('spes-uc4')!.document.setup
  const { estimate } = estimateSetup(setup)
  if (!estimate) throw new Error('the built-in engine gives no estimate of the SPES target')
  const primaries = particlesPerSecond(200 as Microamperes)
  const rates = estimate.independentPerPrimary.slice(0, estimate.nuclides.length).map((value) => value * primaries)
  let irradiation = 5 * 86_400
  const question = () => ({
    nuclides: estimate.nuclides,
    // Another length each time: nothing remembered can be reused.
    irradiation: seconds((irradiation += 60)),
    dutyCycle: 1,
    cooling: seconds(0),
  })
  const largest = await times(15, () => activitiesAfter({ ...question(), ratesPerSecond: rates }))
  const cooled = await times(15, () =>
    activitiesAfter({ ...question(), ratesPerSecond: rates, cooling: seconds(irradiation) }),
  )
  // What a run of some ten million histories meets at all.
  const seven = [...rates.keys()].sort((p, q) => rates[q]! - rates[p]!).slice(0, 700)
  const produced = seven.map((at) => estimate.nuclides[at]!).sort((p, q) => p - q)
  const ordinary = await times(25, () => activityMatrices(produced, question()))

  const full = mergeMany(
    Array.from({ length: 256 }, (_, ordinal) => madeTally([ordinal], { nuclides: FISSION_PRODUCTS, mean: 2 })),
  )
  const operation = { irradiationDays: 5, coolingHours: 12, dutyCycle: 1 }
  const without = await times(30, () => describeResult({ ...CONTEXT, merge: full }))
  const withThem = await times(30, () => describeResult({ ...CONTEXT, merge: full, operation }))
  return [
    {
      name: 'uranium series',
      value: median(series.slice(10)),
      unit: 'ms',
      budget: { limit: 2, kind: 'at most' },
      how: `${network.size} nuclides, 1e10 y, network and matrices made anew`,
    },
    {
      name: 'uranium series, worst relative error',
      value: worstError(),
      unit: '',
      budget: { limit: 1e-9, kind: 'at most' },
      how: '1 ms to 1e10 y, all members above 1e-250, against 400 digits',
    },
    {
      name: 'matrices of a SPES run, 5 d',
      value: median(ordinary.slice(5)),
      unit: 'ms',
      budget: { limit: 100, kind: 'at most' },
      how: `the ${produced.length} most produced nuclides, first to last of them ${formatZai(produced[0]!)} to ${formatZai(produced.at(-1)!)}`,
    },
    {
      name: 'activities of the SPES estimate, 5 d',
      value: median(largest.slice(5)),
      unit: 'ms',
      budget: { limit: 100, kind: 'at most' },
      how: `${estimate.nuclides.length} nuclides, nothing remembered`,
    },
    { name: 'the same and 5 d of cooling', value: median(cooled.slice(5)), unit: 'ms', how: 'two sets of matrices' },
    {
      name: 'activities in a live document',
      value: median(withThem.slice(5)) - median(without.slice(5)),
      unit: 'ms',
      budget: { limit: 20, kind: 'at most' },
      how: '600 nuclides, 256 groups, with errors at both moments; on top of the document without them',
    },
  ]
}

export const benchmark: Benchmark = { name: 'decay', run }
