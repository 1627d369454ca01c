import { describe, expect, test } from 'vitest'
import { setupDigest } from './digest.ts'
import { parseDocument } from './parse.ts'
import { DEFAULT_PRESET, presets } from './presets.ts'

/**
 * What a published preset means. Links start from presets: when one of these lines wants to change, give the changed
 * preset a new name instead, or say in the change log why old links may mean something else.
 */
const DIGESTS: Readonly<Record<string, string>> = {
  'spes-uc4': '199526088f6958529d32205929111638d121f389328c0fe1f4d9d083ac4edcb3',
  'spes-uc4-wobbled': 'fb732f1aa2d0a3ecc301da990b9cf29053023485daa6e8f0d9e3fd82a398e3af',
  'reference-u238': '8d8fd3befc91a447d8fc093a4e3076392847225ca737249bcfa0e4ebcf302838',
  'thin-uc4': '8e79f7ced27c26d2f4fdcb267d9d8dd66ce4bc72ae28f7b7814e77f9cd6242a7',
  'thorium-carbide': '64bd8e38e52e4e4e9e20015fbc2f8db089b16becf5a5f0f4e779746fd9906406',
}

describe('presets', () => {
  test('keep their meaning', () => {
    expect(Object.fromEntries(presets().map(({ id, document }) => [id, setupDigest(document.setup)]))).toEqual(DIGESTS)
  })

  test('are documents without problems, the default first', () => {
    expect(presets()[0]!.id).toBe(DEFAULT_PRESET)
    for (const { id, document } of presets()) {
      expect(parseDocument(JSON.parse(JSON.stringify(document))), id).toEqual({ ok: true, document })
    }
  })

  test('SPES: 40 MeV, flat 17 mm, 200 uA, window, seven discs of natural UC4, three dumps', () => {
    const { setup, operation } = presets()[0]!.document
    expect(setup.beam).toMatchObject({ energyMeV: 40, shape: { kind: 'flat', radiusMm: 17 } })
    expect(operation.currentMicroampere).toBe(200)
    expect(setup.target.uranium235Percent).toBe(null)
    expect(setup.target.layers.map(({ name, thicknessMm, material }) => `${name} ${thicknessMm} ${material}`)).toEqual([
      'window 0.2 graphite',
      ...[1, 2, 3, 4, 5, 6, 7].map((n) => `disc${n} 0.8 UC4`),
      'dump1 0.8 graphite',
      'dump2 0.8 graphite',
      'dump3 1 graphite',
    ])
  })
})
