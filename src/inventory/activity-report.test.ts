import { describe, expect, it } from 'vitest'
import { zai } from '#nuclides/names.ts'
import { nuclideOfZai, zaiOf } from '#nuclides/nuclide.ts'
import { particlesPerSecond, secondsFromDays, secondsFromHours } from '#quantities/conversions.ts'
import type { Days, Hours, Microamperes } from '#quantities/units.ts'
import type { Residual, ResultDocument } from '#results/document.ts'
import { RunMerge } from '#results/merge.ts'
import { linearCombination } from '#results/statistics.ts'
import { CONTEXT, estimateDocument, MADE_ESTIMATE, madeDocument, madeMerge } from '#test/tallies/made-documents.ts'
import { MADE_NUCLIDES } from '#test/tallies/made-tallies.ts'
import { activitiesAfter, activityMatrices } from './activity.ts'
import { describeResult } from './report.ts'

const operation = { irradiationDays: 2, coolingHours: 6, dutyCycle: 0.8 }
const irradiation = secondsFromDays(2 as Days)
const cooling = secondsFromHours(6 as Hours)
const primaries = particlesPerSecond(200 as Microamperes)

const of = (document: ResultDocument, nuclide: string): Residual => {
  const found = document.residuals.find((residual) => residual.nuclide === nuclide)
  if (!found) throw new Error(`no ${nuclide} among ${document.residuals.map((r) => r.nuclide).join(' ')}`)
  return found
}

describe('activities in a result document', () => {
  it('are those of the independent rates at the stated current', () => {
    const document = estimateDocument({ operation })
    const expected = activitiesAfter({
      nuclides: MADE_NUCLIDES,
      ratesPerSecond: [...MADE_ESTIMATE.independentPerPrimary.subarray(0, 4)].map((value) => value * primaries),
      irradiation,
      cooling,
      dutyCycle: 0.8,
    })
    expect(document).toMatchObject(operation)
    let compared = 0
    for (const residual of document.residuals) {
      const at = expected.nuclides.indexOf(zaiOf(residual.z, residual.a, residual.m))
      if (!residual.activity) continue
      compared++
      const { endOfIrradiationBq, afterCoolingBq, endOfIrradiationErrorBq } = residual.activity
      expect(endOfIrradiationBq).toBeCloseTo(expected.endOfIrradiation.activities[at]!, -3)
      expect(afterCoolingBq).toBeCloseTo(expected.afterCooling.activities[at]!, -3)
      expect(endOfIrradiationErrorBq).toBeNull()
    }
    expect(compared).toBeGreaterThan(3)
    expect(of(document, 'Ag-111').activity!.endOfIrradiationBq).toBeGreaterThan(1e8)
    expect(of(document, 'Cd-111').activity!.endOfIrradiationBq, 'stable').toBe(0)
    expect(of(document, 'Ag-111m').activity!.lowerBound, 'its own production is not resolved').toBe(true)
  })

  it('have the error of their own linear combination, not that of the cumulative rate', () => {
    const merge = madeMerge(40)
    const document = describeResult({ ...CONTEXT, merge, operation })
    const matrices = activityMatrices(merge.nuclides, { irradiation, cooling, dutyCycle: 0.8 })
    const moments = [
      ['endOfIrradiationBq', 'endOfIrradiationErrorBq', matrices.endOfIrradiation],
      ['afterCoolingBq', 'afterCoolingErrorBq', matrices.afterCooling],
    ] as const
    for (const nuclide of ['Pd-111', 'Ag-111m', 'Ag-111']) {
      const { activity } = of(document, nuclide)
      for (const [value, error, feeding] of moments) {
        const row = feeding.nuclides.indexOf(zai(nuclide))
        const terms = [...feeding.columns.subarray(feeding.offsets[row], feeding.offsets[row + 1])].map(
          (column, at) => ({
            region: 'total',
            nuclide: feeding.produced[column]!,
            weight: feeding.fractions[feeding.offsets[row]! + at]!,
          }),
        )
        expect(terms.length).toBeGreaterThan(1)
        const combined = linearCombination(merge, terms)
        const factor = matrices.network.decayConstants[row]! * primaries
        expect(activity![value] / (combined.mean * factor)).toBeCloseTo(1, 12)
        expect(activity![error]! / (combined.standardError! * factor)).toBeCloseTo(1, 9)
      }
    }
  })

  it('take the moments of the one cell that feeds, also in a single batch', () => {
    const single = madeDocument(1, {}, { operation })
    const { independent, activity } = of(single, 'Ru-111')
    expect(activity!.endOfIrradiationErrorBq! / activity!.endOfIrradiationBq).toBeCloseTo(
      independent.statisticalError! / independent.perPrimary!,
      9,
    )
    const silent = madeDocument(1, { moments: false }, { operation })
    expect(of(silent, 'Ru-111').activity!.endOfIrradiationErrorBq).toBeNull()
  })

  it('say in words what they are, and are absent where nobody asked for them or nothing was sampled', () => {
    const { activityTime } = estimateDocument({ operation })
    expect(activityTime).toMatch(/end of 2 d of irradiation at 0.8 of the stated current.*after 6 h of cooling/)
    const plain = estimateDocument({ operation: { irradiationDays: 5, coolingHours: 0, dutyCycle: 1 } })
    expect(plain.activityTime).toMatch(/5 d of irradiation at the stated current, without cooling/)
    for (const document of [estimateDocument(), describeResult({ ...CONTEXT, merge: new RunMerge(), operation })]) {
      expect(document.activityTime).toBeUndefined()
      expect(document.irradiationDays).toBeUndefined()
      expect(document.residuals.every((residual) => residual.activity === undefined)).toBe(true)
    }
  })

  it('tell of what has no row of its own, and of half-lives that are not measured', () => {
    // 232U (69 y) is beyond the cut and feeds 228Th, which nothing else makes here.
    const nuclides = [zai('U-232'), zai('Ag-111')].sort((p, q) => p - q)
    const estimate = {
      ...MADE_ESTIMATE,
      nuclides,
      regions: ['total'],
      independentPerPrimary: Float64Array.of(1e-5, 1e-5),
    }
    const long = { irradiationDays: 3000, coolingHours: 0, dutyCycle: 1 }
    const { notes, residuals } = describeResult({ ...CONTEXT, estimate, operation: long })
    expect(residuals.some((residual) => residual.nuclide === 'Th-228')).toBe(false)
    expect(notes.find((note) => note.startsWith('Fed only by precursors beyond the cut'))).toMatch(/Th-228/)
    const short = describeResult({ ...CONTEXT, estimate, operation: { ...long, irradiationDays: 0.01 } })
    expect(short.notes.some((note) => note.startsWith('Fed only'))).toBe(false)
    const doubtful = describeResult({
      ...CONTEXT,
      estimate: { ...estimate, nuclides: [zai('Ag-111'), zai('Bk-248')] },
      operation: long,
    })
    expect(doubtful.notes.find((note) => note.includes('taken as the value in activities'))).toMatch(/Bk-248/)
  })

  it('never state an activity of what was not made', () => {
    const document = madeDocument(3, { mean: 1e-9 }, { operation })
    expect(document.residuals.length).toBeGreaterThan(0)
    for (const residual of document.residuals) {
      expect(residual.activity, residual.nuclide).toBeNull()
      expect(nuclideOfZai(zaiOf(residual.z, residual.a, residual.m)).a).toBe(residual.a)
    }
  })
})
