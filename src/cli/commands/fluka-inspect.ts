/** `isolario fluka inspect FILE`: what a deck says, of either line of FLUKA, without FLUKA. */

import path from 'node:path'
import type { Command } from 'commander'
import { inspectDeck } from '#engines/fluka/deck/inspect.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import type { CliContext } from '../context.ts'
import { deckSummaryText } from '../deck-summary-text.ts'
import { CliError } from '../exit-codes.ts'

export function addFlukaInspect(fluka: Command, context: CliContext): void {
  fluka
    .command('inspect')
    .description('Print what a deck says: beam, materials, regions, scoring, decay, seed, and what is wrong with it.')
    .argument('<deck>', 'input file of FLUKA, of CERN (4.x) or INFN')
    .option('--include <file...>', 'text of an #include of the deck, by the name of the file')
    .option('--define <name...>', 'a name that the preprocessor takes as defined, or NAME=VALUE')
    .option('--json', 'one JSON object (docs/fluka.md)')
    .action(async (file: string, options: { include?: string[]; define?: string[]; json?: boolean }) => {
      const includes = new Map<string, string>()
      for (const one of options.include ?? []) {
        const text = await deckText(context, one)
        includes.set(one, text)
        includes.set(path.basename(one), text)
      }
      const defined = new Map((options.define ?? []).map(definition))
      const deck = inspectDeck(readDeck(await deckText(context, file), { includes, defined }))
      if (options.json) return context.out(`${JSON.stringify({ file, ...deck }, null, 2)}\n`)
      for (const piece of deckSummaryText(file, deck, context.columns)) context.out(piece)
    })
}

function definition(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

async function deckText(context: CliContext, file: string): Promise<string> {
  try {
    return await context.readText(file)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}.`)
  }
}
