/** How results leave the command line: a table for people, JSON or CSV for programs. */

import { type Command, Option } from 'commander'
import { formatNuclide } from '#nuclides/names.ts'
import { parseNuclide } from '#nuclides/parse.ts'
import { resultCsv } from '#results/csv.ts'
import { formatNumber, formatRate, type RateUnit } from '#results/display.ts'
import type { Rate, Residual, ResultDocument } from '#results/document.ts'
import { columns } from './columns.ts'
import type { CliContext } from './context.ts'
import { CliError } from './exit-codes.ts'
import { wholeNumber } from './numbers.ts'

export interface ResultOptions {
  readonly json?: boolean
  readonly csv?: boolean
  readonly region?: string
  readonly nuclides?: string
  readonly top: number
  readonly output?: string
}

export function addResultOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'one JSON object (docs/results.md)').conflicts('csv'))
    .option('--csv', 'all nuclides as comma-separated values')
    .option('--region <name>', 'total or the name of a target layer')
    .option('--nuclides <names>', 'only these, for example Ag-111,Sn-132')
    .option('--top <number>', 'rows of the table, largest cumulative rate first', wholeNumber('--top', 1, 10_000), 25)
    .option('--output <file>', 'write to a file instead of standard output')
}

export async function writeResult(context: CliContext, result: ResultDocument, options: ResultOptions): Promise<void> {
  const chosen = { ...result, residuals: select(result.residuals, options.nuclides) }
  const text = options.json
    ? `${JSON.stringify(chosen, null, 2)}\n`
    : options.csv
      ? resultCsv(chosen)
      : table(chosen, options.top, context.columns)
  if (options.output === undefined) context.out(text)
  else await context.writeText(options.output, text)
}

function select(residuals: readonly Residual[], names: string | undefined): readonly Residual[] {
  if (names === undefined) return residuals
  const wanted = new Set(
    names.split(',').map((name) => {
      const parsed = parseNuclide(name.trim())
      if (!parsed.ok) throw new CliError('BAD_INPUT', 'NUCLIDE_UNKNOWN', `--nuclides: ${parsed.reason}`)
      return formatNuclide(parsed.nuclide)
    }),
  )
  return residuals.filter((one) => wanted.has(one.nuclide))
}

function table(result: ResultDocument, top: number, width: number): string {
  const shown = [...result.residuals].sort((a, b) => weight(b.cumulative) - weight(a.cumulative)).slice(0, top)
  const unit: RateUnit = { per: 'second', currentMicroampere: result.currentMicroampere }
  const rows = shown.map((one) => {
    const cumulative = formatRate(one.cumulative, unit)
    return [
      one.nuclide,
      formatRate(one.independent, unit, one.state).value,
      cumulative.value,
      cumulative.statistical || '-',
      cumulative.model || '-',
    ]
  })
  const head = [
    result.mode === 'estimate'
      ? 'Estimate: no sampling, the error is the model class.'
      : `Monte Carlo: ${result.primaries} primaries in ${result.batches} batches.`,
    `Engine ${result.engine.id} ${result.engine.version}${result.engine.standIn ? ' STAND-IN' : ''}, region ${result.region}, ${result.currentMicroampere} uA; ${result.time}.`,
    `Fissions per primary: ${result.fissionsPerPrimary === null ? 'not known' : formatNumber(result.fissionsPerPrimary, 3)}. Cumulative: fed by precursors that live less than ${result.cumulativeCutDays} d.`,
    ...result.notes.map((note) => `Note: ${note}`),
    '',
  ].join('\n')
  const body = columns(
    [
      { title: 'NUCLIDE' },
      { title: 'INDEPENDENT', align: 'right' },
      { title: 'CUMULATIVE', align: 'right' },
      { title: 'STATISTICAL', align: 'right' },
      { title: 'MODEL', align: 'right' },
    ],
    rows,
    width,
  )
  const hidden = result.residuals.length - shown.length
  return `${head}${body}${hidden > 0 ? `${hidden} more: --top ${result.residuals.length}, --json or --csv.\n` : ''}`
}

const weight = (rate: Rate): number => rate.perPrimary ?? -(rate.limit95 ?? Number.POSITIVE_INFINITY)
