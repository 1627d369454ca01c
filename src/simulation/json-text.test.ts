import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJsonText } from './json-text.ts'

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('reading JSON text', () => {
  test('whatever JSON.stringify writes comes back, indented or not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const read = readJsonText(text)
        expect(read).toEqual({ ok: true, value: JSON.parse(text) })
      }),
    )
  })

  test('a damaged text is refused exactly when JSON.parse refuses it (repeated keys apart)', () => {
    let refused = 0
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.constantFrom(...'{}[],:"\\e.-+01nt \n\'/'), (value, at, sign) => {
        const text = JSON.stringify(value)
        const place = at % (text.length + 1)
        const damaged = text.slice(0, place) + sign + text.slice(place + (at % 2))
        const read = readJsonText(damaged)
        if (read.ok || read.error.code === 'DOCUMENT_NOT_JSON') expect(read.ok, damaged).toBe(parses(damaged))
        if (!read.ok) refused++
      }),
      { numRuns: 2000 },
    )
    expect(refused).toBeGreaterThan(100)
  })

  test.each([
    ['', 1, 1, 'The text is empty'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'Expected a comma or } after a value, but found ""b": 2".'],
    ["{'a': 1}", 1, 2, 'JSON uses double quotes'],
    ['{"a": 1,}', 1, 9, 'A comma too many stands before it'],
    ['{"a": NaN}', 1, 7, 'JSON has no such number'],
    ['{"a": .5}', 1, 7, 'Numbers begin with a digit'],
    ['{"a": 01}', 1, 8, 'Expected the end of the number'],
    ['{"a": True}', 1, 7, 'small letters'],
    ['// note\n{}', 1, 1, 'JSON has no comments'],
    ['{"a": "b', 1, 7, 'never ends'],
    ['{"a": "b\nc"}', 1, 9, 'A line break or control sign'],
    ['{"a": "\\x"}', 1, 8, 'backslash'],
    ['{} {}', 1, 4, 'Expected the end of the text'],
    ['['.repeat(100), 1, 65, 'Nested more than 64 levels'],
    ['{"a": {"b": 1, "b": 2}}', 1, 16, 'The key "b" stands twice'],
  ])('%j breaks at line %i, column %i', (text, line, column, words) => {
    const read = readJsonText(text)
    expect(read.ok).toBe(false)
    if (read.ok) return
    expect([read.error.line, read.error.column]).toEqual([line, column])
    expect(read.error.message).toContain(words)
  })
})
