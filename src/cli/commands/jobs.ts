/** The verbs that speak to the control service: submit, list, show, watch, results, logs. */

import type { Command } from 'commander'
import type { Client } from '#protocol/client.ts'
import { EventStreamParser } from '#protocol/event-stream.ts'
import type { SimulationDetail, SimulationSummary } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { FINAL_STATES, SIMULATION_STATES } from '#simulation/life-cycle.ts'
import { askOnce } from '../ask-once.ts'
import { columns } from '../columns.ts'
import type { CliContext, JobResults, PointDistributions, PointResult } from '../context.ts'
import { documentOf, withDocument } from '../document-argument.ts'
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
import { asJson, clientOf, withClient } from '../service.ts'

interface JsonOption {
  readonly json?: boolean
}

/** Pause before a lost event stream is opened again. */
const RECONNECT_MS = 1000

export function addJobs(program: Command, context: CliContext): void {
  addSubmit(program, context)
  addList(program, context)
  addShow(program, context)
  addWatch(program, context)
  addResults(program, context)
  addLogs(program, context)
}

function addSubmit(program: Command, context: CliContext): void {
  const command = withDocument(program.command('submit').description('Submit a simulation to the control service.'))
  command
    .option('--json', 'one JSON object')
    .option('--watch', 'follow it until it ends')
    .action(async (file: string | undefined, options: JsonOption & { watch?: boolean }) => {
      const document = await documentOf(context, command, file)
      // The same command twice means two simulations, a repeated request of one command only one.
      const made = await askOnce(context, 'submit', { body: document })
      if (options.watch) await watch(context, made.id)
      const shown = options.watch
        ? await withClient(context, (client) => client.call('show', { params: { id: made.id } }))
        : made
      context.out(options.json ? asJson(shown) : `${made.id}\n`)
    })
}

function addList(program: Command, context: CliContext): void {
  program
    .command('list')
    .description('List simulations, newest first.')
    .option('--search <text>', 'in name, subject and id')
    .option('--state <state>', `one of ${SIMULATION_STATES.join(', ')}`)
    .option('--limit <number>', 'at most so many', wholeNumber('--limit', 1, 500), 50)
    .option('--json', 'one JSON object')
    .action(async (options: JsonOption & { search?: string; state?: string; limit: number }) => {
      const { search, state, limit } = options
      if (state !== undefined && !(SIMULATION_STATES as readonly string[]).includes(state)) {
        throw new CliError(
          'BAD_INPUT',
          'STATE_UNKNOWN',
          `--state takes one of ${SIMULATION_STATES.join(', ')}, not "${state}".`,
        )
      }
      const found = await withClient(context, (client) => client.call('list', { query: { search, state, limit } }))
      if (options.json) return context.out(asJson(found))
      const rows = found.items.map((one) => [
        one.id,
        one.imported ? 'imported' : one.state,
        percent(one),
        one.progress.primariesDone.toExponential(2),
        one.name || one.subject,
      ])
      context.out(
        columns(
          [
            { title: 'ID' },
            { title: 'STATE' },
            { title: 'DONE', align: 'right' },
            { title: 'PRIMARIES', align: 'right' },
            { title: 'NAME' },
          ],
          rows,
          context.columns,
        ),
      )
      if (found.total > found.items.length)
        context.err(`${found.total - found.items.length} more; raise --limit or use --search.\n`)
    })
}

function addShow(program: Command, context: CliContext): void {
  program
    .command('show')
    .alias('status')
    .description('Show one simulation: its state in words, and while it waits its place in line.')
    .argument('<id>', 'simulation')
    .option('--json', 'one JSON object')
    .action(async (id: string, options: JsonOption) => {
      const one = await withClient(context, (client) => client.call('show', { params: { id } }))
      context.out(options.json ? asJson(one) : detailText(one))
    })
}

function addWatch(program: Command, context: CliContext): void {
  program
    .command('watch')
    .description('Follow a simulation until it ends; the exit code tells how it ended.')
    .argument('<id>', 'simulation')
    .option('--json', 'one JSON object at the end')
    .action(async (id: string, options: JsonOption) => {
      const end = await watch(context, id)
      context.out(options.json ? asJson(end) : `${end.sentence}\n`)
      if (end.state !== 'done')
        throw new CliError('NOT_FINISHED', `SIMULATION_${end.state.toUpperCase()}`, `Simulation ${id} is ${end.state}.`)
    })
}

function addResults(program: Command, context: CliContext): void {
  const command = program
    .command('results')
    .description('Merged result of what is accepted so far.')
    .argument('<id>', 'simulation')
  addPointOption(addResultOptions(command)).action(async (id: string, options: JobResultOptions) => {
    const { region, point } = options
    const results = await withClient(context, async (client): Promise<JobResults> => {
      const { scan } = await client.call('show', { params: { id } })
      await checkResultOptions(context, options, scan !== null)
      const wanted = point !== undefined || scan === null ? [point ?? 0] : scan.values.map((_, index) => index)
      const points: PointResult[] = []
      for (const index of wanted) {
        const result = await client.call('result', { params: { id }, query: { point: index, region } })
        points.push({
          point: index,
          value: scan?.values[index] ?? null,
          result: result as ResultDocument,
          ...(await distributionsOf(context, client, id, index)),
        })
      }
      return { parameter: scan?.parameter ?? null, points }
    })
    await writeResults(context, results, options)
  })
}

/** Meshes and spectra of a point; what is not looked at is not fetched. */
async function distributionsOf(
  context: CliContext,
  client: Client,
  id: string,
  point: number,
): Promise<{ readonly distributions?: PointDistributions }> {
  const { items, missing } = await client.call('distributions', { params: { id }, query: { point } })
  if (items.length === 0 && missing.length === 0) return {}
  return {
    distributions: {
      summaries: items,
      missing,
      view: (name, part) =>
        withClient(context, (again) => again.call('distribution', { params: { id, name }, query: { point, ...part } })),
      async csv(name, part) {
        const connection = await context.connection()
        const { token } = connection
        const address = clientOf(connection).address('distribution', {
          params: { id, name },
          query: { point, format: 'csv', ...part },
        })
        const answer = await connection
          .fetch(address, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
          .catch(() => null)
        if (answer?.ok) return answer.text()
        // The typed client says the same refusal, or that nobody answers, in the service's own words.
        await withClient(context, (again) =>
          again.call('distribution', { params: { id, name }, query: { point, ...part } }),
        )
        throw new CliError('FAILED', 'UNEXPECTED_ANSWER', `The table of ${name} did not arrive; try again.`)
      },
    },
  }
}

function addLogs(program: Command, context: CliContext): void {
  program
    .command('logs')
    .description('What went wrong in a simulation, or the log of one task.')
    .argument('<id>', 'simulation')
    .option('--task <number>', 'task', wholeNumber('--task', 0, Number.MAX_SAFE_INTEGER))
    .option('--json', 'one JSON object')
    .action(async (id: string, options: JsonOption & { task?: number }) => {
      if (options.task !== undefined) {
        const { task } = options
        const text = await withClient(context, (client) => client.call('taskLog', { params: { id, task } }))
        return context.out(options.json ? asJson({ task, log: text }) : text)
      }
      const failed = await withClient(context, (client) =>
        client.call('tasks', { params: { id }, query: { state: 'failed', limit: 100 } }),
      )
      if (options.json) return context.out(asJson(failed))
      if (failed.total === 0) return context.out('No task has failed.\n')
      const rows = failed.items.map((task) => [
        String(task.task),
        String(task.attempt),
        task.failure?.code ?? '',
        task.failure?.message ?? '',
      ])
      context.out(
        columns(
          [
            { title: 'TASK', align: 'right' },
            { title: 'ATTEMPT', align: 'right' },
            { title: 'CODE' },
            { title: 'CAUSE' },
          ],
          rows,
          context.columns,
        ),
      )
    })
}

/** Follows the event stream until the simulation is in a final state; looks itself whenever the stream was away. */
async function watch(context: CliContext, id: string): Promise<SimulationSummary> {
  const bar = progressBar(context)
  const show = (one: SimulationSummary) => bar.update(one.progress.fraction, one.sentence)
  /** Looks by itself, where the stream may not have told everything. */
  const seen = async () => {
    const one = await withClient(context, (client) => client.call('show', { params: { id } }))
    show(one)
    return one
  }
  let lastId = ''
  try {
    for (;;) {
      const now = await seen()
      if (FINAL_STATES.has(now.state)) return now
      const parser = new EventStreamParser()
      let connected = false
      for await (const piece of events(context, lastId)) {
        // What happened between the look and the connection stands in no stream.
        if (!connected) {
          connected = true
          const since = await seen()
          if (FINAL_STATES.has(since.state)) return since
        }
        for (const event of parser.push(piece)) {
          const body = JSON.parse(event.data) as { kind?: string; simulation?: SimulationSummary; id?: string }
          if (body.kind === 'deleted' && body.id === id)
            throw new CliError('REFUSED', 'SIMULATION_NOT_FOUND', `Simulation ${id} was deleted.`)
          if (body.kind === 'gap') {
            const since = await seen()
            if (FINAL_STATES.has(since.state)) return since
          }
          if (body.simulation?.id !== id) continue
          show(body.simulation)
          if (FINAL_STATES.has(body.simulation.state)) return body.simulation
        }
      }
      lastId = parser.lastId || lastId
      await context.pause(RECONNECT_MS)
    }
  } finally {
    bar.end()
  }
}

/** Pieces of the event stream; ends when the connection does. */
async function* events(context: CliContext, lastId: string): AsyncGenerator<string> {
  const connection = await context.connection()
  const client = clientOf(connection)
  const answer = await connection
    .fetch(client.address('events'), {
      headers: {
        accept: 'text/event-stream',
        ...(connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` }),
        ...(lastId === '' ? {} : { 'last-event-id': lastId }),
      },
      signal: context.signal,
    })
    .catch((error: unknown) => {
      if (context.signal.aborted) throw error
      return null
    })
  if (!answer?.ok || !answer.body) return
  const decoder = new TextDecoder()
  try {
    for await (const bytes of answer.body) yield decoder.decode(bytes, { stream: true })
  } catch (error) {
    // A broken stream is opened again by the caller, after a look of its own.
    if (context.signal.aborted) throw error
  } finally {
    await answer.body.cancel().catch(() => undefined)
  }
}

function detailText(one: SimulationDetail): string {
  const facts: readonly (readonly [string, string])[] = [
    ['id', one.id],
    ['name', one.name || '-'],
    ['state', one.state],
    ['', one.sentence],
    ...(one.imported ? [['imported', `made elsewhere by ${one.imported.from}; never merged`] as const] : []),
    ['subject', one.subject],
    ['engine', `${one.engine.id} ${one.engine.version}${one.engine.standIn ? ' STAND-IN' : ''}`],
    ['primaries', `${one.progress.primariesDone} of ${one.progress.primariesAsked ?? 'as many as the goal needs'}`],
    ['tasks', `${one.progress.tasksDone} done, ${one.progress.tasksFailed} failed, ${one.progress.tasks} planned`],
    ['job key', one.jobKey],
    ...(one.waiting?.position ? [['in line', `number ${one.waiting.position}`] as const] : []),
    ['priority', one.priority ?? 'normal'],
    ['setup', one.setupDigest],
    ...(one.scan ? [['scan', `${one.scan.parameter} = ${one.scan.values.join(', ')}`] as const] : []),
    ['actions', one.actions.join(', ') || '-'],
    ...one.notes.map((note) => ['note', note] as const),
  ]
  return `${facts.map(([name, value]) => `${name.padEnd(10)} ${value}`).join('\n')}\n`
}

const percent = (one: SimulationSummary): string => `${Math.floor(one.progress.fraction * 100)} %`
