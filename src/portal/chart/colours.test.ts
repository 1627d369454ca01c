import { describe, expect, it } from 'vitest'
import { readHalfLife } from '#nuclides/half-life.ts'
import { decayModesOf, nuclideStates } from '#nuclides/states.ts'
import { COLOUR_MAPS, colourMapLabel, colourRamp, isSafeColourMap, rampColour } from './colour-maps.ts'
import { contrast, hexOf, inkOn, luminance, mix } from './contrast.ts'
import { DECAY_FAMILIES, decayColour, decayLetter, familyOfMode, formatMode } from './decay-families.ts'
import { ERROR_EDGES, errorStep, errorStepColour, errorStepLabel } from './error-scale.ts'
import {
  HALF_LIFE_EDGES,
  HALF_LIFE_STEPS,
  halfLifeClass,
  halfLifeColour,
  halfLifeStepLabel,
} from './half-life-scale.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { DARK, LIGHT } from './theme.ts'

describe('contrast', () => {
  it('agrees with the values of WCAG', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
    expect(luminance('#ff0000')).toBeCloseTo(0.2126, 4)
    expect(hexOf('rgb(255, 0, 16)')).toBe('#ff0010')
    expect(mix('#000000', '#ffffff', 0.5)).toBe('#808080')
    expect(() => hexOf('red')).toThrow(/not a colour/)
  })

  it('of black or white is at least 4.5 on every grey and on every colour of a lattice', () => {
    for (let r = 0; r <= 255; r += 15) {
      for (let g = 0; g <= 255; g += 15) {
        for (let b = 0; b <= 255; b += 15) {
          const colour = hexOf(`rgb(${r}, ${g}, ${b})`)
          expect(contrast(colour, inkOn(colour))).toBeGreaterThan(4.5)
        }
      }
    }
  })

  it('of the quiet inks on paper and plate is enough to read', () => {
    for (const theme of [LIGHT, DARK]) {
      for (const ground of [theme.paper, theme.plate]) {
        expect(contrast(theme.ink, ground)).toBeGreaterThan(7)
        expect(contrast(theme.softInk, ground)).toBeGreaterThan(4.5)
      }
      // Borders of legend swatches, and the rings of selection and search.
      expect(contrast(theme.softInk, theme.paper)).toBeGreaterThan(3)
      expect(contrast(theme.accent, theme.paper)).toBeGreaterThan(3)
      expect(contrast(theme.searchHit, theme.paper)).toBeGreaterThan(3)
    }
  })
})

describe('colour maps', () => {
  it('that are called safe run one way in lightness, in both themes; turbo says that it is not', () => {
    for (const name of COLOUR_MAPS) {
      if (!isSafeColourMap(name)) {
        expect(colourMapLabel(name)).toContain('not safe')
        continue
      }
      for (const theme of ['light', 'dark'] as const) {
        for (const reversed of [false, true]) {
          const ramp = colourRamp(name, theme, reversed)
          const rising = (theme === 'dark') !== reversed
          for (let i = 1; i < ramp.length; i++) {
            const step = luminance(ramp[i]!) - luminance(ramp[i - 1]!)
            expect(rising ? step : -step, `${name} ${theme} ${i}`).toBeGreaterThan(-2e-3)
          }
          // What is much stands out from the paper.
          const paper = theme === 'dark' ? DARK.paper : LIGHT.paper
          if (!reversed) expect(contrast(ramp.at(-1)!, paper)).toBeGreaterThan(8)
        }
      }
    }
    expect(COLOUR_MAPS.filter(isSafeColourMap)).toEqual(['cividis', 'viridis', 'magma'])
  })

  it('never have the colour of empty', () => {
    for (const name of COLOUR_MAPS) {
      for (const theme of [LIGHT, DARK]) {
        for (const colour of colourRamp(name, theme.name, false)) {
          expect([theme.paper, theme.belowFloor, theme.hatchGround]).not.toContain(colour)
        }
      }
    }
  })

  it('hold at their ends', () => {
    const ramp = ['#000000', '#888888', '#ffffff']
    expect(rampColour(ramp, -1)).toBe('#000000')
    expect(rampColour(ramp, 2)).toBe('#ffffff')
    expect(rampColour(ramp, 0.5)).toBe('#888888')
  })
})

describe('half-life steps', () => {
  it('have the named edges, rising, and about one a decade where most nuclides lie', () => {
    const labels = HALF_LIFE_EDGES.map(([, label]) => label)
    for (const named of ['1 µs', '1 ms', '1 s', '1 min', '1 h', '1 d', '1 y', '1 ky', '1 Gy'])
      expect(labels).toContain(named)
    const seconds = HALF_LIFE_EDGES.map(([value]) => value)
    expect([...seconds].sort((a, b) => a - b)).toEqual(seconds)
    const inner = seconds.filter((value) => value >= 1e-3 && value <= 1e6)
    for (let i = 1; i < inner.length; i++) expect(inner[i]! / inner[i - 1]!).toBeLessThanOrEqual(10.000001)
  })

  it('keep stable and unknown out of the ramp', () => {
    expect(halfLifeClass(readHalfLife('stbl'))).toBe('stable')
    expect(halfLifeClass(readHalfLife(''))).toBe('unknown')
    expect(halfLifeClass(readHalfLife('p-unst'))).toBe(0)
    expect(halfLifeStepLabel(halfLifeClass(readHalfLife('7.433 d 0.010')) as number)).toBe('1 d – 10 d')
    expect(halfLifeStepLabel(halfLifeClass(readHalfLife('1 s')) as number)).toBe('1 s – 10 s')
    expect(halfLifeStepLabel(0)).toBe('< 1 µs')
    expect(halfLifeStepLabel(HALF_LIFE_STEPS - 1)).toBe('≥ 1 Gy')
    for (const theme of [LIGHT, DARK]) {
      const colours = Array.from({ length: HALF_LIFE_STEPS }, (_, i) => halfLifeColour(i, theme))
      expect(new Set(colours).size).toBe(HALF_LIFE_STEPS)
      expect(colours).not.toContain(theme.stable)
      for (let i = 1; i < colours.length; i++) {
        const step = luminance(colours[i]!) - luminance(colours[i - 1]!)
        expect(theme.name === 'light' ? -step : step).toBeGreaterThan(0)
      }
    }
    expect(DARK.stableRing).toBe('#ffffff')
  })
})

describe('decay families', () => {
  it('have a rule for every mode of the table, and unknown only where nothing is listed', () => {
    const unknown = new Set<string>()
    for (const state of nuclideStates) {
      for (const { mode } of decayModesOf(state)) if (familyOfMode(mode) === 'unknown') unknown.add(mode)
    }
    expect([...unknown]).toEqual([])
    expect(familyOfMode('B-n')).toBe('beta-minus')
    expect(familyOfMode('EC+B+')).toBe('beta-plus')
    expect(familyOfMode('14C')).toBe('cluster')
    expect(familyOfMode('2p')).toBe('proton')
    expect(familyOfMode('something new')).toBe('unknown')
  })

  it('are told apart without hue: by letter, and the confusable pairs by lightness', () => {
    const letters = DECAY_FAMILIES.map(decayLetter)
    expect(new Set(letters).size).toBe(letters.length)
    expect(contrast(decayColour('beta-plus'), decayColour('fission'))).toBeGreaterThan(1.7)
    expect(contrast(decayColour('beta-minus'), decayColour('cluster'))).toBeGreaterThan(2)
    expect(new Set(DECAY_FAMILIES.map(decayColour)).size).toBe(DECAY_FAMILIES.length)
  })

  it('are written as physicists write them', () => {
    expect(['B-', 'B+p', 'EC', 'A', 'SF', 'IT', '14C', '2B-', 'e+'].map(formatMode)).toEqual([
      'β⁻',
      'β⁺p',
      'ε',
      'α',
      'SF',
      'IT',
      '¹⁴C',
      '2β⁻',
      'e⁺',
    ])
  })
})

describe('error steps', () => {
  it('close with their upper edge and name it', () => {
    expect(errorStep(0.01)).toBe(0)
    expect(errorStep(0.0101)).toBe(1)
    expect(errorStep(0.99)).toBe(ERROR_EDGES.length - 1)
    expect(errorStep(1)).toBe(ERROR_EDGES.length)
    expect(errorStepLabel(0)).toBe('≤ 1 %')
    expect(errorStepLabel(4)).toBe('10 – 20 %')
    expect(errorStepLabel(ERROR_EDGES.length)).toBe('> 99 %')
    for (const theme of [LIGHT, DARK]) {
      const colours = Array.from({ length: ERROR_EDGES.length + 1 }, (_, i) =>
        errorStepColour(i, DEFAULT_SETTINGS, theme),
      )
      expect(new Set(colours).size).toBe(colours.length)
    }
  })
})
