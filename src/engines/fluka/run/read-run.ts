/**
 * What a run left behind, held against what was asked: nothing is counted of a run that did not come to its end, or whose
 * parts do not belong together (fluka.md 4.3, 11).
 */

import { EngineOutputError } from '#engines/engine/engine.ts'
import type { DeckManifest, DeckUnit, ExpectedYields } from '../compose/manifest.ts'
import { RESNUCLEI_K } from '../compose/residual-range.ts'
import { primaries as primariesOf } from '../output/first-record.ts'
import type { EstimatorFile } from '../output/fluka-file.ts'
import { FlukaReadError } from '../output/read-error.ts'
import { readFlukaFile } from '../output/read-file.ts'
import type { ResnucleiFile } from '../output/resnuclei.ts'
import { causeOf, type FlukaFailureCode, flukaFailure } from './cause.ts'
import { type Listing, readListing } from './listing.ts'
import { type GeneratorState, sameState, stateOfFile, stateText } from './random-state.ts'
import { ERRORS_FILE, LISTING_FILE, LOG_FILE, STATE_FILE, unitFile } from './run-files.ts'

export interface ExpectedRun {
  /** For sentences: `FLUKA 4-4.1`. */
  readonly label: string
  /** Version that the listing must name. */
  readonly version: string
  readonly seed: number
  readonly primaries: number
  readonly manifest: DeckManifest
}

export interface ReadRun {
  /** Primaries done: those asked for, or fewer of a run that was told to end. */
  readonly primaries: number
  readonly listing: Listing
  /** By unit. */
  readonly files: ReadonlyMap<number, EstimatorFile>
}

const refuse = (code: FlukaFailureCode, message: string): never => {
  const failure = flukaFailure(code, message)
  throw new EngineOutputError(failure.code, failure.message, failure.retriable)
}

/** One letter a byte: a listing is ASCII, and what is not must not stop its reading. */
function textOf(bytes: Uint8Array | undefined): string {
  const PART = 8192
  let text = ''
  for (let at = 0; at < (bytes?.length ?? 0); at += PART) {
    text += String.fromCharCode(...bytes!.subarray(at, at + PART))
  }
  return text
}

/**
 * @param outputs by name
 * @throws EngineOutputError with a code of cause.ts
 */
export function readRun(expected: ExpectedRun, outputs: ReadonlyMap<string, Uint8Array>): ReadRun {
  const { label, manifest } = expected
  if (!outputs.has(LISTING_FILE)) {
    refuse('FLUKA_OUTPUT_MISSING', `${label} left no listing (${LISTING_FILE}), so nothing is known of its run.`)
  }
  const text = textOf(outputs.get(LISTING_FILE))
  const listing = readListing(text)
  checkVersion(expected, listing)
  if (!listing.ended) refuseUnfinished(label, listing, outputs)
  checkRoutine(expected, listing)
  const primaries = checkTotals(expected, listing)
  checkState(expected, listing, outputs.get(STATE_FILE))
  const files = new Map<number, EstimatorFile>()
  for (const unit of manifest.units) files.set(unit.unit, readUnit(expected, unit, primaries, outputs))
  return { primaries, listing, files }
}

function checkVersion({ label, version }: ExpectedRun, listing: Listing): void {
  const found = listing.version?.version
  if (found === version) return
  refuse(
    'FLUKA_OTHER_VERSION',
    `The job was accepted for ${label}; the listing is of ${found === undefined ? 'no version that could be read' : `version ${found}`}. Results of different versions are not added up: the workers and the control service must name the same FLUKA.`,
  )
}

/** A run without its end may have said why; rfluka does not always tell by its exit code. */
function refuseUnfinished(label: string, { progress }: Listing, outputs: ReadonlyMap<string, Uint8Array>): never {
  const files = [LISTING_FILE, ERRORS_FILE, LOG_FILE].map((name) => [name, textOf(outputs.get(name))] as const)
  const cause = causeOf(
    {
      exitCode: 0,
      signal: null,
      killedFor: null,
      stoppedFor: null,
      limits: { timeSeconds: 0, memoryMebibytes: 0 },
      stdoutTail: '',
      stderrTail: '',
      files: new Map(files),
    },
    label,
  )
  if (cause.code !== 'FLUKA_ENDED_BADLY') throw new EngineOutputError(cause.code, cause.message, cause.retriable)
  return refuse(
    'FLUKA_NO_END',
    `The listing of ${label} breaks off${progress ? ` after ${progress.done} primaries` : ''}: the run was killed, or its disk was full. Nothing of it is used.`,
  )
}

/** An executable without our routine takes SOURCE as well, and starts every particle on the axis. */
function checkRoutine({ label, manifest }: ExpectedRun, { routine }: Listing): void {
  if (manifest.routine === null || routine === manifest.routine) return
  refuse(
    'FLUKA_ROUTINE_DIFFERS',
    `The deck needs the source routine ${manifest.routine}; the listing of ${label} names ${routine ?? 'none'}. Compile the routine anew ("isolario fluka routine") and set ISOLARIO_FLUKA_WOBBLED to the program that comes out.`,
  )
}

function checkTotals({ label, primaries: asked }: ExpectedRun, { totals }: Listing): number {
  if (!totals || totals.primaries < 1) {
    return refuse('FLUKA_PRIMARIES_DIFFER', `The listing of ${label} tells of no primary; ${asked} were asked for.`)
  }
  const { primaries, weight } = totals
  if (primaries > asked) {
    refuse('FLUKA_PRIMARIES_DIFFER', `${label} ran ${primaries} primaries; ${asked} were asked for.`)
  }
  // The weight is printed with seven digits.
  if (Math.abs(weight - primaries) > 1e-6 * primaries) {
    refuse(
      'FLUKA_PRIMARIES_DIFFER',
      `The ${primaries} primaries of ${label} have a weight of ${weight}. Sources whose primaries have weights are not added up here.`,
    )
  }
  return primaries
}

function checkState({ label, seed }: ExpectedRun, { state }: Listing, file: Uint8Array | undefined): void {
  if (!state) refuse('FLUKA_STATE_DIFFERS', `The listing of ${label} tells no state of the random numbers.`)
  if (state!.seed !== seed) {
    refuse('FLUKA_SEED_DIFFERS', `${label} ran with the seed ${state!.seed}; the task has the seed ${seed}.`)
  }
  const kept: GeneratorState | undefined = stateOfFile(textOf(file))
  if (!kept) {
    refuse('FLUKA_STATE_DIFFERS', `${label} left no state of the random numbers for a next cycle (${STATE_FILE}).`)
  }
  if (!sameState(state!, kept!)) {
    refuse(
      'FLUKA_STATE_DIFFERS',
      `The state of the random numbers in ${STATE_FILE} (${stateText(kept!)}) is not the last one of the listing (${stateText(state!)}): they are not of the same run.`,
    )
  }
}

function readUnit(
  { label, manifest }: ExpectedRun,
  unit: DeckUnit,
  primaries: number,
  outputs: ReadonlyMap<string, Uint8Array>,
): EstimatorFile {
  const name = unitFile(unit.unit)
  const bytes = outputs.get(name)
  if (!bytes) {
    return refuse('FLUKA_OUTPUT_MISSING', `${label} did not write ${name}, which holds ${namesOf(unit)}.`)
  }
  let file: ReturnType<typeof readFlukaFile>
  try {
    file = readFlukaFile(bytes, name, { expect: unit.estimator })
  } catch (error) {
    if (error instanceof FlukaReadError) return refuse('FLUKA_OUTPUT_DAMAGED', error.message)
    throw error
  }
  const differs = (what: string, wanted: unknown, found: unknown) =>
    refuse('FLUKA_OUTPUT_DIFFERS', `${name}: ${what} must be ${wanted}, and is ${found}. The file is not of this deck.`)
  if (file.estimator === null || file.merged) return differs('it', 'the file of one run', 'a merged one')
  const inFile = primariesOf(file.first)
  if (inFile !== primaries || Math.abs(file.first.WEIPRI - primaries) > 1e-6 * primaries) {
    refuse(
      'FLUKA_PRIMARIES_DIFFER',
      `${name} is of ${inFile} primaries with a weight of ${file.first.WEIPRI}; the listing tells of ${primaries}.`,
    )
  }
  if (file.first.RUNTIT !== manifest.title) differs('its title', `"${manifest.title}"`, `"${file.first.RUNTIT}"`)
  if (file.detectors.length !== unit.detectors.length) {
    differs('the number of its detectors', unit.detectors.length, file.detectors.length)
  }
  if (file.estimator === 'RESNUCLEi') checkYields(unit, file, differs)
  return file
}

function checkYields(
  unit: DeckUnit,
  file: ResnucleiFile,
  differs: (what: string, wanted: unknown, found: unknown) => never,
): void {
  if (unit.decay !== (file.irradiation !== null)) {
    differs('it', unit.decay ? 'of decay data' : 'of production', unit.decay ? 'of production' : 'of decay data')
  }
  for (const [index, { header, coolingTime }] of file.detectors.entries()) {
    const wanted = unit.detectors[index] as ExpectedYields
    const at = `detector ${index + 1}`
    if (header.TIURSN !== wanted.name) differs(`the name of ${at}`, wanted.name, header.TIURSN)
    if (header.IZRHGH !== wanted.zMax) differs(`the greatest Z of ${at}`, wanted.zMax, header.IZRHGH)
    if (header.IMRHGH !== wanted.mMax) differs(`the greatest M of ${at}`, wanted.mMax, header.IMRHGH)
    if (header.K !== RESNUCLEI_K) differs(`K of ${at}`, RESNUCLEI_K, header.K)
    if (header.ITURSN !== 3) differs(`the type of ${at}`, '3 (spallation and low-energy neutrons)', header.ITURSN)
    if (header.VURSNC !== 1)
      differs(`the volume of ${at}`, '1 cm3, which makes values nuclei per primary', header.VURSNC)
    if (coolingTime !== wanted.coolingSeconds) {
      differs(`the cooling time of ${at}`, `${wanted.coolingSeconds} s`, `${coolingTime} s`)
    }
  }
  const regions = file.detectors.map(({ header }) => header.NRURSN)
  if (new Set(regions).size !== regions.length) {
    differs('its regions', 'one for each detector', `the numbers ${regions.join(', ')}`)
  }
}

const namesOf = ({ estimator, detectors }: DeckUnit): string =>
  `${estimator} ${detectors.map(({ name }) => name).join(', ')}`
