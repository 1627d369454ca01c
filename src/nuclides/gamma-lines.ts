/**
 * Gamma lines of JEFF-3.1.1 for identification. The table is large: load this file only where it is needed,
 * `await import('#nuclides/gamma-lines.ts')`. A line belongs to the state that decays: the 661.7 keV line is found under
 * Ba-137m, not under Cs-137.
 */

import type { KeV } from '#quantities/units.ts'
import asset from './data/gamma-lines.json' with { type: 'json' }
import type { GammaHit, GammaLine, GammaLines } from './gamma-line.ts'
import type { Zai } from './nuclide.ts'

/** Lines weaker than this, per 100 decays, are left out. */
export const GAMMA_FLOOR_PERCENT: number = asset.floorPercent

const texts = new Map<number, string>(
  asset.emitters.split('|').map((text) => [Number.parseInt(text, 10), text.slice(text.indexOf(':') + 1)]),
)

function read(text: string): GammaLine[] {
  return text.split(';').map((line) => {
    const [energy, energyUncertainty, percent, percentUncertainty] = line.split(' ').map(Number) as [
      KeV,
      KeV,
      number,
      number,
    ]
    return { energy, energyUncertainty, percent, percentUncertainty }
  })
}

/** Lines of a state, ascending in energy; empty where none is known above the floor. */
export const gammaLinesOf = (zai: Zai): readonly GammaLine[] => {
  const text = texts.get(zai)
  return text === undefined ? [] : read(text)
}

let byEnergy: readonly GammaHit[] | undefined

/** Lines of all states within a tolerance of an energy, strongest first. */
function near(energy: KeV, tolerance: KeV): GammaHit[] {
  byEnergy ??= [...texts]
    .flatMap(([zai, text]) => read(text).map((line) => ({ ...line, zai: zai as Zai })))
    .sort((p, q) => p.energy - q.energy)
  let low = 0
  let high = byEnergy.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (byEnergy[middle]!.energy < energy - tolerance) low = middle + 1
    else high = middle
  }
  const hits: GammaHit[] = []
  for (let at = low; at < byEnergy.length && byEnergy[at]!.energy <= energy + tolerance; at++) hits.push(byEnergy[at]!)
  return hits.sort((p, q) => q.percent - p.percent || p.energy - q.energy)
}

/** The table in the form that the search takes. */
export const gammaLines: GammaLines = { of: gammaLinesOf, near, floorPercent: GAMMA_FLOOR_PERCENT }
