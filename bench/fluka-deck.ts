/** The deck of the SPES target, from the setup to the text that was read back and checked. */

import { checkedDeck } from '#engines/fluka/check/checked-deck.ts'
import { presetById } from '#simulation/presets.ts'
import { type Benchmark, type Measurement, median, times } from './measurement.ts'

const RUNS = 101
const WARM_UP = 40

export const benchmark: Benchmark = {
  name: 'fluka-deck',
  async run(): Promise<readonly Measurement[]> {
    const { setup } = presetById('spes-uc4')!.document
    const choices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null } as const
    let seed = 0
    const processor = process.cpuUsage()
    const taken = await times(RUNS, () => {
      seed++
      const { findings } = checkedDeck(setup, choices, { seed, primaries: 1000 }, 'SPES')
      if (findings.length > 0) throw new Error(findings[0]!.message)
    })
    const { user, system } = process.cpuUsage(processor)
    return [
      {
        name: 'SPES deck, written and checked',
        value: median(taken.slice(WARM_UP)),
        unit: 'ms',
        budget: { limit: 10, kind: 'at most' },
        how: `median of ${RUNS - WARM_UP} seeds after ${WARM_UP}; all ten checks, 26,000 points`,
      },
      {
        name: 'the same, time of the processor',
        value: (user + system) / 1000 / RUNS,
        unit: 'ms',
        how: `mean of ${RUNS}, first calls and garbage collection included; a busy machine does not count`,
      },
    ]
  },
}
