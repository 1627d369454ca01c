import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeTally } from '#test/tallies/made-tallies.ts'
import { BatchTableBuilder, batchRows, checkBatchTable, checkTaskTally, columnSum } from './batch-table.ts'
import type { BatchTable, TaskTally } from './tally.ts'

const batch = (ordinal: number) => ({ ordinal, first: ordinal * 10, histories: 10 })

describe('table of sums per batch', () => {
  it('gives back what was put in, columns in order, repeated columns added', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 1000 })), { maxLength: 300 }), {
          maxLength: 6,
        }),
        (rows) => {
          const builder = new BatchTableBuilder(21, true)
          rows.forEach((row, ordinal) => {
            for (const [column, n] of row) builder.add(column, n, n * n)
            builder.endBatch(batch(ordinal))
          })
          const table = builder.build()
          checkBatchTable(table, 21, 'made', true)
          const read = [...batchRows(table)]
          expect(read.length).toBe(rows.length)
          rows.forEach((row, ordinal) => {
            const expected = new Map<number, [number, number]>()
            for (const [column, n] of row) {
              const [sum, square] = expected.get(column) ?? [0, 0]
              expected.set(column, [sum + n, square + n * n])
            }
            const got = [...read[ordinal]!.columns].map((column, i): [number, [number, number]] => [
              column,
              [read[ordinal]!.sums[i]!, read[ordinal]!.squares![i]!],
            ])
            expect(got).toEqual([...expected].sort((a, b) => a[0] - b[0]))
          })
          const all = rows.flat().reduce((sum, [column, n]) => sum + (column === 7 ? n : 0), 0)
          expect(columnSum(table, 7)).toBe(all)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('starts anew after a table, and refuses a column that is none', () => {
    const builder = new BatchTableBuilder(2, false)
    builder.add(1, 5)
    builder.endBatch(batch(0))
    expect(builder.build().sums).toEqual(Float64Array.of(5))
    builder.endBatch(batch(1))
    expect(builder.build()).toMatchObject({ batches: [batch(1)], squares: null })
    for (const column of [-1, 2, Number.NaN]) {
      expect(() => builder.add(column, 1)).toThrow(expect.objectContaining({ code: 'TALLY_INVALID' }))
    }
  })

  const good = madeTally([0, 1, 2])
  const table = good.residuals.table
  const withTable = (change: Partial<BatchTable>): TaskTally => ({
    ...good,
    residuals: { ...good.residuals, table: { ...table, ...change } },
  })
  const changed = <A extends Float64Array | Uint32Array>(values: A, at: number, value: number): A => {
    const copy = values.slice() as A
    copy[at] = value
    return copy
  }

  it('accepts a whole tally, and one without batches', () => {
    checkTaskTally(good)
    checkTaskTally(madeTally([]))
    expect(good.residuals.table.columns.length).toBeGreaterThan(5)
  })

  it.each<[string, TaskTally]>([
    ['offsets too few', withTable({ offsets: table.offsets.slice(1) })],
    ['offsets falling', withTable({ offsets: changed(table.offsets, 1, table.columns.length + 1) })],
    ['sums too few', withTable({ sums: table.sums.slice(1) })],
    ['squares too few', withTable({ squares: table.squares!.slice(1) })],
    ['no squares beside squares', withTable({ squares: null })],
    ['columns not rising', withTable({ columns: changed(table.columns, 1, table.columns[0]!) })],
    ['a column beyond the table', withTable({ columns: changed(table.columns, table.columns.length - 1, 999) })],
    ['not a number', withTable({ sums: changed(table.sums, 0, Number.NaN) })],
    ['infinite', withTable({ squares: changed(table.squares!, 0, Number.POSITIVE_INFINITY) })],
    ['batches out of order', withTable({ batches: [table.batches[1]!, table.batches[0]!, table.batches[2]!] })],
    ['an empty batch', withTable({ batches: table.batches.map((b, i) => (i === 2 ? { ...b, histories: 0 } : b)) })],
    ['overlapping batches', withTable({ batches: table.batches.map((b, i) => (i === 2 ? { ...b, first: 1500 } : b)) })],
    [
      'other batches in the counters',
      withTable({ batches: table.batches.map((b) => ({ ...b, ordinal: b.ordinal + 1 })) }),
    ],
    ['histories that do not add up', { ...good, histories: good.histories + 1 }],
    [
      'a first region that is not the total',
      { ...good, residuals: { ...good.residuals, regions: ['Disc1', 'total'] } },
    ],
    [
      'nuclides that do not rise',
      { ...good, residuals: { ...good.residuals, nuclides: good.residuals.nuclides.toReversed() } },
    ],
    ['a counter twice', { ...good, counters: { ...good.counters, names: ['fissions', 'fissions'] } }],
    ['a weight other than 1 for counts', { ...good, maxWeight: 2 }],
    ['a weight of zero', { ...madeTally([0], { counts: false }), maxWeight: 0 }],
  ])('refuses %s', (_, tally) => {
    expect(() => checkTaskTally(tally)).toThrow(expect.objectContaining({ code: 'TALLY_INVALID' }))
  })

  it('refuses counters of other regions than those of the residuals, even in another order', () => {
    const wide = madeTally([0], { regions: ['total', 'Disc1', 'Disc2'] })
    checkTaskTally(wide)
    for (const regions of [
      ['total', 'Disc2', 'Disc1'],
      ['total', 'Disc1'],
      ['total', 'Window', 'Disc1', 'Disc2'],
    ]) {
      const tally = { ...wide, counters: { ...wide.counters, regions } }
      expect(() => checkTaskTally(tally)).toThrow(expect.objectContaining({ code: 'TALLY_REGIONS_DIFFER' }))
    }
  })

  it.each([0.5, -1, 2 ** 53])('refuses %d as a count', (value) => {
    const tally = withTable({ sums: changed(table.sums, 0, value) })
    expect(() => checkTaskTally(tally)).toThrow(expect.objectContaining({ code: 'TALLY_NOT_WHOLE' }))
  })
})
