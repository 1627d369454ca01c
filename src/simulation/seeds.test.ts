import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LARGEST_SEED, seedFromKey } from './seeds.ts'

const jobKey = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 })

describe('seeds of a job without records', () => {
  it('are in range and never the same within a job, over all points and batches', () => {
    fc.assert(
      fc.property(jobKey, fc.integer({ min: 1, max: 20 }), fc.nat({ max: 1e6 }), (key, points, from) => {
        const seeds = new Set<number>()
        for (let ordinal = from; ordinal < from + 100; ordinal++) {
          for (let point = 0; point < points; point++) {
            const seed = seedFromKey(key, points, point, ordinal)
            expect(Number.isInteger(seed) && seed >= 1 && seed <= LARGEST_SEED).toBe(true)
            seeds.add(seed)
          }
        }
        expect(seeds.size).toBe(100 * points)
      }),
      { numRuns: 60 },
    )
  })

  it('stay apart near the end of the range too, and beyond it there are none', () => {
    const last = Array.from({ length: 5000 }, (_, i) => seedFromKey('00000000ffffffff', 1, 0, LARGEST_SEED - 1 - i))
    expect(new Set(last).size).toBe(5000)
    expect(() => seedFromKey('00000000ffffffff', 1, 0, LARGEST_SEED)).toThrow(/899999999 batches/)
  })

  it('are the same for the same key and others for another', () => {
    const of = (key: string) => Array.from({ length: 1000 }, (_, i) => seedFromKey(key, 1, 0, i))
    expect(of('0123456789abcdef')).toEqual(of('0123456789abcdef'))
    const both = new Set([...of('0123456789abcdef'), ...of('0123456789abcdee'), ...of('1123456789abcdef')])
    expect(both.size).toBeGreaterThan(2990)
  })

  it('are spread over the whole range', () => {
    const tenths = new Array<number>(10).fill(0)
    for (let i = 0; i < 20_000; i++) tenths[Math.floor((seedFromKey('0123456789abcdef', 1, 0, i) * 10) / 9e8)]! += 1
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(250)
  })
})
