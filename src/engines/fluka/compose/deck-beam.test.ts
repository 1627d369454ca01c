import { describe, expect, it } from 'vitest'
import { documentSchema } from '#simulation/document.ts'
import { beamReach, deckBeam } from './deck-beam.ts'

const beam = (more: object) =>
  documentSchema.parse({ isolario: 1, setup: { beam: more, target: { layers: [{ name: 'a', material: 'UC4' }] } } })
    .setup.beam

describe('the beam of a deck', () => {
  it('turns an energy spread into one of momentum: finite differences agree', () => {
    const MASS = 938.27209
    const momentum = (energy: number) => Math.sqrt(energy * (energy + 2 * MASS))
    const { momentumFwhmGev, kineticEnergyGev } = deckBeam(beam({ energyMeV: 40, energySpreadMeV: 0.1 }))
    expect(kineticEnergyGev).toBe(0.04)
    const width = 0.1 * 2.354820045
    expect(momentumFwhmGev * 1000).toBeCloseTo(momentum(40 + width / 2) - momentum(40 - width / 2), 5)
    expect(deckBeam(beam({ energyMeV: 40 })).momentumFwhmGev).toBe(0)
  })

  it('knows the shapes, in centimetres and full widths', () => {
    expect(deckBeam(beam({ shape: { kind: 'pencil' } })).profile).toEqual({ kind: 'point' })
    expect(deckBeam(beam({ shape: { kind: 'flat', radiusMm: 17 } })).profile).toEqual({ kind: 'disc', radiusCm: 1.7 })
    const { profile } = deckBeam(beam({ shape: { kind: 'gaussian', sigmaXMm: 7, sigmaYMm: 5 } }))
    if (profile.kind !== 'gaussian') throw new Error(profile.kind)
    expect(profile.fwhmXCm).toBeCloseTo(1.6484, 4)
    expect(profile.fwhmYCm).toBeCloseTo(1.1774, 4)
    expect(deckBeam(beam({ shape: { kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 } })).profile).toEqual({
      kind: 'routine',
      sigmaCm: 0.7,
      wobbleRadiusCm: 1.1,
    })
  })

  it('reaches as far as its shape', () => {
    expect(beamReach({ kind: 'flat', radiusMm: 17 })).toBe(17)
    expect(beamReach({ kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 })).toBe(53)
    expect(beamReach({ kind: 'gaussian', sigmaXMm: 7, sigmaYMm: 5 })).toBe(42)
    expect(beamReach({ kind: 'pencil' })).toBe(0)
  })
})
