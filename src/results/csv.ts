/**
 * A result as a table of comma-separated values (RFC 4180: CRLF, quotes doubled).
 *
 * First come rows of two fields whose first begins with `#`: where the numbers come from and what they mean. Then one
 * header row with units, then one row a nuclide. Numbers have full precision; an empty field means that there is no such
 * number (the column `state` says why), never zero.
 */

import type { Rate, Residual, ResidualActivity, ResultDocument } from './document.ts'

type Field = string | number | boolean | null | undefined

function field(value: Field): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const row = (fields: readonly Field[]): string => `${fields.map(field).join(',')}\r\n`

const rateColumns: readonly (readonly [header: string, value: (rate: Rate) => Field])[] = [
  ['(1/primary)', (rate) => rate.perPrimary],
  ['(1/s)', (rate) => rate.perSecond],
  ['(1/uC)', (rate) => rate.perMicrocoulomb],
  ['counts', (rate) => rate.counts],
  ['statistical error', (rate) => rate.statisticalErrorKind],
  ['standard error (1/primary)', (rate) => rate.statisticalError],
  ['interval 68 % from (1/primary)', (rate) => rate.interval68?.[0]],
  ['interval 68 % to (1/primary)', (rate) => rate.interval68?.[1]],
  ['upper limit 95 % (1/primary)', (rate) => rate.limit95],
  ['model error class', (rate) => rate.model?.class],
  ['model error factor', (rate) => rate.model?.factor],
  ['lower bound', (rate) => rate.lowerBound ?? false],
]

const nuclideColumns: readonly (readonly [header: string, value: (residual: Residual) => Field])[] = [
  ['nuclide', (residual) => residual.nuclide],
  ['Z', (residual) => residual.z],
  ['A', (residual) => residual.a],
  ['isomer', (residual) => residual.m],
  ['state', (residual) => residual.state],
  ['in NUBASE2020', (residual) => residual.inNubase],
]

const activityColumns: readonly (readonly [header: string, value: (activity: ResidualActivity) => Field])[] = [
  ['activity at the end of irradiation (Bq)', (activity) => activity.endOfIrradiationBq],
  ['standard error of it (Bq)', (activity) => activity.endOfIrradiationErrorBq],
  ['activity after cooling (Bq)', (activity) => activity.afterCoolingBq],
  ['standard error of that (Bq)', (activity) => activity.afterCoolingErrorBq],
  ['activity lower bound', (activity) => activity.lowerBound ?? false],
]

const kinds = ['independent', 'cumulative'] as const

/** The header of the table of nuclides. */
export const CSV_HEADER: readonly string[] = [
  ...nuclideColumns.map(([header]) => header),
  ...kinds.flatMap((kind) => rateColumns.map(([header]) => `${kind} ${header}`)),
  ...activityColumns.map(([header]) => header),
]

/** The document as CSV text. */
export function resultCsv(document: ResultDocument): string {
  const { engine, provenance } = document
  const about: [string, Field][] = [
    ...(engine.standIn
      ? [
          ['STAND-IN', 'these numbers come from a program in the place of the engine; not for physics'] satisfies [
            string,
            Field,
          ],
        ]
      : []),
    ...(provenance.imported
      ? ([
          [
            'IMPORTED',
            `made elsewhere by ${provenance.imported.program} and taken over; never merged with other results`,
          ],
          ...provenance.imported.files.map(
            ({ name, sha256 }) => ['imported file', `${name} SHA-256 ${sha256}`] as const,
          ),
          ...provenance.imported.detectors.map(({ layer, detector }) => ['detector', `${layer}: ${detector}`] as const),
        ] as [string, Field][])
      : []),
    ['schema', document.schema],
    ['isolario', provenance.isolario],
    ['engine', `${engine.id} ${engine.version}${engine.standIn ? ' STAND-IN' : ''}`],
    ['mode', document.mode],
    ['primaries', document.primaries ?? 'none: an estimate'],
    ['region', document.region],
    ['beam current (uA)', document.currentMicroampere],
    ['precursor cut (d)', document.cumulativeCutDays],
    ['time', document.time],
    ...(document.activityTime === undefined
      ? []
      : ([
          ['irradiation (d)', document.irradiationDays],
          ['cooling (h)', document.coolingHours],
          ['duty cycle', document.dutyCycle],
          ['activity time', document.activityTime],
        ] satisfies [string, Field][])),
    ['setup digest', provenance.setupDigest],
    ['job key', provenance.jobKey],
    ...(provenance.routines
      ? [
          [
            'user routines',
            `${provenance.routines.names.join(', ')}; SHA-256 ${provenance.routines.digest}`,
          ] satisfies [string, Field],
        ]
      : []),
    ...(document.unlistedLimit95 === undefined
      ? []
      : [['upper limit 95 % without a row (1/primary)', document.unlistedLimit95] satisfies [string, Field]]),
    ...document.notes.map((note): [string, Field] => ['note', note]),
    ...provenance.nuclearData.map(({ name, version, citation }): [string, Field] => [
      'nuclear data',
      `${name} ${version}: ${citation}`,
    ]),
  ]
  return [
    ...about.map(([key, value]) => row([`# ${key}`, value])),
    row(CSV_HEADER),
    ...document.residuals.map((residual) =>
      row([
        ...nuclideColumns.map(([, value]) => value(residual)),
        ...kinds.flatMap((kind) => rateColumns.map(([, value]) => value(residual[kind]))),
        ...activityColumns.map(([, value]) => (residual.activity ? value(residual.activity) : null)),
      ]),
    ),
  ].join('')
}
