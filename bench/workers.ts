/** One job of the built-in engine with one worker and with two, in the same run. */

import { spawn } from 'node:child_process'
import { localRunner } from '#main/local-runner.ts'
import { presetById } from '#simulation/presets.ts'
import { type Benchmark, type Measurement, median } from './measurement.ts'

const PRIMARIES = 400_000_000
const PAIRS = 2

/** Only the engine, in a process of its own: what the machine's cores give beside each other without queue and storage. */
const BARE = `
const { builtinEngine } = await import('#engines/builtin/engine.ts')
const { presetById } = await import('#simulation/presets.ts')
const { setup } = presetById('spes-uc4').document
const batches = Array.from({ length: 60 }, (_, ordinal) => ({ ordinal, first: ordinal * 1e6, histories: 1e6 }))
builtinEngine.simulate({ setup, stream: { jobKey: '00000000000000aa', point: 0 }, batches: batches.slice(0, 2) })
const started = performance.now()
builtinEngine.simulate({ setup, stream: { jobKey: '00000000000000aa', point: 0 }, batches })
console.log(performance.now() - started)`

function bareMilliseconds(): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', BARE], {
    cwd: `${import.meta.dirname}/..`,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout.on('data', (bytes) => {
      printed += String(bytes)
    })
    child.once('error', reject)
    child.once('exit', () => resolve(Number(printed)))
  })
}

export const benchmark: Benchmark = {
  name: 'workers',
  async run(): Promise<readonly Measurement[]> {
    const { document } = presetById('spes-uc4')!
    const job = {
      ...document,
      job: {
        ...document.job,
        goal: { kind: 'primaries' as const, primaries: PRIMARIES },
      },
    }
    const seconds = async (workers: number) => {
      const started = performance.now()
      await localRunner.run(
        { document: job, folder: null, workers },
        'total',
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
    const alone = await bareMilliseconds()
    const beside = await Promise.all([bareMilliseconds(), bareMilliseconds()])
    const ratios = one.map((taken, pair) => taken / two[pair]!)
    return [
      {
        name: 'the machine: two bare engines against one',
        value: (2 * alone) / Math.max(...beside),
        unit: 'x',
        how: 'processes that only compute: what two workers can reach here at best',
      },
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
