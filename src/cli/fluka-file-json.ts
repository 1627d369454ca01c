/** A file of FLUKA as one JSON object: header fields by the format's own names, values with their unit and errors. */

import type { DetectDetector } from '#engines/fluka/output/detect.ts'
import { DETECT_UNIT } from '#engines/fluka/output/detect.ts'
import { float32Decimal } from '#engines/fluka/output/float32-decimal.ts'
import type { FlukaFile } from '#engines/fluka/output/fluka-file.ts'
import { residualNuclei } from '#engines/fluka/output/residual-nuclei.ts'
import { type ResnucleiDetector, resnucleiUnit } from '#engines/fluka/output/resnuclei.ts'
import type { NeutronGroups, SpectrumStatistics } from '#engines/fluka/output/spectrum.ts'
import type { FlukaText } from '#engines/fluka/output/text/fluka-text.ts'
import { unprovenRemarks } from '#engines/fluka/output/unproven.ts'
import { USRBDX_UNIT, type UsrbdxDetector } from '#engines/fluka/output/usrbdx.ts'
import { type UsrbinBinning, usrbinUnit } from '#engines/fluka/output/usrbin.ts'
import { USRTRACK_UNIT, type UsrtrackDetector } from '#engines/fluka/output/usrtrack.ts'

export const FLUKA_FILE_SCHEMA = 'isolario-fluka-file/1'
export const FLUKA_TEXT_SCHEMA = 'isolario-fluka-text/1'

/** What `isolario fluka read --json` prints. Errors are relative: 0.05 is 5 %. */
export function flukaFileJson(file: FlukaFile): object {
  return {
    schema: FLUKA_FILE_SCHEMA,
    file: file.file,
    estimator: file.estimator,
    merged: file.merged,
    remarks: unprovenRemarks(file),
    first: rounded({ ...file.first }),
    ...(file.estimator === 'RESNUCLEi' ? { irradiation: file.irradiation?.map(rounded) ?? null } : {}),
    detectors: detectorsOf(file),
  }
}

function detectorsOf(file: FlukaFile): object[] {
  switch (file.estimator) {
    case 'RESNUCLEi':
      return file.detectors.map(resnuclei)
    case 'USRBIN':
      return file.detectors.map(usrbin)
    case 'USRBDX':
      return file.detectors.map((one) => spectrum(one, USRBDX_UNIT))
    case 'USRTRACK':
      return file.detectors.map((one) => spectrum(one, USRTRACK_UNIT))
    case 'DETECT':
      return file.detectors.map(detect)
    case null:
      return []
  }
}

function resnuclei(detector: ResnucleiDetector): object {
  const { header, coolingTime, statistics } = detector
  return {
    header: rounded(header),
    unit: resnucleiUnit(detector),
    coolingTime: coolingTime === null ? null : float32Decimal(coolingTime),
    total: statistics === null ? null : float32Decimal(statistics.total),
    totalError: statistics === null ? null : float32Decimal(statistics.totalError),
    nuclides: residualNuclei(detector).map(rounded),
  }
}

function usrbin({ header, values, errors }: UsrbinBinning): object {
  const { x, y, z, ...rest } = header
  return {
    header: { ...rounded(rest), x: rounded(x), y: rounded(y), z: rounded(z) },
    unit: usrbinUnit(header),
    values: numbers(values),
    errors: errors === null ? null : numbers(errors),
  }
}

function spectrum({ header, groups, values, statistics }: UsrbdxDetector | UsrtrackDetector, unit: string): object {
  return {
    header: rounded(header),
    unit,
    groups: groupsOf(groups),
    values: numbers(values),
    errors: statistics === null ? null : numbers(statistics.errors),
    statistics: statistics === null ? null : statisticsOf(statistics),
  }
}

function statisticsOf({ errors: _, total, totalError, lowest, ...arrays }: SpectrumStatistics): object {
  return {
    ...rounded({ total, totalError, lowest }),
    ...Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, numbers(values)])),
  }
}

const groupsOf = (groups: NeutronGroups | null): object | null => groups && { ends: numbers(groups.ends) }

const detect = ({ header, counts }: DetectDetector): object => ({
  header: rounded(header),
  unit: DETECT_UNIT,
  counts: [...counts],
})

const numbers = (values: Float32Array): number[] => Array.from(values, float32Decimal)

/** Numbers of a header or a row by their shortest decimal. */
function rounded<T extends object>(fields: T): T {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'number' ? float32Decimal(value) : value]),
  ) as T
}

/** What `isolario fluka read --json` prints for a text. */
export function flukaTextJson(text: FlukaText): object {
  const plain = (_: string, value: unknown) => (value instanceof Float64Array ? [...value] : value)
  return { schema: FLUKA_TEXT_SCHEMA, ...(JSON.parse(JSON.stringify(text, plain)) as object) }
}
