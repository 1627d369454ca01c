/** `#define`, `#if` and so on: which lines FLUKA sees, and what variables are worth. Source: FLUKA manual, "Preprocessor directives". */

import type { Directive, DirectiveNode } from './deck.ts'
import { type DeckProblemCode, quoted } from './deck-problem.ts'
import { fortranNumber } from './number-field.ts'
import type { Place } from './place.ts'

type Tell = (code: DeckProblemCode, place: Place, message: string) => void

interface Condition {
  readonly place: Place
  /** Whether the lines around the `#if` are seen. */
  readonly outer: boolean
  /** Whether a branch has been taken already. */
  taken: boolean
  /** Whether the present branch is seen. */
  active: boolean
  seenElse: boolean
}

const KNOWN = new Set<string>(['define', 'undef', 'if', 'elif', 'else', 'endif', 'include'])

/** A line that begins with `#`, taken apart. */
export function directiveOf(line: string, place: Place): DirectiveNode {
  const text = line.slice(1).trim()
  const directive = (/^[A-Za-z]*/u.exec(text)?.[0] ?? '').toLowerCase()
  const behind = text.slice(directive.length).trim()
  const name = behind.split(/\s/u, 1)[0] ?? ''
  const value = behind.slice(name.length).trim()
  if (!KNOWN.has(directive)) return { kind: 'directive', directive: 'unknown', name: line.trimEnd(), value: '', place }
  if (directive === 'else' || directive === 'endif') return { kind: 'directive', directive, name: '', value: '', place }
  const whole = directive === 'include' ? `${name} ${value}`.trim() : name
  return {
    kind: 'directive',
    directive: directive as Directive,
    name: whole,
    value: directive === 'define' ? value.replace(/!.*$/u, '').trim() : '',
    place,
  }
}

/** State of the preprocessor while a deck is read from top to bottom. */
export class Preprocessor {
  readonly #defined: Map<string, string>
  readonly #conditions: Condition[] = []

  /** `defined`: names that are defined from outside, with their values. */
  constructor(defined: ReadonlyMap<string, string> = new Map()) {
    this.#defined = new Map(defined)
  }

  /** Whether FLUKA sees the line at hand. */
  get active(): boolean {
    return this.#conditions.at(-1)?.active ?? true
  }

  /** Follows a directive. `#include` is the reader's business. */
  follow(node: DirectiveNode, place: Place, tell: Tell): void {
    switch (node.directive) {
      case 'define':
        if (this.active && node.name !== '') this.#defined.set(node.name, node.value)
        return
      case 'undef':
        if (this.active) this.#defined.delete(node.name)
        return
      case 'if': {
        const outer = this.active
        const active = outer && this.#defined.has(node.name)
        this.#conditions.push({ place, outer, taken: active, active, seenElse: false })
        return
      }
      case 'elif':
      case 'else':
        this.#branch(node, place, tell)
        return
      case 'endif':
        if (this.#conditions.pop() === undefined) tell('DIRECTIVE_UNMATCHED', place, '#endif has no #if before it.')
        return
      case 'unknown':
        tell(
          'DIRECTIVE_UNKNOWN',
          place,
          `${quoted(node.name)} is none of #define, #undef, #if, #elif, #else, #endif and #include.`,
        )
        return
      case 'include':
        return
    }
  }

  #branch(node: DirectiveNode, place: Place, tell: Tell): void {
    const condition = this.#conditions.at(-1)
    if (condition === undefined || condition.seenElse) {
      const why = condition === undefined ? 'has no #if before it' : 'stands behind the #else of its #if'
      tell('DIRECTIVE_UNMATCHED', place, `#${node.directive} ${why}.`)
      return
    }
    const wanted = node.directive === 'else' || this.#defined.has(node.name)
    condition.active = condition.outer && !condition.taken && wanted
    condition.taken ||= condition.active
    condition.seenElse = node.directive === 'else'
  }

  /** At the end of the text: what is still open. */
  finish(tell: Tell): void {
    for (const { place } of this.#conditions) {
      tell('DIRECTIVE_UNFINISHED', place, 'The #if has no #endif. Close it.')
    }
  }

  /** The number behind `$NAME`, `-$NAME` or `+$NAME`; `null` when there is none. Definitions may name one another. */
  valueOf(text: string): number | null {
    let sign = 1
    let rest = text
    // A chain of definitions is as long as there are names; a longer one goes round in circles.
    for (let step = 0; step <= this.#defined.size; step++) {
      const match = /^([+-]?)\$\{?([A-Za-z0-9_.]+)\}?$/u.exec(rest)
      if (!match) {
        const value = fortranNumber(rest)
        return value === null ? null : sign * value
      }
      if (match[1] === '-') sign = -sign
      const next = this.#defined.get(match[2] ?? '')
      if (next === undefined) return null
      rest = next
    }
    return null
  }

  /** Names defined at this point, for a message. */
  get names(): readonly string[] {
    return [...this.#defined.keys()]
  }
}
