import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fortranNumber, freeNumber, numberField } from './number-field.ts'

describe('a number in ten columns', () => {
  it.each([
    [0, '0.0'],
    [3, '3.'],
    [-25, '-25.'],
    [0.5, '0.5'],
    [-0.48, '-0.48'],
    [86400, '86400.'],
    [1e9, '1.E9'],
    [54217137, '54217137.'],
    [900000000, '900000000.'],
    [123456789, '123456789.'],
    [1.25e15, '1.25E15'],
    [1e-14, '1.E-14'],
    [0.0029947, '0.0029947'],
    [-0.0029947, '-0.0029947'],
    [-0.00299471, '-.00299471'],
  ])('%d is written %s, without loss', (value, text) => {
    expect(numberField(value)).toEqual({ text, value, relativeLoss: 0 })
  })

  it.each([
    [Math.PI, '3.14159265'],
    [-Math.PI, '-3.1415927'],
    [1 / 3, '.333333333'],
    [-2 / 3, '-.66666667'],
    // The point moves to where the exponent needs one digit only.
    [1.2483015e15, '1248302.E9'],
    [12345678901, '12.34568E9'],
    [1.23456789e-10, '.123457E-9'],
  ])('%d loses as little as ten columns allow: %s', (value, text) => {
    const field = numberField(value)
    expect(field.text).toBe(text)
    expect(field.relativeLoss).toBeCloseTo(Math.abs(Number(text) - value) / Math.abs(value), 14)
    expect(field.relativeLoss).toBeGreaterThan(0)
  })

  it('fits, has a decimal point, reads back to what it says, and no spelling of ten columns is nearer', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e99, max: 1e99 }), (value) => {
        if (value !== 0 && Math.abs(value) < 1e-90) return
        const field = numberField(value)
        expect(field.text.length).toBeLessThanOrEqual(10)
        expect(field.text).toContain('.')
        expect(fortranNumber(field.text)).toBe(field.value)
        for (let digits = 1; digits <= 9; digits++) {
          const other = String(Number(value.toPrecision(digits)))
          if (other.length > 10 || !other.includes('.')) continue
          expect(Math.abs(field.value - value)).toBeLessThanOrEqual(Math.abs(Number(other) - value))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('reads what Fortran reads', () => {
    const cases: [string, number | null][] = [
      ['50.E+00', 50],
      ['+50.0', 50],
      ['-1E-06', -1e-6],
      ['2E10', 2e10],
      ['1D5', 1e5],
      ['1.5+3', 1500],
      ['.6242E13', 6.242e12],
      ['7.', 7],
      ['@LASTREG', null],
      ['136-XE', null],
      ['E5', null],
      ['1.2.3', null],
      ['', null],
      ['0x10', null],
      ['Infinity', null],
    ]
    for (const [text, value] of cases) expect([text, fortranNumber(text)]).toEqual([text, value])
  })

  it('in free form keeps every digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(freeNumber(value)).toContain('.')
        expect(fortranNumber(freeNumber(value))).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})
