import { describe, expect, it } from 'vitest'
import { fissionCrossSection } from './fission-cross-section.ts'
import { reactionCrossSection } from './reaction-cross-section.ts'

describe('reaction cross section', () => {
  // Measured (EXFOR, P,NON) against the table, 5 %: C and Ta at 40 MeV, U at 99 MeV, Pb at 40 MeV.
  it.each([
    ['C', 6, 12.011, 40, 366],
    ['Si', 14, 28.085, 30, 714],
    ['48Ti', 22, 47.867, 40, 928],
    ['Ta', 73, 180.948, 40, 1740],
    ['208Pb', 82, 207.2, 40, 2012],
    ['238U', 92, 238.051, 99, 2066],
  ])('of %s agrees with the measurement', (_name, z, a, energy, measured) => {
    expect(Math.abs(reactionCrossSection(z, a, energy) / measured - 1)).toBeLessThan(0.06)
  })

  it('rises from the Coulomb barrier and joins the table at 14 MeV', () => {
    expect(reactionCrossSection(22, 47.867, 2)).toBe(0)
    expect(reactionCrossSection(22, 47.867, 6)).toBeGreaterThan(0)
    expect(reactionCrossSection(29, 63.546, 13.999) / reactionCrossSection(29, 63.546, 14)).toBeCloseTo(1, 3)
  })

  it('is never below fission / 0.6 under the table, and never below fission', () => {
    for (let energy = 5; energy < 100; energy += 0.5) {
      for (const [z, a, element] of [
        [92, 238.03, 'U'],
        [90, 232.04, 'Th'],
      ] as const) {
        const fission = fissionCrossSection(element, energy)
        expect(reactionCrossSection(z, a, energy)).toBeGreaterThanOrEqual(energy < 14 ? fission / 0.6 : fission)
      }
    }
  })

  it('has no reactions on free protons in the scope, and values for every other element', () => {
    expect(reactionCrossSection(1, 1.008, 40)).toBe(0)
    for (let z = 2; z <= 92; z++) expect(reactionCrossSection(z, 2.2 * z, 40), `Z = ${z}`).toBeGreaterThan(100)
  })
})

describe('fission cross section', () => {
  it('goes through its points and is log-log between them', () => {
    expect(fissionCrossSection('U', 40)).toBeCloseTo(1710, 8)
    expect(fissionCrossSection('U', 20)).toBeCloseTo(1098, 8)
    expect(fissionCrossSection('Th', 45)).toBeCloseTo(1450, 8)
    const middle = Math.sqrt(40 * 45)
    expect(fissionCrossSection('U', middle)).toBeCloseTo(1000 * Math.sqrt(1.71 * 1.78), 6)
    expect(fissionCrossSection('U', 4.9)).toBe(0)
  })
})
