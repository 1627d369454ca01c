/** Reads a geometry block, from the line below GEOBEGIN to GEOEND. */

import type { Card, What } from './card.ts'
import type { CommentNode, DirectiveNode } from './deck.ts'
import { quoted } from './deck-problem.ts'
import {
  BODY_PARAMETERS,
  type Body,
  type BodyCode,
  type BodyItem,
  bodiesIn,
  type Geometry,
  type GeometryEndItem,
  type Region,
  type RegionItem,
} from './geometry.ts'
import { fortranNumber } from './number-field.ts'
import { isActive, type Place } from './place.ts'
import { FixedGeometryLines } from './read-fixed-geometry.ts'
import { FreeGeometryLines } from './read-free-geometry.ts'
import type { Reading, SourceLine } from './reading.ts'

/** A body whose numbers may go on on the next line. */
export interface OpenBody {
  readonly kind: 'open-body'
  readonly code: BodyCode
  readonly name: string
  readonly parameters: What[]
  readonly place: Place
}

/** How the lines of one form are read. Each is told line by line; continuation lines are its own business. */
export interface GeometryLines {
  /** Whether the line ends a list: END alone. */
  isEnd(text: string): boolean
  bodyLine(line: SourceLine, place: Place): void
  bodies(): BodyItem[]
  regionLine(line: SourceLine, place: Place): void
  regions(): RegionItem[]
  /** Puts a comment or directive in its place among bodies or regions. */
  aside(list: 'bodies' | 'regions', node: CommentNode | DirectiveNode): void
}

/** What the reader of cards does for the geometry. */
export interface CardReading {
  /** The card on a line and its `&` lines, whatever its command. */
  cardAt(line: SourceLine): Card
}

/** `begin` has been read. Its SDUM, or GLOBAL WHAT(5), decides the form. */
export function readGeometry(reading: Reading, cards: CardReading, begin: Card, freeGeometry: boolean): Geometry {
  const beginPlace = begin.place as Place
  const form = begin.sdum.toUpperCase().startsWith('COMBNAME') || freeGeometry ? 'names' : 'numbers'
  const before: (CommentNode | DirectiveNode)[] = []
  let titleText = ''
  let voxels: Card | undefined
  for (let line = reading.next(); line !== undefined; line = reading.next()) {
    const isComment = /^[*#!]/u.test(line.text)
    const node = isComment ? reading.aside(line) : undefined
    if (node === undefined) {
      if (voxels === undefined && line.text.startsWith('VOXELS')) {
        voxels = cards.cardAt(line)
        reading.tell(
          'GEOMETRY_ELSEWHERE',
          voxels.place as Place,
          'Voxels stand in a file of their own, which was not read: their regions are not known here.',
          'VOXELS',
        )
        continue
      }
      titleText = line.text
      break
    }
    before.push(node)
  }
  const { volumeFlag, debugFlag, title } = geometryTitle(titleText)
  const lines: GeometryLines =
    form === 'names' ? new FreeGeometryLines(reading) : new FixedGeometryLines(reading, debugFlag)
  for (const node of before) lines.aside('bodies', node)
  const end = readLists(reading, cards, lines, begin)
  const bodies = lines.bodies()
  const regions = lines.regions()
  const block: Geometry = {
    kind: 'geometry',
    begin,
    ...(voxels === undefined ? {} : { voxels }),
    form,
    volumeFlag,
    debugFlag,
    title,
    bodies,
    regions,
    afterRegions: end.items,
    end: end.card,
    place: beginPlace,
  }
  checkBlock(reading, block)
  return block
}

/** `2I5, 10X, A60`; real decks put the numbers anywhere in front. */
function geometryTitle(text: string): { volumeFlag: number; debugFlag: number; title: string } {
  const first = text.slice(0, 5).trim()
  const second = text.slice(5, 10).trim()
  const whole = /^[+-]?\d+$/u
  const columns = (first === '' || whole.test(first)) && (second === '' || whole.test(second))
  if (columns) return { volumeFlag: Number(first), debugFlag: Number(second), title: text.slice(20).trim() }
  const [, one = '0', two = '0', rest = ''] = /^\s*([+-]?\d+)?\s*([+-]?\d+)?\s*([\s\S]*)$/u.exec(text) ?? []
  return { volumeFlag: Number(one), debugFlag: Number(two), title: rest.trim() }
}

function readLists(
  reading: Reading,
  cards: CardReading,
  lines: GeometryLines,
  begin: Card,
): { items: GeometryEndItem[]; card: Card } {
  const items: GeometryEndItem[] = []
  const beginPlace = begin.place as Place
  let stage: 'bodies' | 'regions' | 'after' = 'bodies'
  for (let line = reading.next(); line !== undefined; line = reading.next()) {
    const aside = reading.aside(line)
    if (aside !== undefined) {
      if (stage === 'after') items.push(aside)
      else lines.aside(stage, aside)
      continue
    }
    const place = reading.place(line)
    if (/^\s*GEOEND/u.test(line.text)) {
      const card = cards.cardAt(line)
      if (stage !== 'after') {
        reading.tell(
          'GEOMETRY_END_MISSING',
          card.place as Place,
          `GEOEND comes before the END of the ${stage}. END stands alone on a line after the bodies and after the regions.`,
          'GEOEND',
        )
      }
      return { items, card }
    }
    if (stage === 'after') {
      items.push(afterRegion(reading, cards, line, place))
    } else if (lines.isEnd(line.text) && (place.active || !beginPlace.active)) {
      stage = stage === 'bodies' ? 'regions' : 'after'
    } else if (stage === 'bodies') {
      lines.bodyLine(line, place)
    } else {
      lines.regionLine(line, place)
    }
  }
  reading.tell('GEOMETRY_UNFINISHED', beginPlace, 'The geometry has no GEOEND.', 'GEOBEGIN')
  const end: Card = { ...begin, command: 'GEOEND', whats: begin.whats.map(() => ({ kind: 'blank' })), sdum: '' }
  return { items, card: end }
}

/** Between the regions and GEOEND stand volumes and LATTICE cards. */
function afterRegion(reading: Reading, cards: CardReading, line: SourceLine, place: Place): GeometryEndItem {
  if (/^[A-Z]/u.test(line.text)) return cards.cardAt(line)
  const values = line.text
    .trim()
    .split(/[\s,]+/u)
    .map(fortranNumber)
  if (values.every((value) => value !== null)) {
    return { kind: 'volumes', values: values.map((value) => ({ kind: 'number', value })), place }
  }
  reading.tell('REGION_UNREADABLE', place, `${quoted(line.text)} is neither a volume nor a card.`)
  return { kind: 'unread', text: line.text, place }
}

/** What can be said when the whole block is there. */
function checkBlock(reading: Reading, block: Geometry): void {
  if (!isActive(block)) return
  const bodies = new Map<string, Body>()
  for (const item of block.bodies) {
    if (item.kind !== 'body' || !isActive(item)) continue
    const first = bodies.get(item.name)
    if (first !== undefined) {
      const where = first.place === null ? '' : ` (line ${first.place.line})`
      reading.tell('BODY_REPEATED', item.place as Place, `A body ${item.name} exists already${where}.`)
    }
    bodies.set(item.name, item)
    const wanted = BODY_PARAMETERS[item.code]
    if (item.parameters.length !== wanted) {
      reading.tell(
        'BODY_PARAMETERS',
        item.place as Place,
        `${item.code} ${item.name} has ${item.parameters.length} numbers; it needs ${wanted}.`,
      )
    }
  }
  checkRegions(reading, block, bodies)
}

function checkRegions(reading: Reading, block: Geometry, bodies: ReadonlyMap<string, Body>): void {
  const names = new Map<string, Region>()
  for (const item of block.regions) {
    if (item.kind !== 'region' || !isActive(item)) continue
    const first = names.get(item.name)
    // Fixed form: a name of a region is a remark there, regions are counted.
    if (first !== undefined && block.form === 'names') {
      const where = first.place === null ? '' : ` (line ${first.place.line})`
      reading.tell('REGION_REPEATED', item.place as Place, `A region ${item.name} exists already${where}.`)
    }
    names.set(item.name, item)
    const unknown = new Set(bodiesIn(item.points).filter((name) => !bodies.has(name)))
    for (const name of unknown) {
      reading.tell(
        'BODY_UNDEFINED',
        item.place as Place,
        `Region ${item.name} uses the body ${name}, which does not exist.`,
      )
    }
  }
  const volumes = block.afterRegions.flatMap((item) => (item.kind === 'volumes' && isActive(item) ? item.values : []))
  const regions = block.regions.filter((item) => item.kind === 'region' && isActive(item)).length
  if (block.volumeFlag === 3 && volumes.length !== regions) {
    reading.tell(
      'VOLUMES_COUNT',
      block.begin.place as Place,
      `${volumes.length} volumes are given for ${regions} regions.`,
      'GEOBEGIN',
    )
  }
}
