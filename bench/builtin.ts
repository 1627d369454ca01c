/** The built-in engine on the SPES target: first and warm estimate, histories a second on one core. */

import { execFileSync } from 'node:child_process'
import { builtinEngine, estimateSetup } from '#engines/builtin/engine.ts'
import type { Setup } from '#simulation/document.ts'
import { presets } from '#simulation/presets.ts'
import type { Benchmark, Measurement } from './measurement.ts'
import { median } from './measurement.ts'

const HISTORIES = 1e7
const BATCH = 100_000
const RUNS = 5
/** Set in the child that measures a first call: nothing is compiled or cached there. */
const FIRST_CALL = 'first-call'

const spes = (): Setup => presets()[0]!.document.setup

function milliseconds(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

/** A first call needs a fresh process: here everything is compiled and cached after one. */
function firstEstimate(): number {
  const output = execFileSync(process.execPath, [import.meta.filename, FIRST_CALL], { encoding: 'utf8' })
  return Number(output)
}

/** An estimate of a setup that was not seen before: another energy, the same target, as when a slider is dragged. */
function warmEstimates(): number[] {
  const setup = spes()
  return Array.from({ length: 25 }, (_, i) => {
    const moved = { ...setup, beam: { ...setup.beam, energyMeV: setup.beam.energyMeV - 2 + i * 0.17 } }
    return milliseconds(() => estimateSetup(moved))
  }).slice(5)
}

function historiesPerSecond(): number {
  const batches = Array.from({ length: HISTORIES / BATCH }, (_, ordinal) => ({
    ordinal,
    first: ordinal * BATCH,
    histories: BATCH,
  }))
  const taken = milliseconds(() =>
    builtinEngine.simulate({ setup: spes(), stream: { jobKey: '00000000000005e5', point: 0 }, batches }),
  )
  return HISTORIES / (taken / 1000)
}

async function run(): Promise<readonly Measurement[]> {
  const first = median(Array.from({ length: RUNS }, firstEstimate))
  const warm = median(warmEstimates())
  historiesPerSecond()
  const rate = median(Array.from({ length: RUNS }, historiesPerSecond))
  return [
    {
      name: 'estimate, first call',
      value: first,
      unit: 'ms',
      budget: { limit: 150, kind: 'at most' },
      how: `SPES, fresh process without its start, median of ${RUNS}`,
    },
    {
      name: 'estimate, warm',
      value: warm,
      unit: 'ms',
      budget: { limit: 15, kind: 'at most' },
      how: 'SPES at 20 new beam energies, median',
    },
    {
      name: 'Monte Carlo on one core',
      value: rate,
      unit: 'primaries/s',
      budget: { limit: 5e6, kind: 'at least' },
      how: `SPES, 1e7 primaries in batches of 1e5, median of ${RUNS}`,
    },
  ]
}

export const benchmark: Benchmark = { name: 'builtin', run }

if (process.argv[2] === FIRST_CALL && process.argv[1] === import.meta.filename) {
  const setup = spes()
  process.stdout.write(String(milliseconds(() => estimateSetup(setup))))
}
