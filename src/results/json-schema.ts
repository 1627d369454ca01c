/** The result document as a JSON Schema (draft 2020-12): what `--json`, the API and downloads promise. */

import { RESULT_SCHEMA } from './document.ts'

const described = <S extends object>(schema: S, description: string): S & { description: string } => ({
  ...schema,
  description,
})

const number = { type: 'number' } as const
const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const whole = { type: 'integer' } as const
const orNull = <S extends object>(schema: S): { anyOf: readonly [S, { type: 'null' }] } => ({
  anyOf: [schema, { type: 'null' }],
})
const list = <S extends object>(items: S): { type: 'array'; items: S } => ({ type: 'array', items })

/** All properties are required unless named optional; no others are allowed. */
function record(
  properties: Readonly<Record<string, object>>,
  optional: readonly string[] = [],
): { type: 'object'; properties: Readonly<Record<string, object>>; required: string[]; additionalProperties: false } {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  }
}

const ref = (name: string): { $ref: string } => ({ $ref: `#/$defs/${name}` })

const rate = record(
  {
    perPrimary: described(orNull(number), 'Mean per primary; null where nothing was counted or nothing is scored.'),
    perSecond: described(orNull(number), 'The same at the stated beam current.'),
    perMicrocoulomb: described(orNull(number), 'The same per microcoulomb of beam.'),
    counts: described(
      orNull({ type: 'integer', minimum: 0 }),
      'Counts behind the mean, effective ones for sums with weights; null for an estimate and for weighted scores.',
    ),
    statisticalErrorKind: described(
      { enum: ['sampled', 'not-known', 'none'] },
      'not-known: one batch without moments per history; none: a deterministic estimate.',
    ),
    statisticalError: described(orNull(number), 'One standard error of perPrimary.'),
    interval68: described(
      orNull({ type: 'array', prefixItems: [number, number], minItems: 2, maxItems: 2 }),
      'Central 68 % interval of perPrimary, given where the counts are few.',
    ),
    limit95: described(orNull(number), 'Upper limit of perPrimary at 95 %, given where nothing was counted.'),
    model: described(
      orNull(ref('modelError')),
      'Error of the model, apart from the statistical one; null where the engine states none.',
    ),
    lowerBound: described(
      { const: true },
      'Present where only the feeding is known, so that the number is a lower bound.',
    ),
  },
  ['lowerBound'],
)

const activity = record(
  {
    endOfIrradiationBq: number,
    endOfIrradiationErrorBq: described(
      orNull(number),
      'One standard error (statistical); null for an estimate and where the sample tells none.',
    ),
    afterCoolingBq: number,
    afterCoolingErrorBq: orNull(number),
    lowerBound: described({ const: true }, 'Present where the number holds the feeding only.'),
  },
  ['lowerBound'],
)

const residual = record(
  {
    nuclide: described(text, 'Canonical name, for example Ag-111.'),
    z: { type: 'integer', minimum: 0 },
    a: { type: 'integer', minimum: 1 },
    m: described(
      { type: 'integer', minimum: 0, maximum: 9 },
      'Rank of the isomer in NUBASE2020; 0 is the ground state.',
    ),
    state: { enum: ['scored', 'zero', 'not-scored', 'isomer-not-resolved'] },
    inNubase: flag,
    independent: described(ref('rate'), 'Born as such.'),
    cumulative: described(ref('rate'), 'Independent plus the decay of precursors with half-lives below the cut.'),
    activity: described(
      orNull(ref('activity')),
      'In the target. null where nothing that feeds was made or the half-life is not known; 0 Bq for what is stable.',
    ),
  },
  ['activity'],
)

/** JSON Schema of a `ResultDocument`. */
export const resultJsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Result of a simulation',
  description: 'Residual nuclei of one region, independent and cumulative, with statistical and model errors apart.',
  ...record(
    {
      schema: { const: RESULT_SCHEMA },
      mode: { enum: ['estimate', 'monte-carlo'] },
      engine: record({ id: text, version: text, standIn: flag }),
      primaries: described(
        orNull({ type: 'integer', minimum: 0 }),
        'Histories behind the numbers; null for an estimate.',
      ),
      batches: orNull({ type: 'integer', minimum: 0 }),
      region: described(text, 'total, or the name of a layer.'),
      fissionsPerPrimary: described(
        orNull(number),
        'Of this region; its errors are in fissions. 0 where histories counted none; null where nothing is known: yields refused, no history yet, fissions not counted.',
      ),
      fissions: ref('rate'),
      reactions: ref('rate'),
      currentMicroampere: number,
      cumulativeCutDays: described(number, 'Precursors with longer half-lives do not feed the cumulative numbers.'),
      time: described(text, 'What moment the rates belong to.'),
      irradiationDays: described(number, 'Present with activities, as the three that follow.'),
      coolingHours: described(number, 'From the end of irradiation to the later activity.'),
      dutyCycle: described(number, 'Fraction of the irradiation with beam; taken as a mean rate.'),
      activityTime: described(text, 'What moments the activities belong to.'),
      residuals: list(ref('residual')),
      unlistedLimit95: described(
        orNull(number),
        'Present where nuclides without a count have no row: upper limit of perPrimary for each of them.',
      ),
      coverage: described(
        record({
          boxes: list(record({ zMin: whole, zMax: whole, aMin: whole, aMax: whole })),
          isomers: { enum: ['resolved', 'not-resolved'] },
        }),
        'What the engine scores; a nuclide outside all boxes is not scored, not zero.',
      ),
      layers: list(
        record({
          name: text,
          energyInMeV: orNull(number),
          energyOutMeV: orNull(number),
          heatMeVPerPrimary: orNull(number),
          fissionsPerPrimary: ref('rate'),
          reactionsPerPrimary: ref('rate'),
        }),
      ),
      notes: described(list(text), 'What a reader must know of these numbers.'),
      provenance: record(
        {
          isolario: text,
          setupDigest: text,
          nuclearData: list(record({ name: text, version: text, citation: text })),
          jobKey: orNull({ type: 'string', pattern: '^[0-9a-f]{16}$' }),
          replay: flag,
          imported: described(
            record({
              program: text,
              kind: { enum: ['runs', 'merged', 'table'] },
              files: list(record({ name: text, sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } })),
              detectors: list(record({ layer: text, detector: text })),
            }),
            'Present where the numbers were made elsewhere and taken over.',
          ),
          routines: described(
            record({ digest: { type: 'string', pattern: '^[0-9a-f]{64}$' }, names: list(text) }),
            'Present where user routines were compiled into the engine: SHA-256 over names and texts, and the names.',
          ),
          citations: described(list(text), 'Present where the engine asks whoever publishes to cite it.'),
        },
        ['imported', 'routines', 'citations'],
      ),
    },
    ['irradiationDays', 'coolingHours', 'dutyCycle', 'activityTime', 'unlistedLimit95'],
  ),
  $defs: {
    rate,
    residual,
    activity,
    modelError: record({
      class: { enum: ['A', 'B', 'C', 'D', 'E'] },
      factor: described(number, 'One-sigma factor: 1.5 means within a factor 1.5.'),
    }),
  },
} as const
