import { describe, expect, it } from 'vitest'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { Residual, ResultDocument } from '#results/document.ts'
import { mergeMany, RunMerge } from '#results/merge.ts'
import { linearCombination } from '#results/statistics.ts'
import {
  CONTEXT,
  estimateDocument,
  FISSION_PRODUCTS,
  MADE_ESTIMATE,
  madeDocument,
  madeMerge,
} from '#test/tallies/made-documents.ts'
import { MADE_NUCLIDES, madeTally } from '#test/tallies/made-tallies.ts'
import { cumulativeFeeding, feedersOf } from './cumulative.ts'
import { describeResult } from './report.ts'

const [RU, RH, PD, AG] = MADE_NUCLIDES as [Zai, Zai, Zai, Zai]
const of = (document: ResultDocument, nuclide: string): Residual => {
  const found = document.residuals.find((residual) => residual.nuclide === nuclide)
  if (!found) throw new Error(`no ${nuclide} among ${document.residuals.map((r) => r.nuclide).join(' ')}`)
  return found
}
const ELECTRONS_PER_MICROCOULOMB = 1e-6 / 1.602176634e-19

describe('result of a run', () => {
  const merge = madeMerge(40)
  const document = describeResult({ ...CONTEXT, merge })

  it('lists independent and cumulative rates in all units', () => {
    const silver = of(document, 'Ag-111')
    const sums = merge.residualSample('total').sums
    expect(silver).toMatchObject({ z: 47, a: 111, m: 0, state: 'scored', inNubase: true })
    expect(silver.independent.perPrimary).toBe(sums[3]! / merge.histories)
    expect(silver.independent.counts).toBe(sums[3])
    expect(silver.independent.perSecond! / silver.independent.perPrimary!).toBeCloseTo(1.2483e15, -11)
    expect(silver.independent.perMicrocoulomb! / silver.independent.perPrimary!).toBeCloseTo(
      ELECTRONS_PER_MICROCOULOMB,
      -2,
    )
    expect(silver.independent.model).toEqual({ class: 'B', factor: 1.5 })
    expect(silver.cumulative.model).toEqual({ class: 'A', factor: 1.35 })
    // The whole chain ends in 111Ag, but for what the tables lose on the way.
    const chain = [...sums].reduce((a, b) => a + b)
    expect(silver.cumulative.perPrimary! / (chain / merge.histories)).toBeGreaterThan(0.98)
    expect(silver.cumulative.perPrimary!).toBeLessThanOrEqual((chain / merge.histories) * (1 + 1e-12))
    expect(document).toMatchObject({ mode: 'monte-carlo', primaries: 37_000, batches: 40, region: 'total' })
  })

  it('gives cumulative rates the mean and the correlated error of their linear combination', () => {
    for (const residual of document.residuals) {
      const feeders = feedersOf(cumulativeFeeding(merge.nuclides), zaiOf(residual.z, residual.a, residual.m))
      const terms = feeders.map(({ zai, fraction }) => ({ region: 'total', nuclide: zai, weight: fraction }))
      const expected = linearCombination(merge, terms)
      expect(residual.cumulative.perPrimary! / expected.mean).toBeCloseTo(1, 12)
      expect(residual.cumulative.statisticalError! / expected.standardError!).toBeCloseTo(1, 9)
      expect(residual.cumulative.statisticalErrorKind).toBe('sampled')
    }
    expect(document.residuals.length).toBeGreaterThan(4)
  })

  it('is sorted by charge and mass number, daughters that nothing made included', () => {
    const keys = document.residuals.map(({ z, a, m }) => zaiOf(z, a, m))
    expect(keys).toEqual([...keys].sort((p, q) => p - q))
    // 111Pd goes to the isomer of 111Ag first, and all of it ends in 111Cd.
    const isomer = of(document, 'Ag-111m')
    expect(isomer.state).toBe('isomer-not-resolved')
    expect(isomer.independent).toMatchObject({ perPrimary: null, limit95: null })
    expect(isomer.cumulative.perPrimary).toBeGreaterThan(0)
    expect(isomer.cumulative.lowerBound).toBe(true)
    const cadmium = of(document, 'Cd-111')
    expect(cadmium.state).toBe('zero')
    expect(cadmium.independent).toMatchObject({ perPrimary: null, counts: 0, limit95: 3 / 37_000 })
    const all = merge.residualSample('total').sums.reduce((sum, value) => sum + value) / merge.histories
    expect(cadmium.cumulative.perPrimary! / all).toBeCloseTo(1, 9)
    expect(cadmium.cumulative.lowerBound).toBeUndefined()
  })

  it('stops feeding at the cut, and says which one it was', () => {
    // 111Ag lives 7.4 d and feeds no longer; half a percent of its isomer goes to 111Cd directly.
    const short = describeResult({ ...CONTEXT, merge, cutDays: 1 })
    expect(short.cumulativeCutDays).toBe(1)
    expect(of(short, 'Cd-111').cumulative.perPrimary! / of(document, 'Cd-111').cumulative.perPrimary!).toBeLessThan(
      0.01,
    )
    expect(of(short, 'Ag-111').cumulative.perPrimary).toBe(of(document, 'Ag-111').cumulative.perPrimary)
  })

  it('shows one layer as well as the total', () => {
    const layer = describeResult({ ...CONTEXT, merge, region: 'Disc1' })
    expect(layer.region).toBe('Disc1')
    expect(of(layer, 'Pd-111').independent.counts).toBe(merge.residualSample('Disc1').sums[2])
    expect(layer.fissions.counts).toBe(merge.counterSample('Disc1').sums[1])
    expect(document.layers[0]!.fissionsPerPrimary).toEqual(layer.fissions)
    expect(layer.fissionsPerPrimary).toBe(layer.fissions.perPrimary)
    expect(() => describeResult({ ...CONTEXT, merge, region: 'Disc9' })).toThrow(
      expect.objectContaining({ code: 'TALLY_UNKNOWN_CELL' }),
    )
  })

  it('does not depend on the order or grouping of the tasks', () => {
    const shuffled = mergeMany([madeTally([30, 31, 39]), madeTally([0, 1, 2, 3])])
    for (let ordinal = 38; ordinal > 3; ordinal--) if (!shuffled.has(ordinal)) shuffled.add(madeTally([ordinal]))
    expect(JSON.stringify(describeResult({ ...CONTEXT, merge: shuffled }))).toBe(JSON.stringify(document))
  })

  it('carries notes, on isomers too, and is plain JSON', () => {
    expect(document.notes[0]).toBe(CONTEXT.notes[0])
    expect(document.notes.some((note) => note.startsWith('Isomers are not resolved'))).toBe(true)
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    const resolved = { ...CONTEXT.coverage, isomers: 'resolved' as const }
    const other = madeDocument(3, {}, { coverage: resolved })
    expect(other.notes.join()).not.toContain('Isomers')
    expect(of(other, 'Ag-111m').state).toBe('zero')
    expect(of(other, 'Ag-111m').cumulative.lowerBound).toBeUndefined()
  })
})

describe('little or nothing counted', () => {
  it('in a whole chain is a limit for every member', () => {
    const document = madeDocument(2, { mean: 1e-9 })
    for (const residual of document.residuals) {
      expect(residual.state).toBe('zero')
      expect(residual.independent.limit95).toBe(3 / 2000)
      expect(residual.cumulative).toMatchObject({ perPrimary: null, perSecond: null, counts: 0, limit95: 3 / 2000 })
      expect(residual.cumulative.model).toBeNull()
    }
    // Daughters of nothing are not listed.
    expect(document.residuals.map((residual) => residual.nuclide)).toEqual(['Ru-111', 'Rh-111', 'Pd-111', 'Ag-111'])
    expect(document.fissions).toMatchObject({ perPrimary: null, counts: 0, limit95: 3 / 2000 })
    expect(document.fissionsPerPrimary).toBe(0)
  })

  it('in a single member makes the cumulative numbers downstream those of that member', () => {
    const merge = mergeMany([madeTally([0, 1, 2], { nuclides: [PD], mean: 4 }), madeTally([3], { mean: 1e-9 })])
    const document = describeResult({ ...CONTEXT, merge })
    const palladium = of(document, 'Pd-111')
    expect(of(document, 'Ru-111').cumulative).toMatchObject({ perPrimary: null, limit95: 3 / 3700 })
    expect(palladium.cumulative).toEqual({ ...palladium.independent, model: palladium.cumulative.model })
    const silver = of(document, 'Ag-111')
    expect(silver.state).toBe('zero')
    expect(silver.cumulative.statisticalError! / silver.cumulative.perPrimary!).toBeCloseTo(
      palladium.independent.statisticalError! / palladium.independent.perPrimary!,
      12,
    )
    expect(silver.cumulative.interval68).not.toBeNull()
  })

  it('of one batch: each cell with moments has its error, a sum of cells has none', () => {
    const document = madeDocument(1)
    expect(of(document, 'Pd-111').independent.statisticalErrorKind).toBe('sampled')
    expect(of(document, 'Ag-111').cumulative).toMatchObject({
      statisticalErrorKind: 'not-known',
      statisticalError: null,
      interval68: null,
    })
    expect(of(document, 'Ag-111').cumulative.perPrimary).toBeGreaterThan(0)
    const bare = of(madeDocument(1, { moments: false }), 'Pd-111').independent
    expect(bare).toMatchObject({ statisticalErrorKind: 'not-known', statisticalError: null })
  })

  it('may be left out, with one limit for all that has no row; the same rows in every region', () => {
    const merge = mergeMany([
      madeTally([0, 1, 2], { nuclides: [PD, zaiOf(49, 125)], mean: 2 }),
      madeTally([3], { mean: 1e-9 }),
    ])
    const all = describeResult({ ...CONTEXT, merge })
    const short = describeResult({ ...CONTEXT, merge, uncounted: 'leave-out' })
    expect(all.unlistedLimit95).toBeUndefined()
    expect(short.unlistedLimit95).toBe(3 / 3700)
    expect(of(all, 'Ru-111').independent.limit95).toBe(short.unlistedLimit95)
    const names = (document: ResultDocument): string[] => document.residuals.map((residual) => residual.nuclide)
    expect(names(all).filter((name) => !names(short).includes(name))).toEqual(['Ru-111', 'Rh-111'])
    for (const residual of short.residuals) expect(residual).toEqual(of(all, residual.nuclide))
    const layer = describeResult({ ...CONTEXT, merge, region: 'Disc1', uncounted: 'leave-out' })
    expect(names(layer)).toEqual(names(short))
  })

  it('before the first task is an empty document', () => {
    const document = describeResult({ ...CONTEXT, merge: new RunMerge() })
    expect(document).toMatchObject({ primaries: 0, batches: 0, residuals: [], fissionsPerPrimary: null })
    expect(document.fissions).toMatchObject({ perPrimary: null, statisticalErrorKind: 'not-known', limit95: null })
    expect(document.layers.length).toBe(1)
  })

  it('with weights has no counts, and a limit only where the largest weight is known', () => {
    const known = madeDocument(4, { counts: false, mean: 1e-9, maxWeight: 0.5 })
    expect(of(known, 'Ag-111').cumulative).toMatchObject({ counts: null, limit95: (3 * 0.5) / 3700 })
    const open = madeDocument(4, { counts: false, mean: 1e-9, maxWeight: null })
    expect(of(open, 'Ag-111').independent).toMatchObject({ limit95: null, statisticalErrorKind: 'not-known' })
    expect(of(madeDocument(4, { counts: false }), 'Ag-111').independent).toMatchObject({
      counts: null,
      interval68: null,
      statisticalErrorKind: 'sampled',
    })
  })

  it('outside what is scored is neither zero nor a limit', () => {
    const coverage = { boxes: [{ zMin: 44, zMax: 47, aMin: 100, aMax: 120 }], isomers: 'resolved' as const }
    const document = madeDocument(10, {}, { coverage })
    const cadmium = of(document, 'Cd-111')
    expect(cadmium.state).toBe('not-scored')
    expect(cadmium.independent).toMatchObject({ perPrimary: null, limit95: null })
    expect(cadmium.cumulative.perPrimary).toBeGreaterThan(0)
    expect(cadmium.cumulative.lowerBound).toBe(true)
  })

  it('of a product that NUBASE2020 does not list is kept, marked and named in a note', () => {
    const strange = zaiOf(44, 170)
    const document = madeDocument(10, { nuclides: [RU, AG, strange].sort((p, q) => p - q) })
    expect(of(document, 'Ru-170')).toMatchObject({ inNubase: false, state: 'scored' })
    expect(document.notes.some((note) => note.includes('Ru-170'))).toBe(true)
    expect(of(document, 'Ru-170').cumulative.perPrimary).toBe(of(document, 'Ru-170').independent.perPrimary)
  })
})

describe('sum over the chart', () => {
  it('equals the independent total', () => {
    const merge = madeMerge(12, { nuclides: FISSION_PRODUCTS, mean: 0.5 })
    const document = describeResult({ ...CONTEXT, merge })
    const counts = document.residuals.reduce((sum, residual) => sum + (residual.independent.counts ?? 0), 0)
    expect(counts).toBe(merge.residualSample('total').sums.reduce((a, b) => a + b, 0))
    // Nothing small or long-lived was left out.
    expect(document.residuals.length).toBeGreaterThanOrEqual(FISSION_PRODUCTS.length)
  })
})

describe('estimate', () => {
  const document = estimateDocument()

  it('has no statistical error, but the model error on every number', () => {
    expect(document).toMatchObject({ mode: 'estimate', primaries: null, batches: null, fissionsPerPrimary: 7e-3 })
    for (const { independent, cumulative } of document.residuals) {
      for (const rate of [independent, cumulative]) {
        expect(rate).toMatchObject({
          statisticalErrorKind: 'none',
          statisticalError: null,
          counts: null,
          limit95: null,
        })
        expect(rate.model === null).toBe(rate.perPrimary === null)
      }
    }
  })

  it('feeds 111Ag, which it does not make itself', () => {
    const silver = of(document, 'Ag-111')
    expect(silver).toMatchObject({ state: 'zero', independent: { perPrimary: null } })
    expect(silver.cumulative.perPrimary! / 3.5e-5).toBeGreaterThan(0.98)
    expect(of(document, 'Ag-111m').cumulative.lowerBound).toBe(true)
    expect(of(document, 'Rh-111').cumulative.perPrimary! / 3e-5).toBeCloseTo(1, 2)
  })

  it('of a target whose yields are refused knows no fissions, and of a region that makes none says zero', () => {
    const nothing = {
      ...MADE_ESTIMATE,
      nuclides: [],
      independentPerPrimary: new Float64Array(0),
      fissionsPerPrimary: 0,
    }
    const refused = describeResult({ ...CONTEXT, estimate: nothing })
    expect(refused).toMatchObject({ mode: 'estimate', residuals: [], fissionsPerPrimary: null })
    expect(refused.fissions).toMatchObject({ perPrimary: null, counts: null, statisticalErrorKind: 'none' })
    const [layer] = MADE_ESTIMATE.layers
    const barren = { ...MADE_ESTIMATE, layers: [{ ...layer!, fissionsPerPrimary: 0 }] }
    expect(describeResult({ ...CONTEXT, estimate: barren, region: 'Disc1' }).fissionsPerPrimary).toBe(0)
  })

  it('knows its regions', () => {
    expect(estimateDocument({ region: 'Disc1' }).fissions.perPrimary).toBe(7e-3)
    expect(() => estimateDocument({ region: 'Disc2' })).toThrow('No region "Disc2"')
    expect([RH, PD].every((zai) => document.residuals.some(({ z, a, m }) => zaiOf(z, a, m) === zai))).toBe(true)
  })
})
