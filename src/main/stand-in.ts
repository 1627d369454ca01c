/** The stand-in of FLUKA as a program: what `rfluka` is for FLUKA, and behind the words `fff` and `lfluka` what those are (src/stand-in). */

import { enableCompileCache } from 'node:module'

// It is started once for each task: what is compiled once need not be compiled again.
enableCompileCache()
const { DEMAND_VARIABLE, DemandError } = await import('#stand-in/demanded-failure.ts')
const { runStandIn } = await import('#stand-in/rfluka.ts')

/** Exit code of rfluka for what it cannot take. */
const BAD_OPTION = 2

const [tool, ...words] = process.argv.slice(2)
try {
  if (tool === 'fff' || tool === 'lfluka') {
    const { compileRoutine, linkRoutines } = await import('#stand-in/compile-routine.ts')
    process.exitCode = (tool === 'fff' ? compileRoutine : linkRoutines)({
      args: words,
      folder: process.cwd(),
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    })
  } else
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
