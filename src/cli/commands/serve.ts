/** `isolario serve`. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { wholeNumber } from '../numbers.ts'

/** First port that is tried when none is asked for. */
export const DEFAULT_PORT = 7411

export function addServe(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('Serve the portal and the API on this machine, and run simulations with one worker per core.')
    .option(
      '--data <folder>',
      'folder for records and results (default: ISOLARIO_DATA, or isolario-data beside a clone)',
    )
    .option('--host <address>', 'address to listen on; without a real login only the loopback is allowed', '127.0.0.1')
    .option('--port <number>', 'port; 0 takes a free one', wholeNumber('--port', 0, 65_535), DEFAULT_PORT)
    .option(
      '--workers <number>',
      'worker processes at the same time (default: one per core)',
      wholeNumber('--workers', 1, 1024),
    )
    .option('--no-example', 'do not run the SPES example when the data folder is empty')
    .action((options: { data?: string; host: string; port: number; workers?: number; example: boolean }) =>
      context.serve({
        data: options.data,
        host: options.host,
        port: options.port,
        workers: options.workers,
        example: options.example,
      }),
    )
}
