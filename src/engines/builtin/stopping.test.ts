import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  elementStoppingPower,
  energyAtRange,
  hasOwnStoppingFit,
  massStoppingPower,
  rangeAt,
  stoppingPowerAt,
  stoppingTable,
  stragglingRate,
} from './stopping.ts'

const uc4 = [
  { z: 92, massFraction: 0.832, molarMass: 238.029 },
  { z: 6, massFraction: 0.168, molarMass: 12.011 },
]

describe('stopping power of protons', () => {
  // Electronic stopping powers of PSTAR (NIST, ICRU-49), MeV cm2/g, read from the tables of libdedx. H and He have no
  // fitted row of their own.
  it.each([
    ['H', 1, 1.008, 10, 101.862, 0.01],
    ['H', 1, 1.008, 40, 31.7932, 0.01],
    ['He', 2, 4.0026, 40, 14.5204, 0.01],
    ['C', 6, 12.011, 10, 40.5485, 0.005],
    ['C', 6, 12.011, 40, 13.2326, 0.005],
    ['Al', 13, 26.9815, 10, 33.7458, 0.005],
    ['Al', 13, 26.9815, 40, 11.4113, 0.005],
    ['W', 74, 183.84, 10, 18.1752, 0.005],
    ['Pb', 82, 207.2, 10, 17.7799, 0.005],
    ['Pb', 82, 207.2, 100, 3.55098, 0.005],
    ['U', 92, 238.029, 10, 16.8903, 0.005],
    ['U', 92, 238.029, 40, 6.53162, 0.005],
    ['U', 92, 238.029, 100, 3.41008, 0.005],
  ])('%s (Z = %i, %f g/mol) at %f MeV is %f within a part %f', (_name, z, molarMass, energy, reference, tolerance) => {
    expect(Math.abs(elementStoppingPower(z, molarMass, energy) / reference - 1)).toBeLessThan(tolerance)
  })

  it('is smooth where the low-energy form meets the Bethe form', () => {
    for (const [z, molarMass] of [
      [1, 1.008],
      [6, 12.011],
      [22, 47.867],
      [47, 107.868],
      [73, 180.948],
      [92, 238.029],
    ] as const) {
      let before = elementStoppingPower(z, molarMass, 0.75)
      for (let energy = 0.76; energy < 1.3; energy += 0.01) {
        const here = elementStoppingPower(z, molarMass, energy)
        expect(Math.abs(here / before - 1), `Z = ${z}, ${energy.toFixed(2)} MeV`).toBeLessThan(0.02)
        before = here
      }
    }
  })

  it('knows every element from hydrogen to uranium, and says what it knows otherwise', () => {
    for (let z = 1; z <= 92; z++) {
      for (const energy of [0.001, 0.1, 1, 10, 100, 1000]) {
        const value = elementStoppingPower(z, 2.2 * z, energy)
        expect(value, `Z = ${z}, ${energy} MeV`).toBeGreaterThan(0.5)
        expect(value, `Z = ${z}, ${energy} MeV`).toBeLessThan(3000)
      }
    }
    expect(() => elementStoppingPower(93, 237, 10)).toThrow(/Z = 1 to 92/)
    expect(hasOwnStoppingFit(92)).toBe(true)
    expect(hasOwnStoppingFit(73)).toBe(false)
  })

  it('adds elements by weight (Bragg)', () => {
    const sum = 0.832 * elementStoppingPower(92, 238.029, 30) + 0.168 * elementStoppingPower(6, 12.011, 30)
    expect(massStoppingPower(uc4, 30)).toBeCloseTo(sum, 12)
    expect(stoppingPowerAt(stoppingTable(uc4), 30)).toBeCloseTo(sum, 2)
  })
})

describe('range of protons', () => {
  const table = stoppingTable(uc4)

  it('is 3.03 g/cm2 in UC4 at 40 MeV', () => {
    expect(rangeAt(table, 40)).toBeCloseTo(3.03, 2)
  })

  it('grows with energy, and the energy is found back from the range', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1500, noNaN: true }), (energy) => {
        expect(Math.abs(energyAtRange(table, rangeAt(table, energy)) / energy - 1)).toBeLessThan(1e-5)
        expect(rangeAt(table, energy * 1.01)).toBeGreaterThan(rangeAt(table, energy))
      }),
    )
  })

  it('ends at zero', () => {
    expect(energyAtRange(table, 0)).toBe(0)
    expect(energyAtRange(table, -1)).toBe(0)
    expect(rangeAt(table, 0)).toBe(0)
  })

  it('has a slope of 1/S', () => {
    const slope = (rangeAt(table, 20.05) - rangeAt(table, 19.95)) / 0.1
    expect(slope * massStoppingPower(uc4, 20)).toBeCloseTo(1, 3)
  })

  it('refuses a composition that does not add up', () => {
    expect(() => stoppingTable([{ z: 6, massFraction: 0.9, molarMass: 12 }])).toThrow(/add up to 1/)
  })

  it('straggles by Bohr: 0.157 Z/A MeV2 cm2/g at low speed', () => {
    expect(stragglingRate(0.5, 1)).toBeCloseTo(0.0785, 3)
    expect(stragglingRate(0.5, 100)).toBeGreaterThan(stragglingRate(0.5, 1))
  })
})
