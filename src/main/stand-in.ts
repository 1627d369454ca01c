/** The stand-in of FLUKA as a program: what `rfluka` is for FLUKA (src/stand-in). */

import { DEMAND_VARIABLE, DemandError } from '#stand-in/demanded-failure.ts'
import { runStandIn } from '#stand-in/rfluka.ts'

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
