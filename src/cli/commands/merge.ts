/** `isolario merge DIR`: merges what a job folder holds, finished or not. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import {
  addPointOption,
  addResultOptions,
  checkResultOptions,
  type JobResultOptions,
  writeResults,
} from '../result-output.ts'

export function addMerge(program: Command, context: CliContext): void {
  const command = program
    .command('merge')
    .description('Merge the finished tasks of a job folder that "isolario run --folder" made.')
    .argument('<folder>', 'job folder')
  addPointOption(addResultOptions(command)).action(async (folder: string, options: JobResultOptions) => {
    await checkResultOptions(context, options, false)
    await writeResults(context, await context.local.merge(folder, options.region ?? 'total'), options)
  })
}
