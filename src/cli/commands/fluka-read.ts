/** `isolario fluka read FILE`: what a file of FLUKA holds, binary or text, or all files of a run's folder. */

import type { Command } from 'commander'
import type { ByteSource } from '#engines/fluka/output/byte-source.ts'
import type { FlukaFile } from '#engines/fluka/output/fluka-file.ts'
import { FlukaReadError } from '#engines/fluka/output/read-error.ts'
import { readFlukaFile } from '#engines/fluka/output/read-file.ts'
import { readTaskFolder } from '#engines/fluka/output/task-folder.ts'
import type { FlukaText } from '#engines/fluka/output/text/fluka-text.ts'
import { readFlukaText } from '#engines/fluka/output/text/read-text.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { flukaFileJson, flukaTextJson } from '../fluka-file-json.ts'
import { flukaFileText } from '../fluka-file-text.ts'
import { withFlukaFile, withOpenFile } from '../fluka-files.ts'
import { flukaTextText } from '../fluka-text-text.ts'

export function addFlukaRead(fluka: Command, context: CliContext): void {
  fluka
    .command('read')
    .description('Print what a file of a FLUKA estimator holds: headers by their own names, values, units, errors.')
    .argument(
      '<file>',
      'binary file of RESNUCLEi, USRBIN, USRBDX, USRTRACK, USRCOLL or DETECT, of one run or merged; a _sum.lis, _tab.lis or text of usrbea; or the folder of a run',
    )
    .option('--json', 'one JSON object with all values, of a folder an array of them (docs/fluka.md)')
    .action(async (file: string, options: { json?: boolean }) => {
      const names = await filesOf(context, file)
      if (names === null) {
        const read = withFlukaFile(context, file, readAny)
        if (options.json) return context.out(asJson('kind' in read ? flukaTextJson(read) : flukaFileJson(read)))
        for (const piece of 'kind' in read ? flukaTextText(read) : flukaFileText(read)) context.out(piece)
        return
      }
      const files = readFolder(context, file, names)
      if (options.json) return context.out(asJson(files.map(flukaFileJson)))
      for (const read of files) {
        for (const piece of flukaFileText(read)) context.out(piece)
        context.out('\n')
      }
    })
}

const asJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/** Names of the files of a folder; `null` when it is a file. */
async function filesOf(context: CliContext, file: string): Promise<readonly string[] | null> {
  try {
    return await context.filesOf(file)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}.`)
  }
}

/** All files of the runs in a folder. @throws CliError with every problem at once. */
function readFolder(context: CliContext, folder: string, names: readonly string[]): FlukaFile[] {
  const path = (name: string) => `${folder.replace(/[\\/]+$/, '')}/${name}`
  const { runs, problems } = readTaskFolder(names, (name) =>
    withOpenFile(context, path(name), (source, called) => readFlukaFile(source, called)),
  )
  if (problems.length > 0) {
    const [first] = problems
    const message = `${folder} holds ${problems.length === 1 ? 'a file that is' : `${problems.length} files that are`} not as FLUKA leaves them.`
    throw new CliError(
      'BAD_INPUT',
      first!.code,
      message,
      problems.map(({ message }) => ({ path: '', message })),
    )
  }
  if (runs.length === 0) {
    const message = `${folder} has no output file of FLUKA: their names end in _fort. and the number of a unit.`
    throw new CliError('BAD_INPUT', 'FLUKA_FOLDER_EMPTY', message)
  }
  return runs.flatMap(({ units }) => [...units.values()])
}

/** Binary files and texts are told apart by their first bytes. */
function readAny(source: ByteSource, name: string): FlukaFile | FlukaText {
  try {
    return readFlukaFile(source, name)
  } catch (error) {
    const isText = error instanceof FlukaReadError && error.place.found.startsWith('text')
    if (!isText) throw error
    return readFlukaText(new TextDecoder('latin1').decode(source.read(0, source.size)), name)
  }
}
