/** A view of a mesh or spectrum as CSV (RFC 4180, CRLF, decimal point): a head of remarks, then one row a bin. */

import type { DistributionView } from './distribution-view.ts'

/** Who made it, for the head. */
export interface DistributionOrigin {
  readonly isolario: string
  readonly engine: string
  readonly setupDigest: string
  readonly jobKey: string | null
}

const ROWS_AT_ONCE = 1000

/** The text in pieces: a mesh may have a million rows. */
export function* distributionCsv(view: DistributionView, origin: DistributionOrigin): Generator<string> {
  const { layout, axes, cut, summed, unit, batches, histories, errorKind, values, errors } = view
  const about: [string, string | number | null][] = [
    [layout.kind, layout.name],
    ['isolario', origin.isolario],
    ['engine', origin.engine],
    ['quantity', layout.quantity],
    ['particle', layout.particle ?? 'all'],
    ...(layout.layer === null ? [] : [['layer', layout.layer] satisfies [string, string]]),
    ...(layout.direction === null ? [] : [['direction', layout.direction] satisfies [string, string]]),
    ['primaries', histories],
    ['batches', batches],
    ['error', errorKind === 'not-known' ? 'not known' : `one standard error, from ${errorKind}`],
    ...cut.map(({ axis: { name, unit, edges }, bin }): [string, string] => [
      `${name} (${unit})`,
      `${edges[bin]} to ${edges[bin + 1]}`,
    ]),
    ...summed.map(({ name, unit, edges }): [string, string] => [
      `${layout.kind === 'mesh' ? 'mean over' : 'integrated over'} ${name} (${unit})`,
      `${edges[0]} to ${edges.at(-1)}`,
    ]),
    ['setup digest', origin.setupDigest],
    ['job key', origin.jobKey ?? ''],
  ]
  const head = about.map(([key, value]) => `# ${key},${value}\r\n`).join('')
  const columns = axes.flatMap(({ name, unit }) => [`${name} from (${unit})`, `${name} to (${unit})`])
  const per = unit === '1' ? '1/primary' : `${unit}/primary`
  yield `${head}${[...columns, `value (${per})`, `standard error (${per})`].join(',')}\r\n`
  let text = ''
  for (let cell = 0; cell < values.length; cell++) {
    let rest = cell
    for (const { edges } of axes) {
      const bins = edges.length - 1
      const bin = rest % bins
      rest = (rest - bin) / bins
      text += `${edges[bin]},${edges[bin + 1]},`
    }
    text += `${values[cell]},${Number.isNaN(errors[cell]!) ? '' : errors[cell]}\r\n`
    if ((cell + 1) % ROWS_AT_ONCE > 0) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}
