/** The stand-in of FLUKA as a program: what `rfluka` is for FLUKA (src/stand-in). */

import { enableCompileCache } from 'node:module'

// It is started once for each task: what is compiled once need not be compiled again.
enableCompileCache()
const { DEMAND_VARIABLE, DemandError } = await import('#stand-in/demanded-failure.ts')
const { runStandIn } = await import('#stand-in/rfluka.ts')

/** Exit code of rfluka for what it cannot take. */
const BAD_OPTION = 2

try {
  process.exitCode = runStandIn({
    args: process.argv.slice(2),
    folder: process.cwd(),
    demands: process.env[DEMAND_VARIABLE],
    pid: process.pid,
    out: (text) => process.stdout.write(text),
    clock: Date.now,
    kill: () => process.kill(process.pid, 'SIGKILL'),
  })
} catch (error) {
  if (!(error instanceof DemandError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = BAD_OPTION
}
