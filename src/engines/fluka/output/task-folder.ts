/** All files that a run of FLUKA left in its folder, by logical unit. */

import type { FlukaFile } from './fluka-file.ts'
import { FlukaReadError } from './read-error.ts'

/** What `rfluka` moves the files of unit NN of cycle ccc of NAME.inp to. */
const OUTPUT = /^(.*\d{3})_fort\.(\d+)$/

export interface RunFiles {
  /** Name of the input and number of the cycle: `spes001`. */
  readonly run: string
  /** Files by logical unit, ascending. */
  readonly units: ReadonlyMap<number, FlukaFile>
}

export interface TaskFolder {
  readonly runs: readonly RunFiles[]
  /** Everything that is wrong, all files at once; whoever wants a whole task refuses the folder when there is any. */
  readonly problems: readonly FlukaReadError[]
}

/** The run and the unit of an output file; `null` for any other name. */
export function unitOfFile(name: string): { readonly run: string; readonly unit: number } | null {
  const [, run, unit] = OUTPUT.exec(name) ?? []
  return run === undefined ? null : { run, unit: Number(unit) }
}

/**
 * Reads the output files of a folder; other files are left alone.
 *
 * @param names of all files in the folder.
 * @param read reads one of them (`readFlukaFile`).
 */
export function readTaskFolder(names: readonly string[], read: (name: string) => FlukaFile): TaskFolder {
  const problems: FlukaReadError[] = []
  const runs = new Map<string, Map<number, FlukaFile>>()
  for (const name of names) {
    const place = unitOfFile(name)
    if (place === null) continue
    const units = runs.get(place.run) ?? new Map<number, FlukaFile>()
    runs.set(place.run, units)
    try {
      units.set(place.unit, read(name))
    } catch (error) {
      if (!(error instanceof FlukaReadError)) throw error
      problems.push(error)
    }
  }
  for (const units of runs.values()) problems.push(...mixedRuns([...units.values()]))
  return {
    runs: [...runs].map(([run, units]) => ({ run, units: new Map([...units].sort(([a], [b]) => a - b)) })),
    problems,
  }
}

/** All files of a run say the same of it. */
function mixedRuns(files: readonly FlukaFile[]): FlukaReadError[] {
  const [one, ...others] = files
  if (one === undefined) return []
  return others.flatMap((other) => {
    const difference = (['RUNTIT', 'RUNTIM', 'WEIPRI', 'MCASE'] as const).find((f) => one.first[f] !== other.first[f])
    if (difference === undefined) return []
    return [
      new FlukaReadError('FLUKA_HEADER_INVALID', {
        file: other.file,
        record: 1,
        offset: 4,
        expected: `${difference} ${JSON.stringify(one.first[difference])} of the same run, as in ${one.file}`,
        found: JSON.stringify(other.first[difference]),
      }),
    ]
  })
}
