/**
 * The simulation document: what a user asks for.
 *
 * *Setup* decides which statistics may be added together (its digest says so); *operation* is evaluated on stored
 * results and never asks for a new run (physics conventions 1); *job* says how much is to be done.
 */

import { z } from 'zod'
import { engineSchema } from './engine-choice.ts'
import { choice, real, shortText, whole } from './parameter.ts'
import { scoringSchema } from './scoring.ts'

/** Version of the document format; older documents are upgraded, newer ones are refused as too new. */
export const DOCUMENT_VERSION = 1

const beam = { group: 'Beam' } as const
const layerGroup = { group: 'Target layers' } as const
const spes = 'SPES target, ISOLPHARM parameter table'

export const beamShapeSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('pencil') }),
    z.strictObject({
      kind: z.literal('flat'),
      radiusMm: real(
        { ...beam, title: 'Radius', unit: 'mm', description: 'Radius of a beam spot of even density.', source: spes },
        { min: 0.1, max: 50, default: 17 },
      ),
    }),
    z.strictObject({
      kind: z.literal('gaussian'),
      sigmaXMm: real(
        { ...beam, title: 'Sigma x', unit: 'mm', description: 'Horizontal standard deviation of the beam spot.' },
        { min: 0.05, max: 50, default: 7, sensibleMin: 0.5, sensibleMax: 15 },
      ),
      sigmaYMm: real(
        { ...beam, title: 'Sigma y', unit: 'mm', description: 'Vertical standard deviation of the beam spot.' },
        { min: 0.05, max: 50, default: 7, sensibleMin: 0.5, sensibleMax: 15 },
      ),
    }),
    z.strictObject({
      kind: z.literal('wobbled'),
      sigmaMm: real(
        { ...beam, title: 'Sigma', unit: 'mm', description: 'Standard deviation of the Gaussian spot that is moved.' },
        { min: 0.05, max: 50, default: 7, sensibleMin: 0.5, sensibleMax: 15 },
      ),
      wobbleRadiusMm: real(
        { ...beam, title: 'Wobbling radius', unit: 'mm', description: 'Radius of the circle on which the spot moves.' },
        { min: 0, max: 50, default: 11, sensibleMax: 15 },
      ),
    }),
  ])
  .meta({ ...beam, title: 'Shape', description: 'How the beam is spread across the target.' })

export const beamSchema = z.strictObject({
  particle: choice({ ...beam, title: 'Particle', description: 'What the accelerator delivers.' }, ['proton'], 'proton'),
  energyMeV: real(
    { ...beam, title: 'Energy', unit: 'MeV', description: 'Kinetic energy of a beam particle.', source: spes },
    { min: 1, max: 1500, default: 40, sensibleMin: 30, sensibleMax: 70 },
  ),
  energySpreadMeV: real(
    {
      ...beam,
      expert: true,
      title: 'Energy spread',
      unit: 'MeV',
      description:
        'One standard deviation of the energy, which is spread as a normal distribution. The built-in model takes up to 20 % of the energy.',
    },
    { min: 0, max: 10, default: 0 },
  ),
  shape: beamShapeSchema.default({ kind: 'flat', radiusMm: 17 }),
})

export const layerSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/)
    .meta({ ...layerGroup, title: 'Name', description: 'Names the region in results; letters, digits, - and _.' }),
  role: choice(
    { ...layerGroup, title: 'Role', description: 'Residual nuclei are scored in layers of the role target.' },
    ['window', 'target', 'dump'],
    'target',
  ),
  material: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/)
    .meta({
      ...layerGroup,
      title: 'Material',
      description: 'A material of the library or one defined in this document.',
    }),
  densityGramPerCm3: real(
    {
      ...layerGroup,
      title: 'Density',
      unit: 'g/cm3',
      description: 'Density of the layer as made, pores included.',
      source: spes,
    },
    { min: 0.001, max: 25, default: 4, sensibleMin: 1, sensibleMax: 14 },
  ),
  thicknessMm: real(
    { ...layerGroup, title: 'Thickness', unit: 'mm', description: 'Length along the beam.', source: spes },
    { min: 0.0001, max: 1000, default: 0.8, sensibleMin: 0.1, sensibleMax: 5 },
  ),
  diameterMm: real(
    { ...layerGroup, title: 'Diameter', unit: 'mm', description: 'Diameter of the disc.', source: spes },
    { min: 0.1, max: 500, default: 40, sensibleMin: 5, sensibleMax: 60 },
  ),
  gapMm: real(
    {
      ...layerGroup,
      title: 'Gap before',
      unit: 'mm',
      description: 'Empty space between the layer before and this one.',
      source: spes,
    },
    { min: 0, max: 10_000, default: 0 },
  ),
})

const mixture = { group: 'Mixtures' } as const

/** One component of a mixture: an element (natural unless enriched) or a material of the library. */
export const componentSchema = z.strictObject({
  /** Element symbol (`U`) or nuclide (`U-235`), or the key of a library material or of another mixture. */
  of: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/),
  amount: z.number().positive().max(1e6),
})

/** A mixture defined in the document. */
export const mixtureSchema = z.strictObject({
  title: z
    .string()
    .max(100)
    .default('')
    .meta({ ...mixture, title: 'Title', description: 'What the mixture is, for people.' }),
  by: z.enum(['atoms', 'weight']).meta({
    ...mixture,
    title: 'By',
    description:
      'Whether amounts are numbers of atoms (of formula units, for a component that is a material) or weights.',
  }),
  components: z
    .array(componentSchema)
    .min(1)
    .max(50)
    .meta({
      ...mixture,
      title: 'Components',
      description: 'Elements, nuclides or materials with their amounts, for example U:1,C:4. Only the ratios count.',
    }),
})

export const targetSchema = z.strictObject({
  layers: z
    .array(layerSchema)
    .min(1)
    .max(200)
    .meta({
      ...layerGroup,
      title: 'Layers',
      description: 'Solids along the beam, in the order in which the beam meets them.',
    }),
  /** Mixtures of this document, by the key that layers name. */
  materials: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/), mixtureSchema)
    .default({})
    .meta({ ...mixture, title: 'Mixtures', description: 'Materials defined in this document.', flag: 'mixtures' }),
  /** Atom fraction of 235U in percent wherever the target says natural uranium; `null` keeps the natural value. */
  uranium235Percent: z.number().min(0).max(100).nullable().default(null).meta({
    group: 'Target',
    expert: true,
    title: '235U content',
    unit: 'atom %',
    description:
      'Atom fraction of 235U wherever the target holds natural uranium; the rest is 238U. Empty: natural uranium, 0.72 %.',
    source: spes,
    sensibleMax: 20,
    flag: 'uranium-235',
  }),
})

export const setupSchema = z.strictObject({
  beam: beamSchema,
  target: targetSchema,
  /** Absent: residual nuclei only, as in documents that were written before there was anything else. */
  scoring: scoringSchema.optional(),
  engine: engineSchema.default({ id: 'builtin' }),
})

const operation = { group: 'Operation' } as const

export const operationSchema = z.strictObject({
  currentMicroampere: real(
    { ...operation, title: 'Beam current', unit: 'uA', description: 'Current on the discs.', source: spes },
    { min: 0.000001, max: 5000, default: 200, sensibleMin: 0.001, sensibleMax: 750 },
  ),
  dutyCycle: real(
    {
      ...operation,
      expert: true,
      title: 'Duty cycle',
      description:
        'Fraction of the irradiation during which the beam is on. Decides the activities only: production rates are stated for beam on.',
    },
    { min: 0, max: 1, default: 1 },
  ),
  irradiationDays: real(
    {
      ...operation,
      title: 'Irradiation',
      unit: 'd',
      description:
        'Length of the irradiation. Decides the activities only: production rates are stated for beam on, whatever the time.',
      source: spes,
    },
    { min: 0, max: 3650, default: 5, sensibleMin: 0.01, sensibleMax: 30 },
  ),
  coolingHours: real(
    {
      ...operation,
      title: 'Cooling',
      unit: 'h',
      description:
        'Time between the end of irradiation and the later moment of the activities. Decides the activities only; production rates belong to the time with beam.',
      source: spes,
    },
    { min: 0, max: 1e6, default: 0, sensibleMax: 1e5 },
  ),
  cumulativeCutDays: real(
    {
      ...operation,
      expert: true,
      title: 'Precursor cut',
      unit: 'd',
      description: 'Precursors with half-lives below the cut feed the cumulative numbers.',
      source: 'physics conventions 5',
    },
    { min: 0, max: 1e6, default: 100 },
  ),
})

const job = { group: 'Job' } as const
/** Largest number of primaries of one job; history indices stay exact integers far beyond it. */
export const MAX_PRIMARIES = 1e12

export const goalSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('primaries'),
      primaries: whole(
        {
          ...job,
          title: 'Primaries',
          description: 'Number of beam particles to simulate.',
          source: spes,
          flag: 'primaries',
        },
        { min: 1, max: MAX_PRIMARIES, default: 10_000_000, sensibleMin: 1000, sensibleMax: 1e10 },
      ),
    }),
    z.strictObject({
      kind: z.literal('statistical-error'),
      nuclides: z
        .array(z.string().max(32))
        .min(1)
        .max(50)
        .default(['Ag-111'])
        .meta({
          ...job,
          title: 'Nuclides',
          flag: 'goal-nuclides',
          description: 'The job ends when the cumulative rate of each of these is known well enough.',
        }),
      relativePercent: real(
        {
          ...job,
          title: 'Statistical error',
          unit: '%',
          flag: 'goal-error',
          description: 'One standard error relative to the rate. The error of the model is not part of it.',
        },
        { min: 0.01, max: 50, default: 2 },
      ),
      maxPrimaries: whole(
        {
          ...job,
          title: 'At most',
          description: 'Primaries after which the job ends in any case.',
          flag: 'max-primaries',
        },
        { min: 1, max: MAX_PRIMARIES, default: 1_000_000_000 },
      ),
    }),
    z.strictObject({
      kind: z.literal('time'),
      minutes: real(
        {
          ...job,
          title: 'Time',
          unit: 'min',
          flag: 'goal-time',
          description: 'Wall time from the first task on; what is finished then is merged.',
        },
        { min: 0.01, max: 100_000, default: 5 },
      ),
      maxPrimaries: whole(
        {
          ...job,
          title: 'At most',
          description: 'Primaries after which the job ends in any case.',
          flag: 'max-primaries',
        },
        { min: 1, max: MAX_PRIMARIES, default: 1_000_000_000 },
      ),
    }),
  ])
  .meta({ ...job, title: 'Goal', description: 'When the job is done.' })

export const scanSchema = z.strictObject({
  /** Path of a number in the setup, for example `setup.beam.energyMeV` or `setup.target.layers.0.thicknessMm`. */
  parameter: z
    .string()
    .max(200)
    .meta({
      ...job,
      title: 'Scanned parameter',
      description: 'Path of a number in the setup, for example setup.beam.energyMeV.',
    }),
  values: z
    .array(z.number())
    .min(1)
    .max(1000)
    .meta({
      ...job,
      title: 'Scan values',
      description: 'Values of the scanned parameter, in its unit; each is a point with the whole goal of its own.',
    }),
})

/** How urgent a job is to its owner, from the least. */
export const JOB_PRIORITIES = ['low', 'normal', 'high'] as const
export type JobPriority = (typeof JOB_PRIORITIES)[number]

export const jobSchema = z.strictObject({
  goal: goalSchema.default({ kind: 'primaries', primaries: 10_000_000 }),
  /** Values of one setup parameter; each value is a point with the whole goal of its own. */
  scan: scanSchema
    .nullable()
    .default(null)
    .meta({ ...job, title: 'Scan', description: 'Repeats the simulation for each value of one parameter.' }),
  /** Among the jobs of the same user; may be changed while the job goes on. Neither part of the setup nor of the result. */
  priority: z
    .enum(JOB_PRIORITIES)
    .default('normal')
    .meta({
      ...job,
      title: 'Priority',
      flag: 'priority',
      description:
        'Order among your own jobs: one of higher priority gets your share of the workers first. It takes nothing from other users and changes no result.',
    }),
  /** 16 hexadecimal digits for a replay; `null`: a fresh key is drawn when the job is accepted. */
  key: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable()
    .default(null)
    .meta({
      ...job,
      expert: true,
      title: 'Job key',
      flag: 'job-key',
      description: 'Repeats the random numbers of an earlier job. Empty: a new key.',
    }),
  /** Histories in one task, rounded up to whole batches; `null`: chosen from the speed of the engine. */
  historiesPerTask: z
    .int()
    .min(1)
    .max(MAX_PRIMARIES)
    .nullable()
    .default(null)
    .meta({
      ...job,
      expert: true,
      title: 'Histories per task',
      description:
        'Size of a task, rounded up to whole batches. Empty: chosen from the speed of the engine. Does not change the result.',
    }),
  /** Histories in one batch, fixed when the job is accepted; `null`: chosen from the goal alone, see plan.ts. */
  batchHistories: z
    .int()
    .min(1)
    .max(MAX_PRIMARIES)
    .nullable()
    .default(null)
    .meta({
      ...job,
      expert: true,
      title: 'Histories per batch',
      description:
        'Size of a batch, the smallest part of a job: errors of sums and ratios come from the spread of batches. Empty: chosen from the goal.',
    }),
})

export const documentSchema = z.strictObject({
  isolario: z.literal(DOCUMENT_VERSION),
  name: shortText({ group: 'Simulation', title: 'Name', description: 'A name to find the simulation again.' }, 200, ''),
  setup: setupSchema,
  operation: operationSchema.prefault({}),
  job: jobSchema.prefault({}),
})

export type BeamShape = z.output<typeof beamShapeSchema>
export type Beam = z.output<typeof beamSchema>
export type Layer = z.output<typeof layerSchema>
export type Mixture = z.output<typeof mixtureSchema>
export type Target = z.output<typeof targetSchema>
/** Decides which statistics may be added together. */
export type Setup = z.output<typeof setupSchema>
/** Evaluated on stored results; never a reason to run again. */
export type Operation = z.output<typeof operationSchema>
export type Goal = z.output<typeof goalSchema>
export type Scan = z.output<typeof scanSchema>
export type Job = z.output<typeof jobSchema>
export type SimulationDocument = z.output<typeof documentSchema>
/** What a user writes: fields with defaults may be left out. */
export type SimulationInput = z.input<typeof documentSchema>
