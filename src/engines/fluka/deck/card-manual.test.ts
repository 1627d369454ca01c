import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { cardManual } from './card-manual.ts'

it('the page of the cards is as they are described', () => {
  const file = path.resolve(import.meta.dirname, '../../../../docs/fluka-cards.md')
  const hint = 'docs/fluka-cards.md is out of date: node bin/run.mjs tools/write-fluka-cards.ts'
  expect(readFileSync(file, 'utf8'), hint).toBe(cardManual())
})
