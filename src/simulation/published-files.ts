/** Files of the repository that are written from this room; `tools/compile-parameters.ts` writes, a test compares. */

import { manualPage } from './manual.ts'
import { presets } from './presets.ts'

/** Text of each file by its path from the root of the repository. */
export function publishedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/parameters.md', manualPage()],
    ...presets().map(({ id, document }) => [`examples/${id}.json`, pretty(document)] as const),
  ])
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
