/** The command `isolario`: its commands put together, and how it ends. */

import { Command, CommanderError } from 'commander'
import { addAdmin } from './commands/admin.ts'
import { addControl } from './commands/control.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEstimate } from './commands/estimate.ts'
import { addFluka } from './commands/fluka.ts'
import { addJobs } from './commands/jobs.ts'
import { addMerge } from './commands/merge.ts'
import { addParameters } from './commands/parameters.ts'
import { addRun } from './commands/run.ts'
import { addServe } from './commands/serve.ts'
import { addSteering } from './commands/steer.ts'
import { addWorker } from './commands/worker.ts'
import type { CliContext } from './context.ts'
import { CliError, EXIT_CODES } from './exit-codes.ts'

/** All commands, without running anything. The manual page derives from it. */
export function buildProgram(context: CliContext): Command {
  const program = new Command('isolario')
    .description('Radioactive ion beams by the ISOL technique: from beam and target to nuclides with their errors.')
    .version(context.version)
    .showHelpAfterError('(run with --help for the usage)')
    .addHelpText('after', `\nExit codes:\n${exitCodeLines()}`)
  program.configureOutput({
    writeOut: context.out,
    writeErr: context.err,
    getOutHasColors: () => context.color,
    getErrHasColors: () => context.color,
  })
  // Without this, commander ends the process in the middle of a write.
  program.exitOverride()
  addServe(program, context)
  addEstimate(program, context)
  addRun(program, context)
  addMerge(program, context)
  addJobs(program, context)
  addSteering(program, context)
  addWorker(program, context)
  addControl(program, context)
  addAdmin(program, context)
  addParameters(program, context)
  addFluka(program, context)
  addDoctor(program, context)
  inherit(program)
  return program
}

/** Commands of commands as well. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.exitOverride().copyInheritedSettings(parent)
    inherit(command)
  }
}

/** Runs a command line (without node and script) and answers the exit code. */
export async function runCli(context: CliContext, args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  let answered = false
  const out = (text: string): void => {
    answered = true
    context.out(text)
  }
  try {
    await buildProgram({ ...context, out }).parseAsync([...args], { from: 'user' })
    return EXIT_CODES.OK.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.OK.code : EXIT_CODES.BAD_INPUT.code
    const known = error instanceof CliError ? error : unexpected(error)
    // One JSON object a command: what was found, or why nothing was.
    if (json && !answered)
      context.out(
        `${JSON.stringify({ error: { code: known.code, message: known.message, problems: known.problems } }, null, 2)}\n`,
      )
    context.err(`${known.message}\n`)
    for (const problem of known.problems)
      context.err(`  ${problem.path ? `${problem.path}: ` : ''}${problem.message}\n`)
    return EXIT_CODES[known.exit].code
  }
}

export function exitCodeLines(): string {
  return Object.values(EXIT_CODES)
    .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`)
    .join('\n')
}

/** An error that carries a code and a sentence of its own is shown as it is; anything else says so honestly. */
function unexpected(error: unknown): CliError {
  if (error instanceof Error && typeof (error as { code?: unknown }).code === 'string') {
    return new CliError('FAILED', (error as unknown as { code: string }).code, error.message)
  }
  const message = error instanceof Error ? error.message : String(error)
  return new CliError('FAILED', 'INTERNAL', `Something went wrong inside Isolario: ${message}`)
}
