/** Bodies and regions in free form: names, blanks or commas between items, up to 132 characters a line. */

import { whatText } from './card.ts'
import type { CommentNode, DirectiveNode } from './deck.ts'
import { quoted } from './deck-problem.ts'
import { type BodyItem, isBodyCode, type RegionItem, type TransformLine } from './geometry.ts'
import type { Place } from './place.ts'
import { geometryItem, withoutRemark } from './read-fields.ts'
import type { GeometryLines, OpenBody } from './read-geometry.ts'
import type { Reading, SourceLine } from './reading.ts'
import { RegionExpressionError, regionTree } from './region-expression.ts'

interface OpenRegion {
  readonly kind: 'open-region'
  readonly name: string
  readonly neighbours: number
  expression: string
  readonly place: Place
}

const TRANSFORM = /^\$(start|end)_(translat|transform|expansion)[a-z]*\s*([\s\S]*)$/iu
const REGION_HEAD = /^\s*([A-Za-z][A-Za-z0-9_]*)\s+([0-9]+)(?=\s|$|[+\-|(])([\s\S]*)$/u

export class FreeGeometryLines implements GeometryLines {
  readonly #reading: Reading
  readonly #bodies: (Exclude<BodyItem, { kind: 'body' }> | OpenBody)[] = []
  readonly #regions: (Exclude<RegionItem, { kind: 'region' }> | OpenRegion)[] = []
  readonly #openTransforms: TransformLine[] = []

  constructor(reading: Reading) {
    this.#reading = reading
  }

  isEnd(text: string): boolean {
    return withoutRemark(text).text.trim() === 'END'
  }

  aside(list: 'bodies' | 'regions', node: CommentNode | DirectiveNode): void {
    if (list === 'bodies') this.#bodies.push(node)
    else this.#regions.push(node)
  }

  bodyLine(line: SourceLine, place: Place): void {
    const { text, remark } = withoutRemark(line.text)
    if (remark !== null && remark !== '') this.#bodies.push({ kind: 'comment', text: `! ${remark}`, place })
    const transform = TRANSFORM.exec(text.trim())
    if (transform !== null) {
      this.#transform(transform, place)
      return
    }
    const items = text
      .trim()
      .split(/[\s,]+/u)
      .filter((item) => item !== '')
    const [code = '', name = ''] = items
    if (isBodyCode(code) && name !== '') {
      const body: OpenBody = { kind: 'open-body', code, name, parameters: [], place }
      this.#bodies.push(body)
      this.#parameters(body, items.slice(2), place)
      return
    }
    const last = this.#bodies.findLast((item) => item.kind === 'open-body')
    if (last !== undefined && items.every((item) => geometryItem(item, this.#reading.preprocessor).kind !== 'name')) {
      this.#parameters(last, items, place)
      return
    }
    this.#reading.tell(
      'BODY_UNREADABLE',
      place,
      `${quoted(text)} is no body: a known code, a name and numbers are expected.`,
    )
    this.#bodies.push({ kind: 'unread', text: line.text, place })
  }

  #parameters(body: OpenBody, items: readonly string[], place: Place): void {
    for (const text of items) {
      const item = geometryItem(text, this.#reading.preprocessor)
      body.parameters.push(item.kind === 'name' ? { kind: 'unreadable', text } : item)
      if (item.kind === 'name') {
        this.#reading.tell('BODY_UNREADABLE', place, `${body.code} ${body.name}: ${quoted(text)} is no number.`)
      } else if (item.kind === 'variable' && item.value === null) {
        this.#reading.tell('VARIABLE_UNDEFINED', place, `${body.code} ${body.name}: no #define gives ${text} a number.`)
      }
    }
  }

  #transform(match: RegExpExecArray, place: Place): void {
    const [, edge = '', change = '', rest = ''] = match
    const node: TransformLine = {
      kind: 'transform',
      edge: edge.toLowerCase() as 'start' | 'end',
      change: change.toLowerCase() as TransformLine['change'],
      arguments: rest
        .split(/[\s,]+/u)
        .filter((item) => item !== '')
        .map((item) => geometryItem(item, this.#reading.preprocessor)),
      place,
    }
    this.#bodies.push(node)
    if (node.edge === 'start') {
      this.#openTransforms.push(node)
      return
    }
    // They may be nested in any order of kinds, each kind closed by its own end.
    const at = this.#openTransforms.findLastIndex((one) => one.change === node.change)
    if (at >= 0) this.#openTransforms.splice(at, 1)
    else this.#reading.tell('TRANSFORM_UNMATCHED', place, `$end_${node.change} has no $start_${node.change} before it.`)
  }

  bodies(): BodyItem[] {
    for (const open of this.#openTransforms) {
      this.#reading.tell(
        'TRANSFORM_UNMATCHED',
        open.place as Place,
        `$start_${open.change} ${open.arguments.map(whatText).join(' ')} has no $end_${open.change}.`,
      )
    }
    return this.#bodies.map((item) => (item.kind === 'open-body' ? { ...item, kind: 'body' } : item))
  }

  regionLine(line: SourceLine, place: Place): void {
    const { text, remark } = withoutRemark(line.text)
    if (remark !== null && remark !== '') this.#regions.push({ kind: 'comment', text: `! ${remark}`, place })
    if (text.trim() === '') return
    const [, name = '', neighbours = '', expression = ''] = REGION_HEAD.exec(text) ?? []
    if (name !== '') {
      this.#regions.push({ kind: 'open-region', name, neighbours: Number(neighbours), expression, place })
      return
    }
    const last = this.#regions.findLast((item) => item.kind === 'open-region')
    if (last !== undefined && /^[\s+\-|()]/u.test(text)) {
      last.expression += ` ${text}`
      return
    }
    this.#reading.tell(
      'REGION_UNREADABLE',
      place,
      `${quoted(text)} is no region: a name, a number and bodies are expected, and further lines begin with a blank or a sign.`,
    )
    this.#regions.push({ kind: 'unread', text: line.text, place })
  }

  regions(): RegionItem[] {
    return this.#regions.map((item) => (item.kind === 'open-region' ? this.#closed(item) : item))
  }

  #closed(open: OpenRegion): RegionItem {
    const { name, neighbours, expression, place } = open
    try {
      return { kind: 'region', name, neighbours, points: regionTree(expression), place }
    } catch (error) {
      if (!(error instanceof RegionExpressionError)) throw error
      this.#reading.tell('REGION_UNREADABLE', place, `Region ${name}: ${error.message}`)
      return { kind: 'unread', text: `${name.padEnd(10)}${String(neighbours).padStart(4)} ${expression.trim()}`, place }
    }
  }
}
