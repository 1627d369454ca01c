/** `isolario fluka read FILE`: what a file of FLUKA holds. */

import type { Command } from 'commander'
import { readFlukaFile } from '#engines/fluka/output/read-file.ts'
import type { CliContext } from '../context.ts'
import { flukaFileJson } from '../fluka-file-json.ts'
import { flukaFileText } from '../fluka-file-text.ts'
import { withFlukaFile } from '../fluka-files.ts'

export function addFlukaRead(fluka: Command, context: CliContext): void {
  fluka
    .command('read')
    .description('Print what a file of a FLUKA estimator holds: headers by their own names, values, units, errors.')
    .argument('<file>', 'file of RESNUCLEi, USRBIN, USRBDX, USRTRACK, USRCOLL or DETECT, of one run or merged')
    .option('--json', 'one JSON object with all values (docs/fluka.md)')
    .action((file: string, options: { json?: boolean }) => {
      const read = withFlukaFile(context, file, (source, name) => readFlukaFile(source, name))
      if (options.json) return context.out(`${JSON.stringify(flukaFileJson(read), null, 2)}\n`)
      for (const piece of flukaFileText(read)) context.out(piece)
    })
}
