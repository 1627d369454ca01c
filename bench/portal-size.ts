/** What a browser fetches for the first page: the document, and the scripts and styles that it names. */

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Benchmark, Measurement } from './measurement.ts'

const BUILT = path.resolve(import.meta.dirname, '../dist/portal')
const KILOBYTE = 1000

export const benchmark: Benchmark = {
  name: 'portal-size',
  unavailable: () => (existsSync(path.join(BUILT, 'index.html')) ? null : 'The portal is not built: npx vite build.'),
  async run(): Promise<readonly Measurement[]> {
    const html = readFileSync(path.join(BUILT, 'index.html'), 'utf8')
    const named = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+\.(?:js|css))"/g)].map((match) => match[1]!)
    const bytes = [html, ...named.map((name) => readFileSync(path.join(BUILT, name)))].reduce(
      (sum, content) => sum + gzipSync(content).length,
      0,
    )
    return [
      {
        name: 'first page',
        value: bytes / KILOBYTE,
        unit: 'kB gzipped',
        budget: { limit: 250, kind: 'at most' },
        how: `index.html and the ${named.length} files that it names`,
      },
    ]
  },
}
