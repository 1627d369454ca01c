/**
 * Colours of half-lives. Half-lives span 54 decades and nine of ten lie between 1 ms and 1e6 s, so the steps there are
 * about one decade each and wide elsewhere; the edges at 1 s and 1 h are those an ISOL user thinks in. Stable is black,
 * unknown is hatched: neither is an end of the ramp.
 */

import { interpolateYlGnBu } from 'd3-scale-chromatic'
import type { HalfLife } from '#nuclides/half-life.ts'
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from '#quantities/conversions.ts'
import { type Hex, hexOf } from './contrast.ts'
import type { Theme, ThemeName } from './theme.ts'

/** Lower edges of the steps above the first one, in seconds, with the words used in the legend. */
export const HALF_LIFE_EDGES: readonly (readonly [seconds: number, label: string])[] = [
  [1e-6, '1 µs'],
  [1e-3, '1 ms'],
  [1e-2, '10 ms'],
  [1e-1, '100 ms'],
  [1, '1 s'],
  [10, '10 s'],
  [60, '1 min'],
  [600, '10 min'],
  [SECONDS_PER_HOUR, '1 h'],
  [10 * SECONDS_PER_HOUR, '10 h'],
  [SECONDS_PER_DAY, '1 d'],
  [10 * SECONDS_PER_DAY, '10 d'],
  [SECONDS_PER_YEAR, '1 y'],
  [1e3 * SECONDS_PER_YEAR, '1 ky'],
  [1e9 * SECONDS_PER_YEAR, '1 Gy'],
]

/** The number of coloured steps. */
export const HALF_LIFE_STEPS = HALF_LIFE_EDGES.length + 1

/** Rank of the step of a half-life in seconds, 0 for the shortest. */
export function halfLifeStep(seconds: number): number {
  let step = 0
  while (step < HALF_LIFE_EDGES.length && seconds >= HALF_LIFE_EDGES[step]![0]) step += 1
  return step
}

/** What a half-life is on the scale: a step, stable, or unknown. Particle-unbound nuclides are the shortest of all. */
export function halfLifeClass(halfLife: HalfLife): number | 'stable' | 'unknown' {
  if (halfLife.kind === 'stable') return 'stable'
  if (halfLife.kind === 'particle-unbound') return 0
  if (halfLife.seconds === null) return 'unknown'
  return halfLifeStep(halfLife.seconds)
}

/** Share of the ramp used: neither end may come near the paper or near black. */
const RAMP_FROM = 0.07
const RAMP_TO = 0.95

function ramp(theme: ThemeName): readonly Hex[] {
  return Array.from({ length: HALF_LIFE_STEPS }, (_, i) => {
    const t = i / (HALF_LIFE_STEPS - 1)
    // Long-lived is always what stands out: dark on light paper, bright on dark paper.
    const share = theme === 'light' ? t : 1 - t
    return hexOf(interpolateYlGnBu(RAMP_FROM + (RAMP_TO - RAMP_FROM) * share))
  })
}

const RAMPS: Readonly<Record<ThemeName, readonly Hex[]>> = { light: ramp('light'), dark: ramp('dark') }

/** Colour of a step, from the shortest (rank 0) up. */
export const halfLifeColour = (step: number, theme: Theme): Hex => RAMPS[theme.name][step]!

/** Words for a step: `< 1 µs`, `1 s – 10 s`, `≥ 1 Gy`. */
export function halfLifeStepLabel(step: number): string {
  const from = HALF_LIFE_EDGES[step - 1]
  const to = HALF_LIFE_EDGES[step]
  if (!from) return `< ${to![1]}`
  return to ? `${from[1]} – ${to[1]}` : `≥ ${from[1]}`
}
