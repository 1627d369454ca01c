/** Meshes and spectra at the command line: summaries and tables for people, JSON or CSV for programs. */

import { type Command, Option } from 'commander'
import type { DistributionSummary, DistributionViewBody } from '#protocol/distribution-shapes.ts'
import { formatNumber, formatPercent } from '#results/display.ts'
import { columns } from './columns.ts'
import type { CliContext, PointDistributions } from './context.ts'
import { CliError } from './exit-codes.ts'

export interface DistributionOptions {
  readonly json?: boolean
  readonly csv?: boolean
  readonly output?: string
  readonly distribution?: string
  readonly axes?: string
  readonly at?: string
}

export function addDistributionOptions(command: Command): Command {
  return command
    .option('--distribution <name>', 'one mesh or spectrum instead of the nuclides; with --csv or --json all its bins')
    .addOption(
      new Option('--axes <names>', 'with --distribution: axes that are shown, for example z,r; others are summed'),
    )
    .addOption(
      new Option('--at <axis:bin>', 'with --distribution: cut an axis at a bin counted from 0, for example y:12'),
    )
}

/** Rows of a spectrum in the overview. */
const MOST_ROWS = 60

/** What stands behind the table of nuclides; empty where nothing was asked for. */
export async function distributionsText(distributions: PointDistributions | undefined, width: number): Promise<string> {
  if (!distributions) return ''
  const parts: string[] = []
  for (const one of distributions.summaries) {
    parts.push(`${summaryLine(one)}\n`)
    if (one.kind !== 'spectrum' || one.axes.length > 1) continue
    const view = await distributions.view(one.name, {})
    parts.push(table(view, width, MOST_ROWS))
    const hidden = view.values.length - MOST_ROWS
    if (hidden > 0) parts.push(`${hidden} more: --distribution ${one.name}\n`)
  }
  for (const { name, kind, reason } of distributions.missing) parts.push(`No ${kind} ${name}: ${reason}\n`)
  return parts.length > 0 ? `\n${parts.join('')}` : ''
}

/** Prints one mesh or spectrum. @throws CliError `BAD_INPUT` for a name that is not there */
export async function writeDistribution(
  context: CliContext,
  distributions: PointDistributions | undefined,
  options: DistributionOptions & { readonly distribution: string },
): Promise<void> {
  const { distribution: name, axes, at } = options
  const known = distributions?.summaries.find((one) => one.name === name)
  if (!distributions || !known) {
    const missing = distributions?.missing.find((one) => one.name === name)
    const names = distributions?.summaries.map((one) => one.name).join(', ') || 'none'
    throw new CliError(
      'BAD_INPUT',
      'DISTRIBUTION_UNKNOWN',
      missing?.reason ?? `There is no mesh or spectrum "${name}" in this result; there are: ${names}.`,
    )
  }
  const part = { ...(axes === undefined ? {} : { axes }), ...(at === undefined ? {} : { at }) }
  // For programs the whole of it, for people what fits a page.
  const whole = { axes: known.axes.map((axis) => axis.name).join(), ...part }
  const text = options.csv
    ? await distributions.csv(name, at === undefined ? whole : part)
    : options.json
      ? `${JSON.stringify(await distributions.view(name, at === undefined ? whole : part), null, 2)}\n`
      : await forPeople(distributions, known, part, context.columns)
  if (options.output === undefined) context.out(text)
  else await context.writeText(options.output, text)
}

async function forPeople(
  distributions: PointDistributions,
  known: DistributionSummary,
  part: { readonly axes?: string; readonly at?: string },
  width: number,
): Promise<string> {
  const profile = known.kind === 'mesh' && part.axes === undefined ? { ...part, axes: 'z' } : part
  const view = await distributions.view(known.name, profile)
  const more =
    known.kind === 'mesh' && part.axes === undefined ? 'Profile along the beam; --axes z,r or --csv for more.\n' : ''
  return `${summaryLine(known)}\n${more}${table(view, width, Number.POSITIVE_INFINITY)}`
}

/** What a mesh or spectrum is of, in one line. */
export function whatOf({ kind, quantity, particle, where, layer, direction }: DistributionSummary): string {
  const of = particle === 'all' ? 'all particles' : `${particle}s`
  if (kind === 'mesh') return quantity === 'energy-deposition' ? 'deposited energy' : `fluence of ${of}`
  if (where === 'volume') return `fluence of ${of} in ${layer}`
  const way = direction === 'both' ? 'both ways' : direction
  return `${quantity} of ${of} at the back of ${layer}, ${way}`
}

function summaryLine(one: DistributionSummary): string {
  const { total, axes, batches } = one
  const bins = axes.map(({ name, bins }) => `${bins} ${name}`).join(' x ')
  const error =
    total.error === null ? '± not known' : total.value > 0 ? `±${formatPercent(total.error / total.value)}` : ''
  const word =
    one.kind === 'spectrum' ? 'integral' : one.quantity === 'energy-deposition' ? 'total' : 'mean over the mesh'
  const count = batches === 1 ? '1 batch' : `${batches} batches`
  return `${one.kind === 'mesh' ? 'Mesh' : 'Spectrum'} ${one.name}: ${whatOf(one)}; bins ${bins}; ${count}; ${word} ${formatNumber(total.value, 3)} ${perPrimary(total.unit)} ${error}`.trimEnd()
}

const perPrimary = (unit: string): string => (unit === '1' ? '1/primary' : `${unit}/primary`)

function table(view: DistributionViewBody, width: number, most: number): string {
  const { axes, values, errors, unit } = view
  const rows = values.slice(0, most).map((value, cell) => {
    let rest = cell
    const places = axes.flatMap(({ edges }) => {
      const bins = edges.length - 1
      const bin = rest % bins
      rest = (rest - bin) / bins
      return [formatNumber(edges[bin]!, 4), formatNumber(edges[bin + 1]!, 4)]
    })
    const error = errors[cell]
    const known = error === null || error === undefined ? (value > 0 ? 'not known' : '-') : formatPercent(error / value)
    return [...places, value > 0 ? formatNumber(value, 3) : 'nothing scored', known]
  })
  const heads = axes.flatMap(({ name, unit: of }) => [`${name.toUpperCase()} FROM (${of})`, `TO`])
  return columns(
    [...heads, `VALUE (${perPrimary(unit)})`, 'STATISTICAL'].map((title) => ({ title, align: 'right' as const })),
    rows,
    width,
  )
}
