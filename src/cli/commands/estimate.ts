/** `isolario estimate`: the built-in engine's deterministic estimate, in milliseconds and without a server. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { documentOf, withDocument } from '../document-argument.ts'
import { addResultOptions, type ResultOptions, writeResult } from '../result-output.ts'

export function addEstimate(program: Command, context: CliContext): void {
  const command = withDocument(
    program
      .command('estimate')
      .description('Estimate range, heat, fissions and yields with the built-in engine, without sampling.'),
  )
  addResultOptions(command).action(async (file: string | undefined, options: ResultOptions) => {
    const document = await documentOf(context, command, file)
    await writeResult(context, context.estimate(document, options.region), options)
  })
}
