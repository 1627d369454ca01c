/** `--routine FILE`: sources of user routines beside a deck or template. */

import type { Command } from 'commander'
import { type RoutineFile, routineProblems, routinesDigest, sortedRoutines } from '#simulation/routines.ts'
import type { CliContext } from './context.ts'
import { CliError } from './exit-codes.ts'
import { deckText } from './fluka-preprocessor.ts'

export interface RoutineOptions {
  readonly routine?: readonly string[]
}

export const addRoutineOption = (command: Command): Command =>
  command.option('--routine <file...>', 'source of a user routine that comes with it: .f is compiled, .inc is included')

/** @throws CliError `BAD_INPUT` for a file that cannot be read, and for all that is wrong with the set. */
export async function readRoutines(
  context: CliContext,
  { routine = [] }: RoutineOptions,
): Promise<readonly RoutineFile[]> {
  const files: RoutineFile[] = []
  for (const file of routine) {
    files.push({ name: file.slice(file.lastIndexOf('/') + 1), text: await deckText(context, file) })
  }
  const problems = routineProblems(files, 'routines')
  const [first] = problems
  if (first === undefined) return sortedRoutines(files)
  const listed = problems.map(({ path, message }) => ({ path, message }))
  throw new CliError('BAD_INPUT', first.code, 'The routine files cannot be taken as they are:', listed)
}

/** For `--json`: whose files, and which text of them; empty without any. */
export const routinesJson = (files: readonly RoutineFile[]): object =>
  files.length === 0 ? {} : { routines: files, routinesDigest: routinesDigest(files) }

/** For a terminal: one line, or nothing. */
export const routinesLine = (files: readonly RoutineFile[]): string =>
  files.length === 0
    ? ''
    : `User routines ${files.map(({ name }) => name).join(', ')}: SHA-256 ${routinesDigest(files)} (not compiled here).\n`
