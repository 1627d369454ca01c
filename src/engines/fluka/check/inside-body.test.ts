import { describe, expect, it } from 'vitest'
import { type BodyShape, bodyParameters, EVALUATED_BODIES, insideOf } from './inside-body.ts'

type Point = readonly [x: number, y: number, z: number]

const body = (code: string, ...parameters: number[]): BodyShape => ({ code, parameters })

/** Body, a point inside and a point outside, worked out by hand from fluka.md 1.3. */
const CASES: readonly (readonly [BodyShape, Point, Point])[] = [
  [body('RPP', -1, 1, -2, 2, -3, 3), [0.9, -1.9, 2.9], [1.1, 0, 0]],
  [body('SPH', 1, 2, 3, 2), [2, 3, 4], [3, 3, 4.5]],
  // A disc of 0.08 cm at z = 1: its base centre, its height vector, its radius.
  [body('RCC', 0, 0, 1, 0, 0, 0.08, 2), [1.4, 1.4, 1.04], [1.4, 1.5, 1.04]],
  [body('RCC', 0, 0, 1, 0, 0, 0.08, 2), [0, 0, 1.001], [0, 0, 1.081]],
  // Along a tilted axis: (1,1,0) is the end of the axis.
  [body('RCC', 0, 0, 0, 1, 1, 0, 0.5), [0.5, 0.5, 0.49], [1.1, 1.1, 0]],
  [body('TRC', 0, 0, 0, 0, 0, 10, 4, 2), [3.4, 0, 2], [3.1, 0, 5]],
  [body('REC', 0, 0, 0, 0, 0, 5, 1, 0, 0, 0, 3, 0), [0, 2.9, 1], [1.1, 0, 1]],
  // Foci at +-3, length of the major axis 10: half axes 5 and 4.
  [body('ELL', -3, 0, 0, 3, 0, 0, 10), [0, 3.9, 0], [0, 4.1, 0]],
  [body('XYP', 2), [0, 0, 1.9], [0, 0, 2.1]],
  [body('XZP', 2), [0, 1.9, 0], [0, 2.1, 0]],
  [body('YZP', 2), [1.9, 0, 0], [2.1, 0, 0]],
  // Opposite to the normal.
  [body('PLA', 0, 0, 2, 7, 7, 1), [0, 0, 0.9], [0, 0, 1.1]],
  // The axes turn cyclically: y z, z x, x y.
  [body('XCC', 1, 2, 0.5), [99, 1.4, 2], [99, 2, 1]],
  [body('YCC', 1, 2, 0.5), [2.4, 99, 1], [1, 99, 2]],
  [body('ZCC', 1, 2, 0.5), [1.4, 2, 99], [2, 1, 99]],
  [body('XEC', 0, 0, 1, 3), [9, 0, 2.9], [9, 1.1, 0]],
  [body('YEC', 0, 0, 1, 3), [2.9, 9, 0], [0, 9, 1.1]],
  [body('ZEC', 0, 0, 1, 3), [0, 2.9, 9], [1.1, 0, 9]],
  // x^2 + y^2 - z = 0: a paraboloid.
  [body('QUA', 1, 1, 0, 0, 0, 0, 0, 0, -1, 0), [1, 1, 2.1], [1, 1, 1.9]],
]

describe('inside a body', () => {
  it.each(CASES)('%j', (shape, inside, outside) => {
    expect(insideOf(shape)(...inside)).toBe(true)
    expect(insideOf(shape)(...outside)).toBe(false)
  })

  it('every body it claims to know is looked at here', () => {
    expect(new Set(CASES.map(([{ code }]) => code))).toEqual(new Set(EVALUATED_BODIES))
    for (const [{ code, parameters }] of CASES) expect(bodyParameters(code)).toBe(parameters.length)
  })

  it('refuses what it does not know', () => {
    expect(() => insideOf(body('WED', 1, 2, 3))).toThrow(RangeError)
    expect(() => insideOf(body('SPH', 0, 0, 0))).toThrow(RangeError)
    expect(bodyParameters('WED')).toBeUndefined()
  })
})
