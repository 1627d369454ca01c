import { describe, expect, it } from 'vitest'
import { gammaLines } from './gamma-lines.ts'
import { formatNuclide } from './names.ts'
import { type SearchResult, searchNuclides } from './search.ts'

const names = (result: SearchResult): string[] => {
  if (result.kind !== 'states') throw new Error(`expected states, got ${JSON.stringify(result)}`)
  return result.states.map(formatNuclide)
}

describe('searching nuclides', () => {
  it('finds one nuclide in any spelling, and passes its note on', () => {
    expect(names(searchNuclides('111Ag'))).toEqual(['Ag-111'])
    expect(searchNuclides('110mAg')).toMatchObject({ kind: 'states', note: expect.stringMatching(/Ag-110m2/) })
  })

  it('lists an element with its longer isomers', () => {
    const silver = names(searchNuclides('Ag'))
    expect(names(searchNuclides('silver'))).toEqual(silver)
    expect(names(searchNuclides('Z=47'))).toEqual(silver)
    expect(silver).toContain('Ag-110m2')
    expect(silver, 'the 660 ns isomer is below one second').not.toContain('Ag-110m')
    expect(silver.filter((name) => /^Ag-\d+$/.test(name))).toHaveLength(42)
  })

  it('understands conditions, alone and together', () => {
    expect(names(searchNuclides('A=111')).every((name) => name.includes('-111'))).toBe(true)
    expect(names(searchNuclides('N=64'))).toContain('Ag-111')
    expect(names(searchNuclides('A=110..112 Z=47 t > 1 h'))).toEqual(['Ag-110m2', 'Ag-111', 'Ag-112'])
    expect(names(searchNuclides('Ag, t>1h'))).toEqual(names(searchNuclides('z = 47 and T1/2 ≥ 60 min')))
    expect(names(searchNuclides('Z>=118'))).toEqual(['Og-293', 'Og-294', 'Og-295'])
  })

  it('keeps minutes, milliseconds and millions of years apart', () => {
    const stableOrLong = names(searchNuclides('t>1My Z=26'))
    expect(stableOrLong).toEqual(['Fe-54', 'Fe-56', 'Fe-57', 'Fe-58', 'Fe-60'])
    expect(names(searchNuclides('t>1ms Z=26')).length).toBeGreaterThan(names(searchNuclides('t>1m Z=26')).length)
    expect(names(searchNuclides('t>1m Z=26'))).toEqual(names(searchNuclides('t>60s Z=26')))
  })

  it('asks for the gamma lines, and finds by energy with them', () => {
    expect(searchNuclides('342 keV')).toEqual({ kind: 'needs-gamma-lines', energy: 342 })
    const result = searchNuclides('342.1 +- 0.1 keV', gammaLines)
    expect(result.kind === 'gamma' && result.hits[0]).toMatchObject({
      energy: 342.13,
      percent: 6.68,
      state: { z: 47, a: 111, m: 0 },
    })
    const cobalt = searchNuclides('1.1732 MeV', gammaLines)
    expect(cobalt.kind === 'gamma' && cobalt.hits.map((hit) => formatNuclide(hit.state))).toContain('Co-60')
  })

  it.each([
    ['t>1 foo', /"foo" is not a unit/],
    ['Z=47 foo', /"foo" is not a condition/],
    ['Z>47-50', /range/],
    ['Xx-12', /"Xx"/],
    ['', /nothing/],
  ])('%s is refused with a reason', (query, reason) => {
    const result = searchNuclides(query)
    expect(result.kind).toBe('refused')
    expect(result.kind === 'refused' && result.reason).toMatch(reason)
  })
})
