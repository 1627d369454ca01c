import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { setupDigest } from './digest.ts'
import { parseDocument } from './parse.ts'
import { presetById } from './presets.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents as users write them.
const spes = (): any => JSON.parse(JSON.stringify(presetById('spes-uc4')!.document))
function digestOf(document: unknown): string {
  const parsed = parseDocument(document)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return setupDigest(parsed.document.setup)
}
// biome-ignore lint/suspicious/noExplicitAny: documents as users write them.
function digestAfter(change: (document: any) => void): string {
  const document = spes()
  change(document)
  return digestOf(document)
}

describe('canonical JSON', () => {
  test('does not depend on the order of keys and reads back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(value)).toMatch(/^[\x20-\x7e]*$/)
      }),
    )
  })

  test('shortest numbers, no negative zero, nothing that JSON cannot hold', () => {
    expect(canonicalJson({ b: [1e21, 0.1, -0], a: 'é' })).toBe('{"a":"\\u00e9","b":[1e+21,0.1,0]}')
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError)
  })
})

describe('the digest of a setup', () => {
  const original = digestOf(spes())

  test('is 64 hexadecimal digits, and the same for what means the same', () => {
    expect(original).toMatch(/^[0-9a-f]{64}$/)
    const { beam, target } = spes().setup
    const bare = {
      setup: { target: { layers: target.layers }, beam: { shape: beam.shape } },
      isolario: 1,
      name: 'another name',
      job: { goal: { kind: 'time' } },
      operation: { currentMicroampere: 1 },
    }
    expect(digestOf(bare)).toBe(original)
    expect(digestAfter((d) => (d.setup.target.layers[0].gapMm = 5))).toBe(original)
  })

  test('knows materials by their isotopes, not by their names', () => {
    const mixture = (parts: [string, number][], by = 'atoms') => ({
      title: 'mine',
      by,
      components: parts.map(([of, amount]) => ({ of, amount })),
    })
    const own = (materials: unknown) => (d: ReturnType<typeof spes>) => {
      d.setup.target.materials = materials
      for (const layer of d.setup.target.layers) if (layer.material === 'UC4') layer.material = 'mine'
    }
    expect(
      digestAfter(
        own({
          mine: mixture([
            ['C', 8],
            ['U', 2],
          ]),
        }),
      ),
    ).toBe(original)
    expect(
      digestAfter(
        own({
          mine: mixture([
            ['UC2', 1],
            ['C', 2],
          ]),
          unused: mixture([['Ta', 1]]),
        }),
      ),
    ).toBe(original)
    expect(
      digestAfter(
        own({
          mine: mixture([
            ['C', 8],
            ['U', 2.001],
          ]),
        }),
      ),
    ).not.toBe(original)
    expect(digestAfter((d) => (d.setup.target.uranium235Percent = 0.72))).not.toBe(original)
  })

  test('a wobble of radius 0 is a Gaussian', () => {
    const still = digestAfter((d) => (d.setup.beam.shape = { kind: 'wobbled', sigmaMm: 5, wobbleRadiusMm: 0 }))
    expect(still).toBe(digestAfter((d) => (d.setup.beam.shape = { kind: 'gaussian', sigmaXMm: 5, sigmaYMm: 5 })))
  })

  test('every number of the setup changes it', () => {
    const changes: [string, (d: ReturnType<typeof spes>) => void][] = [
      ['energy', (d) => (d.setup.beam.energyMeV = 40.000001)],
      ['spread', (d) => (d.setup.beam.energySpreadMeV = 0.1)],
      ['radius', (d) => (d.setup.beam.shape.radiusMm = 16)],
      ['thickness', (d) => (d.setup.target.layers[3].thicknessMm = 0.81)],
      ['density', (d) => (d.setup.target.layers[3].densityGramPerCm3 = 4.01)],
      ['diameter', (d) => (d.setup.target.layers[3].diameterMm = 41)],
      ['gap', (d) => (d.setup.target.layers[3].gapMm = 1)],
      ['role', (d) => (d.setup.target.layers[3].role = 'dump')],
      ['name', (d) => (d.setup.target.layers[3].name = 'other')],
      ['material', (d) => (d.setup.target.layers[3].material = 'UC2')],
      ['fewer layers', (d) => d.setup.target.layers.pop()],
      ['order', (d) => d.setup.target.layers.reverse()],
    ]
    const digests = new Set([original, ...changes.map(([, change]) => digestAfter(change))])
    expect(digests.size).toBe(changes.length + 1)
  })
})
