/** Lines of a text that FLUKA or one of its summing programs wrote, and the numbers in them. */

import { FlukaReadError } from '../read-error.ts'

/** A number as Fortran writes it, without the blanks around it. */
export const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+|[+-]\d{3})?`

const WHOLE = new RegExp(`^${NUMBER}$`)

/** Real lines have less than 200 characters. No pattern is tried on what is far from it. */
const LONGEST_LINE = 1000

/** Walks a text line by line. */
export class TextLines {
  readonly file: string
  #lines: readonly string[]
  #at = 0

  constructor(text: string, file: string) {
    this.file = file
    this.#lines = text.split(/\r?\n/)
    // The piece after a final newline is no line.
    if (this.#lines.at(-1) === '') this.#lines = this.#lines.slice(0, -1)
    const long = this.#lines.findIndex((line) => line.length > LONGEST_LINE)
    if (long >= 0) {
      throw this.#error(long + 1, `lines of at most ${LONGEST_LINE} characters`, `one of ${this.#lines[long]!.length}`)
    }
  }

  /** The next line without going on to it; `null` at the end. */
  peek(): string | null {
    return this.#lines[this.#at] ?? null
  }

  /** The line after the next; empty at the end. */
  peekAfter(): string {
    return this.#lines[this.#at + 1] ?? ''
  }

  /** Goes on to the next line; `null` at the end. */
  next(): string | null {
    const line = this.peek()
    if (line !== null) this.#at++
    return line
  }

  /** Goes over empty lines and answers the next other one without going on to it. */
  peekBeyondBlanks(): string | null {
    while (this.peek()?.trim() === '') this.#at++
    return this.peek()
  }

  /** An error at the line before which the walk stands. */
  errorHere(expected: string): FlukaReadError {
    const line = this.peek()
    return this.#error(
      this.#at + 1,
      expected,
      line === null ? 'the end of the text' : JSON.stringify(line.slice(0, 120)),
    )
  }

  /** An error at the line that was read last. */
  error(expected: string): FlukaReadError {
    return this.#error(this.#at, expected, JSON.stringify((this.#lines[this.#at - 1] ?? '').slice(0, 120)))
  }

  /** A number of the line that was read last. @throws FlukaReadError `FLUKA_TEXT_INVALID` when it is none. */
  number(token: string | undefined, what: string): number {
    const value = token === undefined ? Number.NaN : fortranNumber(token)
    if (!Number.isFinite(value)) throw this.error(`${what}, a number`)
    return value
  }

  /** A whole number of the line that was read last. */
  integer(token: string | undefined, what: string): number {
    if (token === undefined || !/^-?\d{1,9}$/.test(token)) throw this.error(`${what}, a whole number`)
    return Number(token)
  }

  /** All numbers of the line that was read last. */
  numbers(line: string, what: string): number[] {
    return line
      .trim()
      .split(/\s+/)
      .map((token) => this.number(token, what))
  }

  #error(line: number, expected: string, found: string): FlukaReadError {
    return new FlukaReadError('FLUKA_TEXT_INVALID', { file: this.file, record: line, offset: null, expected, found })
  }
}

/** A number as Fortran writes it, also with an exponent of three digits and no letter (`1.5-101`); NaN if it is none. */
export function fortranNumber(token: string): number {
  if (!WHOLE.test(token)) return Number.NaN
  return Number(token.replace(/[Dd]/, 'E').replace(/^([+-]?[\d.]+)([+-]\d{3})$/, '$1E$2'))
}
