import { describe, expect, it } from 'vitest'
import { particlesPerSecond } from '#quantities/conversions.ts'
import type { Microamperes } from '#quantities/units.ts'
import { estimateOf } from './estimate.ts'
import { fissionsOf, type Production, production } from './production.ts'
import { GRAPHITE, SPES_BEAM, SPES_STACK, SPES_WINDOW, UC4, uc4Disc } from './spes-stack.ts'
import { massStoppingPower, rangeAt, stoppingTable } from './stopping.ts'
import { layerArealDensity, type StackLayer, type TargetStack } from './target-stack.ts'

const fissions = (produced: Production): number => produced.layers.reduce((sum, layer) => sum + fissionsOf(layer), 0)

/** UC4 with the weight fraction of the vectors. */
const UC4_VECTORS = [
  { z: 92, massFraction: 0.832, molarMass: 238.029 },
  { z: 6, massFraction: 0.168, molarMass: 12.011 },
]
/** A UC4 target of the given areal density, g/cm2. */
const uc4Target = (arealDensity: number): StackLayer => ({
  ...uc4Disc('Target', (arealDensity / 4) * 10),
  composition: UC4_VECTORS,
})

describe('thick UC4 target, 40 MeV: vectors of the specification', () => {
  // Made without beam attenuation.
  const options = { attenuation: false }
  it.each([
    [1, 0.00348],
    [2, 0.00657],
    [4, 0.00768],
  ])('%i g/cm2: %f fissions per proton to 1 %%', (arealDensity, vector) => {
    const value = fissions(production({ beam: SPES_BEAM, layers: [uc4Target(arealDensity)] }, options))
    expect(Math.abs(value / vector - 1)).toBeLessThan(0.01)
  })

  it('0.1 g/cm2 of graphite first: 0.00706', () => {
    const window = { ...SPES_WINDOW, composition: GRAPHITE, densityGramPerCm3: 1, thicknessMm: 1 }
    const value = fissions(production({ beam: SPES_BEAM, layers: [window, uc4Target(4)] }, options))
    expect(Math.abs(value / 0.00706 - 1)).toBeLessThan(0.01)
  })

  it('200 uA: rates within half a unit of their last digit', () => {
    const stack: TargetStack = { beam: SPES_BEAM, layers: [uc4Target(4)] }
    const estimate = estimateOf(stack, production(stack, options))
    const perSecond = particlesPerSecond(200 as Microamperes)
    const independent = (z: number, a: number): number => {
      const index = estimate.nuclides.findIndex((zai) => zai === z * 10_000 + a * 10)
      return estimate.independentPerPrimary[index]! * perSecond
    }
    const cumulative = (z: number, a: number): number => {
      let sum = 0
      for (const [index, zai] of estimate.nuclides.entries()) {
        const charge = Math.floor(zai / 10_000)
        if ((zai % 10_000) / 10 === a && charge <= z) sum += estimate.independentPerPrimary[index]!
      }
      return sum * perSecond
    }
    expect(Math.abs(estimate.fissionsPerPrimary * perSecond - 9.6e12)).toBeLessThan(0.05e12)
    expect(Math.abs(independent(50, 132) - 1.3e10)).toBeLessThan(0.05e10)
    expect(Math.abs(independent(37, 94) - 7.3e10)).toBeLessThan(0.05e10)
    expect(Math.abs(independent(36, 90) - 1.0e11)).toBeLessThan(0.05e11)
    expect(Math.abs(independent(55, 140) - 1.5e11)).toBeLessThan(0.05e11)
    expect(Math.abs(cumulative(47, 111) - 2.0e11)).toBeLessThan(0.05e11)
    expect(Math.abs(cumulative(42, 99) - 4.4e11)).toBeLessThan(0.05e11)
    expect(Math.abs(cumulative(53, 131) - 3.6e11)).toBeLessThan(0.05e11)
  })
})

describe('SPES stack', () => {
  const produced = production(SPES_STACK)

  it('makes 7.07e-3 fissions per proton within 4 %', () => {
    expect(Math.abs(fissions(produced) / 7.07e-3 - 1)).toBeLessThan(0.04)
  })

  it('each disc agrees with the integration of measured cross sections within 8 %', () => {
    // target-and-beam 1.2; another formula of stopping, 2 to 3 % apart, adds up towards the last disc.
    const reference = [1.131e-3, 1.111e-3, 1.089e-3, 1.049e-3, 1.018e-3, 0.923e-3, 0.749e-3]
    for (const [index, value] of reference.entries()) {
      expect(Math.abs(fissionsOf(produced.layers[index + 1]!) / value - 1), `disc ${index + 1}`).toBeLessThan(0.08)
    }
  })

  it('loses 0.50 MeV in the window and 21 MeV in the discs, and leaves with about 18 MeV', () => {
    expect(produced.layers[0]!.slowingHeatMeV).toBeCloseTo(0.5, 1)
    const heat = produced.layers.slice(1).reduce((sum, layer) => sum + layer.slowingHeatMeV, 0)
    expect(Math.abs(heat / 21.28 - 1)).toBeLessThan(0.04)
    expect(produced.leaving).toBeCloseTo(1, 12)
    expect(Math.abs(produced.exitEnergyMeV! - 18.2)).toBeLessThan(1)
    expect(produced.missed).toBe(0)
  })

  it('hands the energy on from layer to layer', () => {
    for (let i = 1; i < produced.layers.length; i++) {
      expect(produced.layers[i]!.energyInMeV).toBe(produced.layers[i - 1]!.energyOutMeV)
    }
  })

  it('without attenuation the heat is the energy lost', () => {
    const plain = production(SPES_STACK, { attenuation: false })
    for (const layer of plain.layers) {
      expect(layer.slowingHeatMeV).toBeCloseTo(layer.energyInMeV! - layer.energyOutMeV!, 9)
    }
    expect(fissions(plain)).toBeGreaterThan(fissions(produced))
  })

  it('shrinks with the energy as the integration of measured data does', () => {
    // Integration of measured data: 35 MeV -24 %, 50 MeV +15 %, 60 MeV +25 %, 70 MeV +31 %. The cross section is known
    // to 7 % from 31 to 100 MeV.
    for (const [energyMeV, change] of [
      [35, -0.24],
      [50, 0.15],
      [60, 0.25],
      [70, 0.31],
    ] as const) {
      const other = fissions(production({ ...SPES_STACK, beam: { ...SPES_BEAM, energyMeV } }))
      expect(Math.abs(other / fissions(produced) - 1 - change), `${energyMeV} MeV`).toBeLessThan(0.07)
    }
  })
})

describe('beam and discs', () => {
  const withBeam = (shape: TargetStack['beam']['shape']): Production =>
    production({ ...SPES_STACK, beam: { ...SPES_BEAM, shape } })

  it('the wobbled beam (7 mm on 11 mm) misses the 20 mm discs with 14.8 % of its protons', () => {
    // 0.1482 by the Rice distribution; conventions 3 rounds to 14.9 %.
    const produced = withBeam({ kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 })
    expect(Math.abs(produced.missed - 0.149)).toBeLessThan(0.001)
    expect(fissions(produced) / fissions(production(SPES_STACK))).toBeCloseTo(1 - produced.missed, 9)
    // The window is wider than the discs: part of what misses them passes it, and still leaves with more energy.
    expect(produced.layers[0]!.entering).toBeGreaterThan(1 - produced.missed)
    expect(produced.layers[0]!.reactionsOfMissing).toBeGreaterThan(0)
    expect(produced.leaving).toBeCloseTo(1, 9)
    expect(produced.exitEnergyMeV!).toBeGreaterThan(production(SPES_STACK).exitEnergyMeV!)
  })

  it('a disc smaller than the beam meets its share of it, and the next disc gets both parts', () => {
    const small = { ...uc4Disc('Small', 0.8), radiusMm: 8.5 }
    const produced = production({ beam: SPES_BEAM, layers: [small, uc4Disc('Wide', 0.8)] })
    const [first, second] = produced.layers
    expect(first!.entering).toBeCloseTo(0.25, 9)
    expect(second!.entering).toBeCloseTo(1, 9)
    const single = production({ beam: SPES_BEAM, layers: [uc4Disc('Only', 0.8)] })
    expect(first!.reactions).toBeCloseTo(single.layers[0]!.reactions / 4, 9)
    const mean = 0.25 * first!.energyOutMeV! + 0.75 * 40
    expect(second!.energyInMeV).toBeCloseTo(mean, 9)
    expect(produced.missed).toBe(0)
  })

  it('a beam that misses everything does nothing', () => {
    const stack = {
      beam: { ...SPES_BEAM, shape: { kind: 'wobbled', sigmaMm: 0.1, wobbleRadiusMm: 40 } },
      layers: SPES_STACK.layers,
    } as const
    const produced = production(stack)
    expect(produced.missed).toBeCloseTo(1, 9)
    expect(fissions(produced)).toBe(0)
    expect(produced.exitEnergyMeV).toBeCloseTo(40, 9)
    expect(produced.layers[3]!.energyInMeV).toBeNull()
  })

  it('says where the protons stop: 1.3 mm discs of 4 g/cm3 end the beam in disc 6', () => {
    const layers = [SPES_WINDOW, ...[1, 2, 3, 4, 5, 6, 7].map((number) => uc4Disc(`Disc${number}`, 1.3))]
    const produced = production({ beam: SPES_BEAM, layers })
    expect(produced.layers.map((layer) => layer.stopping)).toEqual([0, 0, 0, 0, 0, 0, 1, 0])
    expect(produced.leaving).toBe(0)
    expect(produced.exitEnergyMeV).toBeNull()
    const heat = produced.layers.reduce((sum, layer) => sum + layer.slowingHeatMeV, 0)
    // The part of the beam that reacted does not slow down any further.
    expect(heat).toBeLessThan(40)
    expect(heat).toBeGreaterThan(39)
  })

  it('gives ranges for any energy and material, uranium or not', () => {
    const silicon = { ...uc4Disc('Si', 1), composition: [{ z: 14, massFraction: 1, molarMass: 28.085 }] }
    const produced = production({ beam: { ...SPES_BEAM, energyMeV: 1400 }, layers: [silicon] })
    expect(produced.rangeGramPerCm2[0]).toBeGreaterThan(300)
    expect(fissions(produced)).toBe(0)
    expect(produced.layers[0]!.reactions).toBeGreaterThan(0)
  })

  it('widens the energy by straggling as Bohr does, and adds the spread of the beam', () => {
    // Seen through a cross section that is zero below 5 MeV: where the mean is at the threshold, straggling opens it.
    const table = stoppingTable(UC4)
    const depth = rangeAt(table, 40) - rangeAt(table, 6)
    const thin: StackLayer = { ...uc4Disc('Thin', 0.001), composition: UC4 }
    const before: StackLayer = { ...uc4Disc('Before', (depth / 4) * 10), role: 'window', composition: [...UC4] }
    const straggled = production({ beam: SPES_BEAM, layers: [before, thin] })
    const fresh = production({ beam: { ...SPES_BEAM, energyMeV: 6 }, layers: [thin] })
    expect(fissionsOf(straggled.layers[1]!)).toBeGreaterThan(3 * fissionsOf(fresh.layers[0]!))
    const spread = production({ beam: { ...SPES_BEAM, energyMeV: 6, energySpreadMeV: 1.5 }, layers: [thin] })
    expect(fissionsOf(spread.layers[0]!)).toBeGreaterThan(3 * fissionsOf(fresh.layers[0]!))
  })

  it('with a spread it is the mean over the energies of the beam within 1 %, for thin and for thick targets', () => {
    const at = (layers: readonly StackLayer[], energyMeV: number, energySpreadMeV: number): Production =>
      production({ beam: { ...SPES_BEAM, energyMeV, energySpreadMeV }, layers })
    const target = (produced: Production): number =>
      produced.layers.reduce((sum, one) => sum + (one.layer.role === 'target' ? fissionsOf(one) : 0), 0)
    for (const layers of [SPES_STACK.layers, [uc4Disc('Thin', 0.05)], [uc4Disc('Thick', 10)]]) {
      for (const [energyMeV, sigma] of [
        [40, 4],
        [40, 0.2],
        [12, 1.2],
        [12, 2],
        [9, 0.9],
        [70, 7],
      ] as const) {
        let weights = 0
        let fission = 0
        let reactions = 0
        let heat = 0
        for (let i = -60; i <= 60; i++) {
          const weight = Math.exp(-((i * 0.09) ** 2) / 2)
          const energy = energyMeV + i * 0.09 * sigma
          if (energy < 0.01) continue
          const one = at(layers, energy, 0)
          weights += weight
          fission += weight * target(one)
          reactions += weight * one.layers.reduce((sum, layer) => sum + layer.reactions, 0)
          heat += weight * one.layers.reduce((sum, layer) => sum + layer.slowingHeatMeV, 0)
        }
        const spread = at(layers, energyMeV, sigma)
        const what = `${energyMeV} MeV, ${sigma} MeV, ${layers.at(-1)!.name}`
        expect(Math.abs((target(spread) * weights) / fission - 1), what).toBeLessThan(0.01)
        const all = spread.layers.reduce((sum, layer) => sum + layer.reactions, 0)
        expect(Math.abs((all * weights) / reactions - 1), what).toBeLessThan(0.01)
        const slowed = spread.layers.reduce((sum, layer) => sum + layer.slowingHeatMeV, 0)
        expect(Math.abs((slowed * weights) / heat - 1), what).toBeLessThan(0.01)
      }
    }
  })

  it('of a spread wider than the energy takes the part above zero, made up to the whole beam', () => {
    const produced = production({
      beam: { ...SPES_BEAM, energyMeV: 12, energySpreadMeV: 10 },
      layers: [uc4Disc('L', 1)],
    })
    expect(produced.layers[0]!.entering).toBeCloseTo(1, 12)
    expect(produced.layers[0]!.energyInMeV!).toBeGreaterThan(12)
    expect(produced.missed).toBe(0)
    const tiny = production({ beam: { ...SPES_BEAM, energyMeV: 1, energySpreadMeV: 10 }, layers: [uc4Disc('L', 1)] })
    expect(Number.isFinite(tiny.layers[0]!.slowingHeatMeV)).toBe(true)
    expect(tiny.layers[0]!.entering).toBeCloseTo(1, 12)
  })

  it('shares a spread beam among discs of different size as one of a single energy', () => {
    const small = { ...uc4Disc('Small', 0.8), radiusMm: 8.5 }
    const beam = { ...SPES_BEAM, energySpreadMeV: 2 }
    const produced = production({ beam, layers: [small, uc4Disc('Wide', 0.8)] })
    expect(produced.layers.map((one) => one.entering)).toEqual([expect.closeTo(0.25, 9), expect.closeTo(1, 9)])
    const single = production({ beam, layers: [uc4Disc('Only', 0.8)] })
    expect(produced.layers[0]!.reactions).toBeCloseTo(single.layers[0]!.reactions / 4, 9)
    expect(single.interactionLengths).toBeCloseTo(
      production({ beam: SPES_BEAM, layers: [uc4Disc('Only', 0.8)] }).interactionLengths,
      3,
    )
  })

  it('takes thin layers by areal density', () => {
    const layer = uc4Disc('Thin', 0.01)
    const produced = production({ beam: SPES_BEAM, layers: [layer] })
    expect(produced.layers[0]!.slowingHeatMeV / layerArealDensity(layer)).toBeCloseTo(massStoppingPower(UC4, 40), 1)
  })
})
