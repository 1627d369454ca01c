/** A text of FLUKA or its summing programs for people: what was printed, detector by detector, without what is 0. */

import type { FlukaText, NuclideRow, SpectrumRow } from '#engines/fluka/output/text/fluka-text.ts'
import { elementSymbol } from '#nuclides/elements.ts'
import { type Column, columns } from './columns.ts'

const right = (title: string): Column => ({ title, align: 'right' })

/** One piece a detector. */
export function* flukaTextText(text: FlukaText): Generator<string> {
  yield `${text.file}: ${text.kind}${text.kind === 'no data' ? ', the summing program was given no valid file' : ''}\n`
  if ('run' in text && text.run !== null) {
    yield `${text.run.title === '' ? '' : `${text.run.title}  `}primaries ${text.run.primaries}  weight ${text.run.weight}\n`
  }
  switch (text.kind) {
    case 'RESNUCLEi table':
      for (const { number, name, nuclides, isomers } of text.detectors) {
        yield detector(number, name, nuclideTable([...nuclides, ...(isomers ?? [])]))
      }
      break
    case 'spectrum table':
      for (const { number, name, rows } of text.detectors) yield detector(number, name, spectrumTable(rows))
      break
    case 'spectrum summary':
      for (const { number, name, ends, flux, total } of text.detectors) {
        const rows = flux.map((one, i) => ({ low: ends[i + 1]!, high: ends[i]!, ...one }))
        yield detector(number, name, `total ${total.value}, error ${percent(total.error)}\n${spectrumTable(rows)}`)
      }
      break
    case 'USRBIN table':
      for (const { number, name, values, errors } of text.detectors) {
        const rows = [...values].flatMap((value, i) =>
          value === 0 ? [] : [[String(i + 1), String(value), percent(errors?.[i] ?? null)]],
        )
        yield detector(number, name, columns([right('BIN'), right('VALUE'), right('ERROR')], rows))
      }
      break
  }
}

const detector = (number: number, name: string, body: string): string => `\nDetector ${number} ${name}\n${body}`

function nuclideTable(rows: readonly NuclideRow[]): string {
  const heads = [right('Z'), right('A'), { title: 'NUCLIDE' }, { title: 'STATE' }, right('VALUE'), right('ERROR')]
  const seen = rows.filter(({ value }) => value !== 0)
  return columns(
    heads,
    seen.map(({ Z, A, m, value, error }) => [
      `${Z}`,
      `${A}`,
      `${elementSymbol(Z)}-${A}`,
      m === null ? 'unresolved' : m === 0 ? 'ground' : `isomer m${m}`,
      `${value}`,
      percent(error),
    ]),
  )
}

function spectrumTable(rows: readonly SpectrumRow[]): string {
  const seen = rows.filter(({ value }) => value !== 0)
  return columns(
    [right('FROM (GeV)'), right('TO (GeV)'), right('VALUE'), right('ERROR')],
    seen.map(({ low, high, value, error }) => [`${low}`, `${high}`, `${value}`, percent(error)]),
  )
}

const percent = (error: number | null): string => (error === null ? '-' : `${Number((100 * error).toPrecision(4))} %`)
