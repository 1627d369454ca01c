/** What describes an imported result in the place of an engine: the installation need not have FLUKA for it. */

import type { DescribingEngine } from '#engines/engine/describe-result.ts'
import { type ImportedOrigin, importedFrom } from '#results/imported.ts'
import { TOTAL_REGION } from '#results/tally.ts'
import { UNNAMED_ISOMERS } from './import-result.ts'

/** In the place of a version, which the files do not tell. */
export const IMPORTED_VERSION = 'imported'

/** Isomers without a name: more than this part of all nuclei is worth a word. */
const NOTABLE_UNNAMED = 1e-3

export function importedEngine(origin: ImportedOrigin): DescribingEngine {
  return {
    identity: { id: 'fluka', version: IMPORTED_VERSION, label: `${origin.program}, imported`, standIn: false },
    coverage: () => origin.coverage,
    modelError: () => null,
    remarks(_setup, merge) {
      const said = [
        `IMPORTED: these numbers were made elsewhere by ${importedFrom(origin)}; Isolario did not run it. That they belong to this setup is the word of whoever imported them, and the version of the program is not known.`,
      ]
      if (merge.histories === 0) return said
      const unnamed = merge.counterSample(TOTAL_REGION).sums[merge.names.indexOf(UNNAMED_ISOMERS)] ?? 0
      const nuclei = merge.residualSample(TOTAL_REGION).sums.reduce((sum, value) => sum + value, 0)
      const part = unnamed / (nuclei + unnamed)
      if (!(part > NOTABLE_UNNAMED)) return said
      return [
        ...said,
        `${Number((100 * part).toPrecision(2))} % of the residual nuclei are isomers that the file does not name: they stand in no row.`,
      ]
    },
  }
}
