import { describe, expect, test } from 'vitest'
import { atomicWeight, naturalElement } from '#nuclides/abundances.ts'
import { zai } from '#nuclides/names.ts'
import { type Layer, layerSchema, type Mixture, type Target, targetSchema } from './document.ts'
import { libraryMaterial, materialLibrary } from './material-library.ts'
import { failureInWords, isBuiltIn, MaterialError, resolveMaterial } from './materials.ts'

const layer = (material: string): Layer => layerSchema.parse({ name: 'disc', material })
const target = (materials: Record<string, Mixture> = {}, uranium235Percent: number | null = null): Target =>
  targetSchema.parse({ layers: [layer('UC4')], materials, uranium235Percent })
const resolve = (material: string, ...rest: Parameters<typeof target>) =>
  resolveMaterial(target(...rest), layer(material))
const mixture = (by: 'atoms' | 'weight', parts: Record<string, number>): Mixture => ({
  title: '',
  by,
  components: Object.entries(parts).map(([of, amount]) => ({ of, amount })),
})
const fractionOf = (name: string, { isotopes }: ReturnType<typeof resolve>) =>
  isotopes.find((one) => one.zai === zai(name))

describe('materials', () => {
  test('UC4 is 83.2 % uranium by mass (INFN program)', () => {
    const { elements } = resolve('UC4')
    expect(elements.map(({ z }) => z)).toEqual([6, 92])
    expect(elements[1]!.massFraction).toBeCloseTo(0.832, 3)
    expect(elements[1]!.atomFraction).toBeCloseTo(0.2, 12)
  })

  test('natural uranium holds 0.72 % of 235U; a set content replaces it, the rest being 238U', () => {
    const natural = resolve('U')
    expect(fractionOf('U-235', natural)!.atomFraction).toBeCloseTo(0.0072, 4)
    expect(natural.isotopes.map((one) => one.zai)).toEqual([zai('U-234'), zai('U-235'), zai('U-238')])
    const enriched = resolve('UC4', {}, 20)
    expect(fractionOf('U-235', enriched)!.atomFraction).toBeCloseTo(0.04, 12)
    expect(fractionOf('U-238', enriched)!.atomFraction).toBeCloseTo(0.16, 12)
    expect(fractionOf('U-234', enriched)).toBeUndefined()
    expect(fractionOf('U-238', resolve('UC4', {}, 100))).toBeUndefined()
  })

  test('the 238U-only material is not touched by the 235U content', () => {
    expect(resolve('UC4-238', {}, 20)).toEqual(resolve('UC4-238'))
    expect(resolve('UC4-238').elements[1]!.atomFraction).toBeCloseTo(0.2, 12)
  })

  test("the density is the layer's", () => {
    const thin = { ...layer('graphite'), densityGramPerCm3: 1.234 }
    expect(resolveMaterial(target(), thin).densityGramPerCm3).toBe(1.234)
  })

  test('amounts by weight count mass', () => {
    const half = resolve('half', { half: mixture('weight', { Cu: 3, C: 1 }) })
    expect(half.elements.find(({ z }) => z === 29)!.massFraction).toBeCloseTo(0.75, 12)
    const ratio = half.elements[0]!.atomFraction / half.elements[1]!.atomFraction
    expect(ratio).toBeCloseTo((1 / atomicWeight(6)!) * (atomicWeight(29)! / 3), 3)
  })

  test('a material by atoms counts formula units: UC2 with two C is UC4', () => {
    const nested = resolve('mine', { mine: mixture('atoms', { UC2: 1, C: 2 }) })
    const plain = resolve('UC4')
    expect(nested.isotopes.map((one) => one.zai)).toEqual(plain.isotopes.map((one) => one.zai))
    for (const [index, one] of nested.isotopes.entries()) {
      expect(one.atomFraction).toBeCloseTo(plain.isotopes[index]!.atomFraction, 14)
    }
    const byWeight = resolve('mine', {
      mine: mixture('weight', { inner: 1 }),
      inner: mixture('atoms', { UC2: 5, C: 10 }),
    })
    expect(byWeight.elements[1]!.massFraction).toBeCloseTo(plain.elements[1]!.massFraction, 14)
  })

  test('fractions of every library material add up to 1, and agree with the standard atomic weights', () => {
    for (const { key } of materialLibrary) {
      const { isotopes, elements } = resolve(key)
      expect(isotopes.reduce((sum, one) => sum + one.atomFraction, 0)).toBeCloseTo(1, 12)
      expect(isotopes.reduce((sum, one) => sum + one.massFraction, 0)).toBeCloseTo(1, 12)
      if (key === 'UC4-238') continue
      const mean = elements.reduce((sum, { z, atomFraction }) => sum + atomFraction * atomicWeight(z)!, 0)
      for (const { z, atomFraction, massFraction } of elements) {
        // Boron, carbon and others have an interval of weights: a quarter of a percent covers it.
        expect(Math.abs(massFraction / ((atomFraction * atomicWeight(z)!) / mean) - 1), `${key} ${z}`).toBeLessThan(
          0.0025,
        )
      }
    }
  })

  test('the library has what the issue asks for, each with density and source', () => {
    const wanted = ['UC2', 'UC4', 'ThC2', 'SiC', 'TiC', 'LaC2', 'ZrC', 'HfC', 'B4C', 'graphite', 'Ta', 'W', 'Cu', 'Al']
    for (const key of [...wanted, 'steel-304', 'steel-316L']) expect(libraryMaterial(key), key).toBeDefined()
    for (const one of materialLibrary) {
      expect(one.densityGramPerCm3).toBeGreaterThan(1)
      expect(one.densityGramPerCm3).toBeLessThanOrEqual(one.solidGramPerCm3)
      expect(one.densitySource.length).toBeGreaterThan(5)
    }
    expect(new Set(materialLibrary.map(({ key }) => key)).size).toBe(materialLibrary.length)
    const steel = libraryMaterial('steel-316L')!.components.reduce((sum, { amount }) => sum + amount, 0)
    expect(steel).toBeCloseTo(100, 6)
  })

  test('what does not resolve is an error with its cause', () => {
    expect(() => resolve('Unobtainium')).toThrowError(MaterialError)
    expect(() => resolve('Pm')).toThrowError(/Pm has no natural isotopes/)
    // The isotope that is proposed exists, and is the one that lives longest.
    for (const [name, longest] of [
      ['Pu', 'Pu-244'],
      ['Pm', 'Pm-145'],
      ['Tc', 'Tc-97'],
      ['Am', 'Am-243'],
      ['Cm', 'Cm-247'],
    ] as const) {
      expect(failureInWords({ cause: 'not-natural', name })).toBe(
        `${name} has no natural isotopes; name the nuclide, for example ${longest}.`,
      )
      expect(isBuiltIn(longest)).toBe(true)
    }
    expect(naturalElement(61).isotopes).toEqual([])
    const loop = { a: mixture('atoms', { b: 1 }), b: mixture('atoms', { a: 1, C: 1 }) }
    expect(() => resolve('a', loop)).toThrowError(/a > b > a/)
  })

  // Followed path by path these would be 50^90 components: the test would never end.
  test('mixtures that name each other many times are each worked out once', () => {
    const many: Record<string, Mixture> = { last: mixture('atoms', { U: 1, C: 4 }) }
    let before = 'last'
    for (let level = 0; level < 90; level++) {
      many[`m${level}`] = { title: '', by: 'weight', components: Array(50).fill({ of: before, amount: 1 }) }
      before = `m${level}`
    }
    expect(resolve(before, many).elements[1]!.atomFraction).toBeCloseTo(0.2, 10)
  })
})
