import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DOCUMENT_VERSION } from './document.ts'
import { parseDocument } from './parse.ts'
import { UPGRADERS, upgradeDocument } from './upgrade.ts'

const folder = new URL('../../testdata/simulation/upgrade/', import.meta.url)
const fixture = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))

describe('upgrading documents', () => {
  test('one step leads from every version to the next, and each has a pair of fixtures', () => {
    expect(UPGRADERS.map(({ from }) => from)).toEqual(Array.from({ length: DOCUMENT_VERSION }, (_, version) => version))
    const files = readdirSync(folder)
    for (const { from } of UPGRADERS) {
      const old = files.filter((file) => file.startsWith(`${from}-`))
      expect(old.length).toBeGreaterThan(0)
      for (const file of old) expect(files).toContain(file.replace(/^\d+/, String(from + 1)))
    }
  })

  test.each(UPGRADERS.flatMap(({ from }) => readdirSync(folder).filter((file) => file.startsWith(`${from}-`))))(
    '%s becomes its pair',
    (file) => {
      const from = Number.parseInt(file, 10)
      const old = UPGRADERS[from]!.schema.parse(fixture(file))
      expect(UPGRADERS[from]!.upgrade(old)).toEqual({
        ok: true,
        value: fixture(file.replace(/^\d+/, String(from + 1))),
      })
      const whole = parseDocument(fixture(file))
      expect(whole.ok && whole.document.isolario).toBe(DOCUMENT_VERSION)
    },
  )

  test('problems of an old document carry the paths of the old form', () => {
    const old = fixture('0-spes.json')
    const broken = { ...old, discs: { ...old.discs, thicknessMm: -1, centreMm: 3 }, primaries: 1e15 }
    const upgraded = upgradeDocument(broken)
    expect(upgraded.ok).toBe(false)
    expect(!upgraded.ok && upgraded.problems.map(({ code, path }) => [code, path])).toEqual([
      ['VALUE_TOO_SMALL', 'discs.thicknessMm'],
      ['FIELD_UNKNOWN', 'discs.centreMm'],
      ['VALUE_TOO_LARGE', 'primaries'],
    ])
    expect(!upgraded.ok && upgraded.problems[0]).toMatchObject({
      unit: 'mm',
      allowed: '1e-4 to 1000 mm',
      received: '-1',
    })
    expect(!upgraded.ok && upgraded.problems[1]!.message).toContain('Did you mean centresMm?')
  })
})
