/** `isolario fluka inspect FILE`: what a deck says, of either line of FLUKA, without FLUKA. */

import type { Command } from 'commander'
import { inspectDeck } from '#engines/fluka/deck/inspect.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import type { CliContext } from '../context.ts'
import { deckSummaryText } from '../deck-summary-text.ts'
import { addPreprocessorOptions, type PreprocessorOptions, preprocessed } from '../fluka-preprocessor.ts'

export function addFlukaInspect(fluka: Command, context: CliContext): void {
  const command = fluka
    .command('inspect')
    .description('Print what a deck says: beam, materials, regions, scoring, decay, seed, and what is wrong with it.')
    .argument('<deck>', 'input file of FLUKA, of CERN (4.x) or INFN')
  addPreprocessorOptions(command)
    .option('--json', 'one JSON object (docs/fluka.md)')
    .action(async (file: string, options: PreprocessorOptions & { json?: boolean }) => {
      const { text, includes, defined } = await preprocessed(context, file, options)
      const deck = inspectDeck(readDeck(text, { includes, defined }))
      if (options.json) return context.out(`${JSON.stringify({ file, ...deck }, null, 2)}\n`)
      for (const piece of deckSummaryText(file, deck, context.columns)) context.out(piece)
    })
}
