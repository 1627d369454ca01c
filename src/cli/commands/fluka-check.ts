/** `isolario fluka check DECK`: everything that can be found wrong with a deck without FLUKA. */

import type { Command } from 'commander'
import { checkDeck } from '#engines/fluka/check/check-deck.ts'
import { type DeckFinding, inTextOrder } from '#engines/fluka/check/deck-finding.ts'
import { problemText } from '#engines/fluka/deck/deck-problem.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { addPreprocessorOptions, type PreprocessorOptions, preprocessed } from '../fluka-preprocessor.ts'

export function addFlukaCheck(fluka: Command, context: CliContext): void {
  const command = fluka
    .command('check')
    .description(
      'Check a deck without FLUKA: cards, names, files, seed, decay, physics, and its geometry point by point.',
    )
    .argument('<deck>', 'input file of FLUKA, of CERN (4.x) or INFN')
  addPreprocessorOptions(command)
    .option('--json', 'one JSON object (docs/fluka.md)')
    .action(async (file: string, options: PreprocessorOptions & { json?: boolean }) => {
      const { text, includes, defined } = await preprocessed(context, file, options)
      const read = readDeck(text, { includes, defined })
      const findings = inTextOrder([...read.problems, ...checkDeck(text, read.deck)])
      const errors = findings.filter(({ severity }) => severity === 'error').length
      if (options.json) context.out(`${JSON.stringify({ file, errors, findings }, null, 2)}\n`)
      else for (const finding of findings) context.out(`${finding.severity} ${finding.code}: ${problemText(finding)}\n`)
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
