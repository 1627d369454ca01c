import { describe, expect, it } from 'vitest'
import { distributionView, totalOf } from '#results/distribution-view.ts'
import { setupSchema } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { beamReach } from '../compose/deck-beam.ts'
import type { DeckManifest } from '../compose/manifest.ts'
import { scoredFaces } from '../compose/scored-faces.ts'
import { scoredUnits } from '../compose/scored-units.ts'
import { stackGeometry } from '../compose/stack-geometry.ts'
import { firstRecordOfRun } from '../output/first-record-of-run.ts'
import type { EstimatorFile } from '../output/fluka-file.ts'
import { readFlukaFile } from '../output/read-file.ts'
import { writeFlukaFile } from '../output/write-file.ts'
import { distributionsOfRun } from './distributions.ts'
import type { ReadRun } from './read-run.ts'

const PRIMARIES = 1000
const setup = setupSchema.parse({
  ...presetById('spes-uc4')!.document.setup,
  scoring: {
    meshes: [
      { name: 'heat', rBins: 3, zBins: 4 },
      { name: 'flux', quantity: 'neutron-fluence', geometry: 'xyz', xBins: 2, yBins: 3, zBins: 2 },
    ],
    spectra: [
      { name: 'inside', layer: 'disc1', estimator: 'track-length', particle: 'proton', energyBins: 4 },
      { name: 'through', layer: 'disc7', particle: 'proton', energyBins: 3, angleBins: 2 },
      { name: 'slow', layer: 'disc7', energyBins: 2 },
    ],
  },
})
const first = firstRecordOfRun({ title: 'a test', began: new Date(0), primaries: PRIMARIES })
const stack = stackGeometry(setup.target.layers, beamReach(setup.beam.shape), scoredFaces(setup))
const units = scoredUnits(setup, stack)
const manifest = { units } as unknown as DeckManifest

const CODES: Readonly<Record<string, number>> = { PROTON: 1, NEUTRON: 8, 'ALL-PART': 201, ENERGY: 208 }
const f = Math.fround
const filled = (length: number, value: (i: number) => number) => Float32Array.from({ length }, (_, i) => value(i))

/** What FLUKA would write for the deck, every value `value(place)`, written and read back as bytes. */
function runOf(change: (file: EstimatorFile) => EstimatorFile = (file) => file): ReadRun {
  const files = new Map(
    units.map(({ unit, estimator, detectors }) => {
      const common = { file: `fort.${unit}`, first, merged: false }
      let file: EstimatorFile
      if (estimator === 'USRBIN') {
        file = {
          ...common,
          estimator,
          detectors: detectors.map((one, i) => {
            if (one.kind !== 'mesh') throw new Error('not a mesh')
            const axis = ({ from, to, bins }: (typeof one.axes)[number]) => ({
              ...{ low: f(from), high: f(to), bins, width: f((to - from) / bins) },
            })
            const [x, y, z] = one.axes
            const header = { NB: i + 1, TITUSB: one.name, ITUSBN: one.type, IDUSBN: CODES[one.quantity]! }
            const rest = { LNTZER: false, BKUSBN: 0, B2USBN: 0, TCUSBN: f(1e30) }
            return {
              header: { ...header, x: axis(x), y: axis(y), z: axis(z), ...rest },
              values: filled(x.bins * y.bins * z.bins, (at) => at + 1),
              errors: null,
            }
          }),
        }
      } else if (estimator === 'USRTRACK') {
        file = {
          ...common,
          estimator,
          detectors: detectors.map((one, i) => {
            if (one.kind !== 'track') throw new Error('not a track')
            const { from, to, bins } = one.energy
            const header = { NT: i + 1, TITUTC: one.name, ITUSTC: -1, IDUSTC: CODES[one.particle]!, NRUSTC: 3 }
            const energies = { ETCLOW: f(from), ETCHGH: f(to), NETCBN: bins, DETCBN: f((to / from) ** (1 / bins)) }
            return {
              header: { ...header, VUSRTC: f(one.volumeCm3), LLNUTC: false, ...energies },
              groups: null,
              values: filled(bins, (at) => at + 1),
              statistics: null,
            }
          }),
        }
      } else {
        file = {
          ...common,
          estimator: 'USRBDX',
          detectors: detectors.map((one, i) => {
            if (one.kind !== 'boundary') throw new Error('not a boundary')
            const { to, bins } = one.energy
            // Neutrons: bins above 20 MeV, three groups below.
            const groups = one.particle === 'NEUTRON' ? { ends: Float32Array.of(0.02, 0.01, 0.001, 1e-14) } : null
            const low = groups ? 0.02 : one.energy.from
            const names = {
              NX: i + 1,
              TITUSX: one.name,
              ITUSBX: -1,
              IDUSBX: CODES[one.particle]!,
              NR1USX: 2,
              NR2USX: 3,
            }
            const kind = { LWUSBX: one.twoWay, LFUSBX: one.fluence, LLNUSX: groups !== null }
            const energies = { EBXLOW: f(low), EBXHGH: f(to), NEBXBN: bins, DEBXBN: f((to / low) ** (1 / bins)) }
            const n = one.angleBins
            const angles = { ABXLOW: 0, ABXHGH: f(2 * Math.PI), NABXBN: n, DABXBN: f((2 * Math.PI) / n) }
            return {
              header: { ...names, AUSBDX: f(one.areaCm2), ...kind, ...energies, ...angles },
              groups,
              values: filled((bins + (groups ? 3 : 0)) * n, (at) => at + 1),
              statistics: null,
            }
          }),
        }
      }
      const read = readFlukaFile(writeFlukaFile(change(file)), `fort.${unit}`)
      return [unit, read as EstimatorFile] as const
    }),
  )
  return { primaries: PRIMARIES, listing: {} as ReadRun['listing'], files }
}

describe('meshes and spectra of a run of FLUKA', () => {
  const tallies = distributionsOfRun(setup, manifest, runOf())
  const view = (name: string) => {
    const tally = tallies.find(({ layout }) => layout.name === name)!
    return distributionView(tally, { axes: tally.layout.axes.map((axis) => axis.name) })
  }

  it('are those of the setup, one batch without an error', () => {
    expect(tallies.map(({ layout, batches, histories }) => [layout.name, batches, histories])).toEqual(
      ['heat', 'flux', 'inside', 'through', 'slow'].map((name) => [name, 1, PRIMARIES]),
    )
    expect(view('heat').errorKind).toBe('not-known')
  })

  it('densities come back as they were written: GeV/cm3 as MeV/cm3, cm/cm3 as 1/cm2', () => {
    expect(view('heat').unit).toBe('MeV/cm3')
    for (const [bin, value] of view('heat').values.entries()) expect(value).toBeCloseTo(1000 * (bin + 1), 6)
    for (const [bin, value] of view('flux').values.entries()) expect(value).toBeCloseTo(bin + 1, 9)
    expect(view('inside').unit).toBe('1/cm2/MeV')
    for (const [bin, value] of view('inside').values.entries()) expect(value).toBeCloseTo((bin + 1) / 1000, 9)
  })

  it('a current is of the whole face: per cm2 times the area, per sr where angles are sorted', () => {
    const area = Math.PI * 4
    expect(view('through').unit).toBe('1/MeV/sr')
    for (const [bin, value] of view('through').values.entries()) expect(value).toBeCloseTo(((bin + 1) * area) / 1000, 6)
    const integral = tallies.find(({ layout }) => layout.name === 'through')!
    const [edges] = [integral.layout.axes[0]!.edges]
    const widths = edges.slice(1).map((edge, i) => edge - edges[i]!)
    const expected = [1, 2, 3, 4, 5, 6].reduce((sum, n, i) => sum + n * widths[i % 3]! * Math.PI, 0)
    expect(totalOf(integral).value / ((expected * area) / 1000)).toBeCloseTo(1, 9)
  })

  it('low-energy neutrons keep the groups of FLUKA, from below', () => {
    const { axes, values, unit } = view('slow')
    expect(unit).toBe('1/MeV')
    expect(axes[0]!.edges.map((edge) => Number(edge.toPrecision(5)))).toEqual([1e-11, 1, 10, 20, 28.284, 40])
    // Bins 1 and 2 stand first in the file, groups 3, 4, 5 from above behind them; per sr times the half sphere.
    const factor = (Math.PI * 4 * 2 * Math.PI) / 1000
    expect([...values].map((value) => Number((value / factor).toPrecision(6)))).toEqual([5, 4, 3, 1, 2])
  })

  it.each<[string, (file: EstimatorFile) => EstimatorFile, RegExp]>([
    [
      'a mesh of other bins',
      (file) =>
        file.estimator !== 'USRBIN'
          ? file
          : {
              ...file,
              detectors: file.detectors.map(({ header, values, errors }) => ({
                header: { ...header, x: { ...header.x, bins: 1 } },
                values: values.subarray(0, header.y.bins * header.z.bins),
                errors,
              })),
            },
      /detector 1 .*: the bins of axis 1 must be 3, and is 1/,
    ],
    [
      'another particle',
      (file) =>
        file.estimator !== 'USRTRACK'
          ? file
          : { ...file, detectors: file.detectors.map((one) => ({ ...one, header: { ...one.header, IDUSTC: 8 } })) },
      /must be PROTON \(1\), and is 8/,
    ],
    [
      'another area',
      (file) =>
        file.estimator !== 'USRBDX'
          ? file
          : { ...file, detectors: file.detectors.map((one) => ({ ...one, header: { ...one.header, AUSBDX: 1 } })) },
      /its area, cm2, must be/,
    ],
  ])('refuses %s', (_, change, words) => {
    expect(() => distributionsOfRun(setup, manifest, runOf(change))).toThrow(words)
  })
})
