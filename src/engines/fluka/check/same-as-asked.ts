/** Check 9 of fluka.md 9.2: the deck that was read back is the deck that was asked for, field by field. */

import { type Card, whatText } from '../deck/card.ts'
import type { Deck, DeckNode } from '../deck/deck.ts'
import type { Geometry, RegionTree } from '../deck/geometry.ts'
import { type DeckFinding, finding } from './deck-finding.ts'
import { LOST_DIGITS_TOLERANCE } from './written-text.ts'

/**
 * Compares what FLUKA sees: cards, title and geometry in their order. Comments, and the form in which a card is written,
 * say nothing to FLUKA.
 *
 * @param asked composed from the setup.
 * @param read from the text.
 */
export function checkSameAsAsked(asked: Deck, read: Deck): readonly DeckFinding[] {
  const wanted = asked.nodes.flatMap(entriesOf)
  const got = read.nodes.flatMap(entriesOf)
  const found: DeckFinding[] = []
  for (let at = 0; at < Math.max(wanted.length, got.length) && found.length < MOST_DIFFERENCES; at++) {
    const [want, have] = [wanted[at], got[at]]
    if (want && have && same(want.fields, have.fields)) continue
    found.push(finding('DECK_DIFFERS', have?.place ?? null, difference(want, have)))
    // After a card too many or too few every later one would differ.
    if (!want || !have || want.what !== have.what) break
  }
  return found
}

const MOST_DIFFERENCES = 20

interface Entry {
  /** For people: `BEAM`, `body RCC disc1`. */
  readonly what: string
  readonly fields: readonly (string | number)[]
  readonly place: DeckFinding['place']
}

function entriesOf(node: DeckNode): readonly Entry[] {
  switch (node.kind) {
    case 'title':
      return [{ what: 'TITLE', fields: [node.text], place: node.place }]
    case 'card':
      return [cardEntry(node)]
    case 'geometry':
      return geometryEntries(node)
    case 'directive':
      return [{ what: `#${node.directive}`, fields: [node.name, node.value], place: node.place }]
    case 'comment':
    case 'form':
    case 'after-stop':
      return []
  }
}

const cardEntry = (card: Card): Entry => ({
  what: `${card.command} ${card.sdum}`.trim(),
  fields: [card.command, ...card.whats.map(fieldOf), card.sdum],
  place: card.place,
})

const fieldOf = (field: Card['whats'][number]): string | number =>
  field.kind === 'number' ? field.value : whatText(field)

function geometryEntries({ begin, end, bodies, regions }: Geometry): readonly Entry[] {
  return [
    cardEntry(begin),
    ...bodies.flatMap((item): Entry[] =>
      item.kind === 'body'
        ? [
            {
              what: `body ${item.code} ${item.name}`,
              fields: [item.code, item.name, ...item.parameters.map(fieldOf)],
              place: item.place,
            },
          ]
        : [],
    ),
    ...regions.flatMap((item): Entry[] =>
      item.kind === 'region'
        ? [{ what: `region ${item.name}`, fields: [item.name, treeText(item.points)], place: item.place }]
        : [],
    ),
    cardEntry(end),
  ]
}

function treeText(tree: RegionTree): string {
  switch (tree.kind) {
    case 'body':
      return `+${tree.name}`
    case 'not':
      return tree.of.kind === 'body' ? `-${tree.of.name}` : `-(${treeText(tree.of)})`
    case 'and':
      return tree.of.map(treeText).join(' ')
    case 'or':
      return tree.of.map(treeText).join(' | ')
  }
}

const same = (a: Entry['fields'], b: Entry['fields']): boolean =>
  a.length === b.length && a.every((value, index) => sameField(value, b[index]!))

function sameField(a: string | number, b: string | number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') {
    // A blank field is FLUKA's default, and so is a zero (fluka.md 1.1); they are told apart all the same.
    return a === b
  }
  return a === b || Math.abs(a - b) <= LOST_DIGITS_TOLERANCE * Math.abs(a)
}

function difference(want: Entry | undefined, have: Entry | undefined): string {
  if (!want) return `${have!.what} is in the deck and was not asked for.`
  if (!have) return `${want.what} was asked for and is not in the deck.`
  if (want.what !== have.what) return `${have.what} stands where ${want.what} should be.`
  const at = want.fields.findIndex((value, index) => !sameField(value, have.fields[index] ?? ''))
  const name = /^(body|region|TITLE|#)/u.test(want.what) ? `its part ${at}` : `WHAT(${at})`
  const shown = (value: string | number | undefined): string =>
    value === '' || value === undefined ? 'blank' : String(value)
  return `${want.what}: ${name} should be ${shown(want.fields[at])} and is ${shown(have.fields[at])}.`
}
