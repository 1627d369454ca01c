import { describe, expect, it } from 'vitest'
import { catalogueOf, parameterAt } from '#simulation/catalogue.ts'
import {
  addMember,
  chooseVariant,
  type Draft,
  duplicateMember,
  fieldText,
  freeName,
  isActive,
  meansSame,
  moveMember,
  readField,
  removeMember,
  sectionsOf,
  unusual,
  valueAt,
  withValue,
} from './draft.ts'
import { type LeftVariants, leftAfter, NOTHING_LEFT, variantKey } from './left-variants.ts'

const catalogue = catalogueOf()
const at = (path: string) => parameterAt(catalogue, path)!
const layers = catalogue.collections.find((one) => one.path === 'setup.target.layers')!
const disc = (name: string) => ({ name, material: 'UC4', thicknessMm: 0.8 })
const draft: Draft = {
  isolario: 1,
  setup: {
    beam: { energyMeV: 40, shape: { kind: 'flat', radiusMm: 17 } },
    target: { layers: [disc('disc1'), disc('disc2')] },
  },
}
const names = (of: Draft) =>
  (valueAt(of, ['setup', 'target', 'layers']) as readonly { name: string }[]).map((one) => one.name)

describe('values', () => {
  it('changes one place and leaves the rest as it is', () => {
    const next = withValue(draft, ['setup', 'beam', 'energyMeV'], 35)
    expect(valueAt(next, ['setup', 'beam', 'energyMeV'])).toBe(35)
    expect(valueAt(next, ['setup', 'target'])).toBe(valueAt(draft, ['setup', 'target']))
    expect(valueAt(draft, ['setup', 'beam', 'energyMeV'])).toBe(40)
    expect(Object.keys(valueAt(next, ['setup', 'beam'])!)).toEqual(['energyMeV', 'shape'])
  })

  it('makes missing objects and removes values', () => {
    const next = withValue(draft, ['operation', 'currentMicroampere'], 20)
    expect(valueAt(next, ['operation', 'currentMicroampere'])).toBe(20)
    expect(valueAt(withValue(next, ['operation', 'currentMicroampere'], undefined), ['operation'])).toEqual({})
  })

  it('does not find what only the prototype has', () => {
    expect(valueAt(draft, ['setup', 'constructor'])).toBeUndefined()
  })
})

describe('fields', () => {
  const energy = at('setup.beam.energyMeV')
  it('reads numbers with and without unit, and keeps what is none', () => {
    expect(readField(energy, '40')).toBe(40)
    expect(readField(energy, ' 0.04 GeV ')).toBe(40)
    expect(readField(energy, 'forty')).toBe('forty')
    expect(readField(energy, '')).toBeUndefined()
    expect(readField(at('setup.target.uranium235Percent'), '')).toBeNull()
    expect(readField(at('job.goal.primaries'), '1e7')).toBe(10_000_000)
  })

  it('writes what it reads', () => {
    for (const text of ['40', '0.5', '1e-7', 'forty']) {
      expect(fieldText(energy, readField(energy, text)!)).toBe(text === '1e-7' ? '1e-7' : text)
    }
    expect(meansSame(energy, '40.', 40)).toBe(true)
    expect(meansSame(energy, '41', 40)).toBe(false)
  })

  it('warns outside the sensible range only while the value is allowed', () => {
    expect(unusual(energy, 40)).toBeNull()
    expect(unusual(energy, 20)).toContain('30 to 70 MeV')
    expect(unusual(energy, 1e6)).toBeNull()
  })
})

describe('variants', () => {
  const selector = at('setup.beam.shape.kind')
  it('shows only the fields of the chosen variant', () => {
    expect(isActive(catalogue, draft, at('setup.beam.shape.radiusMm'))).toBe(true)
    expect(isActive(catalogue, draft, at('setup.beam.shape.wobbleRadiusMm'))).toBe(false)
  })

  it('takes the default variant where the part is left out', () => {
    const bare = withValue(draft, ['setup', 'beam', 'shape'], undefined)
    expect(isActive(catalogue, bare, at('setup.beam.shape.radiusMm'))).toBe(true)
  })

  it('fills defaults, keeps what both have, and drops what the new one does not know', () => {
    const wobbled = chooseVariant(catalogue, draft, selector, 'wobbled')
    expect(valueAt(wobbled, ['setup', 'beam', 'shape'])).toEqual({ kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 })
    const goal = at('job.goal.kind')
    const error = withValue(
      chooseVariant(catalogue, draft, goal, 'statistical-error'),
      ['job', 'goal', 'maxPrimaries'],
      5,
    )
    const time = chooseVariant(catalogue, error, goal, 'time')
    expect(valueAt(time, ['job', 'goal'])).toEqual({ kind: 'time', minutes: 5, maxPrimaries: 5 })
  })
})

describe('variants that are left', () => {
  const selector = at('setup.engine.id')
  const template = { name: 'mine', version: 3, text: 'TITLE\n{{ title }}\n' }
  const fluka = withValue(draft, ['setup', 'engine'], {
    id: 'fluka',
    transportIons: true,
    interactionBias: 20,
    decayInEngine: false,
    template,
  })
  /** As the page does it: what a change leaves is kept beside the draft. */
  const choose = ({ draft, left }: { draft: Draft; left: LeftVariants }, kind: string) => {
    const next = chooseVariant(catalogue, draft, selector, kind, left[variantKey(selector, kind)])
    return { draft: next, left: leftAfter(catalogue, left, draft, next) }
  }

  it('come back with the template and the physics that they had', () => {
    const builtin = choose({ draft: fluka, left: NOTHING_LEFT }, 'builtin')
    expect(valueAt(builtin.draft, ['setup', 'engine'])).toEqual({ id: 'builtin' })
    // A draft that is kept over a reload of the page is plain JSON.
    const reloaded = JSON.parse(JSON.stringify(builtin)) as typeof builtin
    const back = choose(reloaded, 'fluka')
    expect(valueAt(back.draft, ['setup', 'engine'])).toEqual(valueAt(fluka, ['setup', 'engine']))
  })

  it('come back as they were left last, also when the JSON was changed by hand', () => {
    const first = choose({ draft: fluka, left: NOTHING_LEFT }, 'builtin')
    const back = choose(first, 'fluka')
    const edited = withValue(back.draft, ['setup', 'engine', 'template'], { ...template, version: 4 })
    const byHand = withValue(edited, ['setup', 'engine'], { id: 'builtin' })
    const left = leftAfter(catalogue, back.left, edited, byHand)
    expect(valueAt(choose({ draft: byHand, left }, 'fluka').draft, ['setup', 'engine', 'template', 'version'])).toBe(4)
    const without = withValue(back.draft, ['setup', 'engine', 'template'], null)
    const gone = choose(choose({ draft: without, left: back.left }, 'builtin'), 'fluka')
    expect(valueAt(gone.draft, ['setup', 'engine', 'template']) ?? null).toBeNull()
  })

  it('are nothing where no variant was left', () => {
    const other = withValue(draft, ['setup', 'beam', 'energyMeV'], 35)
    expect(leftAfter(catalogue, NOTHING_LEFT, draft, other)).toBe(NOTHING_LEFT)
    expect(valueAt(choose({ draft, left: NOTHING_LEFT }, 'fluka').draft, ['setup', 'engine'])).toEqual({
      id: 'fluka',
      transportIons: false,
      interactionBias: 1,
      decayInEngine: false,
    })
  })

  it('keep the fields of a beam shape as well', () => {
    const shape = at('setup.beam.shape.kind')
    const wide = withValue(draft, ['setup', 'beam', 'shape', 'radiusMm'], 12)
    const wobbled = chooseVariant(catalogue, wide, shape, 'wobbled')
    const left = leftAfter(catalogue, NOTHING_LEFT, wide, wobbled)
    const back = chooseVariant(catalogue, wobbled, shape, 'flat', left[variantKey(shape, 'flat')])
    expect(valueAt(back, ['setup', 'beam', 'shape'])).toEqual({ kind: 'flat', radiusMm: 12 })
  })
})

describe('layers', () => {
  it('adds a whole layer with a free name', () => {
    const next = addMember(catalogue, draft, layers)
    expect(names(next)).toEqual(['disc1', 'disc2', 'disc3'])
    expect(valueAt(next, ['setup', 'target', 'layers', 2])).toMatchObject({
      material: 'UC4',
      thicknessMm: 0.8,
      gapMm: 0,
    })
  })

  it('duplicates behind the original, moves and removes', () => {
    expect(names(duplicateMember(draft, layers, 0))).toEqual(['disc1', 'disc3', 'disc2'])
    expect(names(moveMember(draft, layers, 0, 1))).toEqual(['disc2', 'disc1'])
    expect(moveMember(draft, layers, 0, -1)).toBe(draft)
    expect(names(removeMember(draft, layers, 0))).toEqual(['disc2'])
  })

  it('finds free names', () => {
    expect(freeName('window', new Set(['window']))).toBe('window2')
    expect(freeName('disc9', new Set(['disc9', 'disc10']))).toBe('disc11')
  })
})

describe('sections', () => {
  const sections = sectionsOf(catalogue)
  it('holds every parameter once: alone, or through its collection', () => {
    const alone = sections.flatMap((section) => section.parameters)
    const inCollections = catalogue.parameters.filter((parameter) => parameter.repeated)
    expect(alone.length + inCollections.length).toBe(catalogue.parameters.length)
    for (const parameter of inCollections) {
      const held = sections.some((section) => section.collections.some((one) => one.path === parameter.repeated!.path))
      expect(held, parameter.path).toBe(true)
    }
  })
  it('has each group once', () => {
    expect(new Set(sections.map((section) => section.title)).size).toBe(sections.length)
  })
})
