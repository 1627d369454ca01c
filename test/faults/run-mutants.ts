/**
 * Looks for runs that find mutants, in a process of its own:
 *   node bin/run.mjs test/faults/run-mutants.ts '{"mutants":[0,1],"mostRuns":1000}'
 */

import { EngineThread } from './engine-thread.ts'
import { MUTANTS } from './mutants.ts'
import { planOfRun } from './plan-of-run.ts'
import type { MutantFound, MutantsAsked } from './seeds.ts'
import { simulatedRun } from './simulated-run.ts'
import { replaceHost } from './virtual-host.ts'

replaceHost(EngineThread as never)
const { mutants, mostRuns } = JSON.parse(process.argv[2] ?? '{}') as MutantsAsked
const found: MutantFound[] = []
for (const number of mutants) found.push(await find(number))
process.stdout.write(`${JSON.stringify(found)}\n`)
process.exit(0)

/** The run that found it when it was written comes first; where the code has changed since, all seeds are tried. */
async function find(number: number): Promise<MutantFound> {
  const mutant = MUTANTS[number]!
  let steps = 0
  let runs = 0
  for (let seed = mutant.foundBy; runs < mostRuns; seed = seed === mutant.foundBy && runs === 1 ? 1 : seed + 1) {
    const outcome = await simulatedRun(planOfRun(seed), { mutant })
    runs++
    steps += outcome.steps
    const broken = outcome.violations[0]?.message
    if (broken !== undefined) return { number, seed, runs, steps, broken }
  }
  return { number, seed: null, runs, steps, broken: '' }
}
