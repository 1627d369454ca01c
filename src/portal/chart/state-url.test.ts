import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zaiOf } from '#nuclides/nuclide.ts'
import { COLOUR_MAPS } from './colour-maps.ts'
import { CHART_MODES, DEFAULT_SETTINGS, NORMALISATIONS, YIELD_KINDS } from './settings.ts'
import {
  CHART_PARAMETERS,
  type ChartState,
  ChartStateError,
  DEFAULT_STATE,
  stateFromQuery,
  stateToParameters,
  stateToQuery,
} from './state-url.ts'

const positive = fc.double({ min: 1e-20, max: 1e20, noNaN: true })
const hundredths = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100)

const states: fc.Arbitrary<ChartState> = fc.record({
  settings: fc.record({
    mode: fc.constantFrom(...CHART_MODES),
    yield: fc.constantFrom(...YIELD_KINDS),
    per: fc.constantFrom(...NORMALISATIONS),
    limits: fc.option(
      fc.tuple(positive, fc.double({ min: 1.5, max: 1e9, noNaN: true })).map(([min, f]) => ({ min, max: min * f })),
    ),
    floor: fc.option(positive),
    colourMap: fc.constantFrom(...COLOUR_MAPS),
    reversed: fc.boolean(),
    isomersFromSeconds: positive,
    errorLimit: positive,
    onlyScored: fc.boolean(),
    largestError: fc.option(positive),
    shortestHalfLife: fc.option(positive),
  }),
  selected: fc.option(
    fc.tuple(fc.integer({ min: 1, max: 118 }), fc.integer({ min: 0, max: 5 })).map(([z, m]) => zaiOf(z, 2 * z, m)),
  ),
  camera: fc.option(
    fc.record({
      centre: fc.record({ n: hundredths(0, 177), z: hundredths(0, 118) }),
      edge: hundredths(2, 160),
    }),
  ),
})

describe('a link', () => {
  it('restores the same picture, whatever it was', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(stateFromQuery(stateToQuery(state))).toEqual(state)
      }),
    )
  })

  it('carries only what is not at its default', () => {
    expect(stateToQuery(DEFAULT_STATE)).toBe('')
    expect(stateFromQuery('')).toEqual(DEFAULT_STATE)
    const state = {
      ...DEFAULT_STATE,
      selected: zaiOf(47, 111),
      settings: { ...DEFAULT_SETTINGS, mode: 'particles' as const },
    }
    expect(stateToQuery(state)).toBe('mode=particles&sel=Ag-111')
    for (const name of Object.keys(stateToParameters(state))) expect(CHART_PARAMETERS).toContain(name)
  })

  const refused: readonly (readonly [query: string, parameter: string, words: RegExp])[] = [
    ['colour=viridis', 'colour', /does not know; it knows mode, yield/],
    ['mode=rainbow', 'mode', /"rainbow"; expected one of half-life, particles/],
    ['min=1', 'max', /both min and max/],
    ['min=5&max=5', 'max', /more than min/],
    ['min=-1&max=5', 'min', /number above 0/],
    ['floor=abc', 'floor', /"abc"; expected a number from 0/],
    ['floor=12abc', 'floor', /12abc/],
    ['floor=Infinity', 'floor', /Infinity/],
    ['zoom=500&n=1&z=1', 'zoom', /up to 160/],
    ['n=64', 'zoom', /n, z and zoom together/],
    ['sel=Xx-12', 'sel', /a nuclide such as Ag-111/],
    ['sel=Ag-1111', 'sel', /Ag-1111/],
    ['mode=decay&mode=particles', 'mode', /two values/],
    ['scored=yes', 'scored', /one of 0, 1/],
    ['__proto__=1', '__proto__', /does not know/],
  ]
  for (const [query, parameter, words] of refused) {
    it(`is refused with a reason: ${query}`, () => {
      let caught: unknown
      try {
        stateFromQuery(query)
      } catch (error) {
        caught = error
      }
      expect(caught).toBeInstanceOf(ChartStateError)
      expect((caught as ChartStateError).parameter).toBe(parameter)
      expect((caught as ChartStateError).message).toMatch(words)
      expect((caught as ChartStateError).code).toMatch(/^CHART_PARAMETER_(UNKNOWN|INVALID)$/)
    })
  }
})
