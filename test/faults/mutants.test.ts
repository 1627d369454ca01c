/** The simulator has teeth: every deliberate mistake is found, within the runs that an ordinary test makes. */

import { expect, it } from 'vitest'
import { MUTANTS } from './mutants.ts'
import { findMutants } from './seeds.ts'

/** A known seed finds a mutant at once; after a change of the code the rarest takes some thousand runs, half a minute. */
const MOST_RUNS = 6000

it('finds every mutant', async () => {
  const numbers = [...MUTANTS.keys()]
  const halves = [0, 1].map((half) => numbers.filter((number) => number % 2 === half))
  const found = (await Promise.all(halves.map((mutants) => findMutants({ mutants, mostRuns: MOST_RUNS })))).flat()
  const steps = found.reduce((sum, one) => sum + one.steps, 0)
  const lines = found
    .sort((a, b) => a.number - b.number)
    .map(({ number, seed, runs, broken }) =>
      `  ${MUTANTS[number]!.name} | seed ${seed}, ${runs} runs: ${broken}`.slice(0, 170),
    )
  process.stdout.write(`mutants: ${found.length} in ${(steps / 1e6).toFixed(2)} million steps\n${lines.join('\n')}\n`)
  expect(found.length).toBe(MUTANTS.length)
  expect(found.length).toBeGreaterThan(20)
  expect(found.filter(({ seed }) => seed === null).map(({ number }) => MUTANTS[number]!.name)).toEqual([])
}, 900_000)
