/**
 * Residual nuclei that FLUKA gave elsewhere, as sums like those of our own tasks.
 *
 * **Files of single runs** are batches: errors come from their spread, those of sums too. **A merged file or a table** has a
 * value and an error for each nuclide of each detector, and nothing else: it becomes one batch whose sum of squares gives
 * that very error back. How nuclides vary together is gone with the runs, so a number that is a sum of several of them
 * (cumulative rates, the total of several layers, states of a nuclide) has a value and no error. An error of 99 % is
 * FLUKA's word for "seen once", and 0 of "no spread": both are no error.
 */

import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { BatchTableBuilder } from '#results/batch-table.ts'
import type { Coverage, CoverageBox } from '#results/document.ts'
import type { ImportedKind } from '#results/imported.ts'
import { type TaskTally, TOTAL_REGION } from '#results/tally.ts'
import type { Setup } from '#simulation/document.ts'
import { GREATEST_ERROR } from '../merge/weighted-sums.ts'
import { type GivenFile, readGiven, type SeenDetector, type SeenRun } from './given-files.ts'
import { ImportError } from './import-error.ts'
import { type LayerDetector, matchLayers } from './match-layers.ts'

export interface ImportWishes {
  /** Layer to detector, where names differ. */
  readonly detectors: Readonly<Record<string, string>>
  /** Primaries behind a file that does not tell them (a table). */
  readonly primaries: number | null
}

export interface ImportedResult {
  readonly kind: ImportedKind
  /** Runs behind the numbers; `null` where a table does not tell. */
  readonly batches: number | null
  /** One a run; together they are the result. */
  readonly tallies: readonly TaskTally[]
  readonly detectors: readonly LayerDetector[]
  readonly coverage: Coverage
  /** What a reader must know of these numbers. */
  readonly notes: readonly string[]
}

/** Isomers that have no row: the file tells their place in FLUKA's list, and the list is not known. */
export const UNNAMED_ISOMERS = 'unnamed isomers'

/** @throws ImportError with what is wrong and what to do */
export function importResult(setup: Setup, files: readonly GivenFile[], wishes: ImportWishes): ImportedResult {
  const given = readGiven(files)
  const [sample] = given.runs
  const names = sample!.detectors.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new ImportError('FLUKA_IMPORT_LAYERS', `Two detectors are called ${twice}: they cannot be told apart.`)
  }
  const detectors = matchLayers(setup, names, wishes.detectors)
  const counts = given.runs.map((run) => primariesOf(run, wishes.primaries, files[0]!.name))
  const isMoments = given.kind !== 'runs'
  let first = 0
  const tallies = given.runs.map((run, ordinal) => {
    const histories = counts[ordinal]!
    const tally = tallyOf(run, detectors, { ordinal, first, histories }, isMoments)
    first += histories
    return tally
  })
  const used = detectors.map(({ detector }) => sample!.detectors.find(({ name }) => name === detector)!)
  const notes = [
    ...notesOnErrors(given.kind, given.batches),
    ...notesOnDetectors(used),
    ...given.unproven,
    ...(given.kind === 'table' && !given.hasIsomers
      ? ['The table has no list of isomers: it does not tell in which states the nuclei are.']
      : []),
    ...(sample!.primaries === null
      ? [
          `The file does not tell its primaries; whoever imported it stated ${counts[0]}. Numbers per primary do not use it.`,
        ]
      : []),
  ]
  const { kind, batches } = given
  return { kind, batches, tallies, detectors, coverage: coverageOf(used), notes }
}

function primariesOf({ primaries }: SeenRun, stated: number | null, file: string): number {
  if (primaries !== null && stated !== null && primaries !== stated) {
    throw new ImportError(
      'FLUKA_IMPORT_PRIMARIES',
      `${file} holds ${primaries} primaries; ${stated} were stated. Leave the number out: the file tells it.`,
    )
  }
  const count = primaries ?? stated
  if (count !== null && Number.isSafeInteger(count) && count > 1) return count
  throw new ImportError(
    'FLUKA_IMPORT_PRIMARIES',
    count === null
      ? `${file} does not tell how many primaries it is of: state them.`
      : `${file}: ${count} primaries; a whole number from 2 on is wanted.`,
  )
}

interface Amount {
  value: number
  /** Absolute, per primary; `null` where it cannot be told. */
  error: number | null
}

function tallyOf(
  run: SeenRun,
  detectors: readonly LayerDetector[],
  batch: { ordinal: number; first: number; histories: number },
  isMoments: boolean,
): TaskTally {
  const layers = detectors.map(({ detector }) => run.detectors.find(({ name }) => name === detector)!)
  const byLayer = layers.map(amountsOf)
  const total = new Map<Zai, Amount>()
  for (const amounts of byLayer) for (const [zai, amount] of amounts) addTo(total, zai, amount)
  const nuclides = [...total.keys()].sort((a, b) => a - b)
  const regions = [TOTAL_REGION, ...detectors.map(({ layer }) => layer)]
  const residuals = new BatchTableBuilder(regions.length * nuclides.length, isMoments)
  const counters = new BatchTableBuilder(regions.length, isMoments)
  const { histories } = batch
  for (const [region, amounts] of [total, ...byLayer].entries()) {
    for (const [column, zai] of nuclides.entries()) {
      const amount = amounts.get(zai)
      if (amount) residuals.add(region * nuclides.length + column, amount.value * histories, squares(amount, histories))
    }
  }
  for (const [index, { unnamed, volume }] of layers.entries()) {
    counters.add(0, unnamed * (volume ?? 1) * histories)
    counters.add(index + 1, unnamed * (volume ?? 1) * histories)
  }
  residuals.endBatch(batch)
  counters.endBatch(batch)
  return {
    histories,
    residuals: { regions, nuclides, table: residuals.build() },
    counters: { regions, names: [UNNAMED_ISOMERS], table: counters.build() },
    counts: false,
    maxWeight: null,
  }
}

/** By ground state: what is known to be an isomer stands under m = 0 as well, as in the results of our own runs. */
function amountsOf({ name, nuclei, volume }: SeenDetector): ReadonlyMap<Zai, Amount> {
  const amounts = new Map<Zai, Amount>()
  for (const { Z, A, value, error } of nuclei) {
    if (A < Z || A < 1 || value < 0) {
      throw new ImportError(
        'FLUKA_IMPORT_VALUE',
        `Detector ${name} has ${value} nuclei of Z = ${Z} and A = ${A}, which cannot be.`,
      )
    }
    if (value === 0) continue
    const known = error !== null && error > 0 && error < GREATEST_ERROR
    const all = value * (volume ?? 1)
    addTo(amounts, zaiOf(Z, A), { value: all, error: known ? error * all : null })
  }
  return amounts
}

/** Of a sum of several the error is not known: they may vary together. */
function addTo(amounts: Map<Zai, Amount>, zai: Zai, { value, error }: Amount): void {
  const before = amounts.get(zai)
  amounts.set(zai, before ? { value: before.value + value, error: null } : { value, error })
}

/**
 * The sum of squares of the scores of N histories whose mean has this standard error: N (m^2 + (N - 1) e^2), the inverse of
 * e^2 = (sum x^2 - N m^2) / (N - 1) / N. 0, which no scores have, where the error is not known.
 */
function squares({ value, error }: Amount, histories: number): number {
  return error === null ? 0 : histories * (value * value + (histories - 1) * error * error)
}

/** What every one of the detectors has a place for. */
function coverageOf(detectors: readonly SeenDetector[]): Coverage {
  const boxes: CoverageBox[] = []
  const [first, ...others] = detectors
  for (const [z, own] of first!.range) {
    let [aMin, aMax] = own
    for (const { range } of others) {
      const [least, most] = range.get(z) ?? [1, 0]
      aMin = Math.max(aMin, least)
      aMax = Math.min(aMax, most)
    }
    if (aMin <= aMax) boxes.push({ zMin: z, zMax: z, aMin, aMax })
  }
  return { boxes, isomers: 'not-resolved' }
}

function notesOnErrors(kind: ImportedKind, batches: number | null): string[] {
  if (kind === 'runs') {
    return batches === 1
      ? ['One run was imported: one batch tells no error.']
      : [`The errors come from the spread of ${batches} runs.`]
  }
  return [
    `The ${kind === 'table' ? 'table' : 'file'} was merged elsewhere${batches === null ? '' : ` from ${batches} batches`}: it has an error for each nuclide of each detector and does not tell how they vary together. Errors of sums (cumulative rates that several nuclides feed, the total of several layers, several states of one nuclide, activities) cannot be told and are not shown.`,
    'Errors that FLUKA gives as 99 % or 0 % are not known, and not shown.',
    ...(kind === 'table' ? ['The table has four or five digits; no number here has more.'] : []),
  ]
}

const PRODUCTS: Readonly<Record<number, string>> = { 1: 'of spallation only', 2: 'of low-energy neutrons only' }

function notesOnDetectors(detectors: readonly SeenDetector[]): string[] {
  const partial = detectors.filter(({ products }) => products !== null && products !== 3)
  const noVolume = detectors.some(({ volume }) => volume === null)
  return [
    ...partial.map(
      ({ name, products }) =>
        `Detector ${name} holds products ${PRODUCTS[products!] ?? 'of an unknown kind'}: the other part of the production is missing.`,
    ),
    ...(noVolume
      ? [
          'A table does not tell the volumes of its detectors; they are taken as 1 cm3, so that values are nuclei per primary.',
        ]
      : []),
  ]
}
