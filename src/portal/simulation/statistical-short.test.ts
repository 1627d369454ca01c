import { expect, it } from 'vitest'
import { NO_RATE } from '#results/rate.ts'
import { statisticalShort } from './statistical-short.ts'

const sampled = { ...NO_RATE, perPrimary: 2, statisticalErrorKind: 'sampled', statisticalError: 0.1 } as const

it('is relative, asymmetric for few counts, and honest where it is not known', () => {
  expect(statisticalShort(sampled)).toBe('±5.0 %')
  expect(statisticalShort({ ...sampled, interval68: [1, 4] })).toBe('+100 −50 %')
  expect(statisticalShort({ ...sampled, statisticalErrorKind: 'not-known', statisticalError: null })).toBe('± ?')
  expect(statisticalShort({ ...sampled, statisticalErrorKind: 'none', statisticalError: null })).toBe('')
  expect(statisticalShort(NO_RATE)).toBe('')
})
