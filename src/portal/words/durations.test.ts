import { describe, expect, it } from 'vitest'
import { age, duration, moment, remaining } from './durations.ts'

describe('duration', () => {
  it.each([
    [-5, '0 s'],
    [0.2, '0 s'],
    [340, '340 ms'],
    [999.6, '1 s'],
    [1500, '1.5 s'],
    [12_400, '12 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_700, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_399_000, '1 d'],
    [4 * 86_400_000 + 3 * 3_600_000, '4 d 3 h'],
    [Number.POSITIVE_INFINITY, 'unknown'],
  ])('%d ms is %s', (ms, words) => expect(duration(ms)).toBe(words))

  it('never shows 60 of a unit', () => {
    for (let ms = 1; ms < 2e8; ms = Math.ceil(ms * 1.003)) {
      expect(duration(ms)).not.toMatch(/\b60 (s|min)|\b24 h|1000 ms/)
    }
  })
})

describe('age', () => {
  it.each([
    [2000, 'now'],
    [-10_000, 'now'],
    [40_000, '40 s ago'],
    [200_000, '3 min ago'],
    [5 * 3_600_000, '5 h ago'],
    [12 * 86_400_000, '12 d ago'],
  ])('%d ms', (ms, words) => expect(age(1e12 - ms, 1e12)).toBe(words))

  it('gives the day of what is old', () => expect(age(Date.UTC(2026, 0, 2), Date.UTC(2026, 5, 2))).toBe('2026-01-02'))
})

it('writes a moment with its time zone', () => {
  expect(moment(Date.UTC(2026, 7, 24, 13, 5, 9))).toBe('2026-08-24 13:05:09 UTC')
})

it('rounds the time left up', () => {
  expect(remaining(900)).toBe('a few seconds left')
  expect(remaining(11_000)).toBe('about 15 s left')
  expect(remaining(61_000)).toBe('about 2 min left')
  expect(remaining(3_700_000)).toBe('about 1 h 5 min left')
})
