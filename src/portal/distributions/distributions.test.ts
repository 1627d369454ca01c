import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DistributionViewBody } from '#protocol/distribution-shapes.ts'
import { presets } from '#simulation/presets.ts'
import { binAt, frameOf, linearTicks, outlinesOf, planesOf, projected } from './map-layout.ts'
import { logTicks, mapScale } from './map-scale.ts'
import { shownUnit, valueInWords } from './quantities.ts'
import { errorBarsOf, stepsOf } from './spectrum-curve.ts'

const axis = (name: 'x' | 'y' | 'z' | 'r', from: number, to: number, bins: number) => ({
  name,
  unit: 'mm',
  scale: 'linear' as const,
  edges: Array.from({ length: bins + 1 }, (_, i) => from + ((to - from) * i) / bins),
})

describe('layout of a map', () => {
  it('finds the bin under every point of the plot, and none outside', () => {
    const axes = [axis('z', 0, 160, 40), axis('r', 0, 20, 10)]
    const frame = frameOf(1000, 400, { axes })
    const { x, y, cellAt } = projected(frame, axes[0]!, axes[1]!)
    fc.assert(
      fc.property(fc.nat(39), fc.nat(9), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (column, row, part) => {
        const [z, r] = [4 * (column + part), 2 * (row + part)]
        expect(cellAt(x(z), y(r))).toEqual({ column, row })
      }),
    )
    expect(cellAt(frame.left - 1, 100)).toBeNull()
    expect(cellAt(frame.right + 1, 100)).toBeNull()
    expect(cellAt(500, frame.bottom + 1)).toBeNull()
    expect(binAt([0, 1, 2], 2)).toBe(1)
  })

  it('draws a plane across the beam with one scale, so that discs are round', () => {
    for (const width of [390, 1000, 1600]) {
      const frame = frameOf(width, 520, { axes: [axis('x', -20, 20, 4), axis('y', -10, 10, 4)] })
      expect((frame.right - frame.left) / (frame.bottom - frame.top)).toBeCloseTo(2, 9)
      expect(frame.bottom).toBeLessThanOrEqual(520 - 46)
      expect(frame.right).toBeLessThan(width)
    }
  })

  it('outlines every layer along the beam, and every size once across it', () => {
    const { layers } = presets()[0]!.document.setup.target
    const along = outlinesOf(layers, 'z', 'r')
    expect(along.length).toBe(11)
    expect(along[1]).toMatchObject({ name: 'disc1', kind: 'box', to: [expect.closeTo(10.5, 9), 20] })
    expect(outlinesOf(layers, 'x', 'y').map(({ to }) => to[0])).toEqual([22.5, 20])
    expect(outlinesOf(layers, 'phi', 'r')).toEqual([])
    for (const where of ['rz', 'rphiz', 'xyz'] as const) expect(planesOf(where)[0]![0]).toBe('z')
  })

  it('has round ticks inside the axis', () => {
    expect(linearTicks(0, 161.3, 8)).toEqual([0, 50, 100, 150])
    expect(linearTicks(-22.5, 22.5, 4)).toEqual([-20, 0, 20])
  })
})

describe('colour scale of a map', () => {
  it('leaves out what was not scored, and shows six decades at most', () => {
    const scale = mapScale([0, 1e-9, 1e-3, 1], 'log')!
    expect(scale).toMatchObject({ low: 1e-6, high: 1, isCut: true })
    expect([0, 1e-9, 1e-6, 1e-3, 1].map(scale.share)).toEqual([null, 0, 0, expect.closeTo(0.5, 9), 1])
    const linear = mapScale([0, 2, 4], 'linear')!
    expect([0, 2, 4].map(linear.share)).toEqual([null, 0.5, 1])
    expect(mapScale([0, 0], 'log')).toBeNull()
    expect(mapScale([Number.NaN, 3], 'log')!.high).toBe(3)
    expect(logTicks(0.003, 2)).toEqual([0.01, 0.1, 1])
    expect(logTicks(0.4, 6)).toEqual([0.5, 1, 2, 5])
  })
})

describe('values in words', () => {
  it('per primary and at a current: 1 MeV of 1 uA is 1 W', () => {
    const heat = { unit: 'MeV/cm3', quantity: 'energy-deposition' } as const
    expect(shownUnit(heat, 'primary', 200)).toEqual({ factor: 1, unit: 'MeV/cm³', per: 'per primary' })
    const power = shownUnit(heat, 'current', 200)
    expect(power).toMatchObject({ unit: 'W/cm³', per: 'at 200 µA' })
    expect(power.factor).toBeCloseTo(200, 6)
    const flux = shownUnit({ unit: '1/cm2', quantity: 'fluence' }, 'current', 200)
    expect(flux.unit).toBe('1/cm²/s')
    expect(flux.factor / 1.2483e15).toBeCloseTo(1, 4)
    expect(valueInWords(0.0123, 0.000246, shownUnit(heat, 'primary', 200))).toBe('0.0123 MeV/cm³ per primary ± 2 %')
    expect(valueInWords(0.0123, null, shownUnit(heat, 'primary', 200))).toContain('± not known')
    expect(valueInWords(0, null, power)).toBe('nothing scored')
  })
})

describe('curves of spectra', () => {
  const curve = (edges: number[], values: number[], errors: (number | null)[]) =>
    ({
      axes: [{ name: 'energy', unit: 'MeV', scale: 'log', edges }],
      values,
      errors,
    }) as unknown as DistributionViewBody

  it('are steps over the edges of all of them, with gaps where nothing is', () => {
    const { x, y } = stepsOf([curve([1, 2, 4], [10, 0], [1, null]), curve([1, 3], [5], [1])], [1, 2], true, true)
    expect(x).toEqual([1, 2, 2, 3, 3, 4])
    expect(y[0]).toEqual([10, 10, null, null, null, null])
    expect(y[1]).toEqual([10, 10, 10, 10, null, null])
    expect(stepsOf([curve([0, 2], [3], [1])], [1], true, true).x).toEqual([])
  })

  it('have bars of one error in the middle of a bin', () => {
    expect(errorBarsOf(curve([1, 4, 9], [10, 3], [2, null]), 2, true, false)).toEqual([{ x: 2, low: 16, high: 24 }])
    expect(errorBarsOf(curve([1, 4], [10], [20]), 1, true, true)).toEqual([{ x: 2, low: 1, high: 30 }])
  })
})
