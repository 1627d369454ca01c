/**
 * Bodies and regions in the old fixed form (COMBINAT): bodies `2X, A3, I5, 6D10.3` (three numbers of 22 columns when the
 * second number of the title line is -10 or -100), regions `2X, A3, I5, 9(A2, I5)`. Bodies are numbered, and so are regions.
 * Source: FLUKA manual, "Fixed format body input".
 */

import type { CommentNode, DirectiveNode } from './deck.ts'
import { quoted } from './deck-problem.ts'
import {
  allOf,
  anyOf,
  type BodyItem,
  inside,
  isBodyCode,
  outside,
  type RegionItem,
  type RegionTree,
} from './geometry.ts'
import { fortranNumber } from './number-field.ts'
import type { Place } from './place.ts'
import type { GeometryLines, OpenBody } from './read-geometry.ts'
import type { Reading, SourceLine } from './reading.ts'

interface OpenRegion {
  readonly kind: 'open-region'
  readonly name: string
  readonly neighbours: number
  readonly zones: RegionTree[][]
  readonly place: Place
}

/** Pairs of operator and body on a line. */
const PAIRS = 9

export class FixedGeometryLines implements GeometryLines {
  readonly #reading: Reading
  readonly #width: number
  readonly #bodies: (Exclude<BodyItem, { kind: 'body' }> | OpenBody)[] = []
  readonly #regions: (Exclude<RegionItem, { kind: 'region' }> | OpenRegion)[] = []
  #bodyCount = 0

  constructor(reading: Reading, debugFlag: number) {
    this.#reading = reading
    this.#width = debugFlag === -10 || debugFlag === -100 ? 22 : 10
  }

  isEnd(text: string): boolean {
    return text.trim() === 'END'
  }

  aside(list: 'bodies' | 'regions', node: CommentNode | DirectiveNode): void {
    if (list === 'bodies') this.#bodies.push(node)
    else this.#regions.push(node)
  }

  bodyLine(line: SourceLine, place: Place): void {
    const code = line.text.slice(2, 5).trim()
    const number = line.text.slice(5, 10).trim()
    if (isBodyCode(code) && /^\d*$/u.test(number)) {
      this.#bodyCount++
      const name = number === '' ? String(this.#bodyCount) : number
      const body: OpenBody = { kind: 'open-body', code, name, parameters: [], place }
      this.#bodies.push(body)
      this.#parameters(body, line, place)
      return
    }
    const last = this.#bodies.findLast((item) => item.kind === 'open-body')
    if (last !== undefined && code === '' && number === '') {
      this.#parameters(last, line, place)
      return
    }
    this.#reading.tell(
      'BODY_UNREADABLE',
      place,
      `${quoted(line.text)} is no body in fixed form: a known code in columns 3 to 5, a number in columns 6 to 10.`,
    )
    this.#bodies.push({ kind: 'unread', text: line.text, place })
  }

  #parameters(body: OpenBody, line: SourceLine, place: Place): void {
    const perLine = this.#width === 10 ? 6 : 3
    for (let index = 0; index < perLine; index++) {
      const start = 10 + index * this.#width
      const text = line.text.slice(start, start + this.#width).trim()
      if (text === '') continue
      const value = fortranNumber(text)
      if (value === null) {
        this.#reading.tell('BODY_UNREADABLE', place, `${body.code} ${body.name}: ${quoted(text)} is no number.`)
        body.parameters.push({ kind: 'unreadable', text })
      } else {
        body.parameters.push({ kind: 'number', value })
      }
    }
  }

  bodies(): BodyItem[] {
    return this.#bodies.map((item) => (item.kind === 'open-body' ? { ...item, kind: 'body' } : item))
  }

  regionLine(line: SourceLine, place: Place): void {
    const name = line.text.slice(2, 5).trim()
    const neighbours = line.text.slice(5, 10).trim()
    let open = this.#regions.findLast((item) => item.kind === 'open-region')
    if (name !== '') {
      open = { kind: 'open-region', name, neighbours: Number(neighbours) || 0, zones: [[]], place }
      this.#regions.push(open)
    }
    if (open === undefined) {
      this.#unread(line, place, 'no region has begun: its name stands in columns 3 to 5.')
      return
    }
    for (let pair = 0; pair < PAIRS; pair++) {
      const start = 10 + pair * 7
      const operator = line.text.slice(start, start + 2).trim()
      const body = line.text.slice(start + 2, start + 7).trim()
      if (operator === 'OR' && open.zones.some((zone) => zone.length > 0)) open.zones.push([])
      if (body === '') continue
      const match = /^([+-]?)\s*(\d+)$/u.exec(body)
      if (match === null || (operator !== '' && operator !== 'OR')) {
        this.#unread(line, place, `${quoted(operator + body)} is no signed number of a body.`)
        return
      }
      const [, sign = '', number = ''] = match
      open.zones.at(-1)?.push(sign === '-' ? outside(number) : inside(number))
    }
  }

  #unread(line: SourceLine, place: Place, why: string): void {
    this.#reading.tell('REGION_UNREADABLE', place, `${quoted(line.text)}: ${why}`)
    this.#regions.push({ kind: 'unread', text: line.text, place })
  }

  regions(): RegionItem[] {
    return this.#regions.map((item): RegionItem => {
      if (item.kind !== 'open-region') return item
      const { name, neighbours, place } = item
      const zones = item.zones.filter((zone) => zone.length > 0)
      if (zones.length === 0) {
        this.#reading.tell('REGION_UNREADABLE', place, `Region ${name} names no body.`)
        return { kind: 'unread', text: `  ${name.padEnd(3)}${String(neighbours).padStart(5)}`, place }
      }
      return { kind: 'region', name, neighbours, points: anyOf(...zones.map((zone) => allOf(...zone))), place }
    })
  }
}
