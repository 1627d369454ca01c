/**
 * Shows one run step by step:
 *   node bin/run.mjs test/faults/replay.ts SEED
 * A run that breaks a promise is made as short as possible first.
 */

import { EngineThread } from './engine-thread.ts'
import { planOfRun } from './plan-of-run.ts'
import { simulatedRun } from './simulated-run.ts'
import { replaceHost } from './virtual-host.ts'
import { BEGINNING_MS } from './world.ts'

replaceHost(EngineThread as never)
const seed = Number(process.argv[2])
const plan = planOfRun(seed)
console.log(
  plan.faults,
  plan.jobs.map((j) => [j.atMs, j.document.job, j.orders]),
  plan.replicas,
  plan.calmAtMs,
)
const out = await simulatedRun(plan, {
  onStep: (event, world) => {
    process.stdout.write(
      `${String(world.nowMs - BEGINNING_MS).padStart(7)} ${event.actor.name}-${event.actor.number} ${event.what} ${shown(event.note)}\n`,
    )
  },
})
console.log(out)
function shown(note: unknown): string {
  return note === undefined
    ? ''
    : JSON.stringify(note, (key, value) =>
        key === 'payload' ||
        key === 'document' ||
        key === 'message' ||
        key === 'notes' ||
        key === 'setupDigest' ||
        key === 'digest' ||
        key.endsWith('AtMs')
          ? undefined
          : value instanceof Uint8Array
            ? 'bytes'
            : value,
      ).slice(0, 230)
}
process.exit(0)
