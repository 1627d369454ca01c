/** Where in a text something stands, and where it comes to stand when the tags of a template are filled. */

export interface TextPlace {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** The place of a caret. */
export function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - start + 1 }
}

/** Where a line begins in the text. */
export function offsetOfLine(text: string, line: number): number {
  let offset = 0
  for (let at = 1; at < line; at++) {
    const next = text.indexOf('\n', offset)
    if (next < 0) return text.length
    offset = next + 1
  }
  return offset
}

/** Tags that become a field of ten columns: `{{ seed | field }}`, `{{ layer | name }}`. */
const FIELD_TAG = /\{\{[^{}]*\|\s*(?:field|name)\s*\}\}/g
const FIELD_WIDTH = 10

export interface FilledLine {
  readonly text: string
  /** Column of the filled line for a column of the template. */
  column(column: number): number
  /** First and last column in the template for columns of the filled line. */
  back(first: number, last: number): readonly [number, number]
}

/** A line of a template with its fields as wide as they will be, so that columns say which field is meant. */
export function filledLine(line: string): FilledLine {
  const tags = [...line.matchAll(FIELD_TAG)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }))
  const columnOf = (column: number): number => {
    let shift = 0
    for (const { start, end } of tags) {
      if (column - 1 >= end) shift += end - start - FIELD_WIDTH
      else if (column - 1 >= start) return start - shift + Math.min(column - start, FIELD_WIDTH)
    }
    return column - shift
  }
  return {
    text: line.replace(FIELD_TAG, 'x'.repeat(FIELD_WIDTH)),
    column: columnOf,
    back(first, last) {
      const within: number[] = []
      for (let column = 1; column <= Math.max(line.length, last); column++) {
        const filled = columnOf(column)
        if (filled >= first && filled <= last) within.push(column)
      }
      return [within[0] ?? first, within.at(-1) ?? last]
    },
  }
}
