import { describe, expect, it } from 'vitest'
import { SECONDS_PER_YEAR } from '#quantities/conversions.ts'
import type { Seconds } from '#quantities/units.ts'
import { formatHalfLife, formatSpan, isShorterThan, readHalfLife, secondsOfUnit } from './half-life.ts'

const DAY = 86_400 as Seconds

describe('reading half-lives', () => {
  it.each([
    ['7.433 d 0.010', 'measured', 642_211.2, 864, '7.433 d'],
    ['~11 s', 'about', 11, null, 'about 11 s'],
    ['>1 us', 'lower-limit', 1e-6, null, 'longer than 1 µs'],
    ['<30 ns', 'upper-limit', 3e-8, null, 'shorter than 30 ns'],
    ['>1# s', 'lower-limit', 1, null, 'longer than 1 s (estimate)'],
    ['15# ms >550ns', 'estimated', 0.015, null, '15 ms (estimate)'],
    ['26# us 11#', 'estimated', 2.6e-5, null, '26 µs (estimate)'],
    ['stbl', 'stable', null, null, 'stable'],
    ['stbl >9.9Zy', 'stable', null, null, 'stable'],
    ['p-unst', 'particle-unbound', null, null, 'particle-unbound'],
    ['', 'unknown', null, null, 'not known'],
  ] as const)('"%s" is %s', (text, kind, seconds, uncertainty, words) => {
    const halfLife = readHalfLife(text)
    expect(halfLife.kind).toBe(kind)
    if (seconds === null) expect(halfLife.seconds).toBeNull()
    else expect(halfLife.seconds! / seconds).toBeCloseTo(1, 12)
    if (uncertainty === null) expect(halfLife.uncertainty).toBeNull()
    else expect(halfLife.uncertainty! / uncertainty).toBeCloseTo(1, 12)
    expect(formatHalfLife(halfLife)).toBe(words)
  })

  it('keeps limits beside estimates and beside stable', () => {
    expect(readHalfLife('15# ms >550ns').limit).toEqual({ sense: '>', seconds: expect.closeTo(5.5e-7, 18) })
    expect(readHalfLife('stbl >9.9Zy').limit!.seconds / (9.9e21 * SECONDS_PER_YEAR)).toBeCloseTo(1, 12)
    expect(readHalfLife('stbl ~1Zy').limit!.sense).toBe('~')
  })

  it('tells units apart by upper and lower case', () => {
    expect(secondsOfUnit('m')).toBe(60)
    expect(secondsOfUnit('ms')).toBe(1e-3)
    expect(secondsOfUnit('My')).toBe(1e6 * SECONDS_PER_YEAR)
    expect(secondsOfUnit('ps')).toBe(1e-12)
    expect(secondsOfUnit('Py')).toBe(1e15 * SECONDS_PER_YEAR)
    expect(secondsOfUnit('y')).toBe(31_556_926)
    expect(secondsOfUnit('M')).toBeUndefined()
    expect(secondsOfUnit('toString')).toBeUndefined()
  })

  it('refuses what it does not understand', () => {
    for (const text of ['7.433d', '7.433', 'long', '3 fortnights', '12abc s', '1.2.3 s', 'stbl soon']) {
      expect(() => readHalfLife(text), text).toThrow(RangeError)
    }
  })
})

describe('half-lives against a span', () => {
  it('decides only what is known', () => {
    expect(isShorterThan(readHalfLife('7.433 d 0.010'), (100 * DAY) as Seconds)).toEqual({
      shorter: true,
      certain: true,
    })
    expect(isShorterThan(readHalfLife('249.863 d 0.024'), (100 * DAY) as Seconds)).toEqual({
      shorter: false,
      certain: true,
    })
    expect(isShorterThan(readHalfLife('stbl'), DAY)).toEqual({ shorter: false, certain: true })
    expect(isShorterThan(readHalfLife('p-unst'), 1e-12 as Seconds)).toEqual({ shorter: true, certain: true })
    expect(isShorterThan(readHalfLife('>9 y'), DAY)).toEqual({ shorter: false, certain: true })
    expect(isShorterThan(readHalfLife('>1 us'), DAY)).toEqual({ shorter: true, certain: false })
    expect(isShorterThan(readHalfLife('<30 ns'), DAY)).toEqual({ shorter: true, certain: true })
    expect(isShorterThan(readHalfLife('15# ms >550ns'), DAY)).toEqual({ shorter: true, certain: false })
    expect(isShorterThan(readHalfLife(''), DAY)).toBeUndefined()
  })
})

describe('time spans in words', () => {
  it('chooses a unit', () => {
    expect(formatSpan(642_211.2 as Seconds)).toBe('7.433 d')
    expect(formatSpan(0.015 as Seconds)).toBe('15 ms')
    expect(formatSpan(59.9 as Seconds)).toBe('59.9 s')
    expect(formatSpan(60 as Seconds)).toBe('1 min')
    expect(formatSpan((4.463e9 * SECONDS_PER_YEAR) as Seconds)).toBe('4.463 Gy')
    expect(formatSpan(3.07e-22 as Seconds)).toBe('3.07e-22 s')
    expect(formatSpan(0 as Seconds)).toBe('0 s')
    expect(formatSpan(Number.POSITIVE_INFINITY as Seconds)).toBe('for ever')
    expect(formatSpan(Number.NaN as Seconds)).toBe('not a time')
  })
})
