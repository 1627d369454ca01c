/**
 * When two decks are equivalent: FLUKA would do the same with both. Left out of the comparison are comments, blank lines,
 * remarks, the form in which a card was written (FREE, FIXED, columns, spelling of numbers and commands), blank fields at the
 * end of a card, and brackets of regions that change nothing. Kept are the order of everything, which branch of an `#if` it
 * stands in, and every number to the last bit.
 */

import { type Card, whatText } from './card.ts'
import type { Deck, DeckNode, DirectiveNode } from './deck.ts'
import { type Geometry, type RegionTree, simplified } from './geometry.ts'
import { isActive } from './place.ts'
import { inFixedForm, isIncluded } from './write-deck.ts'

/** A deck as lines that are equal exactly for equivalent decks. */
export function canonicalLines(deck: Deck): string[] {
  return deck.nodes.filter((node) => !isIncluded(node)).flatMap((node) => nodeLines(node))
}

function nodeLines(node: DeckNode): string[] {
  const state = isActive(node) ? '' : 'off '
  switch (node.kind) {
    case 'comment':
    case 'form':
    case 'after-stop':
      return []
    case 'title':
      return [`${state}TITLE|${node.text.trimEnd()}`]
    case 'directive':
      return directiveLines(node, state)
    case 'card':
      return [state + cardLine(node)]
    case 'geometry':
      return geometryBlock(node, state)
  }
}

const directiveLines = (node: DirectiveNode, state: string): string[] => [
  `${state}#${node.directive}|${node.name}|${node.value}`,
]

function cardLine(of: Card): string {
  const card = inFixedForm(of)
  const fields = card.whats.map(whatText)
  while (fields.at(-1) === '') fields.pop()
  const formulas = [...card.formulas].map(([number, formula]) => `${number}=${formula}`)
  return [card.command, card.sdum, ...fields, ...card.below.map((line) => `>${line}`), ...formulas].join('|')
}

function geometryBlock(block: Geometry, state: string): string[] {
  return [
    state + cardLine(block.begin),
    ...(block.voxels === undefined ? [] : [state + cardLine(block.voxels)]),
    `${state}geometry|${block.form}|${block.volumeFlag}|${block.debugFlag}|${block.title}`,
    ...[...block.bodies, ...block.regions, ...block.afterRegions]
      .filter((item) => !isIncluded(item))
      .flatMap(itemLines),
    state + cardLine(block.end),
  ]
}

type Item = Geometry['bodies'][number] | Geometry['regions'][number] | Geometry['afterRegions'][number]

function itemLines(item: Item): string[] {
  const own = isActive(item) ? '' : 'off '
  switch (item.kind) {
    case 'comment':
      return []
    case 'directive':
      return directiveLines(item, own)
    case 'card':
      return [own + cardLine(item)]
    case 'body':
      return [`${own}${item.code}|${item.name}|${item.parameters.map(whatText).join('|')}`]
    case 'region':
      return [`${own}region|${item.name}|${item.neighbours}|${treeText(simplified(item.points))}`]
    case 'transform':
      return [`${own}$${item.edge}_${item.change}|${item.arguments.map(whatText).join('|')}`]
    case 'volumes':
      return item.values.map((value) => `${own}volume|${whatText(value)}`)
    case 'unread':
      return [`${own}unread|${item.text.trim().replace(/\s+/gu, ' ')}`]
  }
}

function treeText(tree: RegionTree): string {
  switch (tree.kind) {
    case 'body':
      return tree.name
    case 'not':
      return `!${treeText(tree.of)}`
    case 'and':
      return `(${tree.of.map(treeText).join(' & ')})`
    case 'or':
      return `(${tree.of.map(treeText).join(' | ')})`
  }
}
