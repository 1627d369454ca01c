import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { MERGE_ERROR_CODES } from '../merge/merge-error.ts'
import { READ_ERROR_CODES } from './read-error.ts'

it('every error of reading and merging stands in the manual with its sentence', () => {
  const manual = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/fluka.md'), 'utf8')
  const codes = Object.entries({ ...READ_ERROR_CODES, ...MERGE_ERROR_CODES })
  expect(codes.length).toBeGreaterThan(15)
  for (const [code, sentence] of codes) expect(manual).toContain(`| \`${code}\` | ${sentence} |`)
})
