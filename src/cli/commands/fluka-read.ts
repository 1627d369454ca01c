/** `isolario fluka read FILE`: what a file of FLUKA holds, binary or text, or all files of a run's folder. */

import type { Command } from 'commander'
import type { FlukaFile } from '#engines/fluka/output/fluka-file.ts'
import { FlukaReadError } from '#engines/fluka/output/read-error.ts'
import { readFlukaFile } from '#engines/fluka/output/read-file.ts'
import { unitOfFile } from '#engines/fluka/output/task-folder.ts'
import type { FlukaText } from '#engines/fluka/output/text/fluka-text.ts'
import { readFlukaText } from '#engines/fluka/output/text/read-text.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { flukaFileJson, flukaTextJson } from '../fluka-file-json.ts'
import { flukaFileText } from '../fluka-file-text.ts'
import { withFlukaFile } from '../fluka-files.ts'
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
      const names = await outputsOf(context, file)
      const files = (names ?? [file]).map((name) => readAny(context, name))
      if (options.json) {
        const objects = files.map((one) => ('kind' in one ? flukaTextJson(one) : flukaFileJson(one)))
        return context.out(`${JSON.stringify(names === null ? objects[0] : objects, null, 2)}\n`)
      }
      for (const one of files) {
        for (const piece of 'kind' in one ? flukaTextText(one) : flukaFileText(one)) context.out(piece)
        if (names !== null) context.out('\n')
      }
    })
}

/** Output files of a folder, by name; `null` when it is a file. */
async function outputsOf(context: CliContext, file: string): Promise<string[] | null> {
  let names: readonly string[] | null
  try {
    names = await context.filesOf(file)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}.`)
  }
  if (names === null) return null
  const outputs = names.filter((name) => unitOfFile(name) !== null)
  if (outputs.length === 0) {
    const message = `${file} has no output file of FLUKA: their names end in _fort. and the number of a unit.`
    throw new CliError('BAD_INPUT', 'FLUKA_FOLDER_EMPTY', message)
  }
  return outputs.map((name) => `${file.replace(/[\\/]+$/, '')}/${name}`)
}

/** Binary files and texts are told apart by their first bytes. */
function readAny(context: CliContext, file: string): FlukaFile | FlukaText {
  return withFlukaFile(context, file, (source, name) => {
    try {
      return readFlukaFile(source, name)
    } catch (error) {
      const isText = error instanceof FlukaReadError && error.place.found.startsWith('text')
      if (!isText) throw error
      return readFlukaText(new TextDecoder('latin1').decode(source.read(0, source.size)), name)
    }
  })
}
