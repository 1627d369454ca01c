/** `isolario run`: the whole job on this machine without a server, in a folder that can be resumed and merged. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { documentOf, hasFlags, withDocument } from '../document-argument.ts'
import { CliError } from '../exit-codes.ts'
import { wholeNumber } from '../numbers.ts'
import { progressBar } from '../progress-bar.ts'
import {
  addPointOption,
  addResultOptions,
  checkResultOptions,
  type JobResultOptions,
  writeResults,
} from '../result-output.ts'

interface RunOptions extends JobResultOptions {
  readonly folder?: string
  readonly resume?: boolean
  readonly workers?: number
}

export function addRun(program: Command, context: CliContext): void {
  const command = withDocument(
    program
      .command('run')
      .description(
        'Simulate on this machine without a server. With --folder the job is kept: --resume goes on, isolario merge merges.',
      ),
  )
  addPointOption(addResultOptions(command))
    .option('--folder <folder>', 'job folder to make; without it a temporary one is used and removed')
    .option('--resume', 'go on with the job in --folder; no document and no flags')
    .option('--workers <number>', 'workers at the same time (default: one per core)', wholeNumber('--workers', 1, 1024))
    .action(async (file: string | undefined, options: RunOptions) => {
      if (options.resume && options.folder === undefined) {
        throw new CliError('BAD_INPUT', 'FOLDER_MISSING', '--resume goes on with a job folder: name it with --folder.')
      }
      if (options.resume && (file !== undefined || hasFlags(command))) {
        throw new CliError(
          'BAD_INPUT',
          'RESUME_TAKES_NO_DOCUMENT',
          '--resume goes on with the job as it is: give neither a document nor parameters. A changed simulation is a new job in a new folder.',
        )
      }
      const document = options.resume ? null : await documentOf(context, command, file)
      await checkResultOptions(context, options, (document?.job.scan ?? null) !== null)
      const bar = progressBar(context)
      try {
        const results = await context.local.run(
          { document, folder: options.folder ?? null, workers: options.workers ?? null },
          options.region ?? 'total',
          (p) =>
            bar.update(
              p.primariesDone / Math.max(1, p.primariesAsked),
              `${p.primariesDone.toLocaleString('en')} of ${p.primariesAsked.toLocaleString('en')} primaries`,
            ),
          context.signal,
        )
        bar.end()
        await writeResults(context, results, options)
      } finally {
        bar.end()
      }
    })
}
