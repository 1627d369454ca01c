import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseDocumentText } from './parse.ts'
import { presetById } from './presets.ts'
import { publishedFiles } from './published-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const repair = 'out of date: node bin/run.mjs tools/compile-parameters.ts'

test.each([...publishedFiles().keys()])('%s is what the definitions give', (path) => {
  expect(readFileSync(root + path, 'utf8'), repair).toBe(publishedFiles().get(path))
})

test('every example is read without problems and equals its preset', () => {
  const files = readdirSync(`${root}examples`).filter((file) => file.endsWith('.json'))
  expect(files.length).toBeGreaterThanOrEqual(5)
  for (const file of files) {
    const parsed = parseDocumentText(readFileSync(`${root}examples/${file}`, 'utf8'))
    expect(parsed).toEqual({ ok: true, document: presetById(file.replace('.json', ''))!.document })
  }
})
