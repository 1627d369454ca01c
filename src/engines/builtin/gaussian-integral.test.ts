import { describe, expect, it } from 'vitest'
import { erfc, gaussianIntegral } from './gaussian-integral.ts'

describe('error function', () => {
  // Abramowitz and Stegun, table 7.1 and 7.3.
  it.each([
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2, 0.004677734981047266],
    [3, 2.209049699858544e-5],
    [5, 1.5374597944280349e-12],
    [10, 2.088487583762545e-45],
  ])('erfc(%f) = %f to 1e-8 of its value', (x, value) => {
    expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-8)
    expect(erfc(-x)).toBeCloseTo(2 - value, 9)
  })

  it('integrates both tails alike and adds up to 1', () => {
    expect(gaussianIntegral(6, 7)).toBeCloseTo(gaussianIntegral(-7, -6), 20)
    expect(gaussianIntegral(-1, 1)).toBeCloseTo(0.6826894921370859, 9)
    let sum = 0
    for (let k = -40; k < 40; k++) sum += gaussianIntegral(k / 2, (k + 1) / 2)
    expect(sum).toBeCloseTo(1, 12)
  })
})
