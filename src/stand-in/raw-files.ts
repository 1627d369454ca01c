/** The files that a run leaves: of its units, and of the random numbers. */

import { RESNUCLEI_K } from '#engines/fluka/compose/residual-range.ts'
import { firstRecordOfRun } from '#engines/fluka/output/first-record-of-run.ts'
import { matrixPlace } from '#engines/fluka/output/residual-nuclei.ts'
import type { ResnucleiDetector } from '#engines/fluka/output/resnuclei.ts'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'
import type { GeneratorState } from '#engines/fluka/run/random-state.ts'
import type { DeckDetector, DeckTask } from './deck-setup.ts'
import type { SampledYields } from './sampled-yields.ts'
import { scoredFiles } from './scored-files.ts'

/** Bytes of each unit. @param primaries that the files tell of */
export function unitFiles(
  task: DeckTask,
  { counts, primaries: sampled, scores }: SampledYields,
  primaries: number,
  began: Date,
): ReadonlyMap<number, Uint8Array> {
  const units = [...new Set(task.detectors.map(({ unit }) => unit))]
  const first = firstRecordOfRun({ title: task.title, began, primaries })
  return new Map([
    ...units.map((unit): [number, Uint8Array] => [
      unit,
      writeFlukaFile({
        estimator: 'RESNUCLEi',
        file: `fort.${unit}`,
        first,
        merged: false,
        irradiation: null,
        detectors: task.detectors
          .filter((one) => one.unit === unit)
          .map((one, index) => detector(one, index + 1, counts.get(one.region) ?? new Map(), sampled)),
      }),
    ]),
    ...scoredFiles(task, scores, sampled, first),
  ])
}

function detector(
  { name, regionNumber, zMax, mMax }: DeckDetector,
  number: number,
  counts: ReadonlyMap<string, number>,
  primaries: number,
): ResnucleiDetector {
  const header = {
    NRN: number,
    TIURSN: name,
    ITURSN: 3,
    NRURSN: regionNumber,
    VURSNC: 1,
    IMRHGH: mMax,
    IZRHGH: zMax,
    K: RESNUCLEI_K,
  }
  const values = new Float32Array(zMax * mMax)
  for (const [nuclide, count] of counts) {
    const [z, a] = nuclide.split('-').map(Number) as [number, number]
    const place = matrixPlace(header, z, a)
    if (place !== null) values[place] = count / primaries
  }
  // The built-in model does not tell isomers apart, so there is no list of them: their state is unresolved.
  return { header, coolingTime: null, values, isomers: null, statistics: null }
}

/** State of random numbers after so many histories: the calls are made up, the seed is the task's. */
export function stateAfter(seed: number, primaries: number): GeneratorState {
  const calls = primaries * 37
  return { calls: [calls % 1e9, Math.floor(calls / 1e9)], seed }
}

const field = (value: number): string => value.toString(16).toUpperCase().padStart(8)

/** The file for a next cycle; only its first line tells anything. */
export const stateFile = ({ calls: [low, high], seed }: GeneratorState): string =>
  `${field(low)}${field(high)}${field(seed)}${field(0x3039)}${field(0)}${field(0)}\n${'0'.repeat(64)}\n`
