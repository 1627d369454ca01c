/** How results leave the command line: a table for people, JSON or CSV for programs. */

import { type Command, Option } from 'commander'
import { zaiOfNuclide } from '#nuclides/nuclide.ts'
import { parseNuclide } from '#nuclides/parse.ts'
import { stateOf } from '#nuclides/states.ts'
import { unseenState } from '#results/coverage.ts'
import { resultCsv } from '#results/csv.ts'
import { formatNumber, formatRate, type RateUnit } from '#results/display.ts'
import type { Rate, Residual, ResultDocument } from '#results/document.ts'
import { NO_RATE } from '#results/rate.ts'
import { columns } from './columns.ts'
import type { CliContext, JobResults } from './context.ts'
import {
  addDistributionOptions,
  type DistributionOptions,
  distributionsText,
  writeDistribution,
} from './distribution-output.ts'
import { CliError } from './exit-codes.ts'
import { wholeNumber } from './numbers.ts'

export interface ResultOptions extends DistributionOptions {
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

/** Options of a job's results, which may be those of a scan. */
export interface JobResultOptions extends ResultOptions {
  readonly point?: number
}

export const SCAN_SCHEMA = 'isolario-scan/1'

export function addPointOption(command: Command): Command {
  return addDistributionOptions(command).option(
    '--point <number>',
    'one point of a scan, from 0 (default: all)',
    wholeNumber('--point', 0, 100_000),
  )
}

/** Looks at what can be wrong with the options before anything is computed. @throws CliError `BAD_INPUT`. */
export async function checkResultOptions(
  context: CliContext,
  options: JobResultOptions,
  isScan: boolean,
): Promise<void> {
  wantedNuclides(options.nuclides)
  if (options.distribution === undefined && (options.axes !== undefined || options.at !== undefined)) {
    throw new CliError(
      'BAD_INPUT',
      'DISTRIBUTION_MISSING',
      '--axes and --at choose a part of one: name it with --distribution.',
    )
  }
  if (options.distribution !== undefined && isScan && options.point === undefined) {
    throw new CliError(
      'BAD_INPUT',
      'DISTRIBUTION_OF_SCAN',
      'A mesh or spectrum is of one point of a scan: choose it with --point.',
    )
  }
  if (isScan && options.csv && options.point === undefined) {
    throw new CliError(
      'BAD_INPUT',
      'CSV_OF_SCAN',
      'A CSV file holds one point of a scan: choose it with --point, or take --json.',
    )
  }
  if (options.output === undefined) return
  try {
    await context.writeText(options.output, '')
  } catch (error) {
    throw new CliError(
      'BAD_INPUT',
      'OUTPUT_UNWRITABLE',
      `--output ${options.output} cannot be written: ${(error as Error).message}.`,
    )
  }
}

/** Prints one result, or the table of a scan. */
export async function writeResults(context: CliContext, results: JobResults, options: JobResultOptions): Promise<void> {
  const { parameter, points } = results
  if (parameter === null || options.point !== undefined) {
    const chosen = points.find(({ point }) => point === (options.point ?? 0))
    if (!chosen) {
      const known = points.map(({ point }) => point).join(', ')
      throw new CliError(
        'BAD_INPUT',
        'POINT_UNKNOWN',
        `There is no result of a point ${options.point}; there are results of ${known || 'none'}.`,
      )
    }
    if (options.distribution !== undefined) {
      return writeDistribution(context, chosen.distributions, { ...options, distribution: options.distribution })
    }
    const where = parameter === null ? [] : [`Point ${chosen.point} of the scan: ${parameter} = ${chosen.value}.`]
    const below = await distributionsText(chosen.distributions, context.columns)
    return writeResult(context, { ...chosen.result, notes: [...where, ...chosen.result.notes] }, options, below)
  }
  const shown = points.map((one) => ({
    ...one,
    result: { ...one.result, residuals: select(one.result, options.nuclides) },
  }))
  const text = options.json
    ? `${JSON.stringify({ schema: SCAN_SCHEMA, parameter, points: shown }, null, 2)}\n`
    : scanTable({ parameter, points }, wantedNuclides(options.nuclides) ?? ['Ag-111'], context.columns)
  await write(context, text, options)
}

/** @param below stands behind the table for people */
export async function writeResult(
  context: CliContext,
  result: ResultDocument,
  options: ResultOptions,
  below = '',
): Promise<void> {
  const chosen = { ...result, residuals: select(result, options.nuclides) }
  const text = options.json
    ? `${JSON.stringify(chosen, null, 2)}\n`
    : options.csv
      ? resultCsv(chosen)
      : `${table(chosen, options.top, context.columns)}${below}`
  await write(context, text, options)
}

async function write(context: CliContext, text: string, options: ResultOptions): Promise<void> {
  if (options.output === undefined) context.out(text)
  else await context.writeText(options.output, text)
}

/** Canonical names; `undefined` when none are asked for. */
function wantedNuclides(names: string | undefined): readonly string[] | undefined {
  return names?.split(',').map((name) => {
    const parsed = parseNuclide(name.trim())
    if (!parsed.ok) throw new CliError('BAD_INPUT', 'NUCLIDE_UNKNOWN', `--nuclides: ${parsed.reason}`)
    return parsed.name
  })
}

/** The nuclides asked for; one that the result does not list says why: not scored, or nothing counted. */
function select(result: ResultDocument, names: string | undefined): readonly Residual[] {
  const wanted = wantedNuclides(names)
  if (!wanted) return result.residuals
  return wanted.map((name) => result.residuals.find((one) => one.nuclide === name) ?? unlisted(result, name))
}

function unlisted(result: ResultDocument, name: string): Residual {
  const parsed = parseNuclide(name)
  if (!parsed.ok) throw new CliError('BAD_INPUT', 'NUCLIDE_UNKNOWN', parsed.reason)
  const { nuclide } = parsed
  return {
    nuclide: name,
    ...nuclide,
    state: unseenState(result.coverage, nuclide),
    inNubase: stateOf(zaiOfNuclide(nuclide)) !== undefined,
    independent: NO_RATE,
    cumulative: NO_RATE,
  }
}

function scanTable({ parameter, points }: JobResults, names: readonly string[], width: number): string {
  const rows = points.map(({ value, result }) => {
    const unit: RateUnit = { per: 'second', currentMicroampere: result.currentMicroampere }
    const rates = select(result, names.join(',')).map(({ cumulative, state }) => {
      const text = formatRate(cumulative, unit, state)
      return `${text.value} ${text.statistical}`.trim()
    })
    const fissions = result.fissionsPerPrimary === null ? 'not known' : formatNumber(result.fissionsPerPrimary, 3)
    return [String(value), String(result.primaries), fissions, ...rates]
  })
  const heads = [parameter ?? '', 'PRIMARIES', 'FISSIONS/PRIMARY', ...names.map((name) => `${name} CUMULATIVE`)]
  return columns(
    heads.map((title) => ({ title, align: 'right' as const })),
    rows,
    width,
  )
}

function table(result: ResultDocument, top: number, width: number): string {
  const shown = [...result.residuals].sort((a, b) => weight(b.cumulative) - weight(a.cumulative)).slice(0, top)
  const unit: RateUnit = { per: 'second', currentMicroampere: result.currentMicroampere }
  const rows = shown.map((one) => {
    const cumulative = formatRate(one.cumulative, unit, one.state)
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
