import { describe, expect, test } from 'vitest'
import { presetById } from './presets.ts'
import { roughExitEnergies } from './range-guide.ts'

describe('the rough range', () => {
  const { setup } = presetById('spes-uc4')!.document

  test('SPES within 2 MeV of the table of target-and-beam 1.2, and stopped in the dumps', () => {
    const exits = roughExitEnergies(setup)
    const table = [39.49, 37.02, 34.43, 31.68, 28.76, 25.6, 22.13, 18.21]
    for (const [index, energy] of table.entries()) expect(Math.abs(exits[index]! - energy)).toBeLessThan(2)
    expect(exits[0]).toBeCloseTo(39.49, 1)
    expect(exits.at(-1)).toBe(0)
  })

  test('40 MeV in graphite reach 1.67 g/cm2 within 3 %', () => {
    const plate = (thicknessMm: number) => ({
      ...setup,
      target: { ...setup.target, layers: [{ ...setup.target.layers[0]!, thicknessMm }] },
    })
    expect(roughExitEnergies(plate((16.7 / 1.9) * 0.97))[0]).toBeGreaterThan(0)
    expect(roughExitEnergies(plate((16.7 / 1.9) * 1.03))[0]).toBe(0)
  })
})
