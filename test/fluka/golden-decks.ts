/**
 * The decks that are kept as files in testdata/fluka/decks: every preset for both lines of FLUKA, and one that asks for
 * everything a deck can have. A change of the composer shows in them, line by line; independent parsers read them.
 */

import path from 'node:path'
import { type CheckedDeck, checkedDeck } from '#engines/fluka/check/checked-deck.ts'
import type { DeckChoices } from '#engines/fluka/compose/compose-deck.ts'
import { FLAVOURS, type Flavour } from '#engines/fluka/flavour.ts'
import { DOCUMENT_VERSION, documentSchema, type Setup } from '#simulation/document.ts'
import { presets } from '#simulation/presets.ts'

/** Where the files are. */
export const GOLDEN_FOLDER = path.resolve(import.meta.dirname, '../../testdata/fluka/decks')

export interface GoldenDeck {
  /** Without its ending: `spes-uc4.cern4`. */
  readonly name: string
  readonly title: string
  readonly setup: Setup
  readonly choices: DeckChoices
}

export const GOLDEN_RUN = { seed: 123_456_789, primaries: 100_000 } as const

/** The text of the file, and what the checks find (nothing). */
export const goldenDeck = ({ setup, choices, title }: GoldenDeck): CheckedDeck =>
  checkedDeck(setup, choices, GOLDEN_RUN, title)

const plain = (flavour: Flavour): DeckChoices => ({ flavour, transportIons: false, interactionBias: 1, decay: null })

/** Discs that touch, that stand apart and that are narrower than what follows; a Gaussian beam with a spread of energy. */
const EVERYTHING = {
  beam: { energyMeV: 70, energySpreadMeV: 0.25, shape: { kind: 'gaussian', sigmaXMm: 7, sigmaYMm: 5 } },
  target: {
    uranium235Percent: 3.5,
    materials: {
      mix: {
        by: 'atoms',
        components: [
          { of: 'Mo-100', amount: 3 },
          { of: 'Zr', amount: 1 },
        ],
      },
    },
    layers: [
      {
        name: 'window',
        role: 'window',
        material: 'graphite',
        densityGramPerCm3: 1.9,
        thicknessMm: 0.2,
        diameterMm: 45,
      },
      {
        name: 'disc-a',
        role: 'target',
        material: 'UC4',
        densityGramPerCm3: 4,
        thicknessMm: 0.8,
        diameterMm: 40,
        gapMm: 10,
      },
      {
        name: 'disc-b',
        role: 'target',
        material: 'mix',
        densityGramPerCm3: 9.1,
        thicknessMm: 1.234567,
        diameterMm: 40,
      },
      {
        name: 'disc-c',
        role: 'target',
        material: 'UC4',
        densityGramPerCm3: 3.5,
        thicknessMm: 0.8,
        diameterMm: 44,
        gapMm: 5,
      },
      {
        name: 'dump',
        role: 'dump',
        material: 'Cu',
        densityGramPerCm3: 8.96,
        thicknessMm: 20,
        diameterMm: 60,
        gapMm: 5,
      },
    ],
  },
  scoring: {
    meshes: [
      { name: 'heat-rz', geometry: 'rz' },
      { name: 'heat-phi', geometry: 'rphiz', phiBins: 12 },
      { name: 'neutrons', geometry: 'xyz', quantity: 'neutron-fluence', xBins: 20, yBins: 20, zBins: 50 },
      { name: 'protons', geometry: 'rz', quantity: 'proton-fluence', zFromMm: -5, zToMm: 60, rToMm: 30 },
    ],
    spectra: [
      { name: 'track', estimator: 'track-length', layer: 'disc-a', particle: 'neutron', energyBins: 50 },
      {
        name: 'forward',
        estimator: 'current',
        layer: 'disc-a',
        particle: 'proton',
        energyBins: 40,
        energyScale: 'linear',
      },
      { name: 'backward', estimator: 'fluence', layer: 'disc-b', direction: 'backward', angleBins: 10 },
      { name: 'both', estimator: 'fluence', layer: 'disc-c', direction: 'both', angleBins: 20 },
      { name: 'leak', estimator: 'current', layer: 'dump', particle: 'neutron', angleBins: 4 },
    ],
  },
}

const everything = (flavour: Flavour): GoldenDeck => ({
  name: `everything.${flavour}`,
  title: 'Everything a deck can have',
  setup: documentSchema.parse({ isolario: DOCUMENT_VERSION, setup: EVERYTHING }).setup,
  choices: {
    flavour,
    transportIons: true,
    interactionBias: 20,
    decay: {
      irradiationSeconds: 432_000,
      primariesPerSecond: 1.2483e15,
      coolingSeconds: [0, 60, 3600, 86_400, 1e6, 1e7, 1e8],
    },
  },
})

export const GOLDEN_DECKS: readonly GoldenDeck[] = FLAVOURS.flatMap((flavour) => [
  ...presets().map(
    ({ id, title, document: { setup } }): GoldenDeck => ({
      name: `${id}.${flavour}`,
      title,
      setup,
      choices: plain(flavour),
    }),
  ),
  everything(flavour),
])
