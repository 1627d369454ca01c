/** `isolario fluka check DECK`: everything that can be found wrong with a deck without FLUKA. */

import type { Command } from 'commander'
import { checkDeck } from '#engines/fluka/check/check-deck.ts'
import { type DeckFinding, inTextOrder } from '#engines/fluka/check/deck-finding.ts'
import { problemText } from '#engines/fluka/deck/deck-problem.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import { missingRoutines } from '#engines/fluka/deck/user-routines.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { addPreprocessorOptions, type PreprocessorOptions, preprocessed } from '../fluka-preprocessor.ts'
import {
  addRoutineOption,
  type RoutineOptions,
  readRoutines,
  routinesJson,
  routinesLine,
} from '../routine-arguments.ts'

export function addFlukaCheck(fluka: Command, context: CliContext): void {
  const command = fluka
    .command('check')
    .description(
      'Check a deck without FLUKA: cards, names, files, seed, decay, physics, and its geometry point by point.',
    )
    .argument('<deck>', 'input file of FLUKA, of CERN (4.x) or INFN')
  addRoutineOption(addPreprocessorOptions(command))
    .option('--json', 'one JSON object (docs/fluka.md)')
    .action(async (file: string, options: PreprocessorOptions & RoutineOptions & { json?: boolean }) => {
      const { text, includes, defined } = await preprocessed(context, file, options)
      const routines = await readRoutines(context, options)
      const read = readDeck(text, { includes, defined })
      const calls = missingRoutines(read.deck, routines)
      const findings = inTextOrder([...read.problems, ...checkDeck(text, read.deck), ...calls])
      const errors = findings.filter(({ severity }) => severity === 'error').length
      if (options.json)
        context.out(`${JSON.stringify({ file, errors, findings, ...routinesJson(routines) }, null, 2)}\n`)
      else for (const finding of findings) context.out(`${finding.severity} ${finding.code}: ${problemText(finding)}\n`)
      if (!options.json) context.out(routinesLine(routines))
      if (errors > 0) {
        throw new CliError('FAILED', 'DECK_WRONG', `${file}: ${counted(findings, errors)}.`)
      }
      if (!options.json)
        context.out(`${file}: ${findings.length === 0 ? 'nothing found' : counted(findings, errors)}.\n`)
    })
}

function counted(findings: readonly DeckFinding[], errors: number): string {
  const of = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  return `${of(errors, 'error')}, ${of(findings.length - errors, 'warning')}`
}
