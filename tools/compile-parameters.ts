/**
 * Writes what derives from the parameters: manual page, examples. `node bin/run.mjs tools/compile-parameters.ts`
 * The output is checked in, so that it can be read without running anything; a test compares the two.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedFiles } from '#simulation/published-files.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
for (const [path, text] of publishedFiles()) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  console.log(`${path}: ${text.length} bytes`)
}
