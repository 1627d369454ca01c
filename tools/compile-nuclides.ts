/**
 * Compiles the evaluated tables of `nuclear-data` into `src/nuclides/data`: `npm run nuclides`.
 * The output is checked in, so a clone needs no generator; a test compares the two.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { compileNuclides } from './nuclides/compile.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'src/nuclides/data')

const { assets, report, rows, network } = compileNuclides((file) =>
  readFileSync(join(root, 'nuclear-data', file), 'utf8'),
)
mkdirSync(target, { recursive: true })
for (const [file, text] of assets) {
  writeFileSync(join(target, file), text)
  console.log(`${file}: ${text.length} bytes, ${gzipSync(text, { level: 9 }).length} gzipped`)
}
console.log(`${rows.length} states, ${network.filter((state) => state !== null).length} with a decay network entry`)
console.log(`${report.distrusted.length} library entries passed over: half-life or modes contradict NUBASE2020`)
console.log(`library states without a partner in NUBASE2020: ${report.unmatchedStates.join(', ')}`)
console.log(`gamma emitters without a partner: ${report.unmatchedEmitters.join(', ') || 'none'}`)
console.log(`branches into unlisted states, led to the ground state: ${report.unmatchedDaughters.join(', ') || 'none'}`)
