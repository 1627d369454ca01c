/** `isolario fluka deck`: the deck of a simulation, read back and checked, with what FLUKA is not told as it was asked. */

import { type Command, Option } from 'commander'
import { SEED_LIMIT } from '#engines/fluka/check/card-order.ts'
import { problemText } from '#engines/fluka/deck/deck-problem.ts'
import { deckOfDocument } from '#engines/fluka/deck-of-document.ts'
import { FLAVOURS, type Flavour } from '#engines/fluka/flavour.ts'
import { presets } from '#simulation/presets.ts'
import type { CliContext } from '../context.ts'
import { documentOf } from '../document-argument.ts'
import { CliError } from '../exit-codes.ts'
import { wholeNumber } from '../numbers.ts'

interface Options {
  readonly preset?: string
  readonly flavour: Flavour
  readonly seed: number
  readonly primaries: number
  readonly output?: string
}

/** A START card holds whole numbers exactly up to here. */
const MOST_PRIMARIES = 1e9

export function addFlukaDeck(fluka: Command, context: CliContext): void {
  fluka
    .command('deck')
    .description('Write the deck of a simulation, checked, for one run: print it, or write it to --output.')
    .argument('[file]', 'simulation document: a JSON file, - for standard input, or a preset')
    .addOption(new Option('--preset <id>', 'a preset, instead of a file').choices(presets().map(({ id }) => id)))
    .addOption(
      new Option('--flavour <flavour>', 'line of FLUKA: cern4 (4.x) or infn (2011 to 2024)')
        .choices(FLAVOURS)
        .default('cern4'),
    )
    .option('--seed <number>', 'seed of the run', wholeNumber('--seed', 1, SEED_LIMIT - 1), 1)
    .option('--primaries <number>', 'primaries of the run', wholeNumber('--primaries', 1, MOST_PRIMARIES), 1000)
    .option('-o, --output <file>', 'the deck')
    .action(async (file: string | undefined, options: Options, command: Command) => {
      if (file !== undefined && options.preset !== undefined) {
        throw new CliError('BAD_INPUT', 'TWO_DOCUMENTS', 'Give a file or --preset, not both.')
      }
      const document = await documentOf(context, command, file ?? options.preset)
      const { seed, primaries, flavour } = options
      const made = deckOfDocument(document, flavour, { seed, primaries })
      if (!made.ok) {
        throw new CliError('BAD_INPUT', 'FLUKA_REFUSED', 'FLUKA cannot be told this simulation:', made.refusals)
      }
      const { text, routine, notes, findings } = made.deck
      for (const { path, message } of notes) context.err(`note: ${path}: ${message}\n`)
      if (document.job.scan !== null) {
        context.err('note: job.scan: the deck is that of the parameters as they stand, not of a point of the scan.\n')
      }
      if (routine !== null) {
        context.err(`note: the deck needs the source routine ${routine}: see "isolario fluka routine".\n`)
      }
      const wrong = findings.filter(({ severity }) => severity === 'error')
      for (const finding of findings) context.err(`${finding.severity}: ${problemText(finding)}\n`)
      if (options.output === undefined) context.out(text)
      else await write(context, options.output, text)
      if (wrong.length > 0) throw new CliError('FAILED', wrong[0]!.code, 'The deck does not pass its own checks.')
    })
}

async function write(context: CliContext, file: string, text: string): Promise<void> {
  try {
    await context.writeText(file, text)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'OUTPUT_UNWRITABLE', `${file} cannot be written: ${(error as Error).message}.`)
  }
}
