/** `isolario admin`: what operators look at and put right. */

import type { Command } from 'commander'
import { QUEUE_REPAIRS } from '#protocol/shapes.ts'
import { columns } from '../columns.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { wholeNumber } from '../numbers.ts'
import { asJson, withClient } from '../service.ts'

type Repair = (typeof QUEUE_REPAIRS)[number]

export function addAdmin(program: Command, context: CliContext): void {
  const admin = program.command('admin').description('For operators: look at the queues and put them right.')
  admin
    .command('queues')
    .description('All queues that there are, those of forgotten jobs included.')
    .option('--json', 'one JSON array')
    .action(async (options: { json?: boolean }) => {
      const queues = await withClient(context, (client) => client.call('queues'))
      if (options.json) return context.out(asJson(queues))
      if (queues.length === 0) return context.out('There are no queues.\n')
      const rows = queues.map((one) => [
        one.jobId,
        one.simulation ?? 'unknown',
        one.state === 'open' ? one.order : one.state,
        ...[one.generation, one.waiting, one.leased, one.reported].map(String),
        one.lost === null ? '-' : String(one.lost),
        one.bytes === null ? '-' : `${Math.ceil(one.bytes / 1024)}`,
        one.nextExpiryMs === null ? '-' : new Date(one.nextExpiryMs).toISOString(),
      ])
      context.out(
        columns(
          [
            { title: 'JOB' },
            { title: 'SIMULATION' },
            { title: 'QUEUE' },
            { title: 'GENERATION', align: 'right' },
            { title: 'WAITING', align: 'right' },
            { title: 'LEASED', align: 'right' },
            { title: 'REPORTED', align: 'right' },
            { title: 'LOST', align: 'right' },
            { title: 'KIB', align: 'right' },
            { title: 'NEXT LEASE ENDS' },
          ],
          rows,
          context.columns,
        ),
      )
    })
  addUses(admin, context)
  admin
    .command('repair-queue')
    .description(
      'reap: leases that are over go back now. drop: forget the queue; of a running job it is built anew from the records.',
    )
    .argument('<job>', 'job of the queue')
    .argument('<action>', QUEUE_REPAIRS.join(' or '))
    .action(async (id: string, action: string) => {
      if (!(QUEUE_REPAIRS as readonly string[]).includes(action)) {
        throw new CliError(
          'BAD_INPUT',
          'REPAIR_UNKNOWN',
          `The action is ${QUEUE_REPAIRS.join(' or ')}, not "${action}".`,
        )
      }
      const done = await withClient(context, (client) =>
        client.call('repairQueue', { params: { id }, body: { action: action as Repair } }),
      )
      context.out(`${done.sentence}\n`)
    })
}

const USES = { least: 1, most: 500, usual: 100 }

function addUses(admin: Command, context: CliContext): void {
  admin
    .command('uses')
    .description(
      'Who ran an engine with a licence of its own, when and with which version; also of simulations that were deleted. Newest first.',
    )
    .option('--engine <id>', 'of one engine, as fluka')
    .option('--owner <name>', 'of one person')
    .option('--limit <number>', 'so many at most', wholeNumber('--limit', USES.least, USES.most), USES.usual)
    .option('--offset <number>', 'so many of the newest are left out', wholeNumber('--offset', 0, 1e9), 0)
    .option('--json', 'one JSON object')
    .action(
      async ({
        json,
        ...query
      }: {
        engine?: string
        owner?: string
        limit: number
        offset: number
        json?: boolean
      }) => {
        const { items, total } = await withClient(context, (client) => client.call('engineUses', { query }))
        if (json) return context.out(asJson({ items, total }))
        if (items.length === 0) return context.out('No such use is recorded.\n')
        const rows = items.map((one) => [
          new Date(one.atMs).toISOString(),
          one.owner,
          one.engineId,
          one.engineVersion,
          one.simulationId,
        ])
        const titles = ['WHEN', 'WHO', 'ENGINE', 'VERSION', 'SIMULATION'].map((title) => ({ title }))
        context.out(columns(titles, rows, context.columns))
        const shown = query.offset + items.length
        if (shown < total) context.err(`${items.length} of ${total}; the next with --offset ${shown}.\n`)
      },
    )
}
