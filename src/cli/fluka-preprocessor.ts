/** The text of a deck with what its preprocessor is told: --include and --define. */

import path from 'node:path'
import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import { CliError } from './exit-codes.ts'

export interface PreprocessorOptions {
  readonly include?: readonly string[]
  readonly define?: readonly string[]
}

export const addPreprocessorOptions = (command: Command): Command =>
  command
    .option('--include <file...>', 'text of an #include of the deck, by the name of the file')
    .option('--define <name...>', 'a name that the preprocessor takes as defined, or NAME=VALUE')

export interface Preprocessed {
  readonly text: string
  readonly includes: ReadonlyMap<string, string>
  readonly defined: ReadonlyMap<string, string>
}

/** @throws CliError `BAD_INPUT` for a file that cannot be read. */
export async function preprocessed(
  context: CliContext,
  file: string,
  { include = [], define = [] }: PreprocessorOptions,
): Promise<Preprocessed> {
  const includes = new Map<string, string>()
  for (const one of include) {
    const text = await deckText(context, one)
    includes.set(one, text)
    includes.set(path.basename(one), text)
  }
  return { text: await deckText(context, file), includes, defined: new Map(define.map(definition)) }
}

function definition(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** @throws CliError `BAD_INPUT` for a file that cannot be read. */
export async function deckText(context: CliContext, file: string): Promise<string> {
  try {
    return await context.readText(file)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}.`)
  }
}
