/**
 * Shows one run step by step; one that breaks a promise is made as short as possible first.
 *   node bin/run.mjs test/faults/replay.ts SEED [NUMBER OF A MUTANT]
 */

import { EngineThread } from './engine-thread.ts'
import { MUTANTS } from './mutants.ts'
import { planOfRun } from './plan-of-run.ts'
import { shrink } from './shrink.ts'
import { simulatedRun } from './simulated-run.ts'
import { replaceHost } from './virtual-host.ts'
import { BEGINNING_MS, type Event, type World } from './world.ts'

/** Fields that say nothing here, or too much. */
const HIDDEN = new Set(['payload', 'document', 'notes', 'subject', 'owner', 'name', 'setupDigest', 'digest', 'message'])
const WIDTH = 240

replaceHost(EngineThread as never)
const [seed = 1, number] = process.argv.slice(2).map(Number)
const mutant = number === undefined ? undefined : MUTANTS[number]
const options = mutant ? { mutant } : {}
const { plan } = await shrink(planOfRun(seed), options)
const outcome = await simulatedRun(plan, { ...options, onStep })
const { jobs, faults, ...machines } = plan
process.stdout.write(`\nmachines: ${shown({ ...machines, bad: [...plan.bad] })}\n`)
for (const { atMs, document, orders, eager } of jobs) {
  process.stdout.write(`job at ${atMs} ms: ${shown({ job: document.job, orders, eager })}\n`)
}
for (const { atMs, kind, forMs } of faults) process.stdout.write(`fault at ${atMs} ms: ${kind} (${forMs} ms)\n`)
process.stdout.write(`${outcome.steps} steps; jobs: ${outcome.states.join(', ')}\n`)
for (const { message } of outcome.violations) process.stdout.write(`BROKEN: ${message}\n`)
process.exit(outcome.violations.length > 0 ? 1 : 0)

function onStep({ actor, what, note }: Event, { nowMs }: World) {
  const at = (nowMs - BEGINNING_MS).toFixed(0).padStart(7)
  process.stdout.write(`${at} ${`${actor.name}-${actor.number}`.padEnd(13)} ${what} ${shown(note).slice(0, WIDTH)}\n`)
}

function shown(value: unknown): string {
  if (value === undefined) return ''
  return JSON.stringify(value, (key, field: unknown) =>
    HIDDEN.has(key) || /..AtMs$/.test(key) ? undefined : field instanceof Uint8Array ? `${field.length} bytes` : field,
  )
}
