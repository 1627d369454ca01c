import { expect, it } from 'vitest'
import { AcceptedRates, rateOf } from './accepted-rate.ts'

it('measures the rate of the last half minute', () => {
  const rates = new AcceptedRates()
  expect(rateOf(rates.pace('a'), 0)).toBeNull()
  rates.note('a', 0, 0)
  expect(rateOf(rates.pace('a'), 500)).toBeNull()
  // 1000 histories a second for a minute, then 100 a second.
  for (let s = 1; s <= 60; s++) rates.note('a', s * 1000, s * 1000)
  expect(rateOf(rates.pace('a'), 60_000)! * 1000).toBeCloseTo(1000, -1)
  for (let s = 1; s <= 60; s++) rates.note('a', 60_000 + s * 100, 60_000 + s * 1000)
  expect(rateOf(rates.pace('a'), 120_000)! * 1000).toBeCloseTo(100, 0)
  // Nothing comes any more: the rate sinks instead of promising an end that does not come.
  expect(rateOf(rates.pace('a'), 240_000)! * 1000).toBeLessThan(25)
  rates.forget('a')
  expect(rateOf(rates.pace('a'), 240_000)).toBeNull()
})

it('is right however often it is told', () => {
  const rates = new AcceptedRates()
  for (let n = 0; n < 100_000; n++) rates.note('a', n, n * 3)
  expect(rateOf(rates.pace('a'), 300_000)!).toBeCloseTo(1 / 3, 1)
})
