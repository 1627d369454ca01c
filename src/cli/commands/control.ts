/** `isolario control` and `isolario migrate`: the service on a cluster. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'

export function addControl(program: Command, context: CliContext): void {
  program
    .command('control')
    .description(
      'Serve as one of several replicas, on PostgreSQL, Redis and S3; everything is read from the environment (docs/cluster.md).',
    )
    .action(() => context.control())
  program
    .command('migrate')
    .description('Bring the PostgreSQL records to the version that this program needs, once before its replicas start.')
    .action(() => context.migrate())
}
