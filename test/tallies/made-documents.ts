/** Result documents made for tests from made tallies. */

import { describeResult, type ReportContext, type ResultEstimate } from '#inventory/report.ts'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { ResultDocument } from '#results/document.ts'
import { mergeMany, type RunMerge } from '#results/merge.ts'
import { MADE_NUCLIDES, madeTally } from './made-tallies.ts'

export const CONTEXT: ReportContext = {
  currentMicroampere: 200,
  cutDays: 100,
  coverage: { boxes: [{ zMin: 30, zMax: 65, aMin: 70, aMax: 180 }], isomers: 'not-resolved' },
  modelError: (_, kind) => (kind === 'cumulative' ? { class: 'A', factor: 1.35 } : { class: 'B', factor: 1.5 }),
  engine: { id: 'made', version: '1', standIn: true },
  notes: ['Made for a test, with a comma, and "quotes".'],
  provenance: {
    isolario: '0.0.0',
    setupDigest: 'd1',
    nuclearData: [
      { name: 'NUBASE2020', version: '3', citation: 'F.G. Kondev et al., Chin. Phys. C 45, 030001 (2021)' },
    ],
    jobKey: '00000000000000aa',
    replay: false,
  },
  layers: [{ name: 'Disc1', energyInMeV: 40, energyOutMeV: 36.2, heatMeVPerPrimary: 3.8 }],
}

export const madeMerge = (batches: number, options?: Parameters<typeof madeTally>[1]): RunMerge =>
  mergeMany(Array.from({ length: batches }, (_, ordinal) => madeTally([ordinal], options)))

export const madeDocument = (
  batches = 20,
  options?: Parameters<typeof madeTally>[1],
  context: Partial<ReportContext> = {},
): ResultDocument => describeResult({ ...CONTEXT, ...context, merge: madeMerge(batches, options) })

export const MADE_ESTIMATE: ResultEstimate = {
  regions: ['total', 'Disc1'],
  nuclides: MADE_NUCLIDES,
  independentPerPrimary: Float64Array.of(1e-5, 2e-5, 5e-6, 0, 1e-5, 2e-5, 5e-6, 0),
  fissionsPerPrimary: 7e-3,
  reactionsPerPrimary: 2e-2,
  layers: [{ name: 'Disc1', fissionsPerPrimary: 7e-3, reactionsPerPrimary: 2e-2 }],
}

export const estimateDocument = (context: Partial<ReportContext> = {}): ResultDocument =>
  describeResult({ ...CONTEXT, ...context, estimate: MADE_ESTIMATE })

/** About as many fission products as a run makes: five charges around the middle of each chain of masses. */
export const FISSION_PRODUCTS: readonly Zai[] = Array.from({ length: 600 }, (_, i) => {
  const a = 72 + Math.floor(i / 7)
  return zaiOf(Math.round(a / 2.5) - 3 + (i % 7), a)
}).sort((p, q) => p - q)
