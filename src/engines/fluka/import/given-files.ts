/** Files that somebody brings: read, told apart, and brought to one form whatever they are. */

import type { ImportedKind } from '#results/imported.ts'
import { FlukaMergeError } from '../merge/merge-error.ts'
import { FlukaMerge } from '../merge/merge-files.ts'
import { primaries } from '../output/first-record.ts'
import type { FlukaFile } from '../output/fluka-file.ts'
import { FlukaReadError } from '../output/read-error.ts'
import { readFlukaFile } from '../output/read-file.ts'
import { residualNuclei } from '../output/residual-nuclei.ts'
import type { ResnucleiDetector, ResnucleiFile } from '../output/resnuclei.ts'
import type { FlukaText, ResnucleiTable } from '../output/text/fluka-text.ts'
import { readFlukaText } from '../output/text/read-text.ts'
import { unprovenRemarks } from '../output/unproven.ts'
import { ImportError } from './import-error.ts'

export interface GivenFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A nuclide or isomer as a detector saw it. */
export interface SeenNucleus {
  readonly Z: number
  readonly A: number
  /** Nuclei per primary (per cm3 of the detector's volume where the file does not tell it). */
  readonly value: number
  /** Relative; `null` where the file has none. */
  readonly error: number | null
}

export interface SeenDetector {
  readonly name: string
  /** cm3; `null` where the file does not tell. Values are multiplied with it by whoever uses them. */
  readonly volume: number | null
  /** 1 spallation, 2 low-energy neutron products, 3 both; `null` where the file does not tell. */
  readonly products: number | null
  /** Mass numbers that the detector has places for, by charge. */
  readonly range: ReadonlyMap<number, readonly [aMin: number, aMax: number]>
  readonly nuclei: readonly SeenNucleus[]
  /** Isomers of which the file tells only a place in FLUKA's list, together. */
  readonly unnamed: number
}

/** What was seen in one run, or in what a summing program made of several. */
export interface SeenRun {
  /** `null` where the file does not tell. */
  readonly primaries: number | null
  readonly detectors: readonly SeenDetector[]
}

export interface GivenResult {
  readonly kind: ImportedKind
  readonly runs: readonly SeenRun[]
  /** Runs behind it; `null` where a table does not tell. */
  readonly batches: number | null
  /** False where the files do not tell ground states from isomers. */
  readonly hasIsomers: boolean
  /** What no real file of FLUKA has shown yet, of the first file. */
  readonly unproven: readonly string[]
}

/** @throws ImportError with the file and what is wrong with it */
export function readGiven(files: readonly GivenFile[]): GivenResult {
  if (files.length === 0) throw new ImportError('FLUKA_IMPORT_NOTHING', 'No file was given.')
  const read = files.map(readOne)
  const texts = read.filter((one) => 'kind' in one)
  if (texts.length > 0) {
    if (files.length === 1) return fromTable(texts[0] as FlukaText)
    throw new ImportError(
      'FLUKA_IMPORT_MIXED',
      `${texts[0]!.file} is a text table, which holds the means of all its runs: give it alone, or the ${files.length} binary files of single runs without it.`,
    )
  }
  return fromBinary((read as readonly FlukaFile[]).map(yieldsOnly))
}

/** Binary files and texts are told apart by their first bytes. */
function readOne({ name, bytes }: GivenFile): FlukaFile | FlukaText {
  try {
    try {
      return readFlukaFile(bytes, name)
    } catch (error) {
      const isText = error instanceof FlukaReadError && error.place.found.startsWith('text')
      if (!isText) throw error
      return readFlukaText(new TextDecoder('latin1').decode(bytes), name)
    }
  } catch (error) {
    if (error instanceof FlukaReadError) throw new ImportError(error.code, error.message)
    throw error
  }
}

/** A title that decks of Isolario's own tasks have: such a file may be of the stand-in, and does not tell. */
const OWN_TASK = /^Isolario [0-9a-f]{16} point \d+ batch \d+(?: STAND-IN)?$/

function yieldsOnly(file: FlukaFile): ResnucleiFile {
  const { file: name, first } = file
  if (file.estimator === null) throw new ImportError('FLUKA_IMPORT_NO_DATA', `${name} is a merge of nothing.`)
  if (file.estimator !== 'RESNUCLEi') {
    throw new ImportError(
      'FLUKA_IMPORT_ESTIMATOR',
      `${name} is of ${file.estimator}; residual nuclei (RESNUCLEi) can be imported. Meshes and spectra made elsewhere cannot.`,
    )
  }
  if (file.irradiation !== null) {
    throw new ImportError(
      'FLUKA_IMPORT_DECAY',
      `${name} holds activities after cooling (Bq); production per primary is wanted: the detector without DCYSCORE.`,
    )
  }
  if (OWN_TASK.test(first.RUNTIT)) {
    throw new ImportError(
      'FLUKA_IMPORT_OWN',
      `${name} was left by a task of Isolario ("${first.RUNTIT}"), whose result is in the job already. Such a file does not tell FLUKA from a stand-in, so it is not imported.`,
    )
  }
  const count = primaries(first)
  if (count === null || count === 0 || Math.abs(first.WEIPRI - count) > 1e-6 * count) {
    throw new ImportError(
      'FLUKA_IMPORT_WEIGHT',
      `${name} tells of ${count ?? 'an unknown number of'} primaries with a weight of ${first.WEIPRI}. Only primaries of weight 1 can be imported.`,
    )
  }
  return file
}

function fromBinary(files: readonly ResnucleiFile[]): GivenResult {
  const merged = files.find((file) => file.merged)
  if (merged && files.length > 1) {
    throw new ImportError(
      'FLUKA_IMPORT_MIXED',
      `${merged.file} was merged before: the spread of its runs is gone, so it is given alone, or the files of the single runs without it.`,
    )
  }
  if (!merged) checkTogether(files)
  const [first] = files
  return {
    kind: merged ? 'merged' : 'runs',
    runs: files.map((file) => ({ primaries: primaries(file.first), detectors: file.detectors.map(seenByDetector) })),
    batches: merged ? merged.first.NBATCH : files.length,
    hasIsomers: first!.detectors.every(({ isomers }) => isomers !== null),
    unproven: unprovenRemarks(first!),
  }
}

/** Other layouts, and runs with the same random numbers, are refused as in a merge. */
function checkTogether(files: readonly ResnucleiFile[]): void {
  const merge = new FlukaMerge()
  try {
    for (const file of files) merge.add(file)
  } catch (error) {
    if (error instanceof FlukaMergeError) throw new ImportError(error.code, error.message)
    throw error
  }
}

function seenByDetector(detector: ResnucleiDetector): SeenDetector {
  const { TIURSN, VURSNC, ITURSN, IZRHGH, IMRHGH, K } = detector.header
  const nuclei: SeenNucleus[] = []
  let unnamed = 0
  for (const nucleus of residualNuclei(detector)) {
    if (nucleus.state === 'unresolved isomer') unnamed += nucleus.value
    else nuclei.push({ Z: nucleus.Z, A: nucleus.A, value: nucleus.value, error: nucleus.error })
  }
  const range = new Map<number, [number, number]>()
  for (let Z = 1; Z <= IZRHGH; Z++) {
    const aMax = 2 * Z + K + IMRHGH
    if (aMax >= Z) range.set(Z, [Math.max(1, Z, 2 * Z + K + 1), aMax])
  }
  return { name: TIURSN, volume: VURSNC, products: ITURSN, range, nuclei, unnamed }
}

function fromTable(text: FlukaText): GivenResult {
  if (text.kind !== 'RESNUCLEi table') {
    throw new ImportError(
      'FLUKA_IMPORT_ESTIMATOR',
      `${text.file} is a ${text.kind}; tables of residual nuclei (RESNUCLEi) can be imported.`,
    )
  }
  const detectors = text.detectors.map((table) => {
    if (table.decay) {
      throw new ImportError(
        'FLUKA_IMPORT_DECAY',
        `${text.file} holds activities after cooling (detector ${table.name}); production per primary is wanted.`,
      )
    }
    return seenByTable(table)
  })
  return {
    kind: 'table',
    runs: [{ primaries: text.run?.primaries ?? null, detectors }],
    batches: null,
    hasIsomers: text.detectors.every(({ isomers }) => isomers !== null),
    unproven: [],
  }
}

function seenByTable({ name, nuclides, isomers, summary }: ResnucleiTable): SeenDetector {
  const range = new Map<number, [number, number]>()
  for (const { Z, A } of nuclides) {
    const [least, most] = range.get(Z) ?? [A, A]
    range.set(Z, [Math.min(least, A), Math.max(most, A)])
  }
  const nuclei = [...nuclides, ...(isomers ?? [])].filter(({ value }) => value !== 0)
  return { name, volume: summary?.volume ?? null, products: summary?.type ?? null, range, nuclei, unnamed: 0 }
}
