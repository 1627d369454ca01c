/** What the readers of a deck share: the lines, where they are, what the preprocessor makes of them, what was found wrong. */

import type { CommentNode, DirectiveNode } from './deck.ts'
import { type DeckProblem, type DeckProblemCode, deckProblem, quoted } from './deck-problem.ts'
import type { Place } from './place.ts'
import { directiveOf, Preprocessor } from './preprocessor.ts'

/** A line of the deck or of a file it includes. */
export interface SourceLine {
  readonly text: string
  readonly line: number
  readonly file: string | null
}

/** Includes in one another. */
const INCLUDE_DEPTH = 8

export class Reading {
  readonly problems: DeckProblem[] = []
  readonly preprocessor: Preprocessor
  readonly #includes: ReadonlyMap<string, string>
  /** Lines still to come, the next one last; includes are put on top. */
  readonly #stacks: { lines: SourceLine[]; at: number; file: string | null }[]
  readonly #returned: SourceLine[] = []
  #cards = 0

  constructor(text: string, includes: ReadonlyMap<string, string>, defined: ReadonlyMap<string, string>) {
    this.#includes = includes
    this.preprocessor = new Preprocessor(defined)
    this.#stacks = [{ lines: sourceLines(text, null), at: 0, file: null }]
  }

  /** The next line, `undefined` at the end. */
  next(): SourceLine | undefined {
    const returned = this.#returned.shift()
    if (returned !== undefined) return returned
    for (let top = this.#stacks.at(-1); top !== undefined; top = this.#stacks.at(-1)) {
      const line = top.lines[top.at++]
      if (line !== undefined) return line
      if (this.#stacks.length === 1) return undefined
      this.#stacks.pop()
    }
    return undefined
  }

  /** Puts back lines that were taken, to be taken again in this order. They must hold no directive. */
  putBack(lines: readonly SourceLine[]): void {
    this.#returned.unshift(...lines)
  }

  place(line: SourceLine, card: number | null = null): Place {
    return { line: line.line, card, active: this.preprocessor.active, file: line.file }
  }

  /** A place with the number of a further card. */
  cardPlace(line: SourceLine): Place {
    return this.place(line, ++this.#cards)
  }

  /** Adds a finding. In a branch that is switched off nothing is wrong. */
  tell(code: DeckProblemCode, place: Place, message: string, command?: string, what?: number): void {
    if (!place.active) return
    this.problems.push(
      deckProblem(code, place, message, {
        ...(command === undefined ? {} : { command }),
        ...(what === undefined ? {} : { what }),
      }),
    )
  }

  /** The node of a line that is no card and no geometry: comment, blank, directive. `undefined` for all others. */
  aside(line: SourceLine): CommentNode | DirectiveNode | undefined {
    if (line.text.startsWith('#')) return this.directive(line)
    if (line.text.trim() === '' || /^[*!]/u.test(line.text)) {
      return { kind: 'comment', text: line.text, place: this.place(line) }
    }
    return undefined
  }

  directive(line: SourceLine): DirectiveNode {
    const before = this.place(line)
    const node = directiveOf(line.text, before)
    this.preprocessor.follow(node, before, (code, place, message) => this.tell(code, place, message))
    if (node.directive === 'include' && before.active) this.#include(node.name, before)
    // The lines of #if, #elif and #else count as what surrounds them.
    return node
  }

  #include(written: string, place: Place): void {
    const file = written.replace(/^["'<]|["'>]$/gu, '')
    const text = this.#includes.get(file)
    if (text === undefined) {
      this.tell('INCLUDE_MISSING', place, `The text of ${quoted(file)} was not given. What it holds is not looked at.`)
      return
    }
    if (this.#stacks.length > INCLUDE_DEPTH || this.#stacks.some((one) => one.file === file)) {
      this.tell('INCLUDE_NESTED', place, `${quoted(file)} includes itself, or more than ${INCLUDE_DEPTH} files deep.`)
      return
    }
    this.#stacks.push({ lines: sourceLines(text, file), at: 0, file })
  }
}

function sourceLines(text: string, file: string | null): SourceLine[] {
  const lines = text.replace(/^\uFEFF/u, '').split(/\r\n|\n|\r/u)
  // A text that ends with a line break has no further line.
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => ({ text: line, line: index + 1, file }))
}
