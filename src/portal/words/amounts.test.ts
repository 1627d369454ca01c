import { describe, expect, it } from 'vitest'
import { percent, primaries, significant, typeset, unitLabel, whole } from './amounts.ts'

describe('whole', () => {
  it('groups thousands', () => {
    expect(whole(12_345_678)).toBe('12\u202f345\u202f678')
    expect(whole(999)).toBe('999')
    expect(whole(-1000)).toBe('−1\u202f000')
    expect(whole(1e12)).toBe('1\u202f000\u202f000\u202f000\u202f000')
  })
})

describe('significant', () => {
  it.each([
    [0.00707, '0.00707'],
    [39.49, '39.5'],
    [0, '0'],
    [100, '100'],
    [99.96, '100'],
    [8.825e12, '8.83\u00a0×\u00a010¹²'],
    [1e7, '10⁷'],
    [2.5e-8, '2.5\u00a0×\u00a010⁻⁸'],
    [-3.2, '−3.2'],
    [999_999, '10⁶'],
    [123_456, '123000'],
  ])('%d', (value, words) => expect(significant(value)).toBe(words))
})

it('typesets numbers and nothing else', () => {
  expect(typeset('1.8e11 /s +4.9e8 −3.5e-8')).toBe('1.8\u00a0×\u00a010¹¹ /s +4.9\u00a0×\u00a010⁸ −3.5\u00a0×\u00a010⁻⁸')
  expect(typeset('< 3.0e-7 /primary')).toBe('< 3.0\u00a0×\u00a010⁻⁷ /primary')
  expect(typeset('key 6f59ca779e12, 1e2f, half-life 4.6 s')).toBe('key 6f59ca779e12, 1e2f, half-life 4.6 s')
})

it('shows percent honestly at both ends', () => {
  expect(percent(0)).toBe('0 %')
  expect(percent(0.0004)).toBe('< 1 %')
  expect(percent(0.9999)).toBe('99 %')
  expect(percent(1)).toBe('100 %')
  expect(percent(1.2)).toBe('100 %')
})

it('writes primaries short', () => {
  expect(primaries(50_000)).toBe('50\u202f000')
  expect(primaries(12_500_000)).toBe('1.25\u00a0×\u00a010⁷')
})

it('prints units with their signs', () => {
  expect(unitLabel('uA')).toBe('µA')
  expect(unitLabel('g/cm3')).toBe('g/cm³')
  expect(unitLabel('MeV')).toBe('MeV')
  expect(unitLabel('atom %')).toBe('atom %')
})
