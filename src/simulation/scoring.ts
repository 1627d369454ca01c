/**
 * What is scored beside residual nuclei: meshes (maps of deposited energy or of fluence) and spectra.
 *
 * Part of the setup, and absent unless asked for. Places are relative to the stack: z is 0 at the front of the first
 * layer and grows along the beam, x and y are 0 on the axis. What a map covers and how it is cut stands in
 * scored-axes.ts; what its numbers mean in src/results/README.md.
 */

import { z } from 'zod'
import { choice, real, whole } from './parameter.ts'

const meshes = { group: 'Meshes' } as const
const spectra = { group: 'Spectra' } as const

/** Scored things are asked for by name, in addresses too. */
const SCORE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/

export const MESH_QUANTITIES = ['energy-deposition', 'proton-fluence', 'neutron-fluence', 'all-fluence'] as const
export const MESH_GEOMETRIES = ['rz', 'rphiz', 'xyz'] as const
export const SPECTRUM_ESTIMATORS = ['current', 'fluence', 'track-length'] as const
export const SPECTRUM_DIRECTIONS = ['forward', 'backward', 'both'] as const

export const MAX_MESHES = 16
export const MAX_SPECTRA = 64
/** Bins of one mesh: 100 x 100 x 100. */
export const MAX_MESH_BINS = 1_000_000
/** Bins of all meshes and spectra of a document: what a worker holds and a task stores, about 16 bytes each. */
export const MAX_SCORED_BINS = 2_000_000
/** Scored space ends so far from the stack, on every side: engines leave so much vacuum around it and no more. */
export const WORLD_MARGIN_MM = 50

const bins = (title: string, description: string, initial: number, max = 2000) =>
  whole({ ...meshes, title, description }, { min: 1, max, default: initial })

const bound = (title: string, description: string) =>
  z
    .number()
    .min(-1e7)
    .max(1e7)
    .nullable()
    .default(null)
    .meta({ ...meshes, title, unit: 'mm', description })

export const meshSchema = z.strictObject({
  name: z
    .string()
    .regex(SCORE_NAME)
    .meta({ ...meshes, title: 'Name', description: 'Names the map in results; letters, digits, - and _.' }),
  quantity: choice(
    {
      ...meshes,
      title: 'Quantity',
      description:
        'Deposited energy, or fluence (length of tracks per volume) of protons, of neutrons or of all particles.',
    },
    MESH_QUANTITIES,
    'energy-deposition',
  ),
  geometry: choice(
    {
      ...meshes,
      title: 'Geometry',
      description: 'Rings around the axis (rz), rings cut into sectors (rphiz), or boxes (xyz).',
    },
    MESH_GEOMETRIES,
    'rz',
  ),
  zFromMm: bound('z from', 'Where the map begins along the beam; 0 is the front of the first layer. Empty: there.'),
  zToMm: bound('z to', 'Where it ends along the beam. Empty: at the back of the last layer.'),
  zBins: bins('z bins', 'Bins along the beam.', 100),
  rToMm: z
    .number()
    .min(0)
    .max(1e7)
    .nullable()
    .default(null)
    .meta({
      ...meshes,
      title: 'r to',
      unit: 'mm',
      description: 'Outer radius, for rz and rphiz. Empty: the radius of the widest layer.',
    }),
  rBins: bins('r bins', 'Rings, for rz and rphiz.', 25),
  phiBins: bins('phi bins', 'Sectors of the full circle, for rphiz.', 12, 360),
  xFromMm: bound('x from', 'For xyz. Empty: the edge of the widest layer.'),
  xToMm: bound('x to', 'For xyz. Empty: the edge of the widest layer.'),
  xBins: bins('x bins', 'Bins across the beam, for xyz.', 40),
  yFromMm: bound('y from', 'For xyz. Empty: the edge of the widest layer.'),
  yToMm: bound('y to', 'For xyz. Empty: the edge of the widest layer.'),
  yBins: bins('y bins', 'Bins across the beam, for xyz.', 40),
})

export const spectrumSchema = z.strictObject({
  name: z
    .string()
    .regex(SCORE_NAME)
    .meta({ ...spectra, title: 'Name', description: 'Names the spectrum in results; letters, digits, - and _.' }),
  particle: choice(
    { ...spectra, title: 'Particle', description: 'Whose energies are sorted.' },
    ['proton', 'neutron'],
    'neutron',
  ),
  estimator: choice(
    {
      ...spectra,
      title: 'Estimator',
      description:
        'At the back face of the layer: how many pass (current) or their fluence; in its volume: fluence by the length of tracks.',
    },
    SPECTRUM_ESTIMATORS,
    'current',
  ),
  layer: z
    .string()
    .regex(SCORE_NAME)
    .meta({
      ...spectra,
      title: 'Layer',
      description: 'Whose volume, or whose back face: the surface between this layer and what follows it.',
    }),
  direction: choice(
    {
      ...spectra,
      expert: true,
      title: 'Direction',
      description: 'Which way the face is passed: along the beam, against it, or both. For current and fluence.',
    },
    SPECTRUM_DIRECTIONS,
    'forward',
  ),
  energyFromMeV: real(
    {
      ...spectra,
      title: 'Energy from',
      unit: 'MeV',
      description: 'Lower end of the spectrum; above 0 where bins are logarithmic.',
    },
    { min: 0, max: 1500, default: 0.01 },
  ),
  energyToMeV: z
    .number()
    .positive()
    .max(1500)
    .nullable()
    .default(null)
    .meta({
      ...spectra,
      title: 'Energy to',
      unit: 'MeV',
      description: 'Upper end of the spectrum. Empty: the energy of the beam.',
    }),
  energyBins: whole(
    { ...spectra, title: 'Energy bins', description: 'Number of bins in energy.' },
    { min: 1, max: 2000, default: 60 },
  ),
  energyScale: choice(
    { ...spectra, title: 'Energy scale', description: 'Bins of equal ratio (log) or of equal width (linear).' },
    ['log', 'linear'],
    'log',
  ),
  angleBins: whole(
    {
      ...spectra,
      expert: true,
      title: 'Angle bins',
      description:
        'Bins of equal solid angle between the normal of the face and the direction of flight; 1: not sorted by angle. For current and fluence.',
    },
    { min: 1, max: 90, default: 1 },
  ),
})

export const scoringSchema = z.strictObject({
  meshes: z
    .array(meshSchema)
    .max(MAX_MESHES)
    .default([])
    .meta({
      ...meshes,
      title: 'Meshes',
      description: 'Maps of deposited energy or of fluence over the stack.',
      flag: 'meshes',
      memberFlag: 'mesh',
    }),
  spectra: z
    .array(spectrumSchema)
    .max(MAX_SPECTRA)
    .default([])
    .meta({
      ...spectra,
      title: 'Spectra',
      description: 'Energies of protons or neutrons at the face of a layer or inside it.',
      flag: 'spectra',
      memberFlag: 'spectrum',
    }),
})

export type Mesh = z.output<typeof meshSchema>
export type Spectrum = z.output<typeof spectrumSchema>
export type Scoring = z.output<typeof scoringSchema>

const NOTHING: Scoring = { meshes: [], spectra: [] }

/** What a setup asks to score beside residual nuclei; empty lists where it says nothing. */
export const scoringOf = (setup: { readonly scoring?: Scoring | undefined }): Scoring => setup.scoring ?? NOTHING

/** Fields of a mesh that belong to some geometries only. */
const ONLY_FOR: Readonly<Record<string, readonly (typeof MESH_GEOMETRIES)[number][]>> = {
  rToMm: ['rz', 'rphiz'],
  rBins: ['rz', 'rphiz'],
  phiBins: ['rphiz'],
  xFromMm: ['xyz'],
  xToMm: ['xyz'],
  xBins: ['xyz'],
  yFromMm: ['xyz'],
  yToMm: ['xyz'],
  yBins: ['xyz'],
}

/** Whether a field of a mesh says anything for this geometry. */
export const meansInMesh = (field: string, geometry: unknown): boolean =>
  !Object.hasOwn(ONLY_FOR, field) || ONLY_FOR[field]!.some((one) => one === geometry)

/** Whether a field of a spectrum says anything for this estimator: directions and angles are those at a face. */
export const meansInSpectrum = (field: string, estimator: unknown): boolean =>
  estimator !== 'track-length' || (field !== 'direction' && field !== 'angleBins')
