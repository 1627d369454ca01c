import { describe, expect, test } from 'vitest'
import type { Millimetres } from '#quantities/units.ts'
import { fractionOutside } from './beam-spot.ts'
import type { BeamShape } from './document.ts'

const outside = (shape: BeamShape, radius: number) => fractionOutside(shape, radius as Millimetres)

describe('beam beside the disc', () => {
  test('pencil and flat beams by areas', () => {
    expect(outside({ kind: 'pencil' }, 0.1)).toBe(0)
    expect(outside({ kind: 'flat', radiusMm: 17 }, 20)).toBe(0)
    expect(outside({ kind: 'flat', radiusMm: 20 }, 10)).toBeCloseTo(0.75, 14)
  })

  test('a round Gaussian leaves exp(-R2/2s2), a line-like one erfc', () => {
    expect(outside({ kind: 'gaussian', sigmaXMm: 7, sigmaYMm: 7 }, 20)).toBeCloseTo(Math.exp(-400 / 98), 12)
    // sigma y far below the radius: the part outside |x| < R is erfc(R / sqrt(2) s); 0.0455003 at two sigma.
    expect(outside({ kind: 'gaussian', sigmaXMm: 10, sigmaYMm: 0.05 }, 20)).toBeCloseTo(0.0455003, 4)
  })

  test('a wobbled spot without wobbling is a Gaussian, and SPES misses 14.8 %', () => {
    expect(outside({ kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 0 }, 20)).toBeCloseTo(Math.exp(-400 / 98), 8)
    expect(outside({ kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 }, 20)).toBeCloseTo(0.1482, 4)
    expect(outside({ kind: 'wobbled', sigmaMm: 0.1, wobbleRadiusMm: 30 }, 20)).toBeCloseTo(1, 9)
    expect(outside({ kind: 'wobbled', sigmaMm: 0.1, wobbleRadiusMm: 10 }, 20)).toBe(0)
  })

  test('the wobbled spot agrees with counting points of its definition', () => {
    // A grid of equal-probability points: radius of the Gaussian part by quantiles, its direction in even steps.
    let missed = 0
    const steps = 600
    for (let i = 0; i < steps; i++) {
      const r = 5 * Math.sqrt(-2 * Math.log((i + 0.5) / steps))
      for (let j = 0; j < steps; j++) {
        const phi = (2 * Math.PI * (j + 0.5)) / steps
        if (Math.hypot(9 + r * Math.cos(phi), r * Math.sin(phi)) > 13) missed++
      }
    }
    expect(outside({ kind: 'wobbled', sigmaMm: 5, wobbleRadiusMm: 9 }, 13)).toBeCloseTo(missed / steps ** 2, 3)
  })
})
