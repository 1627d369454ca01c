import { describe, expect, it } from 'vitest'
import {
  binomialTails,
  chiSquareQuantile,
  gammaQuantile,
  logGamma,
  normalQuantile,
  normalUpperTail,
  regularisedBeta,
  regularisedGamma,
  studentQuantile,
} from './special-functions.ts'

const close = (value: number, expected: number, relative = 1e-12): void => {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))
}

describe('distribution functions', () => {
  it('knows factorials and the gamma function of one half', () => {
    close(logGamma(0.5), Math.log(Math.sqrt(Math.PI)))
    close(logGamma(11), Math.log(3_628_800))
    close(logGamma(171), 706.573062245787, 1e-12)
  })

  it('equals the closed forms of the gamma and beta functions', () => {
    for (const x of [0.01, 0.5, 1, 3, 20]) {
      close(regularisedGamma(1, x).upper, Math.exp(-x))
      close(regularisedGamma(3, x).upper, Math.exp(-x) * (1 + x + (x * x) / 2))
    }
    for (const x of [0.001, 0.2, 0.5, 0.9]) {
      close(regularisedBeta(1, 1, x), x)
      close(regularisedBeta(2, 1, x), x * x)
      close(regularisedBeta(1, 5, x), 1 - (1 - x) ** 5)
    }
  })

  it('reproduces tabulated quantiles (Abramowitz and Stegun, tables 26.8, 26.10)', () => {
    close(chiSquareQuantile(2, 0.95), 5.991464547107979)
    close(chiSquareQuantile(1, 0.95), 3.841458820694124)
    close(chiSquareQuantile(10, 0.05), 3.94029913611906, 1e-10)
    close(chiSquareQuantile(100, 0.5), 99.33412923598846, 1e-10)
    close(normalQuantile(0.975), 1.959963984540054)
    close(normalQuantile(0.025), -1.959963984540054)
    close(normalUpperTail(1), 0.158655253931457, 1e-12)
    close(normalUpperTail(6), 9.865876450376946e-10, 1e-9)
    close(studentQuantile(0.975, 1), 12.70620473617471, 1e-10)
    close(studentQuantile(0.975, 9), 2.262157162798205, 1e-10)
    close(studentQuantile(0.05, 4), -2.131846786326649, 1e-10)
    close(studentQuantile(0.975, 1e6), 1.959966371, 1e-8)
  })

  it('inverts itself over the whole range', () => {
    for (const a of [0.05, 0.5, 1, 2.7, 24, 300, 1e5]) {
      for (const p of [1e-10, 1e-3, 0.158, 0.5, 0.841, 0.999, 1 - 1e-10]) {
        const x = gammaQuantile(a, p)
        if (a === 0.05 && p === 1e-10) {
          close(x, (1e-10 * Math.exp(logGamma(1.05))) ** 20, 1e-10)
        }
        const { lower, upper } = regularisedGamma(a, x)
        // With a = 1e5 the front factor is the exponential of a difference of numbers near 1e6.
        if (p < 0.5) close(lower, p, 1e-8)
        else expect(Math.abs(upper - (1 - p))).toBeLessThanOrEqual(1e-8 * (1 - p) + 1e-16)
      }
    }
  })

  it('adds up binomial tails, the middle term twice', () => {
    const { atMost, atLeast } = binomialTails(3, 10, 0.3)
    close(atMost, 0.6496107184, 1e-10)
    close(atLeast, 0.6172172136, 1e-10)
    const big = binomialTails(500_000, 1_000_000, 0.5)
    close(big.atMost, 0.5 + 0.5 * 7.97884461e-4, 1e-8)
    close(binomialTails(0, 5, 0.5).atMost, 1 / 32)
    expect(binomialTails(0, 5, 0.5).atLeast).toBe(1)
    expect(binomialTails(5, 5, 0.5).atMost).toBe(1)
  })
})
