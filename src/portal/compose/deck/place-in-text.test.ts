import { expect, it } from 'vitest'
import { helpAt } from '#engines/fluka/deck/help-at.ts'
import { filledLine, offsetOfLine, placeOf } from './place-in-text.ts'

it('finds line and column of a caret, and the offset of a line', () => {
  const text = 'TITLE\nSPES\nSTOP'
  expect(placeOf(text, 0)).toEqual({ line: 1, column: 1 })
  expect(placeOf(text, 6)).toEqual({ line: 2, column: 1 })
  expect(placeOf(text, text.length)).toEqual({ line: 3, column: 5 })
  expect([1, 2, 3, 4].map((line) => offsetOfLine(text, line))).toEqual([0, 6, 11, text.length])
})

it('counts the tag of a field as the ten columns that it becomes', () => {
  const line = 'RANDOMIZ         1.{{ seed | field }}         7.'
  const filled = filledLine(line)
  expect(filled.text).toBe('RANDOMIZ         1.xxxxxxxxxx         7.'.replace('1.x', '1.x'))
  const inTag = line.indexOf('seed') + 1
  const behind = line.indexOf('7.') + 1
  const what = (column: number) => helpAt([filled.text.padEnd(80)], 1, filled.column(column))?.what
  expect(filled.column(5)).toBe(5)
  expect(what(inTag + 2)).toBe(2)
  expect(filled.column(behind)).toBe(filled.text.indexOf('7.') + 1)
  expect(filledLine('BEAM      -0.04').back(11, 20)).toEqual([11, 20])
})
