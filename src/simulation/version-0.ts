/**
 * Version 0 of the document: the flat form of before the first release.
 *
 * It knew one kind of target, a row of equal discs given by their centres, with an optional graphite window and
 * optional graphite dumps, and a flat beam. Version 1 has an ordered list of layers instead (DESIGN 2).
 *
 * ```json
 * { "isolario": 0, "name": "SPES", "beam": { "energyMeV": 40, "currentMicroampere": 200, "radiusMm": 17 },
 *   "discs": { "count": 2, "thicknessMm": 0.8, "diameterMm": 40, "densityGramPerCm3": 4, "material": "UC4",
 *              "centresMm": [-66.82, -50.52] },
 *   "window": { "thicknessMm": 0.2, "centreMm": -76.82 }, "dumps": [], "primaries": 10000000 }
 * ```
 */

import { z } from 'zod'
import { MAX_PRIMARIES } from './document.ts'
import { type CentredLayer, layersFromCentres } from './geometry.ts'
import type { Problem } from './problem.ts'

const energyMeV = z.number().min(1).max(1500).meta({ title: 'Energy', unit: 'MeV' })
const currentMicroampere = z.number().min(0.000001).max(5000).meta({ title: 'Beam current', unit: 'uA' })
const radiusMm = z.number().min(0.1).max(50).meta({ title: 'Radius', unit: 'mm' })
const thicknessMm = z.number().min(0.0001).max(1000).meta({ title: 'Thickness', unit: 'mm' })
const diameterMm = z.number().min(0.1).max(500).meta({ title: 'Diameter', unit: 'mm' })
const densityGramPerCm3 = z.number().min(0.001).max(25).meta({ title: 'Density', unit: 'g/cm3' })
const centreMm = z.number().min(-100_000).max(100_000).meta({ title: 'Centre', unit: 'mm' })

const plateSchema = z.strictObject({ thicknessMm, centreMm })

export const flatFormSchema = z.strictObject({
  isolario: z.literal(0),
  name: z.string().max(200).default(''),
  beam: z.strictObject({
    energyMeV: energyMeV.default(40),
    currentMicroampere: currentMicroampere.default(200),
    radiusMm: radiusMm.default(17),
  }),
  discs: z.strictObject({
    count: z.int().min(1).max(180).meta({ title: 'Number of discs' }),
    thicknessMm: thicknessMm.default(0.8),
    diameterMm: diameterMm.default(40),
    densityGramPerCm3: densityGramPerCm3.default(4),
    material: z.string().max(64).default('UC4'),
    centresMm: z.array(centreMm).min(1).max(180),
  }),
  /** Graphite plate before the discs. */
  window: plateSchema.nullable().default(null),
  /** Graphite plates behind the discs. */
  dumps: z.array(plateSchema).max(10).default([]),
  primaries: z.int().min(1).max(MAX_PRIMARIES).default(10_000_000).meta({ title: 'Primaries' }),
})

export type FlatForm = z.output<typeof flatFormSchema>

/** Version 0 took graphite of 1.9 g/cm3 and 45 mm diameter for window and dumps. */
const GRAPHITE = { material: 'graphite', densityGramPerCm3: 1.9, diameterMm: 45 } as const

/** The step from version 0 to version 1. */
export function fromFlatForm(
  old: FlatForm,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const { discs } = old
  if (discs.centresMm.length !== discs.count) {
    const message = `discs.count is ${discs.count}, but discs.centresMm has ${discs.centresMm.length}; give one centre for each disc.`
    return {
      ok: false,
      problems: [
        {
          code: 'DISC_COUNT_DIFFERS',
          path: 'discs.centresMm',
          message,
          unit: 'mm',
          allowed: `${discs.count} entries`,
          received: `${discs.centresMm.length} entries`,
        },
      ],
    }
  }
  const { thicknessMm, diameterMm, densityGramPerCm3, material } = discs
  const centred: CentredLayer[] = [
    ...(old.window ? [{ name: 'window', role: 'window' as const, ...GRAPHITE, ...old.window }] : []),
    ...[...discs.centresMm]
      .sort((a, b) => a - b)
      .map((centreMm, index) => ({
        name: `disc${index + 1}`,
        role: 'target' as const,
        material,
        densityGramPerCm3,
        thicknessMm,
        diameterMm,
        centreMm,
      })),
    ...old.dumps.map((dump, index) => ({ name: `dump${index + 1}`, role: 'dump' as const, ...GRAPHITE, ...dump })),
  ]
  const stack = layersFromCentres(centred, 'discs.centresMm')
  if (!stack.ok) return stack
  return {
    ok: true,
    value: {
      isolario: 1,
      name: old.name,
      setup: {
        beam: { energyMeV: old.beam.energyMeV, shape: { kind: 'flat', radiusMm: old.beam.radiusMm } },
        target: { layers: stack.layers },
      },
      operation: { currentMicroampere: old.beam.currentMicroampere },
      job: { goal: { kind: 'primaries', primaries: old.primaries } },
    },
  }
}
