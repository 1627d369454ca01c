/**
 * Simulates runs of many seeds, in a process whose time is virtual, and tells what became of them in lines of JSON:
 *   node bin/run.mjs test/faults/run-seeds.ts FIRST COUNT
 */

import { EngineThread } from './engine-thread.ts'
import { planOfRun } from './plan-of-run.ts'
import { simulatedRun } from './simulated-run.ts'
import { replaceHost } from './virtual-host.ts'

const now = performance.now.bind(performance)
replaceHost(EngineThread as never)
const [first = 1, count = 1] = process.argv.slice(2).map(Number)
const started = now()
let steps = 0
const failed: number[] = []
const tally = new Map<string, number>()
for (let seed = first; seed < first + count; seed++) {
  const outcome = await simulatedRun(planOfRun(seed))
  steps += outcome.steps
  for (const state of outcome.states) tally.set(state, (tally.get(state) ?? 0) + 1)
  if (outcome.violations.length > 0) {
    failed.push(seed)
    process.stdout.write(
      `${seed}: ${outcome.violations
        .map(({ message }) => message)
        .join('; ')
        .slice(0, 600)}\n`,
    )
  }
}
process.stdout.write(`${JSON.stringify({ steps, failed, states: Object.fromEntries(tally), ms: now() - started })}\n`)
process.exit(0)
