/** The simulator has teeth: every deliberate mistake is found, within the runs of an ordinary test. */

import { expect, it } from 'vitest'
import { inParallel } from '#control/in-parallel.ts'
import { MUTANTS } from './mutants.ts'
import { simulateSeeds } from './seeds.ts'

/** As many runs as the ordinary test makes. */
const MOST_RUNS = 1400

it('finds every mutant', async () => {
  const found: Record<string, string> = {}
  let steps = 0
  await inParallel([...MUTANTS.keys()], 2, async (mutant) => {
    const answer = await simulateSeeds({ first: 1, count: MOST_RUNS, mutant, untilFound: true })
    steps += answer.steps
    const [failure] = answer.failures
    found[MUTANTS[mutant]!.name] = failure ? `${answer.runs} runs: ${failure.broken[0]}` : ''
  })
  const lines = Object.entries(found).map(([name, how]) => `  ${name} | ${how.slice(0, 110)}`)
  process.stdout.write(`mutants: ${MUTANTS.length} in ${(steps / 1e6).toFixed(2)} million steps\n${lines.join('\n')}\n`)
  expect(Object.keys(found).filter((name) => found[name] === '')).toEqual([])
  expect(MUTANTS.length).toBeGreaterThan(20)
}, 300_000)
