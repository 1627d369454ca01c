/** The manual page of the command line, from the commands themselves: docs/command-line.md. */

import type { Command } from 'commander'
import { flagDefinitions } from '#simulation/flags.ts'
import { EXIT_CODES } from './exit-codes.ts'

/** Markdown of all visible commands. */
export function commandLineManual(program: Command): string {
  const shared = new Set(flagDefinitions().map((flag) => flag.flag))
  const lines = [
    '# Command line',
    '',
    'Written from the commands themselves; `npm test` compares.',
    '',
    '`isolario COMMAND --help` shows the same at the shell. Every command that prints a result knows `--json`: one JSON object on standard',
    'output and nothing else. A progress bar moves on standard error of a terminal and is silent in a pipe. `NO_COLOR` is obeyed.',
    '',
    'Commands that take a simulation accept a file, `-` for standard input, or the name of a preset, and every parameter of',
    '[parameters.md](parameters.md) as a flag.',
    '',
  ]
  for (const command of visibleCommands(program)) {
    const name = fullName(command)
    lines.push(`## ${name}`, '', command.description(), '', '```', `${name} ${command.usage()}`, '```', '')
    const options = command.options.filter((option) => !option.hidden)
    const own = options.filter((option) => !shared.has(option.long ?? ''))
    const takesFlags = own.length < options.length
    if (command.registeredArguments.length + own.length > 0) {
      lines.push('| argument or option | meaning |', '|---|---|')
      for (const argument of command.registeredArguments) lines.push(row(argument.name(), argument.description))
      for (const option of own) {
        const initial =
          option.defaultValue === undefined || option.defaultValue === true
            ? ''
            : ` (default ${String(option.defaultValue)})`
        lines.push(row(option.flags, option.description + initial))
      }
      lines.push('')
    }
    if (takesFlags) lines.push('Also takes the parameters of a simulation as flags.', '')
  }
  lines.push('## Exit codes', '', '| code | meaning |', '|---|---|')
  for (const { code, meaning } of Object.values(EXIT_CODES)) lines.push(`| ${code} | ${meaning} |`)
  return `${lines.join('\n')}\n`
}

/** Those that do something, in their order; a command with commands of its own is its commands. */
function visibleCommands(command: Command): readonly Command[] {
  return command.commands
    .filter((one) => !(one as unknown as { _hidden?: boolean })._hidden)
    .flatMap((one) => (one.commands.length > 0 ? visibleCommands(one) : [one]))
}

const fullName = (command: Command): string =>
  command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name()

const row = (name: string, meaning: string): string =>
  `| \`${name.replaceAll('|', '\\|')}\` | ${meaning.replaceAll('|', '\\|')} |`
