import { describe, expect, it } from 'vitest'
import { digitsOf, formatNumber, formatPercent, formatRate, type RateUnit, spokenNumber } from './display.ts'
import type { Rate } from './document.ts'
import { NO_ESTIMATE, NO_RATE } from './rate.ts'

const perSecond: RateUnit = { per: 'second', currentMicroampere: 200 }
const sampled: Rate = {
  ...NO_RATE,
  perPrimary: 1.77e-4,
  perSecond: 2.2095e11,
  perMicrocoulomb: 1.1047e9,
  counts: 1770,
  statisticalErrorKind: 'sampled',
  statisticalError: 4.2e-6,
}
const model = { class: 'A', factor: 1.485 } as const

describe('numbers', () => {
  it.each([
    [2.04e11, 2, '2.0e11'],
    [3e-7, 2, '3.0e-7'],
    [9.96e11, 2, '1.0e12'],
    [0.00707, 2, '7.1e-3'],
    [0.0123, 2, '0.012'],
    [9999, 2, '1.0e4'],
    [0.0999, 2, '0.10'],
    [1234, 4, '1234'],
    [1234, 2, '1200'],
    [56.78, 3, '56.8'],
    [-4.5e9, 2, '-4.5e9'],
    [0, 2, '0'],
    [Number.NaN, 2, 'not a number'],
  ])('%d with %d digits is %s', (value, digits, text) => expect(formatNumber(value, digits)).toBe(text))

  it('are read out in words', () => {
    expect(spokenNumber(2.04e11)).toBe('2.0 times 10 to the 11')
    expect(spokenNumber(3e-7)).toBe('3.0 times 10 to the minus 7')
    expect(spokenNumber(12)).toBe('12')
  })

  it('show errors in percent', () => {
    expect([0.00003, 0.0024, 0.012, 0.351, 0.998, 1.5].map(formatPercent)).toEqual([
      '< 0.01 %',
      '0.24 %',
      '1.2 %',
      '35 %',
      '100 %',
      '150 %',
    ])
  })
})

describe('rates for people', () => {
  it('show two digits where a model stands behind, both errors side by side', () => {
    const text = formatRate({ ...sampled, model }, perSecond)
    expect(text).toEqual({
      text: '2.2e11 /s ±2.4 % ×/÷1.49 (A)',
      value: '2.2e11 /s',
      statistical: '±2.4 %',
      model: '×/÷1.49 (A)',
      spoken: '2.2 times 10 to the 11 per second, plus or minus 2.4 percent, model known within a factor 1.49, class A',
    })
  })

  it('show as many digits as the statistics leave where no model error is stated', () => {
    expect(formatRate(sampled, { per: 'primary' }).text).toBe('1.77e-4 /primary ±2.4 %')
    expect(formatRate({ ...sampled, statisticalError: 1e-8 }, { per: 'primary' }).value).toBe('1.77000e-4 /primary')
    expect(digitsOf({ ...sampled, statisticalError: 1e-4 })).toBe(2)
  })

  it('show an asymmetric interval where the counts are few', () => {
    const few: Rate = {
      ...sampled,
      perPrimary: 3e-6,
      counts: 3,
      statisticalError: 1.7e-6,
      interval68: [1.37e-6, 5.92e-6],
    }
    expect(formatRate(few, { per: 'primary' }).text).toBe('3.0e-6 /primary +2.9e-6 −1.6e-6')
    expect(formatRate(few, perSecond).statistical).toBe('+3.6e9 −2.0e9')
  })

  it('show limits in every unit, the lower bound, and words where there is no number', () => {
    const zero: Rate = { ...NO_RATE, statisticalErrorKind: 'sampled', counts: 0, limit95: 3e-7 }
    expect(formatRate(zero, { per: 'primary' }, 'zero').text).toBe('< 3.0e-7 /primary')
    expect(formatRate(zero, perSecond, 'zero').text).toBe('< 3.7e8 /s')
    expect(formatRate(zero, perSecond, 'zero').spoken).toBe(
      'nothing counted; below 3.7 times 10 to the 8 per second at 95 percent confidence',
    )
    expect(formatRate({ ...sampled, lowerBound: true }, { per: 'microcoulomb' }).value).toBe('≥ 1.10e9 /µC')
    expect(formatRate(NO_RATE, perSecond).text).toBe('not known')
    expect(formatRate(NO_RATE, perSecond, 'not-scored').text).toBe('not scored')
    expect(formatRate(NO_RATE, perSecond, 'isomer-not-resolved').spoken).toBe('isomer not resolved')
    expect(formatRate(NO_RATE, perSecond, 'zero').text).toBe('nothing counted')
    expect(formatRate(NO_ESTIMATE, perSecond, 'zero').text).toBe('not produced in this model')
  })

  it('never show an unknown error as a number', () => {
    const unknown: Rate = { ...sampled, statisticalErrorKind: 'not-known', statisticalError: null }
    expect(formatRate(unknown, perSecond).text).toBe('2.2e11 /s ± not known')
    expect(formatRate(unknown, perSecond).spoken).toContain('statistical error not known')
    expect(
      formatRate({ ...sampled, statisticalErrorKind: 'none', statisticalError: null, model }, perSecond).text,
    ).toBe('2.2e11 /s ×/÷1.49 (A)')
  })
})
