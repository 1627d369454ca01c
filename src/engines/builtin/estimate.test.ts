import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { stateOf } from '#nuclides/states.ts'
import { estimateOf } from './estimate.ts'
import { chargeOfCell, fissionYields, massOfCell, yieldCell } from './fission-yields.ts'
import { production } from './production.ts'
import { SPES_BEAM, SPES_STACK, uc4Disc } from './spes-stack.ts'
import { chainShapes, classOf } from './uncertainty-class.ts'

const estimate = estimateOf(SPES_STACK, production(SPES_STACK))
const nuclides = estimate.nuclides.length

describe('estimate', () => {
  it('its regions are the whole target and the discs, and the discs add up to the whole', () => {
    expect(estimate.regions).toEqual(['total', ...[1, 2, 3, 4, 5, 6, 7].map((number) => `Disc${number}`)])
    for (let nuclide = 0; nuclide < nuclides; nuclide++) {
      let sum = 0
      for (let region = 1; region < 8; region++) sum += estimate.independentPerPrimary[region * nuclides + nuclide]!
      expect(Math.abs(sum / estimate.independentPerPrimary[nuclide]! - 1)).toBeLessThan(1e-12)
    }
  })

  it('makes two products a fission, less what falls outside the grid', () => {
    const products = estimate.independentPerPrimary.subarray(0, nuclides).reduce((a, b) => a + b, 0)
    expect(products / estimate.fissionsPerPrimary).toBeGreaterThan(1.9999)
    expect(products / estimate.fissionsPerPrimary).toBeLessThanOrEqual(2 + 1e-12)
  })

  it('lists nuclides ascending, the rare ones too', () => {
    for (let i = 1; i < nuclides; i++) expect(estimate.nuclides[i]!).toBeGreaterThan(estimate.nuclides[i - 1]!)
    const smallest = Math.min(...estimate.independentPerPrimary.subarray(0, nuclides))
    expect(smallest).toBeGreaterThan(0)
    // About ten atoms a second at SPES is what is listed: 1e-12 per fission, of 7e-3 fissions per proton. The list is that of
    // a range of energies, so at one of them a number may lie somewhat lower.
    expect(smallest).toBeLessThan(1e-13)
    expect(smallest).toBeGreaterThan(1e-14 * estimate.fissionsPerPrimary)
  })

  it('lists the same nuclides while energy and thickness move, and all that are made often enough', () => {
    const at = (energyMeV: number, layers = SPES_STACK.layers) => {
      const stack = { beam: { ...SPES_BEAM, energyMeV }, layers }
      return estimateOf(stack, production(stack))
    }
    expect(at(31.3).nuclides).toEqual(estimate.nuclides)
    expect(at(39.9, [uc4Disc('Thin', 0.05)]).nuclides).toEqual(estimate.nuclides)
    expect(at(62).nuclides.length).toBeGreaterThan(estimate.nuclides.length)
    for (const energyMeV of [12, 25, 37, 100]) {
      const one = at(energyMeV, [uc4Disc('Thin', 0.05)])
      // Two fragments a fission, less what falls outside the grid and what is left out.
      const made = one.independentPerPrimary.subarray(0, one.nuclides.length).reduce((a, b) => a + b, 0)
      expect(2 - made / one.fissionsPerPrimary).toBeLessThan(1e-4)
      const yields = fissionYields('U', energyMeV)
      const listed = new Set(one.nuclides)
      for (let cell = 0; cell < yields.length; cell++) {
        const zai = zaiOf(chargeOfCell(cell), massOfCell(cell))
        if (yields[cell]! > 1e-9) expect(listed.has(zai), `${zai} at ${energyMeV} MeV`).toBe(true)
      }
    }
  })

  it('leaves out what lies far beyond the known nuclides', () => {
    const unknown = estimate.nuclides.filter((zai) => stateOf(zai) === undefined)
    expect(estimate.nuclides.length).toBeGreaterThan(700)
    // With 1e-15 there were 600; the charge distribution knows no drip line.
    expect(unknown.length).toBeLessThan(450)
  })

  it('the A = 111 chain is almost never born as silver: cumulative is many times independent', () => {
    const at = (z: number): number =>
      estimate.independentPerPrimary[estimate.nuclides.findIndex((zai) => zai === z * 10_000 + 1110)]!
    const chain = [43, 44, 45, 46, 47].reduce((sum, z) => sum + at(z), 0)
    // Measured: 150 to 350. The model is high on the proton-rich side of the chain by 2 to 5, within its class there.
    expect(chain / at(47)).toBeGreaterThan(50)
    expect(chain / at(47)).toBeLessThan(500)
    expect(classOf(estimate.shapes, estimate.conditions, 47, 111, 'independent')!.factor).toBeGreaterThan(3)
  })

  it('adds the energy of the fragments to the heat, 5 to 6 % of it in UC4', () => {
    const discs = estimate.layers.filter((layer) => layer.role === 'target')
    const slowing = discs.reduce((sum, layer) => sum + layer.slowingHeatMeVPerPrimary, 0)
    const all = discs.reduce((sum, layer) => sum + layer.heatMeVPerPrimary, 0)
    expect((all - slowing) / all).toBeGreaterThan(0.05)
    expect((all - slowing) / all).toBeLessThan(0.06)
  })

  it('a target without uranium or thorium has no products', () => {
    const silicon = { ...uc4Disc('Si', 1), composition: [{ z: 14, massFraction: 1, molarMass: 28.085 }] }
    const stack = { beam: SPES_BEAM, layers: [silicon] }
    const empty = estimateOf(stack, production(stack))
    expect(empty.nuclides).toEqual([])
    expect(empty.fissionsPerPrimary).toBe(0)
    expect(empty.layers[0]!.energyOutMeV).toBeLessThan(40)
  })
})

describe('classes of error', () => {
  const classAt = (z: number, a: number, kind: 'independent' | 'cumulative'): string | undefined =>
    classOf(estimate.shapes, estimate.conditions, z, a, kind)?.class

  it('follows the distance from the middle of the chain', () => {
    const row = 111 - 55
    const mean = estimate.shapes.meanZ[row]!
    expect(mean).toBeGreaterThan(44)
    expect(mean).toBeLessThan(46)
    expect(classAt(Math.round(mean), 111, 'independent')).toMatch(/A|B/)
    expect(classAt(47, 111, 'independent')).toMatch(/D|E/)
    expect(classAt(47, 111, 'cumulative')).toBe('A')
    expect(classAt(44, 111, 'cumulative')).toBe(classAt(44, 111, 'independent'))
  })

  it('knows the weak spots: light and heavy masses, tin near 132', () => {
    expect(classAt(30, 79, 'independent')).toBe('E')
    expect(classAt(63, 157, 'cumulative')).toBe('E')
    expect(classAt(51, 132, 'independent')).toMatch(/C|D|E/)
    expect(classAt(92, 238, 'independent')).toBeUndefined()
    expect(classAt(10, 20, 'independent')).toBeUndefined()
  })

  it('gives the factor with the normalisation multiplied in, and raises classes outside the fitted range', () => {
    expect(classOf(estimate.shapes, estimate.conditions, 47, 111, 'cumulative')!.factor).toBeCloseTo(1.35 * 1.1, 12)
    const raised = { aboveHundredMeV: true, belowTwelveMeV: false, thickTarget: true }
    expect(classOf(estimate.shapes, raised, 47, 111, 'cumulative')!.class).toBe('C')
    expect(estimate.conditions).toEqual({ aboveHundredMeV: false, belowTwelveMeV: false, thickTarget: false })
  })

  it('takes every nuclide of the estimate', () => {
    for (const zai of estimate.nuclides) {
      const z = Math.floor(zai / 10_000)
      const a = (zai % 10_000) / 10
      for (const kind of ['independent', 'cumulative'] as const) {
        const error = classOf(estimate.shapes, estimate.conditions, z, a, kind)
        expect(error!.factor).toBeGreaterThan(1.4)
      }
    }
  })

  it('measures the shape of a chain', () => {
    const yields = fissionYields('U', 40)
    const shapes = chainShapes(yields)
    const row = 132 - 55
    let sum = 0
    for (let cell = 0; cell < yields.length; cell++) if (massOfCell(cell) === 132) sum += yields[cell]!
    expect(shapes.chainYield[row]).toBeCloseTo(sum, 12)
    expect(shapes.sigmaZ[row]).toBeGreaterThan(0.6)
    expect(shapes.sigmaZ[row]).toBeLessThan(1.2)
    expect(chargeOfCell(yieldCell(52, 132))).toBe(52)
  })
})

describe('isotopic distributions at 25 MeV against EXFOR O2357 (Penttila 2016)', () => {
  /** Independent yields per element; rows that are limits or interpolations are no measurements. */
  const rows = readFileSync(new URL('../../../testdata/measured/isotopic-shapes-u-25mev.csv', import.meta.url), 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && !/Upper limit|Interpolated value/.test(line))
    .map((line) => line.split(','))
    .map((columns) => ({ z: Number(columns[5]), a: Number(columns[6]), value: Number(columns[9]) }))
  const yields = fissionYields('U', 25)

  /** Mean mass over the measured masses, measured and calculated. */
  const centroids = (z: number): { measured: number; model: number; masses: number } => {
    const element = rows.filter((row) => row.z === z)
    const mean = (weight: (row: { a: number; value: number }) => number): number =>
      element.reduce((sum, row) => sum + weight(row) * row.a, 0) / element.reduce((sum, row) => sum + weight(row), 0)
    return {
      measured: mean((row) => row.value),
      model: mean((row) => yields[yieldCell(z, row.a)]!),
      masses: element.length,
    }
  }

  it.each([
    ['Pd', 46, 10],
    ['Ag', 47, 10],
  ])('%s: mean mass within 0.5 u', (_name, z, masses) => {
    const both = centroids(z)
    expect(both.masses).toBe(masses)
    expect(Math.abs(both.model - both.measured)).toBeLessThan(0.5)
  })

  it('Sn: reported beside them with its difference, a known weak spot that is not tuned', () => {
    const report = [46, 47, 50].map((z) => {
      const { measured, model } = centroids(z)
      return `Z = ${z}: measured ${measured.toFixed(2)} u, model ${model.toFixed(2)} u, difference ${(model - measured).toFixed(2)} u`
    })
    // biome-ignore lint/suspicious/noConsole: the difference is to be read, not only checked.
    console.info(report.join('\n'))
    const tin = centroids(50)
    expect(tin.masses).toBe(11)
    // Recorded, not required to be small: a change of the model shows here.
    expect(tin.model - tin.measured).toBeCloseTo(0.85, 1)
  })
})
