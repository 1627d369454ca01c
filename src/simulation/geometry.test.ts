import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CentredLayer,
  centresOf,
  layersFromCentres,
  placeLayers,
  stackLength,
  targetArealDensity,
  targetDiameter,
} from './geometry.ts'
import { presetById } from './presets.ts'

const layers = presetById('spes-uc4')!.document.setup.target.layers
const disc = (name: string, centreMm: number, thicknessMm = 0.8): CentredLayer => ({
  name,
  role: 'target',
  material: 'UC4',
  densityGramPerCm3: 4,
  thicknessMm,
  diameterMm: 40,
  centreMm,
})

describe('geometry of the stack', () => {
  test('SPES: 2.24 g/cm2 of UC4, centres where the INFN program has them', () => {
    expect(targetArealDensity(layers)).toBeCloseTo(2.24, 12)
    expect(targetDiameter(layers)).toBe(40)
    expect(centresOf(layers, -76.82)).toEqual([
      -76.82, -66.82, -50.52, -33.22, -15.92, 9.38, 35.68, 54.98, 68.28, 75.08, 83.88,
    ])
    expect(stackLength(layers)).toBeCloseTo(83.88 + 0.5 - (-76.82 - 0.1), 9)
  })

  test('the reference stack has its window at -100 mm and its dumps at 75, 85 and 95 mm', () => {
    const reference = presetById('reference-u238')!.document.setup.target.layers
    const centres = centresOf(reference, -100)
    expect([centres[0], ...centres.slice(-3)]).toEqual([-100, 75, 85, 95])
    expect(centres.slice(1, 8)).toEqual([-66.82, -50.52, -33.22, -15.92, 9.38, 35.68, 54.98])
    expect(reference.filter(({ role }) => role === 'target').map(({ material }) => material)).toEqual(
      Array(7).fill('UC4-238'),
    )
  })

  test('the gap before the first layer means nothing', () => {
    const shifted = [{ ...layers[0]!, gapMm: 33 }, ...layers.slice(1)]
    expect(stackLength(shifted)).toBe(stackLength(layers))
    expect(placeLayers(shifted)[0]!.frontMm).toBe(0)
  })

  test('centres give the order; touching is allowed, overlap is named pair by pair', () => {
    const stack = layersFromCentres([disc('b', 0.8), disc('a', 0)])
    expect(stack.ok && stack.layers.map(({ name, gapMm }) => [name, gapMm])).toEqual([
      ['a', 0],
      ['b', 0],
    ])
    const bad = layersFromCentres([disc('a', 0), disc('b', 0.7), disc('c', 1)])
    expect(!bad.ok && bad.problems.map(({ code, received }) => [code, received])).toEqual([
      ['LAYERS_OVERLAP', '0.7 mm apart'],
      ['LAYERS_OVERLAP', '0.3 mm apart'],
    ])
  })

  test('gaps and centres lead to each other', () => {
    const um = fc.integer({ min: 1, max: 50_000 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(um, fc.nat(100_000)), { minLength: 1, maxLength: 30 }),
        fc.integer(),
        (parts, at) => {
          const first = (at % 1_000_000) / 1000
          const given = parts.map(([thickness, gap], index) => {
            const { centreMm: _, ...rest } = disc(`d${index}`, 0, thickness / 1000)
            return { ...rest, gapMm: index === 0 ? 0 : gap / 1000 }
          })
          const centres = centresOf(given, first)
          const back = layersFromCentres(
            given.map(({ gapMm: _, ...rest }, index) => ({ ...rest, centreMm: centres[index]! })),
          )
          expect(back.ok).toBe(true)
          if (!back.ok) return
          for (const [index, layer] of back.layers.entries()) expect(layer.gapMm).toBeCloseTo(given[index]!.gapMm, 6)
        },
      ),
    )
  })
})
