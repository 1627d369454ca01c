/**
 * Simulates the runs of many seeds in a process of its own, whose time is virtual from here on, and tells in one line of
 * JSON what became of them: node bin/run.mjs test/faults/run-seeds.ts '{"first":1,"count":100}'
 */

import { openSqliteRecords } from '#records/sqlite.ts'
import { EngineThread } from './engine-thread.ts'
import { planOfRun } from './plan-of-run.ts'
import type { SeedsAnswer, SeedsAsked } from './seeds.ts'
import { simulatedRun } from './simulated-run.ts'
import { replaceHost } from './virtual-host.ts'

const now = performance.now.bind(performance)
replaceHost(EngineThread as never)
const asked = JSON.parse(process.argv[2] ?? '{"first":1,"count":1}') as SeedsAsked
const startedMs = now()
const answer: SeedsAnswer = {
  runs: 0,
  steps: 0,
  ms: 0,
  failures: [],
  differing: [],
  states: {},
  struck: {},
  seen: {},
  accepted: 0,
  slowestEndMs: 0,
}
const add = (to: Record<string, number>, key: string, count = 1) => (to[key] = (to[key] ?? 0) + count)

for (let seed = asked.first; seed < asked.first + asked.count; seed++) {
  const plan = planOfRun(seed)
  // Leases end by the clock of the database, and that of SQLite is not virtual.
  if (asked.sqlite && plan.isLed) continue
  const outcome = await simulatedRun(plan)
  if (asked.sqlite) {
    const records = await openSqliteRecords(':memory:')
    const { trace, steps } = await simulatedRun(plan, { records })
    await records.close()
    if (trace !== outcome.trace || steps !== outcome.steps) answer.differing.push(seed)
  }
  answer.runs++
  answer.steps += outcome.steps
  answer.accepted += outcome.accepted
  answer.slowestEndMs = Math.max(answer.slowestEndMs, outcome.endedAfterMs)
  for (const state of outcome.states) add(answer.states, state)
  for (const [what, count] of Object.entries(outcome.seen)) add(answer.seen, what, count)
  for (const kind of outcome.struck) add(answer.struck, kind)
  if (outcome.violations.length === 0) continue
  answer.failures.push({ seed, broken: outcome.violations.map(({ message }) => message) })
}
answer.ms = now() - startedMs
process.stdout.write(`${JSON.stringify(answer)}\n`)
// Timers of a virtual world keep nothing alive, and nothing else is open.
process.exit(0)
