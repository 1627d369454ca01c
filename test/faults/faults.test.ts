/**
 * The job protocol under faults: real control, queue and worker in virtual time, thousands of runs, every promise looked
 * at after every step. How to read a failing seed: README.md beside this file.
 */

import { describe, expect, it } from 'vitest'
import { FAULT_KINDS } from './plan-of-run.ts'
import { type SeedsAnswer, simulateInParallel, simulateSeeds } from './seeds.ts'

/** First seed and number of runs: `ISOLARIO_FAULTS=5000:20000` for a long search. */
const [FIRST = 1, COUNT = 1600] = (process.env['ISOLARIO_FAULTS'] ?? '').split(':').filter(Boolean).map(Number)
/** A machine that does much else beside may be ten times as slow. */
const PATIENCE_MS = 900_000

const sum = (answers: readonly SeedsAnswer[], of: 'states' | 'struck' | 'seen'): Record<string, number> => {
  const total: Record<string, number> = {}
  for (const answer of answers) {
    for (const [key, count] of Object.entries(answer[of])) total[key] = (total[key] ?? 0) + count
  }
  return total
}

const replays = (answers: readonly SeedsAnswer[]): string =>
  answers
    .flatMap(({ failures }) => failures)
    .map(({ seed, broken }) => `node bin/run.mjs test/faults/replay.ts ${seed}\n    ${broken.join('\n    ')}`)
    .join('\n')

describe('simulated faults', () => {
  it(
    'break no promise',
    async () => {
      const answers = await simulateInParallel({ first: FIRST, count: COUNT }, 2)
      const steps = answers.reduce((total, one) => total + one.steps, 0)
      const ms = Math.max(...answers.map((one) => one.ms))
      const slowestMs = Math.max(...answers.map((one) => one.slowestEndMs))
      process.stdout.write(
        `faults: ${COUNT} runs, ${(steps / 1e6).toFixed(2)} million steps, ${Math.round(steps / (ms / 1000) / 1000)},000 steps/s; ` +
          `the last job ended ${(slowestMs / 1000).toFixed(1)} s of virtual time after the last fault at the latest; ` +
          `${JSON.stringify({ ...sum(answers, 'states'), ...sum(answers, 'seen') })}\n`,
      )
      expect(replays(answers), 'runs that broke a promise').toBe('')
      // The runs are such that every fault, every end and every defence of the protocol comes up.
      expect(Object.keys(sum(answers, 'struck')).sort()).toEqual([...FAULT_KINDS].sort())
      expect(Object.keys(sum(answers, 'states')).sort()).toEqual(['cancelled', 'done', 'failed'])
      for (const [what, count] of Object.entries(sum(answers, 'seen'))) expect(count, what).toBeGreaterThan(100)
    },
    PATIENCE_MS,
  )

  it(
    'take the same steps over SQLite, to the last one',
    async () => {
      const { runs, differing, failures } = await simulateSeeds({ first: 1, count: 20, sqlite: true })
      expect([differing, failures]).toEqual([[], []])
      expect(runs).toBeGreaterThan(5)
    },
    PATIENCE_MS,
  )

  it('take the same steps when they are taken again', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => simulateSeeds({ first: 7, count: 12 })))
    expect({ ...other, ms: 0 }).toEqual({ ...one, ms: 0 })
  })
})
