/** Reader and writer against bytes that are kept: neither may change without the other being looked at. */

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { fixtures } from '#test/fluka/fixtures.ts'
import { readFlukaFile } from './read-file.ts'
import { writeFlukaFile } from './write-file.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../../../testdata/fluka')

it('the files of testdata/fluka are read as what they were written from, and are written again to the byte', () => {
  const made = fixtures()
  expect(
    readdirSync(FOLDER)
      // Decks have a test of their own (test/fluka).
      .filter((name) => name !== 'ORIGIN.md' && name !== 'decks')
      .sort(),
  ).toEqual(made.map(({ name }) => name).sort())
  for (const { name, file } of made) {
    const bytes = readFileSync(path.join(FOLDER, name))
    expect(readFlukaFile(bytes, file.file), name).toEqual(file)
    expect(bytes.equals(writeFlukaFile(file)), `${name}: node bin/run.mjs tools/write-fluka-fixtures.ts`).toBe(true)
  }
})

it('their layout is that of the records of FLUKA', () => {
  const lengths = (name: string) => {
    const bytes = readFileSync(path.join(FOLDER, name))
    const found: number[] = []
    for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at) + 8) found.push(bytes.readInt32LE(at))
    return found
  }
  const matrix = 4 * 34 * 17
  expect(lengths('yields001')).toEqual([128, 38, matrix, 14, 440, 38, matrix, 14, 440])
  expect(lengths('old001')).toEqual([128, 38, matrix, 38, matrix])
  expect(lengths('decay001')).toEqual([128, 12, 38, 4, matrix, 14, 440, 38, 4, matrix, 14, 440])
  const statistics = [8, 320, 320, 136, 136, matrix, 440]
  expect(lengths('yields-sum').slice(9)).toEqual([14, ...statistics, ...statistics])
  expect(lengths('mesh-sum')).toEqual([128, 86, 96, 86, 20, 14, 96, 20])
  expect(lengths('boundary-sum')).toEqual([128, 78, 24, 56, 14, 8, 44, 28, 28, 28, 28, 56])
  expect(lengths('track001')).toEqual([128, 50, 32])
})
