import fc from 'fast-check'
import { expect, it } from 'vitest'
import { usedPlaces } from './used-places.ts'

it('finds every place that holds something, and no other', () => {
  const value = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constantFrom(1, -1, 1e-40, 3e38))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 400 }), fc.nat(3), (made, skip) => {
      const whole = Float32Array.from(made)
      const values = whole.subarray(Math.min(skip, whole.length))
      const expected = [...values].flatMap((one, i) => (one === 0 ? [] : [i]))
      expect([...usedPlaces(values)]).toEqual(expected)
    }),
  )
  expect(usedPlaces(new Float32Array(1000).fill(1))).toHaveLength(1000)
})
