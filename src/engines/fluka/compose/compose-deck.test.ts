/** Requested, written and read back: every number of the scoring, decay and bias cards, against the setup by hand. */

import { describe, expect, it } from 'vitest'
import { documentSchema } from '#simulation/document.ts'
import { checkedDeck } from '../check/checked-deck.ts'
import { type Card, nameIn, numberIn, what } from '../deck/card.ts'
import { activeCards } from '../deck/deck.ts'
import { readDeck } from '../deck/read-deck.ts'
import type { DeckChoices } from './compose-deck.ts'
import type { DeckManifest, ExpectedBoundary, ExpectedMesh, ExpectedTrack } from './manifest.ts'
import { dividedFaces } from './scored-faces.ts'

const PLAIN: DeckChoices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null }

const layer = (name: string, more: object = {}) => ({
  name,
  role: 'target',
  material: 'UC4',
  densityGramPerCm3: 4,
  thicknessMm: 2,
  diameterMm: 40,
  ...more,
})
/** a touches b, which is as wide; c stands 5 mm behind b and is touched by the narrower d. */
const LAYERS = [layer('a'), layer('b'), layer('c', { gapMm: 5 }), layer('d', { diameterMm: 30 })]

const setupOf = (scoring: object | null, more: object = {}) =>
  documentSchema.parse({
    isolario: 1,
    setup: {
      beam: { energyMeV: 40 },
      target: { layers: LAYERS },
      ...(scoring === null ? {} : { scoring: { meshes: [], spectra: [], ...scoring } }),
      ...more,
    },
  }).setup

interface Read {
  readonly manifest: DeckManifest
  readonly cards: readonly Card[]
}

function written(scoring: object | null, choices: Partial<DeckChoices> = {}): Read {
  const deck = checkedDeck(setupOf(scoring), { ...PLAIN, ...choices }, { seed: 7, primaries: 1000 }, 'made for a test')
  expect(deck.findings).toEqual([])
  return { manifest: deck.manifest, cards: activeCards(readDeck(deck.text).deck) }
}

const only = ({ cards }: Read, command: string): readonly Card[] => cards.filter((card) => card.command === command)
/** WHATs from `first` on, numbers or names. */
const whats = (card: Card, first: number, last: number): readonly (number | string)[] =>
  Array.from({ length: last - first + 1 }, (_, index) => {
    const field = what(card, first + index)
    return nameIn(field) ?? numberIn(field) ?? 0
  })
const near = (found: readonly (number | string)[], wanted: readonly (number | string)[]): void => {
  expect(found.length).toBe(wanted.length)
  for (const [index, value] of wanted.entries()) {
    if (typeof value === 'string') expect(found[index]).toBe(value)
    // Ten columns hold six digits and more.
    else expect(Math.abs((found[index] as number) - value)).toBeLessThanOrEqual(1e-6 * Math.max(1e-3, Math.abs(value)))
  }
}
const detectors = <T>({ manifest }: Read, unit: number): readonly T[] =>
  (manifest.units.find((one) => one.unit === unit)?.detectors ?? []) as readonly T[]

describe('meshes in a deck', () => {
  it('r and z: rings around the axis over the whole stack', () => {
    const read = written({ meshes: [{ name: 'heat', geometry: 'rz', rBins: 10, zBins: 26 }] })
    const [bin] = only(read, 'USRBIN')
    // Four layers of 2 mm and a gap of 5 mm; radius of the widest layer.
    near(whats(bin!, 1, 12), [11, 'ENERGY', -41, 2, 0, 1.3, 0, 0, 0, 10, 1, 26])
    expect(bin!.sdum).toBe('HEAT')
    const [mesh] = detectors<ExpectedMesh>(read, 41)
    expect(mesh).toMatchObject({ kind: 'mesh', name: 'HEAT', mesh: 'heat', quantity: 'ENERGY', type: 11 })
    expect(mesh!.axes[1]).toEqual({ from: -Math.PI, to: Math.PI, bins: 1 })
  })

  it('r, phi and z, and x, y and z, with bounds of the user; fluences by their particles', () => {
    const bounds = { xFromMm: -10, xToMm: 12, yFromMm: -20, yToMm: 24, zFromMm: -5, zToMm: 30 }
    const read = written({
      meshes: [
        { name: 'sectors', geometry: 'rphiz', rToMm: 15, rBins: 5, phiBins: 12, zBins: 7, quantity: 'proton-fluence' },
        { name: 'boxes', geometry: 'xyz', ...bounds, xBins: 11, yBins: 22, zBins: 7, quantity: 'neutron-fluence' },
        { name: 'every', geometry: 'xyz', ...bounds, xBins: 1, yBins: 1, zBins: 1, quantity: 'all-fluence' },
      ],
    })
    const [sectors, boxes, every] = only(read, 'USRBIN')
    near(whats(sectors!, 1, 12), [11, 'PROTON', -41, 1.5, 0, 1.3, 0, 0, 0, 5, 12, 7])
    near(whats(boxes!, 1, 12), [10, 'NEUTRON', -41, 1.2, 2.4, 3, -1, -2, -0.5, 11, 22, 7])
    near(whats(every!, 1, 3), [10, 'ALL-PART', -41])
    expect(detectors<ExpectedMesh>(read, 41).map(({ mesh }) => mesh)).toEqual(['sectors', 'boxes', 'every'])
  })
})

describe('spectra in a deck', () => {
  it('in a volume: the length of tracks, with the volume of the layer', () => {
    const read = written({
      spectra: [
        {
          name: 'logs',
          estimator: 'track-length',
          layer: 'd',
          particle: 'neutron',
          energyFromMeV: 0.01,
          energyBins: 30,
        },
        {
          name: 'lines',
          estimator: 'track-length',
          layer: 'a',
          particle: 'proton',
          energyScale: 'linear',
          energyFromMeV: 0,
          energyToMeV: 20,
          energyBins: 40,
        },
      ],
    })
    const [logs, lines] = only(read, 'USRTRACK')
    near(whats(logs!, 1, 8), [-1, 'NEUTRON', -51, 'D', Math.PI * 1.5 ** 2 * 0.2, 30, 0.04, 1e-5])
    near(whats(lines!, 1, 8), [1, 'PROTON', -51, 'A', Math.PI * 4 * 0.2, 40, 0.02, 0])
    expect(detectors<ExpectedTrack>(read, 51).map(({ logarithmic }) => logarithmic)).toEqual([true, false])
  })

  it('at a face before a layer, before a gap and behind the last layer; along, against and both ways', () => {
    const spectrum = { particle: 'proton', energyFromMeV: 1, energyBins: 20, energyScale: 'linear' }
    const read = written({
      spectra: [
        { ...spectrum, name: 'along', estimator: 'current', layer: 'a' },
        { ...spectrum, name: 'against', estimator: 'current', layer: 'b', direction: 'backward' },
        { ...spectrum, name: 'both', estimator: 'fluence', layer: 'd', direction: 'both', angleBins: 8 },
        { ...spectrum, name: 'flu', estimator: 'fluence', layer: 'd', energyScale: 'log', angleBins: 5 },
      ],
    })
    const [along, against, both, flu] = only(read, 'USRBDX')
    const face = Math.PI * 4
    const last = Math.PI * 1.5 ** 2
    near(whats(along!, 1, 12), [1, 'PROTON', -61, 'A', 'B', face, 0.04, 1e-3, 20, 2 * Math.PI, 0, 1])
    near(whats(against!, 1, 12), [1, 'PROTON', -61, 'GAP2', 'B', face, 0.04, 1e-3, 20, 2 * Math.PI, 0, 1])
    near(whats(both!, 1, 12), [111, 'PROTON', -61, 'D', 'GAP4', last, 0.04, 1e-3, 20, 4 * Math.PI, 0, 8])
    // 100 for fluence, and -1 for logarithmic energies takes one off.
    near(whats(flu!, 1, 12), [99, 'PROTON', -61, 'D', 'GAP4', last, 0.04, 1e-3, 20, 2 * Math.PI, 0, 5])
    const expected = detectors<ExpectedBoundary>(read, 61)
    expect(expected.map(({ from, to, twoWay }) => [from, to, twoWay])).toEqual([
      ['A', 'B', false],
      ['GAP2', 'B', false],
      ['D', 'GAP4', true],
      ['D', 'GAP4', false],
    ])
    // Gaps are vacuum, and only where a face is scored.
    const assigned = only(read, 'ASSIGNMA').map((card) => whats(card, 1, 2))
    expect(assigned).toContainEqual(['VACUUM', 'GAP2'])
    expect(assigned).toContainEqual(['VACUUM', 'GAP4'])
    expect(assigned.length).toBe(2 + 2 + LAYERS.length)
  })

  it('not at a face that a narrower layer divides: told by name', () => {
    const spectra = [
      { name: 'fine', estimator: 'track-length', layer: 'c' },
      { name: 'bad', estimator: 'current', layer: 'c' },
    ]
    expect(dividedFaces(setupOf({ spectra }))).toEqual([{ spectrum: 1, name: 'bad', layer: 'c', next: 'd' }])
    expect(dividedFaces(setupOf(null))).toEqual([])
  })
})

describe('decay and bias in a deck', () => {
  const decay = {
    irradiationSeconds: 432_000,
    primariesPerSecond: 1.2483e15,
    coolingSeconds: [0, 60, 3600, 86_400, 1e6, 1e7, 1e8],
  }

  it('one file for each cooling time, tied to it by DCYSCORE', () => {
    const read = written(null, { decay })
    near(whats(only(read, 'RADDECAY')[0]!, 1, 3), [1, 0, 3])
    near(whats(only(read, 'IRRPROFI')[0]!, 1, 2), [432_000, 1.2483e15])
    const times = only(read, 'DCYTIMES')
    expect(times.length).toBe(2)
    near(times.flatMap((card) => whats(card, 1, 6)).slice(0, 7), decay.coolingSeconds)
    const yields = only(read, 'RESNUCLE')
    expect(yields.length).toBe(4 * 8)
    const scores = new Map(only(read, 'DCYSCORE').map((card) => [nameIn(what(card, 4)), numberIn(what(card, 1))]))
    for (const card of yields) {
      const unit = -numberIn(what(card, 2))!
      expect(scores.get(card.sdum) ?? 0, card.sdum).toBe(unit - 25)
      near(whats(card, 3, 4), [96, 64])
      expect(numberIn(what(card, 6))).toBe(1)
    }
    expect(read.manifest.units.map(({ unit, decay: decayed }) => [unit, decayed])).toEqual([
      [25, false],
      ...[26, 27, 28, 29, 30, 31, 32].map((unit) => [unit, true]),
    ])
  })

  it('shorter paths of protons in the materials of the target, once for each', () => {
    const read = written(null, { interactionBias: 20, transportIons: true })
    const bias = only(read, 'LAM-BIAS')
    expect(bias.map(({ sdum }) => sdum)).toEqual(['INEALL'])
    near(whats(bias[0]!, 1, 5), [0, 0.05, 'UC4', 'PROTON', 'PROTON'])
    near(whats(only(read, 'IONTRANS')[0]!, 1, 1), [-2])
    expect(read.manifest.biased).toBe(true)
    const plain = written(null)
    expect([...only(plain, 'LAM-BIAS'), ...only(plain, 'IONTRANS'), ...only(plain, 'RADDECAY')]).toEqual([])
    expect(plain.manifest.biased).toBe(false)
  })

  it('the working set is always there', () => {
    for (const flavour of ['cern4', 'infn'] as const) {
      const physics = only(written(null, { flavour }), 'PHYSICS').map((card) => [card.sdum, numberIn(what(card, 1))])
      expect(physics).toEqual([
        ['EVAPORAT', 3],
        ['COALESCE', 1],
      ])
    }
  })
})
