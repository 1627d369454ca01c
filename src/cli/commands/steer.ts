/** The verbs that change a simulation: stop, cancel, add-primaries, priority. */

import type { Command } from 'commander'
import type { SimulationDetail } from '#protocol/shapes.ts'
import { JOB_PRIORITIES, MAX_PRIMARIES } from '#simulation/document.ts'
import { askOnce } from '../ask-once.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { wholeNumber } from '../numbers.ts'
import { asJson } from '../service.ts'

interface JsonOption {
  readonly json?: boolean
}

export function addSteering(program: Command, context: CliContext): void {
  const told = (one: SimulationDetail, { json }: JsonOption) => context.out(json ? asJson(one) : `${one.sentence}\n`)
  const verbs = [
    ['stop', 'Stop a simulation and merge what exists.'],
    ['cancel', 'Cancel a simulation and abandon what is not finished.'],
  ] as const
  for (const [verb, description] of verbs) {
    program
      .command(verb)
      .description(description)
      .argument('<id>', 'simulation')
      .option('--json', 'one JSON object')
      .action(async (id: string, options: JsonOption) => {
        told(await askOnce(context, verb, { params: { id } }), options)
      })
  }
  program
    .command('add-primaries')
    .description('Go on with a finished simulation: the random numbers go on where they ended.')
    .argument('<id>', 'simulation')
    .argument('<number>', 'primaries to add, for each scan point', wholeNumber('<number>', 1, MAX_PRIMARIES))
    .option('--json', 'one JSON object')
    .action(async (id: string, primaries: number, options: JsonOption) => {
      told(await askOnce(context, 'addPrimaries', { params: { id }, body: { primaries } }), options)
    })
  program
    .command('priority')
    .description('Order a simulation among your own: the higher gets your share of the workers first.')
    .argument('<id>', 'simulation')
    .argument('<priority>', JOB_PRIORITIES.join(', '))
    .option('--json', 'one JSON object')
    .action(async (id: string, priority: string, options: JsonOption) => {
      if (!(JOB_PRIORITIES as readonly string[]).includes(priority)) {
        const message = `A priority is one of ${JOB_PRIORITIES.join(', ')}, not "${priority}".`
        throw new CliError('BAD_INPUT', 'PRIORITY_UNKNOWN', message)
      }
      told(await askOnce(context, 'prioritize', { params: { id }, body: { priority } }), options)
    })
}
