/** The text of a geometry block: with names in free form, or with numbers in the old fixed form that it was read from. */

import { type Card, type What, whatText } from './card.ts'
import {
  type Body,
  type Geometry,
  type Region,
  type RegionTree,
  simplified,
  type TransformLine,
  type VolumeLine,
} from './geometry.ts'
import { FIELD_WIDTH, freeNumber, numberField } from './number-field.ts'
import { oneLine } from './printable.ts'
import { type CardWriter, cardLines, commentLine, directiveLine, isIncluded, LINE_WIDTH } from './write-deck.ts'
import { fixedBodyLines, fixedRegionLines } from './write-fixed-geometry.ts'

type Item = Geometry['bodies'][number] | Geometry['regions'][number] | Geometry['afterRegions'][number]

/** Columns that a continuation line leaves blank: a region's name and its number stand there. */
const INDENT = ' '.repeat(15)

export function geometryLines(block: Geometry, writer: CardWriter): string[] {
  const flags = `${String(block.volumeFlag).padStart(5)}${String(block.debugFlag).padStart(5)}`
  return [
    ...cardLines(block.begin, writer),
    ...(block.voxels === undefined ? [] : cardLines(block.voxels, writer)),
    `${flags}${' '.repeat(10)}${oneLine(block.title).slice(0, 60)}`,
    ...block.bodies.flatMap((item) => itemLines(item, writer, block)),
    'END',
    ...block.regions.flatMap((item) => itemLines(item, writer, block)),
    'END',
    ...block.afterRegions.flatMap((item) => itemLines(item, writer, block)),
    ...cardLines(block.end, writer),
  ]
}

function itemLines(item: Item, writer: CardWriter, block: Geometry): string[] {
  if (isIncluded(item)) return []
  switch (item.kind) {
    case 'body':
      return block.form === 'names' ? bodyLines(item) : fixedBodyLines(item, block.debugFlag, writer)
    case 'region':
      return block.form === 'names' ? regionLines(item) : fixedRegionLines(item)
    case 'transform':
      return [transformLine(item)]
    case 'volumes':
      return volumeLines(item, block.end, writer)
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

/** Volumes on a line, in fields of ten columns: `7E10.5` in either form. One column stays blank between numbers. */
const VOLUMES_PER_LINE = 7

function volumeLines(of: VolumeLine, end: Card, writer: CardWriter): string[] {
  const fields = of.values.map((field, index) => {
    if (field.kind !== 'number') return freeText(field).padStart(FIELD_WIDTH)
    const { text, value, relativeLoss } = numberField(field.value, FIELD_WIDTH - 1)
    if (relativeLoss > 0) writer.lost({ ...end, command: 'volume' }, index + 1, field.value, value, relativeLoss)
    return text.padStart(FIELD_WIDTH)
  })
  return Array.from({ length: Math.ceil(fields.length / VOLUMES_PER_LINE) }, (_, line) =>
    fields.slice(line * VOLUMES_PER_LINE, (line + 1) * VOLUMES_PER_LINE).join(''),
  )
}

function regionLines(of: Region): string[] {
  const head = `${of.name.padEnd(10)}${String(of.neighbours).padStart(4)}`
  const points = simplified(of.points)
  const zones = points.kind === 'or' ? points.of : [points]
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
