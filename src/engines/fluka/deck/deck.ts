/** A deck: the sequence of everything that stands in FLUKA's input file. */

import type { Card } from './card.ts'
import type { Geometry } from './geometry.ts'
import { isActive, type Place } from './place.ts'
import { asciiLine, titleLine } from './printable.ts'

/** TITLE and the line below it, whatever that line is. */
export interface TitleNode {
  readonly kind: 'title'
  readonly text: string
  readonly place: Place | null
}

/** A line that FLUKA ignores: `*` or `!` in column 1, or nothing on it. `text` is the whole line. */
export interface CommentNode {
  readonly kind: 'comment'
  readonly text: string
  readonly place: Place | null
}

/** What the preprocessor knows; `unknown` is any other line that begins with `#`. */
export type Directive = 'define' | 'undef' | 'if' | 'elif' | 'else' | 'endif' | 'include' | 'unknown'

/** A line of the preprocessor. */
export interface DirectiveNode {
  readonly kind: 'directive'
  readonly directive: Directive
  /** Name of `#define`, `#undef`, `#if`, `#elif`; file of `#include`; the whole line of `unknown`; empty otherwise. */
  readonly name: string
  /** Value of a `#define`; empty when it only exists. */
  readonly value: string
  readonly place: Place | null
}

/** FREE or FIXED: the form of the cards from here on. */
export interface FormNode {
  readonly kind: 'form'
  readonly form: 'free' | 'fixed'
  readonly place: Place | null
}

/** A line behind STOP: FLUKA never reads it. */
export interface AfterStopNode {
  readonly kind: 'after-stop'
  readonly text: string
  readonly place: Place | null
}

export type DeckNode = Card | TitleNode | CommentNode | DirectiveNode | FormNode | Geometry | AfterStopNode

export interface Deck {
  readonly nodes: readonly DeckNode[]
}

/** A title made from any text: see {@link titleLine} for what becomes of it. */
export const title = (text: string): TitleNode => ({ kind: 'title', text: titleLine(text), place: null })

/** Comment lines made from any text; a line break in it starts another comment line, never a card. */
export const comments = (text: string): CommentNode[] =>
  text.split(/\r\n|[\n\r\u2028\u2029]/u).map((line) => ({
    kind: 'comment',
    text: `* ${asciiLine(line)}`.trimEnd().slice(0, 80),
    place: null,
  }))

/** All cards of a deck in order, those of its geometry blocks (GEOBEGIN, LATTICE, GEOEND) in their place. */
export function cardsIn(deck: Deck): Card[] {
  return deck.nodes.flatMap((node): Card[] => {
    if (node.kind === 'card') return [node]
    if (node.kind !== 'geometry') return []
    const voxels = node.voxels === undefined ? [] : [node.voxels]
    return [node.begin, ...voxels, ...node.afterRegions.filter((item) => item.kind === 'card'), node.end]
  })
}

/** The cards that FLUKA sees: not those in branches of `#if` that are switched off. */
export const activeCards = (deck: Deck): Card[] => cardsIn(deck).filter(isActive)

/** The geometry blocks that FLUKA sees: exactly one in a deck that can run. */
export const activeGeometries = (deck: Deck): Geometry[] =>
  deck.nodes.filter((node) => node.kind === 'geometry').filter(isActive)
