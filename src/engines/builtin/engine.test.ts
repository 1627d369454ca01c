import { describe, expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { columnSum } from '#results/batch-table.ts'
import { type Setup, setupSchema } from '#simulation/document.ts'
import { presets } from '#simulation/presets.ts'
import { describeFunctionEngineContract } from '#test/contracts/engine.ts'
import { builtinEngine, estimateSetup } from './engine.ts'
import { stackOf } from './input.ts'

const preset = (id: string): Setup => {
  const found = presets().find((one) => one.id === id)
  if (!found) throw new Error(`no preset ${id}: there are ${presets().map((one) => one.id)}`)
  return found.document.setup
}
const spes = preset('spes-uc4')

interface LayerChoice {
  readonly name?: string
  readonly role?: 'window' | 'target' | 'dump'
  readonly material?: string
  readonly thicknessMm?: number
  readonly diameterMm?: number
  readonly densityGramPerCm3?: number
}

/** A setup of a few layers; what is not said is a UC4 disc of the SPES target. */
const setupOf = (layers: readonly LayerChoice[], beam: Partial<Setup['beam']> = {}, target: object = {}): Setup =>
  setupSchema.parse({
    beam: { energyMeV: 40, shape: { kind: 'flat', radiusMm: 17 }, ...beam },
    target: { layers: layers.map((layer, i) => ({ name: `L${i + 1}`, material: 'UC4', ...layer })), ...target },
  })

const codes = (setup: Setup, severity: 'refusal' | 'note'): string[] =>
  builtinEngine
    .check(setup)
    .filter((remark) => remark.severity === severity)
    .map((remark) => remark.code)

const messageOf = (setup: Setup, code: string): string =>
  builtinEngine.check(setup).find((remark) => remark.code === code)?.message ?? ''

describeFunctionEngineContract('builtin', () => ({
  engine: builtinEngine,
  setup: spes,
  moreSetups: [
    ...presets()
      .map((one) => one.document.setup)
      .filter((one) => codes(one, 'refusal').length === 0),
    setupOf([
      { role: 'window', material: 'graphite', densityGramPerCm3: 1.9, thicknessMm: 0.2 },
      {},
      { material: 'Ta', densityGramPerCm3: 16.65, thicknessMm: 0.1 },
      { role: 'dump' },
    ]),
  ],
  refused: setupOf([{ material: 'SiC' }]),
}))

describe('SPES preset', () => {
  it('makes 7.07e-3 fissions per proton within 4 %', () => {
    const { estimate, yields } = estimateSetup(spes)
    expect(yields).toBe(true)
    expect(Math.abs(estimate!.fissionsPerPrimary / 7.07e-3 - 1)).toBeLessThan(0.04)
  })

  it('with 238U only it agrees within 4 % with the reference run of Geant4 (6.93e-3)', () => {
    const reference = presets().find((one) => /238/.test(one.id))
    expect(reference).toBeDefined()
    const { estimate } = estimateSetup(reference!.document.setup)
    expect(Math.abs(estimate!.fissionsPerPrimary / 6.93e-3 - 1)).toBeLessThan(0.04)
  })

  it('reads the materials: UC4 is 83.2 % uranium by weight, with the molar mass of natural uranium', () => {
    const disc = stackOf(spes).layers.find((layer) => layer.role === 'target')!
    const uranium = disc.composition.find((component) => component.z === 92)!
    expect(uranium.massFraction).toBeCloseTo(0.832, 3)
    expect(uranium.molarMass).toBeCloseTo(238.029, 2)
    expect(disc.radiusMm).toBe(20)
  })

  it('stops the beam in the dumps', () => {
    const { estimate } = estimateSetup(spes)
    expect(estimate!.leaving).toBe(0)
    expect(estimate!.layers.filter((layer) => layer.stopping > 0).map((layer) => layer.role)).toEqual(['dump'])
  })

  it('counts fissions in all regions, and 111Ag is listed', () => {
    const tally = builtinEngine.simulate({
      setup: spes,
      stream: { jobKey: '00000000000000aa', point: 0 },
      batches: [{ ordinal: 0, first: 0, histories: 500_000 }],
    })
    const names = tally.counters.names.length
    const fissions = tally.counters.names.indexOf('fissions')
    const total = columnSum(tally.counters.table, fissions)
    let layers = 0
    for (let region = 1; region < tally.counters.regions.length; region++) {
      layers += columnSum(tally.counters.table, region * names + fissions)
    }
    expect(layers).toBe(total)
    const expected = 500_000 * estimateSetup(spes).estimate!.fissionsPerPrimary
    expect(Math.abs(total - expected)).toBeLessThan(4 * Math.sqrt(expected))
    expect(tally.residuals.nuclides).toContain(zaiOf(47, 111))
    expect(builtinEngine.modelError(spes, zaiOf(47, 111), 'cumulative')!.class).toBe('A')
    expect(builtinEngine.modelError(spes, zaiOf(47, 111, 1), 'independent')).toBeNull()
  })
})

describe('scope, in words', () => {
  it('says what is always true of its numbers', () => {
    expect(codes(spes, 'refusal')).toEqual([])
    expect(codes(spes, 'note')).toEqual([
      'BUILTIN_FISSION_PRODUCTS_ONLY',
      'BUILTIN_FRAGMENTS_INDEPENDENT',
      'BUILTIN_NEUTRONS_NOT_FOLLOWED',
      'BUILTIN_URANIUM_AS_238U',
    ])
    expect(messageOf(spes, 'BUILTIN_URANIUM_AS_238U')).toContain('0.72 %')
  })

  it('refuses yields without uranium or thorium, and gives range, exit energy and heat', () => {
    const setup = setupOf([{ material: 'SiC', densityGramPerCm3: 3.2, thicknessMm: 1 }])
    expect(codes(setup, 'refusal')).toEqual(['BUILTIN_TARGET_NOT_FISSILE'])
    const { estimate, yields } = estimateSetup(setup)
    expect(yields).toBe(false)
    expect(estimate!.nuclides).toEqual([])
    expect(estimate!.layers[0]!.rangeGramPerCm2).toBeGreaterThan(1.5)
    expect(estimate!.exitEnergyMeV).toBeGreaterThan(30)
    expect(estimate!.layers[0]!.heatMeVPerPrimary).toBeGreaterThan(3)
    expect(builtinEngine.coverage(setup).boxes).toEqual([])
    expect(builtinEngine.modelError(setup, zaiOf(47, 111), 'cumulative')).toBeNull()
  })

  it('refuses a beam beyond 100 MeV and says its range', () => {
    const setup = setupOf([{}], { energyMeV: 1400 })
    expect(codes(setup, 'refusal')).toEqual(['BUILTIN_ENERGY_ABOVE_SCOPE'])
    expect(estimateSetup(setup).estimate!.fissionsPerPrimary).toBe(0)
    expect(estimateSetup(setup).estimate!.layers[0]!.rangeGramPerCm2).toBeGreaterThan(300)
  })

  it('takes 100 MeV and 12 MeV, notes less than 12 MeV, refuses less than 5', () => {
    expect(codes(setupOf([{}], { energyMeV: 100 }), 'refusal')).toEqual([])
    expect(codes(setupOf([{}], { energyMeV: 12 }), 'note')).not.toContain('BUILTIN_ENERGY_BELOW_FIT')
    const low = setupOf([{}], { energyMeV: 10 })
    expect(codes(low, 'refusal')).toEqual([])
    expect(codes(low, 'note')).toContain('BUILTIN_ENERGY_BELOW_FIT')
    const fit = builtinEngine.modelError(setupOf([{}], { energyMeV: 12 }), zaiOf(40, 95), 'cumulative')!
    expect(builtinEngine.modelError(low, zaiOf(40, 95), 'cumulative')!.factor).toBeGreaterThan(fit.factor)
    expect(codes(setupOf([{}], { energyMeV: 3 }), 'refusal')).toEqual(['BUILTIN_ENERGY_BELOW_SCOPE'])
  })

  it('refuses a spread of the energy beyond a fifth of it, and notes one that reaches above 100 MeV', () => {
    expect(codes(setupOf([{}], { energyMeV: 12, energySpreadMeV: 2.4 }), 'refusal')).toEqual([])
    const wide = setupOf([{}], { energyMeV: 12, energySpreadMeV: 10 })
    expect(codes(wide, 'refusal')).toEqual(['BUILTIN_SPREAD_TOO_WIDE'])
    expect(messageOf(wide, 'BUILTIN_SPREAD_TOO_WIDE')).toContain('up to 20 %, here 2.4 MeV')
    const refusal = builtinEngine.check(wide).find((remark) => remark.severity === 'refusal')
    expect(refusal?.path).toBe('setup.beam.energySpreadMeV')
    expect(estimateSetup(wide).yields).toBe(false)
    expect(estimateSetup(wide).estimate!.layers[0]!.slowingHeatMeVPerPrimary).toBeGreaterThan(1)
    const high = setupOf([{}], { energyMeV: 100, energySpreadMeV: 5 })
    expect(codes(high, 'refusal')).toEqual([])
    expect(messageOf(high, 'BUILTIN_SPREAD_ABOVE_SCOPE')).toMatch(/^About (4|5)\d % of the beam/)
    expect(codes(setupOf([{}], { energyMeV: 80, energySpreadMeV: 5 }), 'note')).not.toContain(
      'BUILTIN_SPREAD_ABOVE_SCOPE',
    )
    const single = builtinEngine.modelError(setupOf([{}], { energyMeV: 100 }), zaiOf(40, 95), 'cumulative')!
    expect(builtinEngine.modelError(high, zaiOf(40, 95), 'cumulative')!.factor).toBeGreaterThan(single.factor)
  })

  it('refuses elements beyond uranium without failing', () => {
    const setup = setupOf([{ material: 'Pu-239' }, {}])
    expect(codes(setup, 'refusal')).toEqual(['BUILTIN_ELEMENT_UNKNOWN'])
    expect(messageOf(setup, 'BUILTIN_ELEMENT_UNKNOWN')).toContain('Pu')
    expect(estimateSetup(setup).estimate).toBeNull()
  })

  it('refuses when no layer is a target, and when no proton gets there', () => {
    expect(codes(setupOf([{ role: 'dump' }]), 'refusal')).toEqual(['BUILTIN_NO_TARGET_LAYER'])
    const thick = setupOf([{ role: 'window', material: 'graphite', densityGramPerCm3: 1.9, thicknessMm: 30 }, {}])
    expect(codes(thick, 'refusal')).toEqual(['BUILTIN_NO_FISSION'])
    expect(messageOf(thick, 'BUILTIN_NO_FISSION')).toContain('they stop in L1')
    const beside = setupOf([{ diameterMm: 10 }], { shape: { kind: 'wobbled', sigmaMm: 0.5, wobbleRadiusMm: 20 } })
    expect(messageOf(beside, 'BUILTIN_NO_FISSION')).toContain('passes beside')
  })

  it('says how much of the beam misses, where it stops, and what is not scored', () => {
    const wobbled = preset(presets().find((one) => one.document.setup.beam.shape.kind === 'wobbled')!.id)
    expect(messageOf(wobbled, 'BUILTIN_BEAM_MISSES')).toContain('15 % of the beam')
    const thick = setupOf([1, 2, 3, 4, 5, 6, 7].map(() => ({ thicknessMm: 1.3 })))
    expect(messageOf(thick, 'BUILTIN_BEAM_STOPS')).toContain('stop in L6; no proton reaches L7')
    const mixed = setupOf([{}, { material: 'Ta', densityGramPerCm3: 16.65, thicknessMm: 0.1 }])
    expect(codes(mixed, 'note')).toContain('BUILTIN_LAYER_WITHOUT_FISSION')
    expect(messageOf(mixed, 'BUILTIN_STOPPING_INTERPOLATED')).toContain('Ta')
    const dump = setupOf([{}, { role: 'dump' }])
    expect(messageOf(dump, 'BUILTIN_FISSION_OUTSIDE_TARGET')).toContain(
      'L2: reactions and fissions in windows and dumps',
    )
    const { counters } = builtinEngine.simulate({
      setup: dump,
      stream: { jobKey: '00000000000000aa', point: 0 },
      batches: [{ ordinal: 0, first: 0, histories: 1000 }],
    })
    expect(counters.regions).toEqual(['total', 'L1'])
  })

  it('knows thorium, enrichment and mixtures', () => {
    const thorium = setupOf([{ material: 'ThC4' }])
    expect(codes(thorium, 'refusal')).toEqual([])
    expect(codes(thorium, 'note')).toContain('BUILTIN_THORIUM')
    expect(codes(thorium, 'note')).not.toContain('BUILTIN_URANIUM_AS_238U')
    const enriched = setupOf([{}], {}, { uranium235Percent: 20 })
    expect(messageOf(enriched, 'BUILTIN_URANIUM_AS_238U')).toContain('20 %')
    expect(messageOf(enriched, 'BUILTIN_URANIUM_AS_238U')).toContain('far from the data')
    const both = setupOf(
      [{ material: 'mix' }],
      {},
      {
        materials: {
          mix: {
            by: 'weight',
            components: [
              { of: 'UC4', amount: 1 },
              { of: 'ThC4', amount: 1 },
            ],
          },
        },
      },
    )
    const { estimate } = estimateSetup(both)
    const alone = (material: string): number => estimateSetup(setupOf([{ material }])).estimate!.fissionsPerPrimary
    expect(estimate!.fissionsPerPrimary).toBeGreaterThan(Math.min(alone('UC4'), alone('ThC4')))
    expect(estimate!.fissionsPerPrimary).toBeLessThan(Math.max(alone('UC4'), alone('ThC4')))
  })
})
