/** The text of a geometry block: always the form with names, whatever form it was read from. */

import { type Card, type What, whatText } from './card.ts'
import type { Body, Geometry, Region, RegionTree, TransformLine, VolumeLine } from './geometry.ts'
import { freeNumber } from './number-field.ts'
import { oneLine } from './printable.ts'
import { type CardWriter, cardLines, commentLine, directiveLine, isIncluded, LINE_WIDTH } from './write-deck.ts'

type Item = Geometry['bodies'][number] | Geometry['regions'][number] | Geometry['afterRegions'][number]

/** Columns that a continuation line leaves blank: a region's name and its number stand there. */
const INDENT = ' '.repeat(15)

export function geometryLines(block: Geometry, writer: CardWriter): string[] {
  const begin: Card = { ...block.begin, sdum: 'COMBNAME' }
  const flags = `${String(block.volumeFlag).padStart(5)}${String(block.debugFlag).padStart(5)}`
  return [
    ...cardLines(begin, writer),
    `${flags}${' '.repeat(10)}${oneLine(block.title).slice(0, 60)}`,
    ...block.bodies.flatMap((item) => itemLines(item, writer)),
    'END',
    ...block.regions.flatMap((item) => itemLines(item, writer)),
    'END',
    ...block.afterRegions.flatMap((item) => itemLines(item, writer)),
    ...cardLines(block.end, writer),
  ]
}

function itemLines(item: Item, writer: CardWriter): string[] {
  if (isIncluded(item)) return []
  switch (item.kind) {
    case 'body':
      return bodyLines(item)
    case 'region':
      return regionLines(item)
    case 'transform':
      return [transformLine(item)]
    case 'volumes':
      return volumeLines(item)
    case 'card':
      return cardLines(item, writer)
    case 'comment':
      return [commentLine(item.text)]
    case 'directive':
      return [directiveLine(item)]
    case 'unread':
      return [oneLine(item.text)]
  }
}

/** A number of the geometry in full precision: its form is free. */
const freeText = (field: What): string => (field.kind === 'number' ? freeNumber(field.value) : oneLine(whatText(field)))

function bodyLines(of: Body): string[] {
  return wrapped(`${of.code} ${of.name.padEnd(10)}`, of.parameters.map(freeText))
}

function transformLine(of: TransformLine): string {
  return [`$${of.edge}_${of.change}`, ...of.arguments.map(freeText)].join(' ')
}

/** Volumes in fields of ten columns, as the manual's 7E10.5 asks; free form accepts the same. */
function volumeLines(of: VolumeLine): string[] {
  return wrapped('', of.values.map(freeText))
    .map((line) => line.trim())
    .map((line) => `  ${line}`)
}

function regionLines(of: Region): string[] {
  const head = `${of.name.padEnd(10)}${String(of.neighbours).padStart(4)}`
  const zones = of.points.kind === 'or' ? of.points.of : [of.points]
  const lines = zones.flatMap((zone, index) => {
    const terms = zoneTerms(zone)
    const lead = zones.length > 1 ? ['|', ...terms] : terms
    const block = wrapped(index === 0 ? head : INDENT.slice(0, -1), lead)
    return block
  })
  return lines
}

/** The terms of one zone: `+body`, `-body`, `+(...)`, `-(...)`. */
function zoneTerms(zone: RegionTree): string[] {
  const terms = zone.kind === 'and' ? zone.of : [zone]
  return terms.flatMap(signedTerm)
}

function signedTerm(term: RegionTree): string[] {
  switch (term.kind) {
    case 'body':
      return [`+${term.name}`]
    case 'not':
      return negated(term.of)
    case 'and':
    case 'or':
      return bracketed('+', term)
  }
}

function negated(of: RegionTree): string[] {
  switch (of.kind) {
    case 'body':
      return [`-${of.name}`]
    case 'not':
      return signedTerm(of.of)
    case 'and':
    case 'or':
      return bracketed('-', of)
  }
}

/** A bracket in pieces, so that a long one can be broken between terms. */
function bracketed(sign: '+' | '-', of: RegionTree): string[] {
  const zones = of.kind === 'or' ? of.of : [of]
  const pieces = zones.flatMap((zone, index) => (index === 0 ? zoneTerms(zone) : ['|', ...zoneTerms(zone)]))
  const first = `${sign}(${pieces[0] ?? ''}`
  if (pieces.length <= 1) return [`${first})`]
  return [first, ...pieces.slice(1, -1), `${pieces.at(-1)})`]
}

/** Pieces behind a head, blank between them, broken where 80 columns end. */
function wrapped(head: string, pieces: readonly string[]): string[] {
  const lines: string[] = []
  let line = head
  for (const piece of pieces) {
    if (line.length + 1 + piece.length > LINE_WIDTH && line.trim() !== '') {
      lines.push(line.trimEnd())
      line = INDENT.slice(0, -1)
    }
    line += ` ${piece}`
  }
  lines.push(line.trimEnd())
  return lines
}
