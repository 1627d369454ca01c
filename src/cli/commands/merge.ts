/** `isolario merge DIR`: merges what a job folder holds, finished or not. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { wholeNumber } from '../numbers.ts'
import { addResultOptions, type ResultOptions, writeResult } from '../result-output.ts'

export function addMerge(program: Command, context: CliContext): void {
  const command = program
    .command('merge')
    .description('Merge the finished tasks of a job folder that "isolario run --folder" made.')
    .argument('<folder>', 'job folder')
  addResultOptions(command)
    .option('--point <number>', 'scan point, from 0', wholeNumber('--point', 0, 100_000), 0)
    .action(async (folder: string, options: ResultOptions & { point: number }) => {
      await writeResult(
        context,
        await context.local.merge(folder, { point: options.point, region: options.region ?? 'total' }),
        options,
      )
    })
}
