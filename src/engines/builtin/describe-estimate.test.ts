import { describe, expect, it } from 'vitest'
import type { ResultDocument } from '#results/document.ts'
import { operationSchema, type Setup } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { describeEstimate } from './describe-estimate.ts'

const { setup } = presetById('spes-uc4')!.document
const origin = { version: '0.0.0', setupDigest: 'd1', jobKey: null, replay: false }
const estimateOf = (beam: Partial<Setup['beam']>): ResultDocument =>
  describeEstimate(
    { ...setup, beam: { ...setup.beam, ...beam } },
    operationSchema.parse({}),
    { region: 'total' },
    origin,
  )!

describe('document of the estimate', () => {
  it.each([[{ energyMeV: 101 }], [{ energyMeV: 5 }], [{ energyMeV: 20, energySpreadMeV: 10 }]])(
    'knows no fissions where yields are refused (%o), but energies and heat',
    (beam) => {
      const document = estimateOf(beam)
      expect(document.fissionsPerPrimary).toBeNull()
      expect(document.fissions).toMatchObject({ perPrimary: null, counts: null, limit95: null })
      expect(document.residuals).toEqual([])
      expect(document.layers[0]!.energyInMeV).not.toBeNull()
      expect(document.layers[0]!.heatMeVPerPrimary!).toBeGreaterThan(0.1)
    },
  )

  it('knows them within the scope, and says once that isomers are not resolved', () => {
    const document = estimateOf({})
    expect(document.fissionsPerPrimary).toBe(document.fissions.perPrimary)
    expect(document.fissionsPerPrimary!).toBeGreaterThan(6e-3)
    expect(document.notes.filter((text) => text.includes('Isomers are not resolved'))).toHaveLength(1)
  })
})
