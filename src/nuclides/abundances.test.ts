import { describe, expect, it } from 'vitest'
import { atomicWeight, naturalElement, naturalFraction } from './abundances.ts'
import { elementSymbol } from './elements.ts'
import { atomicMassOf } from './masses.ts'
import { nuclideStates } from './states.ts'

describe('natural isotopic compositions', () => {
  it('adds up to 1 for every element, tellurium included', () => {
    let elements = 0
    for (let z = 1; z <= 118; z++) {
      const { isotopes } = naturalElement(z)
      if (isotopes.length === 0) continue
      elements++
      expect(isotopes.reduce((sum, isotope) => sum + isotope.fraction, 0)).toBeCloseTo(1, 12)
    }
    expect(elements).toBe(84)
    expect(naturalFraction(52, 126)).toBeCloseTo(0.1884, 4)
  })

  it('has the values asked for', () => {
    expect(naturalElement(47).isotopes).toMatchObject([
      { a: 107, fraction: 0.51839, uncertainty: 0.00008 },
      { a: 109, fraction: 0.48161 },
    ])
    expect(naturalFraction(92, 235)).toBeCloseTo(0.007204, 9)
    expect(naturalFraction(92, 236)).toBe(0)
    expect(naturalFraction(13, 27)).toBe(1)
    expect(naturalElement(43)).toMatchObject({ isotopes: [], atomicWeight: null })
    expect(
      naturalElement(1).isotopes.map((isotope) => isotope.a),
      'D and T are hydrogen',
    ).toEqual([1, 2])
  })

  it('gives atomic weights, the middle where IUPAC gives an interval', () => {
    expect(atomicWeight(47)).toBe(107.8682)
    expect(atomicWeight(92)).toBe(238.02891)
    expect(naturalElement(6)).toMatchObject({ atomicWeightInterval: [12.0096, 12.0116], atomicWeight: 12.0106 })
    expect(atomicWeight(43)).toBeNull()
  })

  it('agrees with the masses: the mean over the isotopes is the atomic weight', () => {
    for (let z = 1; z <= 92; z++) {
      const { isotopes, atomicWeight: weight, atomicWeightInterval: interval } = naturalElement(z)
      if (weight === null || isotopes.length === 0) continue
      const mean = isotopes.reduce((sum, { a, fraction }) => sum + fraction * atomicMassOf(z, a)!.mass, 0)
      const allowed = interval ? (interval[1] - interval[0]) / 2 + 1e-4 * weight : 2e-4 * weight
      expect(Math.abs(mean - weight), elementSymbol(z)).toBeLessThan(allowed)
    }
  })

  it('agrees with NUBASE2020 within what natural materials vary', () => {
    for (const state of nuclideStates) {
      if (state.m > 0 || state.abundancePercent === null) continue
      const own = 100 * naturalFraction(state.z, state.a)
      // Lithium is the outlier: 4.85 against 7.59 % of 6Li, both inside the range of natural materials.
      const allowed = state.z === 3 ? 3 : 0.6
      expect(Math.abs(own - state.abundancePercent), `${elementSymbol(state.z)}-${state.a}`).toBeLessThan(allowed)
    }
  })
})
