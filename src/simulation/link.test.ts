import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { setupDigest } from './digest.ts'
import { applyFlags, flagsFrom } from './flags.ts'
import { documentFromLink, linkQuery } from './link.ts'
import { parseDocument, parseDocumentText } from './parse.ts'
import { presetById, presets } from './presets.ts'

/** Numbers as people have them: a few digits; and some with all digits that a double has. */
const between = (min: number, max: number) =>
  fc.oneof(
    fc.integer({ min: Math.ceil(min * 100), max: Math.floor(max * 100) }).map((value) => value / 100),
    fc.double({ min, max, noNaN: true, noDefaultInfinity: true }),
  )

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/).filter((text) => text !== 'total')
const mixtureName = fc.stringMatching(/^mix[A-Za-z0-9_.+-]{0,8}$/)
const shape = fc.oneof(
  fc.constant({ kind: 'pencil' }),
  fc.record({ kind: fc.constant('flat'), radiusMm: between(0.1, 50) }),
  fc.record({ kind: fc.constant('gaussian'), sigmaXMm: between(0.05, 50), sigmaYMm: between(0.05, 50) }),
  fc.record({ kind: fc.constant('wobbled'), sigmaMm: between(0.05, 50), wobbleRadiusMm: between(0, 50) }),
)
const goal = fc.oneof(
  fc.record({ kind: fc.constant('primaries'), primaries: fc.integer({ min: 1, max: 1e10 }) }),
  fc.record({
    kind: fc.constant('statistical-error'),
    nuclides: fc.subarray(['Ag-111', 'Sn-132', 'Cs-137', 'Ag-110m2'], { minLength: 1 }),
    relativePercent: between(1, 50),
    maxPrimaries: fc.integer({ min: 1e6, max: 1e9 }),
  }),
  fc.record({ kind: fc.constant('time'), minutes: between(0.1, 1000), maxPrimaries: fc.integer({ min: 1, max: 1e9 }) }),
)
const anyDocument = fc
  .record({
    name: fc.string({ maxLength: 30 }),
    shape,
    energyMeV: between(1, 1500),
    names: fc.uniqueArray(fc.oneof(name, fc.constantFrom('window', 'disc1', 'disc2', 'disc7', 'dump1')), {
      minLength: 1,
      maxLength: 12,
    }),
    layer: fc.array(
      fc.record({
        role: fc.constantFrom('window', 'target', 'dump'),
        material: fc.constantFrom('UC4', 'graphite', 'Fe', 'ThC2'),
        densityGramPerCm3: between(0.01, 25),
        thicknessMm: between(0.01, 900),
        gapMm: between(0, 10_000),
      }),
      { minLength: 12, maxLength: 12 },
    ),
    mixtures: fc.uniqueArray(mixtureName, { maxLength: 3 }),
    by: fc.constantFrom('atoms', 'weight'),
    amount: between(0.01, 100),
    uranium235Percent: fc.oneof(fc.constant(null), between(0, 100)),
    currentMicroampere: between(0.01, 5000),
    goal,
    scan: fc.oneof(fc.constant(null), fc.uniqueArray(between(1, 1500), { minLength: 1, maxLength: 5 })),
    key: fc.oneof(fc.constant(null), fc.stringMatching(/^[0-9a-f]{16}$/)),
  })
  .map((any) => ({
    isolario: 1,
    name: any.name,
    setup: {
      beam: { energyMeV: any.energyMeV, shape: any.shape },
      target: {
        layers: any.names.map((one, index) => ({
          name: one,
          ...any.layer[index]!,
          ...(index === 0 ? { role: 'target' } : {}),
          ...(any.mixtures[index] ? { material: any.mixtures[index] } : {}),
        })),
        materials: Object.fromEntries(
          any.mixtures.map((one) => [
            one,
            {
              title: `made, "${any.name}"`,
              by: any.by,
              components: [
                { of: 'U', amount: any.amount },
                { of: 'C', amount: 4 },
              ],
            },
          ]),
        ),
        uranium235Percent: any.uranium235Percent,
      },
    },
    operation: { currentMicroampere: any.currentMicroampere },
    job: {
      goal: any.goal,
      scan: any.scan === null ? null : { parameter: 'setup.beam.energyMeV', values: any.scan },
      key: any.key,
    },
  }))

describe('prefilled links', () => {
  test('link, form, JSON and flags lead to the same document, from every preset', () => {
    let links = 0
    fc.assert(
      fc.property(anyDocument, fc.constantFrom(...presets()), (value, preset) => {
        const first = parseDocument(value)
        if (!first.ok) throw new Error(JSON.stringify(first.problems))
        const query = linkQuery(first.document, preset.id)
        expect(query).toMatch(/^[\x21-\x7e]+$/)
        const form = documentFromLink(`?${query}`)
        expect(form).toEqual(first)
        const json = parseDocumentText(JSON.stringify(form.ok && form.document))
        expect(json).toEqual(first)
        const words = flagsFrom(first.document, preset.document)
        const flags = []
        for (let at = 0; at < words.length; at += 2) flags.push({ flag: words[at]!, value: words[at + 1]! })
        const shell = applyFlags(preset.document, flags)
        expect(shell).toEqual(first)
        expect(shell.ok && setupDigest(shell.document.setup)).toBe(setupDigest(first.document.setup))
        links++
      }),
      { numRuns: 300 },
    )
    expect(links).toBe(300)
  })

  test('a preset alone is a short link, one change a little longer', () => {
    const { document } = presetById('spes-uc4')!
    expect(linkQuery(document)).toBe('preset=spes-uc4')
    const beam = { ...document.setup.beam, energyMeV: 45 }
    const layers = document.setup.target.layers.map((layer) =>
      layer.name === 'disc1' ? { ...layer, thicknessMm: 1 } : layer,
    )
    const changed = { ...document, setup: { ...document.setup, beam, target: { ...document.setup.target, layers } } }
    expect(linkQuery(changed)).toBe('preset=spes-uc4&beam-energy=45&layer.disc1.thickness=1')
  })

  test('no query at all is the default preset; a plus is a blank', () => {
    expect(documentFromLink('')).toEqual({ ok: true, document: presetById('spes-uc4')!.document })
    const named = documentFromLink('?name=my+target%2B&beam-energy=45MeV')
    expect(named.ok && [named.document.name, named.document.setup.beam.energyMeV]).toEqual(['my target+', 45])
  })

  test.each([
    ['beam-enrgy=45', 'FLAG_UNKNOWN'],
    ['beam-energy=45&beam-energy=46', 'FLAG_REPEATED'],
    ['preset=spes-uc4&preset=thin-uc4', 'FLAG_REPEATED'],
    ['preset=nothing', 'LINK_PRESET_UNKNOWN'],
    ['layer.disc9.thickness=1', 'FLAG_MEMBER_UNKNOWN'],
    ['layer.disc1.colour=1', 'FLAG_UNKNOWN'],
    ['beam-energy=2e6', 'VALUE_TOO_LARGE'],
    ['beam-energy=%', 'LINK_MALFORMED'],
    ['beam-energy', 'FLAG_VALUE'],
    ['__proto__=1', 'FLAG_UNKNOWN'],
    ['layer.__proto__.thickness=1', 'FLAG_MEMBER_UNKNOWN'],
  ])('%s is refused', (query, code) => {
    const outcome = documentFromLink(query)
    expect(!outcome.ok && outcome.problems.map((one) => one.code)).toEqual([code])
  })
})
