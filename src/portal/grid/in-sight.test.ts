import { expect, it } from 'vitest'
import { isInSight } from './in-sight.ts'

/** Ten whole rows below the heading. */
const table = { top: 280, height: 33 + 280, headHeight: 33, rowHeight: 28 }

it('sees the rows between heading and lower edge, and no others', () => {
  const seen = Array.from({ length: 40 }, (_, row) => row).filter((row) => isInSight(row, table))
  expect(seen).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
})

it('does not see a row that is cut at either edge', () => {
  const seen = Array.from({ length: 40 }, (_, row) => row).filter((row) => isInSight(row, { ...table, top: 281 }))
  expect(seen).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19])
})

it('sees no row where none is active', () => {
  expect(isInSight(-1, table)).toBe(false)
})
