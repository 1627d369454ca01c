import { describe, expect, it } from 'vitest'
import { documentSchema, type Target } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { KNOWN_MATERIALS } from '../deck/names.ts'
import { deckMaterials, PREDEFINED_ELEMENTS } from './deck-materials.ts'
import { DeckNames } from './deck-names.ts'

const targetOf = (layers: readonly object[], more: object = {}): Target =>
  documentSchema.parse({ isolario: 1, setup: { beam: {}, target: { layers, ...more } } }).setup.target

const layer = (name: string, material: string, densityGramPerCm3 = 4) => ({ name, material, densityGramPerCm3 })

describe('materials of a deck', () => {
  it('writes natural uranium as its two isotopes of which FLUKA has neutron data, and says so', () => {
    const { bases, compounds, ofLayer, notes } = deckMaterials(presetById('spes-uc4')!.document.setup.target)
    expect(bases.map(({ name, z, a, predefined }) => [name, z, a, predefined])).toEqual([
      ['CARBON', 6, null, true],
      ['U235', 92, 235, false],
      ['U238', 92, 238, false],
    ])
    expect(bases.map(({ neutronData }) => neutronData?.library)).toEqual(['CARBON', '235-U', '238-U'])
    expect(compounds.map(({ name, densityGramPerCm3 }) => [name, densityGramPerCm3])).toEqual([
      ['GRAPHITE', 1.9],
      ['UC4', 4],
    ])
    expect(ofLayer).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
    const uc4 = new Map(compounds[1]!.parts.map(({ base, atomFraction }) => [base, atomFraction]))
    // NIST: 234U 0.000054, 235U 0.007204, 238U 0.992742; one uranium for four carbon.
    expect(uc4.get('U235')).toBeCloseTo(0.2 * 0.007204, 9)
    expect(uc4.get('U238')).toBeCloseTo(0.2 * (0.992742 + 0.000054), 9)
    expect(uc4.get('CARBON')).toBeCloseTo(0.8, 9)
    expect(notes.map(({ path }) => path)).toEqual(['setup.target.layers.1.material'])
    expect(notes[0]!.message).toMatch(/0\.0054 % of 234U .* written as 238U/)
  })

  it('knows the elements that FLUKA knows: the 23 with a number, beside black hole and vacuum', () => {
    const numbered = [...KNOWN_MATERIALS.values()].filter(({ number }) => number !== null && number > 2)
    expect(new Set(PREDEFINED_ELEMENTS.values())).toEqual(new Set(numbered.map(({ name }) => name)))
    expect(PREDEFINED_ELEMENTS.size).toBe(23)
    expect([4, 13, 12, 82].map((z) => PREDEFINED_ELEMENTS.get(z))).toEqual(['BERYLLIU', 'ALUMINUM', 'MAGNESIU', 'LEAD'])
  })

  it('says of which materials FLUKA must find the neutron data by name', () => {
    const target = targetOf([layer('a', 'mix'), layer('b', 'UC4')], {
      materials: {
        mix: {
          by: 'atoms',
          components: [
            { of: 'Mo-100', amount: 3 },
            { of: 'Zr', amount: 1 },
            { of: 'Cu', amount: 1 },
          ],
        },
      },
    })
    const notes = deckMaterials(target).notes.filter(({ message }) => message.includes('neutron data of'))
    expect(notes.map(({ path }) => path)).toEqual(['setup.target.layers.0.material'])
    expect(notes[0]!.message).toMatch(/of (ZIRCONIU, MO100|MO100, ZIRCONIU) in mix by their names/)
  })

  it('keeps the 235U content a user asked for', () => {
    const target = targetOf([layer('a', 'UC2')], { uranium235Percent: 20 })
    const { compounds, notes } = deckMaterials(target)
    expect(compounds[0]!.parts.find(({ base }) => base === 'U235')?.atomFraction).toBeCloseTo(0.2 / 3, 12)
    expect(notes).toEqual([])
  })

  it('gives the same material at two densities two names, and a name of FLUKA to nobody', () => {
    const target = targetOf([layer('a', 'graphite', 1.9), layer('b', 'graphite', 1), layer('c', 'carbon')], {
      materials: { carbon: { by: 'atoms', components: [{ of: 'C', amount: 1 }] } },
    })
    const { compounds, ofLayer } = deckMaterials(target)
    expect(compounds.map(({ name }) => name)).toEqual(['GRAPHITE', 'GRAPHIT2', 'CARBON2'])
    expect(ofLayer).toEqual([0, 1, 2])
    for (const { name } of compounds) expect(KNOWN_MATERIALS.has(name)).toBe(false)
  })

  it('tells enriched elements isotope by isotope and natural ones as elements', () => {
    const target = targetOf([layer('a', 'mix')], {
      materials: {
        mix: {
          by: 'atoms',
          components: [
            { of: 'Mo-100', amount: 3 },
            { of: 'Zr', amount: 1 },
          ],
        },
      },
    })
    const { bases } = deckMaterials(target)
    expect(bases.map(({ name, z, a, predefined }) => [name, z, a, predefined])).toEqual([
      ['ZIRCONIU', 40, null, false],
      ['MO100', 42, 100, false],
    ])
  })

  it('makes every material of the library, with fractions that add up to one', () => {
    for (const key of ['UC4', 'UC4-238', 'ThC4', 'SiC', 'LaC2', 'HfC', 'B4C', 'steel-304', 'steel-316L', 'CeS']) {
      const { compounds, bases } = deckMaterials(targetOf([layer('a', key)]))
      const parts = compounds[0]!.parts
      expect(parts.reduce((sum, part) => sum + part.atomFraction, 0)).toBeCloseTo(1, 12)
      for (const { base } of parts) expect(bases.map(({ name }) => name)).toContain(base)
    }
  })
})

describe('names of a deck', () => {
  it('are short, unique and begin with a letter', () => {
    const names = new DeckNames(['VOID'])
    expect(names.give('disc-01', 'L')).toBe('DISC01')
    expect(names.give('disc_01', 'L')).toBe('DISC012')
    expect(names.give('a_very_long_name', 'L')).toBe('AVERYLON')
    expect(names.give('a_very_long_nose', 'L')).toBe('AVERYLO2')
    expect(names.give('void', 'L')).toBe('VOID2')
    expect(names.give('316L', 'M')).toBe('M316L')
  })
})
