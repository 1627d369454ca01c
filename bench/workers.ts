/** One job of the built-in engine with one worker and with two, in the same run. */

import { localRunner } from '#main/local-runner.ts'
import { presetById } from '#simulation/presets.ts'
import { type Benchmark, type Measurement, median } from './measurement.ts'

const PRIMARIES = 200_000_000
const PAIRS = 3

export const benchmark: Benchmark = {
  name: 'workers',
  async run(): Promise<readonly Measurement[]> {
    const { document } = presetById('spes-uc4')!
    const job = {
      ...document,
      job: {
        ...document.job,
        goal: { kind: 'primaries' as const, primaries: PRIMARIES },
        historiesPerTask: 2_000_000,
        batchHistories: 1_000_000,
      },
    }
    const seconds = async (workers: number) => {
      const started = performance.now()
      await localRunner.run(
        { document: job, folder: null, workers },
        { point: 0, region: 'total' },
        () => undefined,
        new AbortController().signal,
      )
      return (performance.now() - started) / 1000
    }
    const one: number[] = []
    const two: number[] = []
    for (let pair = 0; pair < PAIRS; pair++) {
      one.push(await seconds(1))
      two.push(await seconds(2))
    }
    const ratios = one.map((taken, pair) => taken / two[pair]!)
    return [
      {
        name: 'two workers against one',
        value: median(ratios),
        unit: 'x',
        budget: { limit: 1.9, kind: 'at least' },
        how: `wall time of ${PRIMARIES.toExponential(0)} primaries, start of the workers included; median of ${PAIRS} pairs`,
      },
      {
        name: 'one worker, whole job',
        value: PRIMARIES / median(one),
        unit: 'primaries/s',
        how: 'folder storage, start included',
      },
    ]
  },
}
