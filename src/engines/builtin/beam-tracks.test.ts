import { describe, expect, it } from 'vitest'
import { presetById } from '#simulation/presets.ts'
import { generator } from '#test/tallies/made-tallies.ts'
import { type BeamTrack, beamTracks } from './beam-tracks.ts'
import { estimateSetup } from './engine.ts'

const setupOf = (preset: string, beam: object = {}) => {
  const { setup } = presetById(preset)!.document
  return { ...setup, beam: { ...setup.beam, ...beam } }
}

describe('tracks of the beam', () => {
  it.each([
    ['a flat beam', setupOf('spes-uc4')],
    ['a wobbled beam, part of which misses the discs', setupOf('spes-uc4-wobbled')],
    [
      'a Gaussian beam with a spread of energy',
      setupOf('spes-uc4', { energySpreadMeV: 2, shape: { kind: 'gaussian', sigmaXMm: 12, sigmaYMm: 7 } }),
    ],
    ['thorium', setupOf('thorium-carbide')],
  ])('have the estimate as their mean, layer by layer: %s', (_, setup) => {
    const { estimate } = estimateSetup(setup)
    const tracks = beamTracks(setup)
    const random = generator(11)
    const histories = 40_000
    const sums = estimate!.layers.map(() => ({ entering: 0, slowing: 0, squares: 0, reactions: 0, fissions: 0 }))
    for (let history = 0; history < histories; history++) {
      const track = tracks.next(random)
      const lost = new Map<number, number>()
      for (const [index, step] of track.steps.entries()) {
        const share = index === track.steps.length - 1 ? (track.reactsAt ?? 1) : 1
        lost.set(step.layer, (lost.get(step.layer) ?? 0) + share * (step.energyInMeV - step.energyOutMeV))
      }
      for (const [layer, energy] of lost) {
        const sum = sums[layer]!
        sum.entering += 1
        sum.slowing += energy
        sum.squares += energy * energy
      }
      if (track.reactsAt === null) continue
      const sum = sums[track.steps.at(-1)!.layer]!
      sum.reactions += 1
      if (track.reactionHeatMeV > 0) sum.fissions += 1
    }
    const near = (count: number, expected: number) =>
      expect(Math.abs(count - expected * histories)).toBeLessThan(5 * Math.sqrt(expected * histories + 1))
    for (const [index, layer] of estimate!.layers.entries()) {
      const sum = sums[index]!
      near(sum.reactions, layer.reactionsPerPrimary)
      near(sum.fissions, layer.fissionsPerPrimary)
      const mean = sum.slowing / histories
      const error = Math.sqrt((sum.squares / histories - mean * mean) / histories)
      expect(Math.abs(mean - layer.slowingHeatMeVPerPrimary)).toBeLessThan(5 * error + 1e-9)
      // Those that reacted before do not enter.
      expect(sum.entering / histories).toBeLessThan(layer.entering + 5 * Math.sqrt(0.25 / histories))
    }
    expect(sums.reduce((sum, { fissions }) => sum + fissions, 0)).toBeGreaterThan(50)
  })

  it('go through whole layers, one behind the other, and end where they react or stop', () => {
    const setup = setupOf('spes-uc4')
    const tracks = beamTracks(setup)
    const random = generator(12)
    const seen: BeamTrack[] = Array.from({ length: 2000 }, () => tracks.next(random))
    const whole = seen.filter(({ reactsAt }) => reactsAt === null)
    expect(whole.length).toBeGreaterThan(1900)
    for (const { steps } of whole) {
      for (const [index, step] of steps.entries()) {
        const before = steps[index - 1]
        expect(step.from).toBe(before && before.layer === step.layer ? before.to : 0)
        if (before && before.layer !== step.layer) expect(before.to).toBeCloseTo(1, 9)
        if (before) expect(step.energyInMeV).toBeCloseTo(before.energyOutMeV, 9)
      }
      expect(steps.at(-1)!.energyOutMeV).toBeCloseTo(0, 9)
    }
    // The same numbers give the same tracks.
    const again = generator(12)
    expect(tracks.next(again)).toEqual(seen[0])
    expect(seen.every(({ xMm, yMm }) => Math.hypot(xMm, yMm) <= 17)).toBe(true)
  })
})
