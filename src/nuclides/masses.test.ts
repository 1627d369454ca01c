import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readMassTable, readReactionTable } from '../../tools/nuclides/mass-table.ts'
import { atomicMassOf, neutronSeparation, protonSeparation, qAlpha, qBetaMinus, qElectronCapture } from './masses.ts'
import { groundStates } from './states.ts'

const raw = (file: string): string => readFileSync(new URL(`../../nuclear-data/${file}`, import.meta.url), 'utf8')

describe('masses of AME2020', () => {
  it('has a mass for every ground state, 2,550 of them measured', () => {
    const masses = groundStates().map((state) => atomicMassOf(state.z, state.a)!)
    expect(masses).toHaveLength(3558)
    expect(masses.filter((mass) => !mass.fromSystematics)).toHaveLength(2550)
  })

  it('gives the atomic mass column of the table, to the rounding of both columns', () => {
    let compared = 0
    for (const row of readMassTable(raw('mass_1.mas20.txt'))) {
      const text = row.atomicMass
      const listed = Number.parseFloat(text.replace('#', '.')) * 1e-6
      const mass = atomicMassOf(row.z, row.a)!.mass
      // Both columns are rounded, at worst to 1e-3 keV (1.07e-9 u) and 1e-9 u; to 1 keV and 1e-6 u if estimated.
      const tolerance = text.includes('#') ? 1.6e-6 : 1.6e-9
      expect(Math.abs(mass - listed), `Z=${row.z} A=${row.a}`).toBeLessThan(tolerance)
      compared++
    }
    expect(compared).toBe(3558)
    expect(atomicMassOf(47, 111)!.mass).toBeCloseTo(110.905296827, 8)
    expect(atomicMassOf(92, 238)!.mass).toBeCloseTo(238.050786936, 8)
  })

  it('does not use the masses of ICRP-107, which are about 1 u off', () => {
    for (const state of groundStates())
      expect(Math.abs(atomicMassOf(state.z, state.a)!.mass - state.a)).toBeLessThan(0.25)
  })

  it('gives the energies of the reaction tables as differences of masses', () => {
    const first = readReactionTable(raw('rct1.mas20.txt'))
    const second = readReactionTable(raw('rct2.mas20.txt'))
    expect([first.length, second.length]).toEqual([3558, 3558])
    expect(second.at(-1)!.z, 'the shell prompt at the end is no nuclide').toBe(118)
    let compared = 0
    // A measured energy may link two estimated masses, which are rounded to 1 keV each.
    const estimated = (...nuclides: [number, number][]): boolean =>
      nuclides.some(([z, a]) => atomicMassOf(z, a)?.fromSystematics)
    const compare = (value: number | null, rounded: boolean, own: number | undefined, what: string): void => {
      if (value === null || own === undefined) return
      expect(Math.abs(own - value), what).toBeLessThan(rounded ? 1.6 : 0.0021)
      compared++
    }
    for (const { z, a, values } of second) {
      compare(values[0]!, estimated([z, a], [z, a - 1]), neutronSeparation(z, a), `S(n) Z=${z} A=${a}`)
      compare(values[1]!, estimated([z, a], [z - 1, a - 1]), protonSeparation(z, a), `S(p) Z=${z} A=${a}`)
    }
    for (const { z, a, values } of first) {
      compare(values[2]!, estimated([z, a], [z - 2, a - 4]), qAlpha(z, a), `Q(a) Z=${z} A=${a}`)
    }
    expect(compared).toBeGreaterThan(9000)
  })

  it('gives decay energies, and nothing where a mass is missing', () => {
    expect(qBetaMinus(47, 111)).toBeCloseTo(1036.8, 2)
    expect(qElectronCapture(4, 7)).toBeCloseTo(861.89, 1)
    expect(qAlpha(92, 238)).toBeCloseTo(4269.9, 1)
    expect(qBetaMinus(118, 295)).toBeUndefined()
    expect(atomicMassOf(47, 150)).toBeUndefined()
  })
})
