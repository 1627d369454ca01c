/** Only files of the same detectors, bins, volumes and title may be merged. */

import type { EstimatorFile } from '../output/fluka-file.ts'
import { FlukaMergeError } from './merge-error.ts'

/** @throws FlukaMergeError `FLUKA_MERGE_LAYOUT` with the first field that differs. */
export function checkSameLayout(first: EstimatorFile, other: EstimatorFile): void {
  const difference = differenceOf(first, other)
  if (difference === null) return
  throw new FlukaMergeError(
    'FLUKA_MERGE_LAYOUT',
    `${difference.what} is ${shown(difference.there)} in ${first.file} and ${shown(difference.here)} in ${other.file}.`,
  )
}

interface Difference {
  readonly what: string
  readonly there: unknown
  readonly here: unknown
}

function differenceOf(first: EstimatorFile, other: EstimatorFile): Difference | null {
  const facts = fieldsDiffer('', factsOf(first), factsOf(other))
  if (facts !== null) return facts
  for (const [i, detector] of first.detectors.entries()) {
    const difference = fieldsDiffer(`In detector ${i + 1}, `, layoutOf(detector), layoutOf(other.detectors[i]!))
    if (difference !== null) return difference
  }
  return null
}

/** What concerns a whole file; when and with how many primaries it was run may differ. */
function factsOf(file: EstimatorFile) {
  return {
    estimator: file.estimator,
    'the title (RUNTIT)': file.first.RUNTIT,
    'the length of the first record': file.first.length,
    'the number of detectors': file.detectors.length,
    'the irradiation': file.estimator === 'RESNUCLEi' ? file.irradiation : null,
  }
}

type Detector = EstimatorFile['detectors'][number]

function layoutOf(detector: Detector) {
  return {
    ...detector.header,
    'the cooling time': 'coolingTime' in detector ? detector.coolingTime : null,
    'the number of isomers': 'isomers' in detector ? (detector.isomers?.length ?? null) : null,
    'the groups of low-energy neutrons': 'groups' in detector ? (detector.groups?.ends ?? null) : null,
  }
}

function fieldsDiffer(prefix: string, there: object, here: object): Difference | null {
  for (const [name, value] of Object.entries(there)) {
    const mine = (here as Record<string, unknown>)[name]
    if (!same(value, mine)) return { what: `${prefix}${name}`, there: value, here: mine }
  }
  return null
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}

function shown(value: unknown): string {
  if (value instanceof Float32Array) return `${value.length} numbers from ${value[0]} to ${value.at(-1)}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
