/** `isolario fluka template FILE`: a deck as a template, a template looked at, the difference of two. */

import type { Command } from 'commander'
import { diffHunks, lineDiff } from '#engines/engine/line-diff.ts'
import {
  checkDeckTemplate,
  DECK_TEMPLATE_LANGUAGE,
  type DeckTemplateProblem,
  exampleDeck,
  ofFilledDeck,
} from '#engines/fluka/deck/template.ts'
import { templateFromDeck } from '#engines/fluka/deck/template-from-deck.ts'
import { missingRoutines } from '#engines/fluka/deck/user-routines.ts'
import type { RoutineFile } from '#simulation/routines.ts'
import { columns } from '../columns.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import {
  addRoutineOption,
  type RoutineOptions,
  readRoutines,
  routinesJson,
  routinesLine,
} from '../routine-arguments.ts'

interface Options extends RoutineOptions {
  readonly check?: boolean
  readonly against?: string
  readonly beamEnergy?: boolean
  readonly json?: boolean
}

export function addFlukaTemplate(fluka: Command, context: CliContext): void {
  const command = fluka
    .command('template')
    .description('Make a template of a deck, look at a template, or show how two differ. Prints the template.')
    .argument('[file]', 'a deck; with --check or --against a template; left out: the variables and filters')
    .option('--check', 'look at the template instead: syntax, variables, the deck it makes, seed and primaries')
    .option('--against <file>', 'show the difference from another template to this one instead')
    .option('--beam-energy', 'the kinetic energy on BEAM becomes a variable too')
  addRoutineOption(command)
    .option('--json', 'one JSON object (docs/fluka.md)')
    .action(async (file: string | undefined, options: Options) => {
      if (file === undefined) return context.out(languageText(options.json === true))
      const text = await readText(context, file)
      if (options.against !== undefined) {
        return context.out(difference(await readText(context, options.against), text, options))
      }
      const routines = await readRoutines(context, options)
      if (options.check === true) return context.out(check(file, text, routines, options))
      const made = templateFromDeck(text, { beamEnergy: options.beamEnergy === true })
      const { template, changes, left } = made
      if (options.json)
        return context.out(`${JSON.stringify({ file, template, changes, left, ...routinesJson(routines) }, null, 2)}\n`)
      for (const change of changes) context.err(`line ${change.line}: ${change.reason}\n`)
      for (const one of left) context.err(`${one}\n`)
      context.err(routinesLine(routines))
      context.out(template)
    })
}

function check(file: string, text: string, routines: readonly RoutineFile[], options: Options): string {
  const problems = [...checkDeckTemplate(text), ...callsOf(text, routines)]
  if (options.json) return `${JSON.stringify({ file, problems, ...routinesJson(routines) }, null, 2)}\n`
  if (problems.length === 0) return `${file}: no problems found.\n${routinesLine(routines)}`
  const listed = problems.map(({ message, in: where }) => ({ path: where, message }))
  throw new CliError('BAD_INPUT', problems[0]?.code ?? 'TEMPLATE_SYNTAX', `${file} is not ready to run:`, listed)
}

/** Calls of code that nobody brings. A SOURCE without files is taken to be the wobbled beam's, which the site has or not. */
function callsOf(text: string, routines: readonly RoutineFile[]): readonly DeckTemplateProblem[] {
  const filled = exampleDeck(text)
  if (!filled.ok) return []
  const served = routines.length === 0 ? ['SOURCE'] : []
  return missingRoutines(filled.read.deck, routines, served).map((one) => ofFilledDeck('DECK_ROUTINE_MISSING', one))
}

function difference(before: string, after: string, options: Options): string {
  const lines = lineDiff(before, after)
  if (options.json) return `${JSON.stringify({ lines }, null, 2)}\n`
  const marks = { same: ' ', removed: '-', added: '+' } as const
  const shown = diffHunks(lines).map((line) => (line === null ? '...' : marks[line.kind] + line.text))
  return shown.length === 0 ? 'No difference.\n' : `${shown.join('\n')}\n`
}

function languageText(json: boolean): string {
  const { variables, filters } = DECK_TEMPLATE_LANGUAGE
  if (json) {
    const plain = filters.map(({ name, meaning }) => ({ name, meaning }))
    return `${JSON.stringify({ variables, filters: plain }, null, 2)}\n`
  }
  return columns(
    [{ title: 'NAME' }, { title: 'UNIT' }, { title: 'MEANING' }],
    [
      ...variables.map((one) => [`{{ ${one.name} }}`, one.unit, one.meaning]),
      ...filters.map((one) => [`| ${one.name}`, '', one.meaning]),
    ],
  )
}

async function readText(context: CliContext, file: string): Promise<string> {
  try {
    return await context.readText(file)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}.`)
  }
}
