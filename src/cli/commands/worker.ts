/** `isolario worker`, on this machine or on any other, and `isolario worker-token`, which lets one in. */

import { type Command, Option } from 'commander'
import { WORKER_TOKEN_HOURS } from '#protocol/shapes.ts'
import type { CliContext, WorkerOptions } from '../context.ts'
import { wholeNumber } from '../numbers.ts'
import { asJson, withClient } from '../service.ts'

export function addWorker(program: Command, context: CliContext): void {
  program
    .command('worker')
    .description(
      'Take tasks of one simulation until none is left. On another machine than the service it reads ISOLARIO_CONTROL_URL and ISOLARIO_JOB_TOKEN (see worker-token).',
    )
    .option('--job <id>', 'simulation to work for (default: ISOLARIO_JOB)')
    .option('--scratch <folder>', "folder for running programs (default: ISOLARIO_SCRATCH, or the system's)")
    .addOption(new Option('--socket <file>', "socket of the queue, for the service's own workers").hideHelp())
    .addOption(new Option('--storage <folder>', "folder of the objects, for the service's own workers").hideHelp())
    .addOption(new Option('--parent', "hear the service on standard input, for the service's own workers").hideHelp())
    .action((options: WorkerOptions) => context.worker(options))

  program
    .command('payload')
    .description(
      "Run an engine's programs for a worker in another container, which has the token: both share the folder of ISOLARIO_PAYLOAD_SOCKET. Pods of engines with an image of their own have it.",
    )
    .action(() => context.payload())

  const { least, most, usual } = WORKER_TOKEN_HOURS
  program
    .command('worker-token')
    .description('A token with which a worker on any machine takes tasks of one simulation. It is a secret.')
    .argument('<id>', 'simulation')
    .option('--hours <number>', 'how long it is good', wholeNumber('--hours', least, most), usual)
    .option('--json', 'one JSON object')
    .action(async (id: string, options: { hours: number; json?: boolean }) => {
      const made = await withClient(context, (client) =>
        client.call('workerToken', { params: { id }, body: { validForHours: options.hours } }),
      )
      // The token alone on standard output, so that it goes into a file as it is.
      context.out(options.json ? asJson(made) : `${made.token}\n`)
      if (!options.json) context.err(`Good until ${new Date(made.validUntilMs).toISOString()}.\n`)
    })
}
