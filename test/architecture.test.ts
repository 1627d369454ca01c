/** The table "When something fails" of ARCHITECTURE.md names tests: they are there, and have the name that it says. */

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')

/** Last column of each row, in the order of the page. */
function heldBy(): readonly { readonly failure: string; readonly names: readonly string[]; readonly cell: string }[] {
  const page = readFileSync(path.join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  const [, section] = page.split('## When something fails')
  const rows = section!.split('\n## ')[0]!.match(/^\|.*\|$/gm)!
  return rows.slice(2).map((row) => {
    const cells = row.slice(1, -1).split(' | ')
    const cell = cells.at(-1)!
    return { failure: cells[0]!.trim(), names: [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!), cell }
  })
}

it('names tests that are there; a name without a folder lies beside the one before it', () => {
  let count = 0
  for (const { failure, names, cell } of heldBy()) {
    let folder = ''
    for (const name of names) {
      const file = name.includes('/') ? name : path.join(folder, name)
      folder = path.dirname(file)
      const found = [file, `${file}.test.ts`].some((one) => one.endsWith('.ts') && existsSync(path.join(ROOT, one)))
      expect(found, `"${failure}" names ${name}`).toBe(true)
      count++
    }
    if (names.length === 0) expect(cell, failure).toMatch(/simulated|not held/)
  }
  expect(count).toBeGreaterThan(30)
})
