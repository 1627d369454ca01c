import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chargeOfElement, elementName, elementSymbol } from './elements.ts'
import { formatNuclide, formatZai, nuclideLabel, readCanonicalName, spokenNuclide, zai } from './names.ts'
import { nuclideOfZai, zaiOf } from './nuclide.ts'
import { nuclideStates } from './states.ts'

describe('names of nuclides', () => {
  it('writes one canonical name', () => {
    expect(formatNuclide({ z: 47, a: 111, m: 0 })).toBe('Ag-111')
    expect(formatNuclide({ z: 47, a: 111, m: 1 })).toBe('Ag-111m')
    expect(formatNuclide({ z: 47, a: 110, m: 2 })).toBe('Ag-110m2')
    expect(formatNuclide({ z: 4, a: 8, m: 8 })).toBe('Be-8i')
    expect(formatNuclide({ z: 0, a: 1, m: 0 })).toBe('n-1')
  })

  it('labels with superscripts and in words', () => {
    expect(nuclideLabel({ z: 47, a: 111, m: 0 })).toBe('¹¹¹Ag')
    expect(nuclideLabel({ z: 47, a: 110, m: 2 })).toBe('¹¹⁰ᵐ²Ag')
    expect(nuclideLabel({ z: 4, a: 8, m: 9 })).toBe('⁸ʲBe')
    expect(spokenNuclide({ z: 47, a: 111, m: 0 })).toBe('silver 111')
    expect(spokenNuclide({ z: 47, a: 110, m: 2 })).toBe('silver 110, isomer 2')
    expect(spokenNuclide({ z: 4, a: 8, m: 8 })).toBe('beryllium 8, analogue state i')
  })

  it('names every state of the table differently and reads every name back', () => {
    const names = nuclideStates.map(formatNuclide)
    expect(new Set(names).size).toBe(5843)
    for (const state of nuclideStates) {
      expect(readCanonicalName(formatNuclide(state))).toEqual({ z: state.z, a: state.a, m: state.m })
      expect(nuclideOfZai(state.zai)).toEqual({ z: state.z, a: state.a, m: state.m })
    }
  })

  it('reads nothing but canonical names', () => {
    for (const text of [
      'ag-111',
      '111Ag',
      'Ag111',
      'Ag-111m1',
      'Ag-0111',
      'Ag-1111',
      'Ag-46',
      'Xx-12',
      ' Ag-111',
      'Ag-111g',
      '',
    ]) {
      expect(readCanonicalName(text), text).toBeUndefined()
    }
    expect(() => zai('111Ag')).toThrow(/canonical/)
    expect(zai('Ag-111')).toBe(471110)
    expect(formatZai(zaiOf(46, 111, 1))).toBe('Pd-111m')
  })

  it('gives back any nuclide that it wrote, known or not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 118 }),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 8, 9),
        (z, a, m) => {
          fc.pre(a >= z)
          expect(readCanonicalName(formatNuclide({ z, a, m }))).toEqual({ z, a, m })
        },
      ),
    )
  })
})

describe('elements', () => {
  it('knows 118 elements and the neutron, by symbol and by name', () => {
    const symbols = Array.from({ length: 119 }, (_, z) => elementSymbol(z))
    expect(new Set(symbols).size).toBe(119)
    for (let z = 0; z <= 118; z++) {
      expect(chargeOfElement(elementSymbol(z))).toBe(z)
      expect(chargeOfElement(elementName(z).toUpperCase())).toBe(z)
    }
    expect([elementSymbol(47), elementName(92), elementSymbol(118)]).toEqual(['Ag', 'uranium', 'Og'])
  })

  it('reads other spellings and refuses what is no element', () => {
    expect(['aluminum', 'cesium', 'sulphur', 'wolfram'].map(chargeOfElement)).toEqual([13, 55, 16, 74])
    expect(chargeOfElement('Xx')).toBeUndefined()
    expect(() => elementSymbol(119)).toThrow(/119/)
    expect(() => elementName(-1)).toThrow(/-1/)
  })

  it('tells the neutron from nitrogen by upper and lower case', () => {
    expect(chargeOfElement('n')).toBe(0)
    expect(chargeOfElement('N')).toBe(7)
  })
})
