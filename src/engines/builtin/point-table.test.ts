import { describe, expect, it } from 'vitest'
import { linearAt, logLogAt, pointTable } from './point-table.ts'

describe('point tables', () => {
  it('reads points, straight lines between them, end values outside', () => {
    const table = pointTable('1:10, 2:20\n4:0')
    expect(linearAt(table, 1.5)).toBe(15)
    expect(linearAt(table, 3)).toBe(10)
    expect(linearAt(table, 0)).toBe(10)
    expect(linearAt(table, 9)).toBe(0)
  })

  it('reads power laws exactly in log-log', () => {
    const table = pointTable('1:1 10:100 100:10000')
    expect(logLogAt(table, 3)).toBeCloseTo(9, 10)
    expect(logLogAt(table, 0.5)).toBe(0)
    expect(logLogAt(table, 1e6)).toBe(10_000)
  })

  it('refuses a slip in a table', () => {
    expect(() => pointTable('1:2 1:3')).toThrow(/ascending/)
    expect(() => pointTable('1:2 x')).toThrow(/point "x:y"/)
    expect(() => pointTable('1:2')).toThrow(/two points/)
  })
})
