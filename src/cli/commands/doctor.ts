/** `isolario doctor`: what this machine has, what it lacks, and how to get it. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'

const MARKS = { ok: 'ok     ', missing: 'missing', bad: 'BAD    ' } as const

export function addDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('Look whether everything that Isolario needs is here, and say how to get what is not.')
    .option('--json', 'one JSON object')
    .action(async (options: { json?: boolean }) => {
      const findings = await context.doctor()
      if (options.json) context.out(`${JSON.stringify({ findings }, null, 2)}\n`)
      else for (const one of findings) context.out(`${MARKS[one.state]}  ${one.name}: ${one.sentence}\n`)
      const bad = findings.filter((one) => one.state === 'bad')
      if (bad.length > 0) {
        throw new CliError(
          'FAILED',
          'DOCTOR_FOUND_PROBLEMS',
          `${bad.length} of ${findings.length} findings must be mended: ${bad.map((one) => one.name).join(', ')}.`,
        )
      }
    })
}
