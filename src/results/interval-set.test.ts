import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IntervalSet } from './interval-set.ts'

describe('interval set', () => {
  it('is a set of whole numbers', () => {
    const interval = fc.tuple(fc.nat(60), fc.nat(8)).map(([start, length]) => [start, start + length] as const)
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 30 }), interval, (added, [start, end]) => {
        const set = new IntervalSet()
        const model = new Set<number>()
        for (const [from, to] of added) {
          set.add(from, to)
          for (let i = from; i < to; i++) model.add(i)
        }
        expect(set.size).toBe(model.size)
        expect(set.end).toBe(model.size === 0 ? 0 : Math.max(...model) + 1)
        const inside = [...model].filter((i) => i >= start && i < end)
        expect(set.overlap(start, end)).toBe(inside.length === 0 ? undefined : Math.min(...inside))
        // Rising, none empty, none touching: as few as possible.
        const intervals = set.toArray()
        intervals.forEach(([from, to], i) => {
          expect(to).toBeGreaterThan(from)
          if (i > 0) expect(from).toBeGreaterThan(intervals[i - 1]![1])
        })
      }),
    )
  })
})
