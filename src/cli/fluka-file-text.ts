/** A file of FLUKA for people: header fields by the format's own names, then what is not 0, with units and errors. */

import { float32Decimal } from '#engines/fluka/output/float32-decimal.ts'
import type { FlukaFile } from '#engines/fluka/output/fluka-file.ts'
import { type ResidualNucleus, residualNuclei } from '#engines/fluka/output/residual-nuclei.ts'
import { type ResnucleiDetector, resnucleiUnit } from '#engines/fluka/output/resnuclei.ts'
import { energyIntervals } from '#engines/fluka/output/spectrum.ts'
import { unprovenRemarks } from '#engines/fluka/output/unproven.ts'
import { energiesOfUsrbdx, USRBDX_UNIT, type UsrbdxDetector } from '#engines/fluka/output/usrbdx.ts'
import { type UsrbinBinning, type UsrbinHeader, usrbinGeometry, usrbinUnit } from '#engines/fluka/output/usrbin.ts'
import { energiesOfUsrtrack, USRTRACK_UNIT, type UsrtrackDetector } from '#engines/fluka/output/usrtrack.ts'
import { elementSymbol } from '#nuclides/elements.ts'
import { type Column, columns } from './columns.ts'

/** Pieces of text, one detector after the other: a mesh may have millions of bins. */
export function* flukaFileText(file: FlukaFile): Generator<string> {
  yield heading(file)
  for (const remark of unprovenRemarks(file)) yield `Note: ${remark}\n`
  if (file.estimator === null) {
    yield 'No data: the summing program was given no valid file, so there is nothing to read.\n'
    return
  }
  yield fields({ ...file.first, extra: file.first.extra?.join(' ') ?? null, written: null, length: null }, '')
  if (file.estimator === 'RESNUCLEi' && file.irradiation !== null) {
    yield '\nIrradiation (the data are after it, in Bq):\n'
    yield columns(
      [right('UNTIL (s)'), right('PRIMARIES/s')],
      file.irradiation.map(({ end, intensity }) => [figure(end), figure(intensity)]),
    )
  }
  switch (file.estimator) {
    case 'RESNUCLEi':
      for (const detector of file.detectors) yield resnuclei(detector)
      break
    case 'USRBIN':
      for (const binning of file.detectors) yield* usrbin(binning)
      break
    case 'USRBDX':
      for (const detector of file.detectors) yield usrbdx(detector)
      break
    case 'USRTRACK':
      for (const detector of file.detectors) yield usrtrack(detector)
      break
    case 'DETECT':
      for (const { header, counts } of file.detectors) {
        yield title(header.number, header.name) + fields({ ...header }, '  ')
        const rows = [...counts].flatMap((count, i) =>
          count === 0
            ? []
            : [[figure(header.emin + i * header.width), figure(header.emin + (i + 1) * header.width), `${count}`]],
        )
        yield table([right('FROM (GeV)'), right('TO (GeV)'), right('EVENTS')], rows, counts.length, 'channels')
      }
      break
  }
}

function heading({ file, estimator, merged, first }: FlukaFile): string {
  const what = estimator ?? 'no estimator'
  const written = merged ? `merged from ${first.NBATCH ?? 'an unknown number of'} batches` : 'of one run'
  return `${file}: ${what}${estimator === 'USRTRACK' ? ' or USRCOLL' : ''}, ${written}\n`
}

function resnuclei(detector: ResnucleiDetector): string {
  const { header, coolingTime, statistics } = detector
  const unit = resnucleiUnit(detector)
  const nuclei = residualNuclei(detector)
  const head = [right('Z'), right('A'), { title: 'NUCLIDE' }, { title: 'STATE' }, right(unit), right('ERROR')]
  return [
    title(header.NRN, header.TIURSN),
    fields({ ...header }, '  '),
    coolingTime === null ? '' : `  after ${figure(coolingTime)} s of cooling\n`,
    statistics === null ? '' : `  total ${figure(statistics.total)} ${unit}, error ${percent(statistics.totalError)}\n`,
    table(head, nuclei.map(nucleusRow), nuclei.length, 'nuclides'),
  ].join('')
}

function nucleusRow(nucleus: ResidualNucleus): string[] {
  const amount = [figure(nucleus.value), percent(nucleus.error)]
  if (nucleus.state === 'unresolved isomer')
    return ['?', '?', '?', `isomer, index ${nucleus.index}, unresolved`, ...amount]
  const { Z, A, m } = nucleus
  const state = m === null ? 'unresolved' : m === 0 ? 'ground' : `isomer m${m}`
  return [`${Z}`, `${A}`, `${elementSymbol(Z)}-${A}`, state, ...amount]
}

/** Rows that are joined into one piece. */
const ROWS_AT_ONCE = 4096

function* usrbin({ header, values, errors }: UsrbinBinning): Generator<string> {
  const { x, y, z, ...rest } = header
  yield title(header.NB, header.TITUSB) + fields({ ...rest }, '  ')
  for (const [name, axis] of [
    ['X', x],
    ['Y', y],
    ['Z', z],
  ] as const) {
    yield `  ${name}LOW ${figure(axis.low)}  ${name}HIGH ${figure(axis.high)}  N${name}BIN ${axis.bins}  D${name}USBN ${figure(axis.width)}\n`
  }
  const unit = usrbinUnit(header) ?? `what FLUKA scores for quantity ${header.IDUSBN}`
  const used = values.reduce((count, value) => (value === 0 ? count : count + 1), 0)
  yield `${used} of ${values.length} bins are not 0; bins are counted from 1. Unit: ${unit}\n`
  yield `${binTitles(header).join('\t')}\tVALUE\tERROR\n`
  let rows: string[] = []
  for (const [i, value] of values.entries()) {
    if (value === 0) continue
    rows.push(`${binOf(header, i).join('\t')}\t${figure(value)}\t${percent(errors?.[i] ?? null)}\n`)
    if (rows.length < ROWS_AT_ONCE) continue
    yield rows.join('')
    rows = []
  }
  yield rows.join('')
}

function binTitles(header: UsrbinHeader): string[] {
  switch (usrbinGeometry(header)) {
    case 'region':
      return ['BIN']
    case 'R-Phi-Z':
      return ['R', 'PHI', 'Z']
    default:
      return ['X', 'Y', 'Z']
  }
}

function binOf(header: UsrbinHeader, i: number): number[] {
  const { x, y } = header
  if (usrbinGeometry(header) === 'region') return [i + 1]
  return [(i % x.bins) + 1, (Math.floor(i / x.bins) % y.bins) + 1, Math.floor(i / (x.bins * y.bins)) + 1]
}

function usrbdx({ header, groups, values, statistics }: UsrbdxDetector): string {
  const intervals = energyIntervals(energiesOfUsrbdx(header), groups)
  const rows = [...values].flatMap((value, i) => {
    if (value === 0) return []
    const energy = intervals[i % intervals.length]!
    const angle = Math.floor(i / intervals.length) + 1
    return [
      [`${angle}`, figure(energy.low), figure(energy.high), figure(value), percent(statistics?.errors[i] ?? null)],
    ]
  })
  const head = [right('ANGLE BIN'), right('FROM (GeV)'), right('TO (GeV)'), right(USRBDX_UNIT), right('ERROR')]
  return [
    title(header.NX, header.TITUSX),
    fields({ ...header }, '  '),
    statistics === null
      ? ''
      : `  total ${figure(statistics.total)} particles/cm2/primary, error ${percent(statistics.totalError)}\n`,
    table(head, rows, values.length, 'bins'),
  ].join('')
}

function usrtrack({ header, groups, values, statistics }: UsrtrackDetector): string {
  const intervals = energyIntervals(energiesOfUsrtrack(header), groups)
  const rows = [...values].flatMap((value, i) => {
    if (value === 0) return []
    const { low, high } = intervals[i]!
    return [[figure(low), figure(high), figure(value), percent(statistics?.errors[i] ?? null)]]
  })
  const head = [right('FROM (GeV)'), right('TO (GeV)'), right(USRTRACK_UNIT), right('ERROR')]
  return [
    title(header.NT, header.TITUTC),
    fields({ ...header }, '  '),
    statistics === null
      ? ''
      : `  total ${figure(statistics.total)} particles/cm2/primary, error ${percent(statistics.totalError)}\n`,
    table(head, rows, values.length, 'intervals'),
  ].join('')
}

const title = (number: number, name: string): string => `\nDetector ${number} ${name}\n`

function fields(header: object, indent: string): string {
  const known = Object.entries(header).filter(([, value]) => value !== null)
  return `${indent}${known.map(([name, value]) => `${name} ${typeof value === 'number' ? figure(value) : value}`).join('  ')}\n`
}

function table(heads: readonly Column[], rows: readonly string[][], of: number, what: string): string {
  const zero = of - rows.length
  return `${columns(heads, rows)}${zero > 0 ? `${zero} of ${of} ${what} are 0 and not listed.\n` : ''}`
}

const right = (text: string): Column => ({ title: text, align: 'right' })

function figure(value: number): string {
  const short = float32Decimal(Math.fround(value))
  const size = Math.abs(short)
  return size !== 0 && (size < 1e-3 || size >= 1e7) ? short.toExponential() : String(short)
}

const percent = (error: number | null): string => (error === null ? '-' : `${Number((100 * error).toPrecision(4))} %`)
