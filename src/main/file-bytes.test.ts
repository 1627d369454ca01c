import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openBytes } from './file-bytes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'isolario-file-bytes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Larger than what is fetched at once, twice over. */
const bytes = Uint8Array.from({ length: 700_001 }, (_, i) => (i * 7 + (i >> 8)) & 255)
const file = path.join(folder, 'bytes')
writeFileSync(file, bytes)

describe('bytes of a file on disk', () => {
  it('are those of the file, wherever and in whatever order they are asked for', () => {
    const source = openBytes(file)
    expect(source.size).toBe(bytes.length)
    for (const [offset, length] of [
      [0, 4],
      [699_999, 2],
      [1, 262_144],
      [100_000, 600_001],
      [262_140, 10],
      [3, 0],
      [5, 262_145],
      [699_000, 1001],
    ] as const) {
      const expected = Buffer.from(bytes.subarray(offset, offset + length))
      expect(expected.equals(source.read(offset, length)), `${offset} ${length}`).toBe(true)
      const target = new Uint8Array(length)
      source.fill(offset, target)
      expect(expected.equals(target), `${offset} ${length}`).toBe(true)
    }
    source.close()
  })

  it('that are gone while they are read are an error', () => {
    const shrinking = path.join(folder, 'shrinking')
    writeFileSync(shrinking, bytes)
    const source = openBytes(shrinking)
    truncateSync(shrinking, 10)
    expect(() => source.read(0, 300_000)).toThrow('became shorter')
    source.close()
  })

  it('of no file are an error with a code', () => {
    expect(() => openBytes(path.join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})
