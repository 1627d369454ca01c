import { describe, expect, test } from 'vitest'
import { setupDigest } from './digest.ts'
import { applyFlags, flagDefinitions } from './flags.ts'
import { documentFromLink, linkQuery } from './link.ts'
import { parseDocument } from './parse.ts'
import { presetById } from './presets.ts'
import { scoredThings } from './scored-axes.ts'

const spes = presetById('spes-uc4')!.document

function withScoring(scoring: object) {
  const parsed = parseDocument({ ...spes, setup: { ...spes.setup, scoring } })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.document
}

describe('meshes and spectra of a document', () => {
  test('are absent unless asked for', () => {
    const parsed = parseDocument(JSON.parse(JSON.stringify(spes)))
    expect(parsed.ok && 'scoring' in parsed.document.setup).toBe(false)
    expect(scoredThings(spes.setup)).toEqual([])
  })

  test('a mesh fits the stack where nothing is said', () => {
    const [mesh] = scoredThings(withScoring({ meshes: [{ name: 'heat' }] }).setup)
    expect(mesh).toMatchObject({
      name: 'heat',
      kind: 'mesh',
      quantity: 'energy-deposition',
      particle: null,
      where: 'rz',
    })
    const [r, z] = mesh!.axes
    expect([r!.name, r!.edges[0], r!.edges.at(-1), r!.edges.length]).toEqual(['r', 0, 22.5, 26])
    // From the front of the window at -76.92 mm to the back of the last dump at 84.38 mm.
    expect([z!.name, z!.edges[0], z!.edges.length]).toEqual(['z', 0, 101])
    expect(z!.edges.at(-1)).toBeCloseTo(161.3, 9)
  })

  test('geometries have their axes, the first one running fastest', () => {
    const meshes = ['xyz', 'rz', 'rphiz'].map((geometry) => ({
      name: geometry,
      geometry,
      quantity: 'neutron-fluence',
      xFromMm: -5,
      xToMm: 5,
      xBins: 2,
      zToMm: 10,
      zBins: 4,
      phiBins: 3,
    }))
    const things = scoredThings(withScoring({ meshes }).setup)
    expect(things.map(({ axes }) => axes.map(({ name, edges }) => `${name}${edges.length - 1}`).join())).toEqual([
      'x2,y40,z4',
      'r25,z4',
      'r25,phi3,z4',
    ])
    expect(things[0]).toMatchObject({ quantity: 'fluence', particle: 'neutron' })
    expect(things[0]!.axes[0]!.edges).toEqual([-5, 0, 5])
    expect(things[0]!.axes[2]!.edges).toEqual([0, 2.5, 5, 7.5, 10])
  })

  test('a spectrum goes up to the beam, with the area of its face or the volume of its layer', () => {
    const spectra = [
      { name: 'out', layer: 'disc7', energyFromMeV: 0.01, energyBins: 4 },
      {
        name: 'in',
        layer: 'disc1',
        estimator: 'track-length',
        particle: 'proton',
        energyScale: 'linear',
        energyFromMeV: 0,
        energyBins: 4,
      },
      { name: 'angles', layer: 'dump3', estimator: 'fluence', direction: 'both', angleBins: 4 },
    ]
    const [out, inside, angles] = scoredThings(withScoring({ spectra }).setup)
    expect(out).toMatchObject({ kind: 'spectrum', quantity: 'current', where: 'face', direction: 'forward' })
    expect(out!.extent).toBeCloseTo(Math.PI * 4, 12)
    expect(out!.axes[0]!.edges[2]).toBeCloseTo(Math.sqrt(0.01 * 40), 12)
    expect([out!.axes[0]!.edges[0], out!.axes[0]!.edges[4]]).toEqual([0.01, 40])
    expect(inside).toMatchObject({ quantity: 'fluence', where: 'volume', direction: null })
    expect(inside!.extent).toBeCloseTo(Math.PI * 4 * 0.08, 12)
    expect(inside!.axes).toEqual([{ name: 'energy', unit: 'MeV', scale: 'linear', edges: [0, 10, 20, 30, 40] }])
    expect(angles!.axes[1]).toMatchObject({ name: 'angle', unit: 'sr' })
    expect(angles!.axes[1]!.edges.at(-1)).toBeCloseTo(4 * Math.PI, 12)
  })

  test('are part of the digest by what they cover, and change nothing where there are none', () => {
    const digest = setupDigest(spes.setup)
    expect(setupDigest(withScoring({}).setup)).toBe(digest)
    const heat = setupDigest(withScoring({ meshes: [{ name: 'heat' }] }).setup)
    expect(heat).not.toBe(digest)
    // The same box, said in numbers; a field that means nothing for rings.
    expect(setupDigest(withScoring({ meshes: [{ name: 'heat', rToMm: 22.5, zFromMm: 0, xBins: 7 }] }).setup)).toBe(heat)
    const others = [
      { meshes: [{ name: 'warm' }] },
      { meshes: [{ name: 'heat', zBins: 99 }] },
      { meshes: [{ name: 'heat', quantity: 'all-fluence' }] },
      { meshes: [{ name: 'heat', rToMm: 20 }] },
      { spectra: [{ name: 'heat', layer: 'disc1' }] },
      { spectra: [{ name: 'heat', layer: 'disc2' }] },
      { spectra: [{ name: 'heat', layer: 'disc1', particle: 'proton' }] },
      { spectra: [{ name: 'heat', layer: 'disc1', direction: 'backward' }] },
    ]
    const digests = new Set([digest, heat, ...others.map((scoring) => setupDigest(withScoring(scoring).setup))])
    expect(digests.size).toBe(others.length + 2)
  })

  test('have flags, and survive a link', () => {
    expect(flagDefinitions().map(({ flag }) => flag)).toEqual(
      expect.arrayContaining(['--meshes', '--mesh', '--spectra', '--spectrum']),
    )
    const outcome = applyFlags(spes, [
      { flag: '--meshes', value: 'heat,flux' },
      { flag: '--mesh', value: 'flux.quantity=neutron-fluence' },
      { flag: '--mesh', value: '*.z-bins=50' },
      { flag: '--mesh', value: 'heat.r-to=2cm' },
      { flag: '--spectra', value: 'out' },
      { flag: '--spectrum', value: 'out.layer=disc7' },
      { flag: '--spectrum', value: 'out.energy-from=1keV' },
    ])
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems))
    const { scoring } = outcome.document.setup
    expect(scoring!.meshes.map(({ name, quantity, zBins, rToMm }) => [name, quantity, zBins, rToMm])).toEqual([
      ['heat', 'energy-deposition', 50, 20],
      ['flux', 'neutron-fluence', 50, null],
    ])
    expect(scoring!.spectra[0]).toMatchObject({ layer: 'disc7', energyFromMeV: 0.001, particle: 'neutron' })
    const query = linkQuery(outcome.document)
    expect(query).toContain('mesh.heat.r-to=20')
    const back = documentFromLink(query)
    expect(back.ok && back.document).toEqual(outcome.document)
  })

  test('a spectrum without layer is refused by its path', () => {
    const outcome = applyFlags(spes, [{ flag: '--spectra', value: 'out' }])
    expect(!outcome.ok && outcome.problems.map(({ code, path }) => [code, path])).toEqual([
      ['FIELD_MISSING', 'setup.scoring.spectra.0.layer'],
    ])
  })
})
