/** The fields of one line: fixed form by columns, free form by separators. */

import { BLANK, COMMAND_LENGTH, WHATS_PER_LINE, type What } from './card.ts'
import { type DeckProblemCode, quoted } from './deck-problem.ts'
import { FIELD_WIDTH, fortranNumber } from './number-field.ts'
import type { Preprocessor } from './preprocessor.ts'

/** What a line of a card holds. */
export interface CardLine {
  /** Eight letters, in capitals. */
  readonly command: string
  readonly whats: readonly What[]
  readonly sdum: string
  /** The line goes on with the card above. */
  readonly continues: boolean
  readonly remark: string | null
}

export type TellField = (code: DeckProblemCode, message: string, what?: number) => void

/** The canonical eight letters of a command as it is spelled: `RANDOMIZE` is `RANDOMIZ`. */
export const commandOf = (written: string): string =>
  (written.trim().split(/\s/u)[0] ?? '').slice(0, COMMAND_LENGTH).toUpperCase()

/** Text before `!` and what follows it. */
export function withoutRemark(line: string): { text: string; remark: string | null } {
  const at = line.indexOf('!')
  return at < 0 ? { text: line, remark: null } : { text: line.slice(0, at), remark: line.slice(at + 1).trim() }
}

/** A line in fixed form: `A8,2X,6E10.0,A8`. */
export function fixedLine(line: string, preprocessor: Preprocessor, tell: TellField): CardLine {
  const { text, remark } = withoutRemark(line)
  if (text.includes('\t')) {
    tell('LINE_HAS_TAB', 'A tab counts as one column. Put blanks in its place, so that each field has its ten columns.')
  }
  const beyond = text.slice(80).trim()
  if (beyond !== '') tell('LINE_BEYOND_80', `${quoted(beyond)} stands beyond column 80 and is not read.`)
  const whats = Array.from({ length: WHATS_PER_LINE }, (_, index) => {
    const start = FIELD_WIDTH * (index + 1)
    return field(text.slice(start, start + FIELD_WIDTH), index, preprocessor, tell)
  })
  const sdum = text.slice(70, 80).trim()
  const continues = text.slice(70, 78).includes('&')
  return { command: commandOf(text.slice(0, 10)), whats, sdum: continues ? '' : sdum, continues, remark }
}

function field(columns: string, index: number, preprocessor: Preprocessor, tell: TellField): What {
  const text = columns.trim()
  const what = index + 1
  const read = itemOf(text, what, preprocessor, tell)
  const atRight = columns.length === FIELD_WIDTH && !/\s$/u.test(columns)
  if (read.kind === 'number' && !text.includes('.') && !atRight) {
    tell(
      'NUMBER_NOT_AT_RIGHT',
      `${quoted(text)} has no decimal point and does not end in column ${20 + 10 * index}: Fortran may read the blanks ` +
        `behind it as zeros. Read here as ${read.value}; write ${text}. to be sure.`,
      what,
    )
  }
  return read
}

/** One item in either form. */
function itemOf(text: string, what: number, preprocessor: Preprocessor, tell: TellField): What {
  if (text === '') return BLANK
  const value = fortranNumber(text)
  if (value !== null) return { kind: 'number', value }
  if (/^[+-]?\$/u.test(text)) {
    const worth = preprocessor.valueOf(text)
    if (worth === null && preprocessor.active) {
      const names = preprocessor.names.map((name) => `$${name}`).join(', ')
      const known = names === '' ? 'Nothing is defined here.' : `Defined here: ${names}.`
      tell('VARIABLE_UNDEFINED', `No #define before this line gives ${quoted(text)} a number. ${known}`, what)
    }
    return { kind: 'variable', text, value: worth }
  }
  if (text === '&') {
    tell(
      'CONTINUATION_MISPLACED',
      'The & stands in a number field; it continues a card only in columns 71 to 78.',
      what,
    )
    return { kind: 'unreadable', text }
  }
  const spaced = withBlanks(text)
  if (spaced !== null) {
    const how = 'Fortran takes blanks in a number for nothing or for zeros; both give the same here.'
    tell('NUMBER_HAS_BLANKS', `${quoted(text)} is read as ${spaced}. ${how} Look at the columns.`, what)
    return { kind: 'number', value: spaced }
  }
  // Names hold no blanks; what does is a field that runs into its neighbour.
  if (!/^(?:@|-?[A-Za-z0-9_])[^\s,;]*$/u.test(text) || /^-?[0-9]+\.[0-9.]*$/u.test(text)) {
    tell('FIELD_UNREADABLE', `${quoted(text)} is neither a number nor a name. Look at the columns.`, what)
    return { kind: 'unreadable', text }
  }
  return { kind: 'name', name: text }
}

/** A number with blanks in it, where both ways of Fortran to read them (nothing, zeros) agree. */
function withBlanks(text: string): number | null {
  if (!/\s/u.test(text)) return null
  const asNothing = fortranNumber(text.replace(/\s/gu, ''))
  return asNothing !== null && asNothing === fortranNumber(text.replace(/\s/gu, '0')) ? asNothing : null
}

/**
 * A line in free form: command, six fields, text. Blanks or one of `, / ; : \` between items; an empty item is shown by
 * two separators.
 */
export function freeLine(line: string, preprocessor: Preprocessor, tell: TellField): CardLine {
  const { text, remark } = withoutRemark(line)
  const items = text.trim().split(/\s*[,/;:\\]\s*|\s+/u)
  const continues = items.at(-1) === '&'
  if (continues) items.pop()
  const [command = '', ...rest] = items
  const texts = rest.slice(0, WHATS_PER_LINE)
  const behind = rest.slice(WHATS_PER_LINE)
  const [sdum = '', ...more] = behind
  if (more.some((item) => item !== '')) {
    tell('ITEMS_TOO_MANY', `${quoted(more.join(' '))} is too much: a line has a command, six fields and a text.`)
  }
  const whats = Array.from({ length: WHATS_PER_LINE }, (_, index) =>
    itemOf(texts[index] ?? '', index + 1, preprocessor, tell),
  )
  return { command: commandOf(command), whats, sdum: continues ? '' : sdum, continues, remark }
}

/** Numbers and variables of the free geometry, and of `$start_...` lines. */
export function geometryItem(text: string, preprocessor: Preprocessor): What {
  const value = fortranNumber(text)
  if (value !== null) return { kind: 'number', value }
  if (/^[+-]?\$/u.test(text)) return { kind: 'variable', text, value: preprocessor.valueOf(text) }
  return { kind: 'name', name: text }
}
