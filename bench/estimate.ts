/** The deterministic estimate of the SPES target, from the document to the result document, as the form asks for it. */

import { execFileSync } from 'node:child_process'
import { describeEstimate } from '#engines/builtin/describe-estimate.ts'
import { presetById } from '#simulation/presets.ts'
import { type Benchmark, type Measurement, median, times } from './measurement.ts'

const COLD_RUNS = 5
const WARM_RUNS = 41
const ORIGIN = { version: '', setupDigest: '', jobKey: null, replay: false }

/** The first call in a fresh process: code that no call has warmed up. Prints milliseconds. */
const FIRST_CALL = `
const { describeEstimate } = await import('#engines/builtin/describe-estimate.ts')
const { presetById } = await import('#simulation/presets.ts')
const { setup, operation } = presetById('spes-uc4').document
const started = performance.now()
describeEstimate(setup, operation, { region: 'total' }, { version: '', setupDigest: '', jobKey: null, replay: false }, 'without')
console.log(performance.now() - started)`

export const benchmark: Benchmark = {
  name: 'estimate',
  async run(): Promise<readonly Measurement[]> {
    const first = Array.from({ length: COLD_RUNS }, () =>
      Number(
        execFileSync(process.execPath, ['--input-type=module', '-e', FIRST_CALL], {
          encoding: 'utf8',
          cwd: `${import.meta.dirname}/..`,
        }),
      ),
    )
    const { setup, operation } = presetById('spes-uc4')!.document
    let energyMeV = 35
    const warm = await times(WARM_RUNS, () => {
      // Another energy each time, as under a slider: nothing of the call before can be reused.
      energyMeV += 0.25
      describeEstimate(
        { ...setup, beam: { ...setup.beam, energyMeV } },
        operation,
        { region: 'total' },
        ORIGIN,
        'without',
      )
    })
    return [
      {
        name: 'first call',
        value: median(first),
        unit: 'ms',
        budget: { limit: 150, kind: 'at most' },
        how: `median of ${COLD_RUNS} fresh processes, modules loaded`,
      },
      {
        name: 'warm call',
        value: median(warm.slice(5)),
        unit: 'ms',
        budget: { limit: 15, kind: 'at most' },
        how: `median of ${WARM_RUNS - 5} energies`,
      },
    ]
  },
}
