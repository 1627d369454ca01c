/**
 * From the typed deck to text. Commands in fixed form (`A8,2X,6E10.0,A8`), geometry in the form with names. A card whose
 * numbers would lose more than the tolerance in ten columns stands between FREE and FIXED. No line is longer than
 * 80 columns, and nothing in a node can add a line: every line passes through {@link oneLine}.
 */

import { type Card, COMMAND_LENGTH, numberIn, SDUM_LENGTH, WHATS_PER_LINE, type What, what, whatText } from './card.ts'
import type { Deck, DeckNode, DirectiveNode } from './deck.ts'
import { FIELD_WIDTH, freeNumber, numberField } from './number-field.ts'
import type { Place } from './place.ts'
import { oneLine } from './printable.ts'
import { geometryLines } from './write-geometry.ts'

/** Relative loss that a card may have before it is written in free form. */
export const FIXED_FORM_TOLERANCE = 1e-5

/** Columns of a line. */
export const LINE_WIDTH = 80

/** A number that is in the text with less precision than was asked. */
export interface NumberLoss {
  readonly command: string
  /** Which node of the deck, from 0. */
  readonly node: number
  /** Number of the WHAT, from 1. */
  readonly what: number
  readonly sdum: string
  readonly requested: number
  /** What a reader of the text gets. */
  readonly written: number
  readonly relativeLoss: number
}

export interface WrittenDeck {
  readonly text: string
  /** All numbers of cards that are not exactly in the text, losses above the tolerance included when free form cannot help. */
  readonly losses: readonly NumberLoss[]
}

/** Writes a deck. `tolerance`: see {@link FIXED_FORM_TOLERANCE}. */
export function writeDeck(deck: Deck, options: { readonly tolerance?: number } = {}): WrittenDeck {
  const tolerance = options.tolerance ?? FIXED_FORM_TOLERANCE
  const lines: string[] = []
  const losses: NumberLoss[] = []
  deck.nodes.forEach((node, index) => {
    if (isIncluded(node)) return
    const writer: CardWriter = {
      tolerance,
      lost: (of, what, requested, written, relativeLoss) =>
        losses.push({ command: of.command, node: index, what, sdum: of.sdum, requested, written, relativeLoss }),
    }
    lines.push(...linesOf(node, writer))
  })
  return { text: lines.map((line) => `${oneLine(line).trimEnd()}\n`).join(''), losses }
}

/** How cards are written, and whom to tell what was lost. */
export interface CardWriter {
  readonly tolerance: number
  lost(of: Card, what: number, requested: number, written: number, relativeLoss: number): void
}

/** What came from an `#include` stays in its file. */
export const isIncluded = (node: { readonly place: Place | null }): boolean =>
  node.place !== null && node.place.file !== null

function linesOf(node: DeckNode, writer: CardWriter): string[] {
  switch (node.kind) {
    case 'title':
      return ['TITLE', oneLine(node.text)]
    case 'comment':
      return [commentLine(node.text)]
    case 'directive':
      return [directiveLine(node)]
    case 'form':
      // The writer sets the form of each card itself.
      return []
    case 'card':
      return cardLines(inFixedForm(node), writer)
    case 'geometry':
      return geometryLines(node, writer)
    case 'after-stop':
      return [oneLine(node.text)]
  }
}

/** GLOBAL asks for fixed form with names and numbers (1) where it asked for free form (2): that is what is written. */
export function inFixedForm(of: Card): Card {
  if (of.command !== 'GLOBAL' || numberIn(what(of, 4)) !== 2) return of
  return { ...of, whats: of.whats.with(3, { kind: 'number', value: 1 }) }
}

/** A comment stays a comment whatever its text is. */
export function commentLine(text: string): string {
  const line = oneLine(text)
  return line.trim() === '' || /^[*!]/u.test(line) ? line : `* ${line}`
}

export function directiveLine(node: DirectiveNode): string {
  if (node.directive === 'unknown') return oneLine(node.name)
  return oneLine(['#' + node.directive, node.name, node.value].filter((part) => part !== '').join(' '))
}

/** The lines of one card: formulas, the card, its `&` lines. */
export function cardLines(of: Card, writer: CardWriter): string[] {
  const formulas = [...of.formulas].map(([number, formula]) => `!@what.${number}=${oneLine(formula)}`)
  const fixed = fixedForm(of)
  const worst = fitsColumns(of)
    ? Math.max(0, ...fixed.losses.map((loss) => loss.relativeLoss))
    : Number.POSITIVE_INFINITY
  const chosen = worst > writer.tolerance ? (freeForm(of, worst) ?? fixed) : fixed
  for (const loss of chosen.losses) writer.lost(of, loss.what, loss.requested, loss.written, loss.relativeLoss)
  return [...formulas, ...withRemark(chosen.lines, of.remark), ...of.below.map(oneLine)]
}

/** Names read from free form may be longer than columns are wide. */
const fitsColumns = (of: Card): boolean =>
  of.sdum.length <= SDUM_LENGTH &&
  of.whats.every((field) => field.kind === 'number' || whatText(field).length <= FIELD_WIDTH)

interface Written {
  readonly lines: string[]
  readonly losses: { what: number; requested: number; written: number; relativeLoss: number }[]
}

/** A remark goes behind the card where there is room, else on a comment line before it. */
function withRemark(lines: string[], remark: string | null): string[] {
  if (remark === null || remark.trim() === '') return lines
  const first = `${(lines[0] ?? '').padEnd(FIELD_WIDTH * 8)} ! ${oneLine(remark).trim()}`
  return first.length <= LINE_WIDTH ? [first, ...lines.slice(1)] : [`* ${oneLine(remark).trim()}`, ...lines]
}

function fixedForm(of: Card): Written {
  const losses: Written['losses'] = []
  const lines: string[] = []
  for (let start = 0; start < of.whats.length; start += WHATS_PER_LINE) {
    const fields = of.whats.slice(start, start + WHATS_PER_LINE).map((field, index) => {
      if (field.kind !== 'number') return fieldText(field)
      const { text, value, relativeLoss } = numberField(field.value)
      if (relativeLoss > 0)
        losses.push({ what: start + index + 1, requested: field.value, written: value, relativeLoss })
      return text.padStart(FIELD_WIDTH)
    })
    const head = `${of.command.slice(0, COMMAND_LENGTH).padEnd(FIELD_WIDTH)}${fields.join('')}`
    lines.push(start === 0 ? head + of.sdum.slice(0, SDUM_LENGTH) : `${head} &`)
  }
  return { lines: lines.map((line) => line.trimEnd()), losses }
}

function fieldText(field: What): string {
  return oneLine(whatText(field)).slice(0, FIELD_WIDTH).padStart(FIELD_WIDTH)
}

/**
 * The card between FREE and FIXED: commas between all fields, so that empty ones keep their place. As many digits as fit
 * into 80 columns; `undefined` when that is no better than `worst`, or when a field holds a separator.
 */
function freeForm(of: Card, worst: number): Written | undefined {
  for (let digits = 17; digits > 5; digits--) {
    const written = freeFormWith(of, digits)
    if (written === undefined) return undefined
    if (written.lines.some((line) => line.length > LINE_WIDTH)) continue
    return Math.max(0, ...written.losses.map((loss) => loss.relativeLoss)) < worst ? written : undefined
  }
  return undefined
}

function freeFormWith(of: Card, digits: number): Written | undefined {
  const losses: Written['losses'] = []
  const lines: string[] = ['FREE']
  if (SEPARATORS.test(of.sdum)) return undefined
  for (let start = 0; start < of.whats.length; start += WHATS_PER_LINE) {
    const fields: string[] = []
    for (const [index, field] of of.whats.slice(start, start + WHATS_PER_LINE).entries()) {
      if (field.kind !== 'number') {
        const text = oneLine(whatText(field)).trim()
        if (SEPARATORS.test(text)) return undefined
        fields.push(text)
        continue
      }
      const rounded = digits >= 17 ? field.value : Number(field.value.toPrecision(digits))
      if (rounded !== field.value) {
        const relativeLoss = Math.abs(rounded - field.value) / Math.abs(field.value)
        losses.push({ what: start + index + 1, requested: field.value, written: rounded, relativeLoss })
      }
      fields.push(freeNumber(rounded))
    }
    const last = start === 0 ? of.sdum : '&'
    lines.push([of.command, ...fields, last].join(', ').replace(/[\s]+$/u, ''))
  }
  lines.push('FIXED')
  return { lines, losses }
}

/** What separates items in free form. Source: FLUKA manual, FREE. */
const SEPARATORS = /[\s,/;\\:]/u
