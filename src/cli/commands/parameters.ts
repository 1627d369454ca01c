/** `isolario parameters`: every parameter of a simulation, as flags, as JSON Schema or as the manual page. */

import type { Command } from 'commander'
import { flagDefinitions, unitHelp } from '#simulation/flags.ts'
import { jsonSchema } from '#simulation/json-schema.ts'
import { manualPage } from '#simulation/manual.ts'
import type { CliContext } from '../context.ts'

export function addParameters(program: Command, context: CliContext): void {
  program
    .command('parameters')
    .description('List the parameters of a simulation with unit, range and default.')
    .option('--json', 'the JSON Schema of the simulation document')
    .option('--markdown', 'the manual page')
    .option('--expert', 'also the parameters for experts')
    .action((options: { json?: boolean; markdown?: boolean; expert?: boolean }) => {
      if (options.json) context.out(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
      else if (options.markdown) context.out(manualPage())
      else context.out(listText(options.expert === true))
    })
}

function listText(expert: boolean): string {
  const lines: string[] = []
  let group = ''
  for (const flag of flagDefinitions()) {
    if (flag.expert && !expert) continue
    if (flag.group !== group) {
      group = flag.group
      lines.push(lines.length > 0 ? `\n${group}` : group)
    }
    lines.push(`  ${flag.flag} <${flag.argument}>`, `      ${flag.help}`)
  }
  return `${lines.join('\n')}\n\n${unitHelp()}\n`
}
