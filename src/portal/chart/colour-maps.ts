/** Colour maps of the quantities with a continuous scale. Empty is never one of their colours. */

import { interpolateCividis, interpolateMagma, interpolateTurbo, interpolateViridis } from 'd3-scale-chromatic'
import { type Hex, hexOf, mix } from './contrast.ts'
import { LIGHT, type ThemeName } from './theme.ts'

export const COLOUR_MAPS = ['cividis', 'viridis', 'magma', 'turbo'] as const
export type ColourMapName = (typeof COLOUR_MAPS)[number]

interface ColourMap {
  readonly label: string
  /** False where lightness does not run one way: readers with a colour-vision deficiency are misled. */
  readonly safe: boolean
  readonly at: (t: number) => string
  /** Part of the map used; the ends too close to white or black paper are left out. */
  readonly from: number
  readonly to: number
}

const MAPS: Readonly<Record<ColourMapName, ColourMap>> = {
  cividis: { label: 'cividis', safe: true, at: interpolateCividis, from: 0, to: 1 },
  viridis: { label: 'viridis', safe: true, at: interpolateViridis, from: 0, to: 1 },
  magma: { label: 'magma', safe: true, at: interpolateMagma, from: 0.12, to: 0.93 },
  turbo: {
    label: 'turbo (not safe for colour-blind readers)',
    safe: false,
    at: interpolateTurbo,
    from: 0.03,
    to: 0.97,
  },
}

/** Name for a menu; a map that is not safe says so. */
export const colourMapLabel = (name: ColourMapName): string => MAPS[name].label
export const isSafeColourMap = (name: ColourMapName): boolean => MAPS[name].safe

/** So many colours a scale has: finer steps cannot be seen, and few colours are drawn faster. */
const STEPS = 96

/**
 * How far the least values go towards light paper. The bright ends of these maps are loud on white, where the eye then
 * goes to what matters least; lightness still runs one way.
 */
const FADE = 0.5

const cache = new Map<string, readonly Hex[]>()

/**
 * The colours of a map from the least to the greatest value. The greatest value stands out most from the paper: dark on
 * light paper, bright on dark paper; `reversed` turns that round.
 */
export function colourRamp(name: ColourMapName, theme: ThemeName, reversed: boolean): readonly Hex[] {
  // Turbo has no dark and light end to turn: red is much in both themes.
  const brightIsMuch = name === 'turbo' ? !reversed : (theme === 'dark') !== reversed
  const key = `${name} ${theme} ${brightIsMuch}`
  const known = cache.get(key)
  if (known) return known
  const { at, from, to } = MAPS[name]
  const ramp = Array.from({ length: STEPS }, (_, i) => {
    const t = i / (STEPS - 1)
    const colour = hexOf(at(from + (to - from) * (brightIsMuch ? t : 1 - t)))
    return theme === 'light' && !brightIsMuch ? mix(colour, LIGHT.paper, FADE * (1 - t) ** 1.5) : colour
  })
  cache.set(key, ramp)
  return ramp
}

/** The colour at a share of a ramp; outside 0 to 1 the ends hold. */
export function rampColour(ramp: readonly Hex[], share: number): Hex {
  const i = Math.round(Math.min(1, Math.max(0, share)) * (ramp.length - 1))
  return ramp[i]!
}
