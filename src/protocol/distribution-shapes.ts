/** Meshes and spectra on the wire. */

import { z } from 'zod'

/** As simulation/scoring.ts has it. What a name cannot be never gets as far as a header. */
export const DISTRIBUTION_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/

const axisNames = z.enum(['x', 'y', 'z', 'r', 'phi', 'energy', 'angle'])
const errorKinds = z.enum(['histories', 'batches', 'not-known'])

const commonSchema = z.object({
  name: z.string(),
  kind: z.enum(['mesh', 'spectrum']),
  quantity: z.enum(['energy-deposition', 'fluence', 'current']),
  /** `null` for deposited energy: of all particles together. */
  particle: z.enum(['proton', 'neutron', 'all']).nullable(),
  where: z.enum(['xyz', 'rz', 'rphiz', 'face', 'volume']),
  layer: z.string().nullable(),
  direction: z.enum(['forward', 'backward', 'both']).nullable(),
  /** Unit of values, to be read with "per primary". */
  unit: z.string(),
  batches: z.number(),
  histories: z.number(),
  /** Where the errors come from; `not-known` with a single batch: then there are none, and they are never 0. */
  errorKind: errorKinds,
})

export const distributionSummarySchema = commonSchema.extend({
  axes: z.array(
    z.object({
      name: axisNames,
      unit: z.string(),
      scale: z.enum(['linear', 'log']),
      bins: z.number(),
      from: z.number(),
      to: z.number(),
    }),
  ),
  /** Of everything: deposited energy, mean fluence, or particles. `error` is `null` where it is not known. */
  total: z.object({ value: z.number(), error: z.number().nullable(), unit: z.string() }),
})
export type DistributionSummary = z.infer<typeof distributionSummarySchema>

export const distributionListSchema = z.object({
  point: z.number(),
  /** Accepted so far; 0 where nothing is. */
  primaries: z.number(),
  currentMicroampere: z.number(),
  items: z.array(distributionSummarySchema),
  /** Asked for and not in the result: the engine does not score them, or nothing is accepted yet. */
  missing: z.array(z.object({ name: z.string(), kind: z.enum(['mesh', 'spectrum']), reason: z.string() })),
})
export type DistributionList = z.infer<typeof distributionListSchema>

export const distributionListQuerySchema = z.strictObject({ point: z.coerce.number().int().min(0).default(0) })

const AXIS = '(?:x|y|z|r|phi|energy|angle)'

export const cellsQuerySchema = z.strictObject({
  point: z.coerce.number().int().min(0).default(0),
  /** Axes that are shown, the first one running fastest: `z,r`. Left out: all of a spectrum, two of a mesh. */
  axes: z
    .string()
    .regex(
      new RegExp(`^(?:${AXIS}(?:,${AXIS}){0,2})?$`),
      'Expected names of axes with commas between, for example z,r.',
    )
    .optional(),
  /** Cuts at bins, counted from 0: `y:12`. What is neither shown nor cut is summed over. */
  at: z
    .string()
    .regex(new RegExp(`^${AXIS}:\\d{1,7}(?:,${AXIS}:\\d{1,7}){0,2}$`), 'Expected AXIS:BIN, for example y:12.')
    .optional(),
  /** Parts of shown axes, half-open: `z:0-50`. */
  range: z
    .string()
    .regex(
      new RegExp(`^${AXIS}:\\d{1,7}-\\d{1,7}(?:,${AXIS}:\\d{1,7}-\\d{1,7}){0,2}$`),
      'Expected AXIS:FROM-TO, for example z:0-50.',
    )
    .optional(),
})
export type CellsQuery = z.infer<typeof cellsQuerySchema>

export const distributionQuerySchema = cellsQuerySchema.extend({ format: z.enum(['json', 'csv']).default('json') })

const axisRangeSchema = z.object({ name: axisNames, unit: z.string(), from: z.number(), to: z.number() })

/** What a view is of: everything but its numbers. */
export const distributionHeadSchema = commonSchema.extend({
  axes: z.array(
    z.object({ name: axisNames, unit: z.string(), scale: z.enum(['linear', 'log']), edges: z.array(z.number()) }),
  ),
  cut: z.array(axisRangeSchema.extend({ bin: z.number() })),
  /** A mesh is averaged over these axes, a spectrum integrated. */
  summed: z.array(axisRangeSchema),
})
export type DistributionHead = z.infer<typeof distributionHeadSchema>

export const distributionViewSchema = distributionHeadSchema.extend({
  /** Per primary, the first axis running fastest; 0 where nothing was scored. */
  values: z.array(z.number()),
  /** One standard error each; `null` where nothing was scored and where it is not known. */
  errors: z.array(z.number().nullable()),
})
export type DistributionViewBody = z.infer<typeof distributionViewSchema>
