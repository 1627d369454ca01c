/**
 * Reads JSON text as RFC 8259 has it, and says where it breaks.
 *
 * `JSON.parse` words its errors differently in every engine, gives no line in some of them, and lets the last of two
 * equal keys win in silence. This reader gives line, column and what was expected, and refuses repeated keys.
 */

export interface JsonTextError {
  readonly code: 'DOCUMENT_NOT_JSON' | 'DOCUMENT_REPEATED_KEY'
  /** From 1. */
  readonly line: number
  /** From 1, counted in characters. */
  readonly column: number
  /** JSON path where it happened. */
  readonly path: string
  /** What was expected there and what came. */
  readonly message: string
}

export type JsonText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: JsonTextError }

/** Deeper nesting is refused: our documents have eight levels, and a deep one is an attack on the stack. */
const MAX_DEPTH = 64

class Broken extends Error {
  readonly code: JsonTextError['code']
  readonly at: number
  readonly path: string
  constructor(code: JsonTextError['code'], at: number, path: string, message: string) {
    super(message)
    this.code = code
    this.at = at
    this.path = path
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids exactly these inside a string.
const STRING_PART = /[^"\\\u0000-\u001f]*/y
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Reads one JSON value that fills the text. A byte order mark before it is skipped. */
export function readJsonText(text: string): JsonText {
  const reader = new Reader(text)
  try {
    return { ok: true, value: reader.document() }
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    const before = text.slice(0, error.at)
    const line = before.split('\n').length
    const column = error.at - (before.lastIndexOf('\n') + 1) + 1
    return { ok: false, error: { code: error.code, line, column, path: error.path, message: error.message } }
  }
}

class Reader {
  private readonly text: string
  private at = 0
  private readonly steps: (string | number)[] = []

  constructor(text: string) {
    this.text = text
  }

  document(): unknown {
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1
    this.space()
    if (this.at >= this.text.length) this.fail('The text is empty; expected an object: {')
    const value = this.value()
    this.space()
    if (this.at < this.text.length)
      this.fail(`Expected the end of the text after the document, but found ${this.here()}.`)
    return value
  }

  private value(): unknown {
    const character = this.text[this.at]
    if (character === '{') return this.object()
    if (character === '[') return this.list()
    if (character === '"') return this.string()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    NUMBER.lastIndex = this.at
    const number = NUMBER.exec(this.text)?.[0]
    if (number === undefined) return this.fail(`Expected a value, but found ${this.here()}.${this.habit()}`)
    this.at += number.length
    if (/[\d.]/.test(this.text[this.at] ?? '')) this.fail(`Expected the end of the number, but found ${this.here()}.`)
    return Number(number)
  }

  private object(): Record<string, unknown> {
    const entries: [string, unknown][] = []
    const seen = new Set<string>()
    this.enter()
    this.space()
    if (this.text[this.at] !== '}') {
      for (;;) {
        this.space()
        const start = this.at
        if (this.text[this.at] !== '"')
          this.fail(`Expected a key in double quotes, but found ${this.here()}.${this.habit()}`)
        const key = this.string()
        if (seen.has(key)) {
          throw new Broken(
            'DOCUMENT_REPEATED_KEY',
            start,
            this.path(key),
            `The key "${key}" stands twice in this object; keep one of the two.`,
          )
        }
        seen.add(key)
        this.space()
        if (this.text[this.at] !== ':') this.fail(`Expected a colon after the key "${key}", but found ${this.here()}.`)
        this.at++
        this.space()
        this.steps.push(key)
        entries.push([key, this.value()])
        this.steps.pop()
        this.space()
        if (this.text[this.at] === '}') break
        if (this.text[this.at] !== ',') this.fail(`Expected a comma or } after a value, but found ${this.here()}.`)
        this.at++
      }
    }
    this.at++
    // fromEntries makes `__proto__` an own field like any other: nothing in a document reaches a prototype.
    return Object.fromEntries(entries)
  }

  private list(): unknown[] {
    const values: unknown[] = []
    this.enter()
    this.space()
    if (this.text[this.at] !== ']') {
      for (;;) {
        this.space()
        this.steps.push(values.length)
        values.push(this.value())
        this.steps.pop()
        this.space()
        if (this.text[this.at] === ']') break
        if (this.text[this.at] !== ',') this.fail(`Expected a comma or ] after a value, but found ${this.here()}.`)
        this.at++
      }
    }
    this.at++
    return values
  }

  private string(): string {
    const start = this.at
    let text = ''
    this.at++
    for (;;) {
      STRING_PART.lastIndex = this.at
      const part = STRING_PART.exec(this.text)![0]
      text += part
      this.at += part.length
      const character = this.text[this.at]
      if (character === '"') {
        this.at++
        return text
      }
      if (character !== '\\') {
        this.at = character === undefined ? start : this.at
        this.fail(
          character === undefined
            ? 'This text in quotes never ends.'
            : 'A line break or control sign stands inside a text.',
        )
      }
      text += this.escape()
    }
  }

  private escape(): string {
    const sign = this.text[this.at + 1] ?? ''
    if (sign === 'u') {
      const digits = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('Expected four hexadecimal digits after \\u.')
      this.at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const meant = Object.hasOwn(ESCAPES, sign) ? ESCAPES[sign] : undefined
    if (meant === undefined) this.fail('A backslash stands for itself only when it is doubled: \\\\.')
    this.at += 2
    return meant as string
  }

  private enter(): void {
    if (this.steps.length >= MAX_DEPTH)
      this.fail(`Nested more than ${MAX_DEPTH} levels deep; a simulation has far fewer.`)
    this.at++
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++
  }

  private here(): string {
    const character = this.text[this.at]
    if (character === undefined) return 'the end of the text'
    return character === "'" ? 'a single quote' : `"${this.text.slice(this.at, this.at + 10).split('\n')[0]}"`
  }

  /** The usual reason behind an unexpected sign, if there is one. */
  private habit(): string {
    const rest = this.text.slice(this.at, this.at + 9)
    if (rest.startsWith("'")) return ' JSON uses double quotes.'
    if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')) return ' JSON has no comments.'
    if (/^[}\]]/.test(rest)) return ' A comma too many stands before it.'
    if (/^[+.]/.test(rest)) return ' Numbers begin with a digit or a minus.'
    if (/^(NaN|Infinity|-Infinity|undefined)/.test(rest))
      return ' JSON has no such number; use null or leave the field out.'
    if (/^(True|False|None)/.test(rest)) return ' JSON writes true, false and null in small letters.'
    if (rest.includes('\0') || rest.includes('\ufffd')) return ' The text does not look like UTF-8; save it as UTF-8.'
    if (/^[A-Za-z_]/.test(rest)) return ' Texts and keys stand in double quotes.'
    return ''
  }

  private path(last?: string): string {
    return [...this.steps, ...(last === undefined ? [] : [last])].join('.')
  }

  private fail(message: string): never {
    throw new Broken('DOCUMENT_NOT_JSON', this.at, this.path(), message)
  }
}
