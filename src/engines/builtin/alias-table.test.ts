import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aliasTable, drawFrom } from './alias-table.ts'

describe('alias table', () => {
  it('holds exactly the probabilities it was made from', () => {
    const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1e3, noNaN: true })), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(weights, (anyWeights) => {
        const sum = anyWeights.reduce((a, b) => a + b, 0)
        fc.pre(sum > 0)
        const { keep, other } = aliasTable(anyWeights)
        const probability = new Float64Array(anyWeights.length)
        for (let i = 0; i < keep.length; i++) {
          probability[i]! += keep[i]! / keep.length
          probability[other[i]!]! += (1 - keep[i]!) / keep.length
        }
        for (const [i, weight] of anyWeights.entries()) {
          expect(Math.abs(probability[i]! - weight / sum)).toBeLessThan(1e-13)
          if (weight === 0) expect(probability[i]).toBeLessThan(1e-13)
        }
      }),
    )
  })

  it('draws by column and fraction', () => {
    const table = aliasTable([1, 3])
    const drawn = [0, 0, 0, 0]
    for (let i = 0; i < 1000; i++) drawn[drawFrom(table, (i + 0.5) / 1000)]!++
    expect(drawn).toEqual([250, 750, 0, 0])
  })

  it('refuses what is no distribution', () => {
    expect(() => aliasTable([0, 0])).toThrow(/positive sum/)
    expect(() => aliasTable([])).toThrow(/positive sum/)
    expect(() => aliasTable([1, -1])).toThrow(/not negative/)
    expect(() => aliasTable([1, Number.NaN])).toThrow(/finite/)
  })
})
