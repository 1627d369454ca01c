import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Layer } from '#simulation/document.ts'
import { beamHalfHeightMm, drawTarget } from './target-drawing.ts'

const layer = (name: string, more: Partial<Layer> = {}): Layer => ({
  name,
  role: 'target',
  material: 'UC4',
  densityGramPerCm3: 4,
  thicknessMm: 0.8,
  diameterMm: 40,
  gapMm: 10,
  ...more,
})
const stack = [layer('window', { role: 'window', thicknessMm: 0.2, diameterMm: 45 }), layer('disc1'), layer('disc2')]
const flat = { kind: 'flat', radiusMm: 17 } as const

describe('drawTarget', () => {
  it('uses one scale for both directions', () => {
    const drawing = drawTarget(stack, flat, null, 800, 300)
    const disc = drawing.layers[1]!
    expect(disc.width / 0.8).toBeCloseTo(disc.height / 40, 9)
    expect(disc.height).toBeCloseTo(40 * drawing.scale, 9)
    expect(drawing.layers[2]!.x - disc.x).toBeCloseTo(10.8 * drawing.scale, 9)
  })

  it('stops the beam inside the layer where the protons stop', () => {
    const drawing = drawTarget(stack, flat, { layer: 'disc2', fraction: 0.5 }, 800, 300)
    const disc = drawing.layers[2]!
    expect(drawing.stop!.x).toBeCloseTo(disc.x + disc.width / 2, 6)
    expect(drawing.beam.path).toContain(`H${Math.round(drawing.stop!.x * 100) / 100}V`)
  })

  it('lets the beam leave when nothing stops it', () => {
    const drawing = drawTarget(stack, flat, null, 800, 300)
    expect(drawing.stop).toBeNull()
    expect(drawing.beam.path).toContain('H800V')
  })

  it('draws a foil too thin for a line as a line, and says so', () => {
    const drawing = drawTarget([layer('foil', { thicknessMm: 0.0001 }), ...stack], flat, null, 800, 300)
    expect(drawing.layers[0]).toMatchObject({ widened: true, width: 1.25 })
  })

  it('keeps everything inside the box, whatever the stack', () => {
    const anyLayer = fc
      .record({
        thicknessMm: fc.double({ min: 0.0001, max: 1000, noNaN: true }),
        diameterMm: fc.double({ min: 0.1, max: 500, noNaN: true }),
        gapMm: fc.double({ min: 0, max: 10_000, noNaN: true }),
      })
      .map((more) => layer('x', more))
    const layers = fc.array(anyLayer, { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(layers, fc.integer({ min: 280, max: 1600 }), (some, width) => {
        const drawing = drawTarget(some, flat, null, width, 320)
        expect(drawing.height).toBeLessThanOrEqual(320 + 1e-6)
        for (const one of drawing.layers) {
          expect(one.x).toBeGreaterThanOrEqual(0)
          expect(one.x + one.width).toBeLessThanOrEqual(width)
          expect(one.y).toBeGreaterThanOrEqual(0)
          expect(one.y + one.height).toBeLessThanOrEqual(drawing.height)
        }
        for (const tick of drawing.ticks) expect(tick.x).toBeLessThanOrEqual(width)
        for (const [index, tick] of drawing.ticks.entries()) {
          if (index > 0) expect(tick.x - drawing.ticks[index - 1]!.x).toBeGreaterThanOrEqual(47)
        }
      }),
    )
  })

  it('labels only where there is room', () => {
    const many = Array.from({ length: 50 }, (_, index) => layer(`disc${index}`, { gapMm: 0.1 }))
    const labels = drawTarget(many, flat, null, 400, 300).layers.filter((one) => one.labelX !== null)
    for (const [index, one] of labels.entries()) {
      if (index > 0) expect(one.labelX! - labels[index - 1]!.labelX!).toBeGreaterThanOrEqual(38)
    }
  })
})

describe('beamHalfHeightMm', () => {
  it.each([
    [{ kind: 'pencil' } as const, 0],
    [flat, 17],
    [{ kind: 'gaussian', sigmaXMm: 3, sigmaYMm: 7 } as const, 14],
    [{ kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 } as const, 25],
  ])('%o', (shape, half) => expect(beamHalfHeightMm(shape)).toBe(half))
})
