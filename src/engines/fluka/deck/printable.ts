/**
 * Text that may stand on one line of a deck. Whatever a person typed into a title or a name passes through here, so that no
 * text can ever add a line, a card or a preprocessor directive.
 */

/** Longest title that FLUKA keeps: 80 bytes in every output file. */
export const TITLE_LENGTH = 80

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
const NOT_ASCII = /[^\x20-\x7e]/gu
const MARKS = /\p{M}+/gu

/** Control characters and every kind of line break become one blank; nothing else changes. */
export const oneLine = (text: string): string => text.replace(CONTROL, ' ')

/** One line of printable ASCII: accents are dropped, µ and the like spelled as Unicode does, the rest becomes `?`. */
export const asciiLine = (text: string): string =>
  oneLine(text).replaceAll('µ', 'u').normalize('NFKD').replace(MARKS, '').replace(NOT_ASCII, '?')

/**
 * A title as FLUKA may have it: one line of ASCII, at most 80 characters, not looking like a comment (`*`, `!`) or a
 * directive (`#`), because TITLE takes the next line whatever it is, and the preprocessor looks first.
 */
export function titleLine(text: string): string {
  const line = asciiLine(text)
    .replace(/\s+/gu, ' ')
    .replace(/^[\s*#!$]+/u, '')
  return line.slice(0, TITLE_LENGTH).trimEnd()
}
