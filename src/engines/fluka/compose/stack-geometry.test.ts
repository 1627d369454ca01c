import { describe, expect, it } from 'vitest'
import { as, type Millimetres } from '#quantities/units.ts'
import { presetById } from '#simulation/presets.ts'
import { layerVolumeCm3, stackGeometry } from './stack-geometry.ts'

describe('the stack in centimetres', () => {
  const { layers } = presetById('spes-uc4')!.document.setup.target
  const stack = stackGeometry(layers, as<Millimetres>(17))

  it('has the SPES discs where target-and-beam 1.1 has them', () => {
    expect(stack.layers.map(({ region }) => region)).toEqual([
      ...['WINDOW', 'DISC1', 'DISC2', 'DISC3', 'DISC4', 'DISC5', 'DISC6', 'DISC7', 'DUMP1', 'DUMP2', 'DUMP3'],
    ])
    // Centres -66.82 and -50.52 mm, window of 0.2 mm at -76.82 mm: its front at -76.92 mm is z = 0.
    const centres = stack.layers.map(({ frontCm, thicknessCm }) => frontCm + thicknessCm / 2)
    expect(centres[1]).toBeCloseTo((76.92 - 66.82) / 10, 9)
    expect(centres[2]).toBeCloseTo((76.92 - 50.52) / 10, 9)
    expect(stack.layers[1]).toMatchObject({ thicknessCm: 0.08, radiusCm: 2 })
    expect(layerVolumeCm3(stack.layers[1]!)).toBeCloseTo(Math.PI * 4 * 0.08, 12)
  })

  it('has no digits that nobody wrote', () => {
    for (const { frontCm, thicknessCm, radiusCm } of stack.layers) {
      for (const value of [frontCm, thicknessCm, radiusCm]) expect(String(value).length).toBeLessThan(8)
    }
  })

  it('leaves vacuum around everything, the start of the beam too', () => {
    const { centreCm, voidRadiusCm, worldRadiusCm, beamStartCm } = stack
    const last = stack.layers.at(-1)!
    for (const z of [beamStartCm, last.frontCm + last.thicknessCm]) {
      expect(Math.hypot(z - centreCm, 2.25)).toBeLessThan(voidRadiusCm - 4)
    }
    expect(worldRadiusCm).toBeGreaterThan(voidRadiusCm)
    expect(stackGeometry(layers, as<Millimetres>(500)).voidRadiusCm).toBeGreaterThan(50)
  })
})
