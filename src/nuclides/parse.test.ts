import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elementName, elementSymbol } from './elements.ts'
import { formatNuclide, nuclideLabel } from './names.ts'
import { parseNuclide } from './parse.ts'
import { nuclideStates } from './states.ts'

const nameOf = (text: string): string => {
  const parsed = parseNuclide(text)
  return parsed.ok ? parsed.name : parsed.code
}

describe('reading a nuclide', () => {
  it.each([
    ['Ag-111', 'Ag-111'],
    ['Ag111', 'Ag-111'],
    ['111Ag', 'Ag-111'],
    ['ag 111', 'Ag-111'],
    ['AG-111', 'Ag-111'],
    ['^111Ag', 'Ag-111'],
    ['^{111}Ag', 'Ag-111'],
    ['$^{111}$Ag', 'Ag-111'],
    ['silver-111', 'Ag-111'],
    ['Silver 111', 'Ag-111'],
    ['111-silver', 'Ag-111'],
    ['Ag-111m', 'Ag-111m'],
    ['111mAg', 'Ag-111m'],
    ['111m1Ag', 'Ag-111m'],
    ['Ag111m1', 'Ag-111m'],
    ['Ag-111-m', 'Ag-111m'],
    ['Ag-111g', 'Ag-111'],
    ['47-111', 'Ag-111'],
    ['47-111m', 'Ag-111m'],
    ['471110', 'Ag-111'],
    ['471111', 'Ag-111m'],
    ['¹¹¹Ag', 'Ag-111'],
    ['¹¹⁰ᵐ²Ag', 'Ag-110m2'],
    ['Ag–111', 'Ag-111'],
    ['  111 Ag ', 'Ag-111'],
    ['D', 'H-2'],
    ['T', 'H-3'],
    ['tritium', 'H-3'],
    ['n-1', 'n-1'],
    ['neutron', 'n-1'],
    ['110m2Ag', 'Ag-110m2'],
    ['Sb-124n', 'Sb-124m2'],
    ['aluminum-26m', 'Al-26m'],
    ['Be-8i', 'Be-8i'],
  ])('%s is %s', (text, name) => {
    expect(nameOf(text)).toBe(name)
  })

  it('takes the element before the isomer where both could be meant', () => {
    expect(nameOf('55mn')).toBe('Mn-55')
    expect(nameOf('99mTc')).toBe('Tc-99m')
    expect(nameOf('148Pm')).toBe('Pm-148')
    expect(nameOf('148mPm')).toBe('Pm-148m')
    expect(nameOf('242Am')).toBe('Am-242')
    expect(nameOf('242mAm')).toBe('Am-242m')
    expect(nameOf('N-14')).toBe('N-14')
    expect(nameOf('16mN')).toBe('N-16m')
    expect(nameOf('115mIn')).toBe('In-115m')
    expect(nameOf('115min')).toBe('In-115m')
  })

  it.each([
    ['Ag-1111', 'unknown-nuclide', /A = 92 to 133/],
    ['Ag-11', 'unknown-nuclide', /silver/],
    ['Xx-12', 'unknown-element', /"Xx"/],
    ['co55n', 'unknown-isomer', /no isomer of rank 2/],
    ['Ag-111m7', 'unknown-isomer', /Ag-111m \(64\.8 s\)/],
    ['Ag-111y', 'unknown-isomer', /first isomer/],
    ['Pm-138m', 'unknown-isomer', /non-existent/],
    ['119-300', 'unknown-element', /118/],
    ['n-14', 'unknown-nuclide', /neutron/],
    ['47111', 'unknown-nuclide', /10000 Z/],
    ['111', 'not-a-nuclide', /number alone/],
    ['Ag', 'not-a-nuclide', /Ag-111/],
    ['1-2-3', 'not-a-nuclide', /Ag-111/],
    ['', 'not-a-nuclide', /nothing/],
    ['Ag-111; drop table', 'not-a-nuclide', /Ag-111/],
  ])('%s is refused: %s', (text, code, reason) => {
    const parsed = parseNuclide(text)
    expect(parsed.ok ? parsed.name : parsed.code).toBe(code)
    expect(parsed.ok ? '' : parsed.reason).toMatch(reason)
  })

  it('says that another isomer may be meant: indices differ between libraries', () => {
    const parsed = parseNuclide('110mAg')
    expect(parsed.ok && parsed.note).toMatch(/660 ns.*249\.863 d is Ag-110m2/)
    const plain = parseNuclide('Ag-111m')
    expect(plain.ok && plain.note).toBeNull()
  })

  it('reads every existing state in every spelling', () => {
    const states = nuclideStates.filter((state) => state.exists)
    fc.assert(
      fc.property(fc.constantFrom(...states), (state) => {
        const name = formatNuclide(state)
        const symbol = elementSymbol(state.z)
        const suffix = name.slice(`${symbol}-${state.a}`.length)
        const spellings = [
          name,
          nuclideLabel(state),
          `${symbol}${state.a}${suffix}`,
          `${elementName(state.z)}-${state.a}${suffix}`,
        ]
        if (state.z > 0) spellings.push(String(state.zai), name.toUpperCase(), name.toLowerCase().replace(/^n-/, 'N-'))
        if (state.m < 8) spellings.push(`${state.a}${state.m === 0 ? '' : `m${state.m}`}${symbol}`)
        for (const text of spellings) expect(nameOf(text), text).toBe(name)
      }),
      { numRuns: 400 },
    )
  })

  it('never throws and never reads noise as a nuclide without giving it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const parsed = parseNuclide(text)
        if (parsed.ok) expect(parseNuclide(parsed.name)).toMatchObject({ ok: true, zai: parsed.zai })
        else expect(parsed.reason.length).toBeGreaterThan(10)
      }),
      { numRuns: 500 },
    )
  })
})
