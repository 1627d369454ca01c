import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { compileNuclides } from '../../tools/nuclides/compile.ts'
import { nuclearDataSources } from './sources.ts'

const rawFolder = new URL('../../nuclear-data/', import.meta.url)
const raw = (file: string): string => readFileSync(new URL(file, rawFolder), 'utf8')
const compiledFolder = new URL('./data/', import.meta.url)

describe('compiled tables', () => {
  it('are what the generator makes of the raw tables', () => {
    const { assets } = compileNuclides(raw)
    expect([...assets.keys()].sort()).toEqual(readdirSync(compiledFolder).sort())
    for (const [file, text] of assets) {
      const same = readFileSync(new URL(file, compiledFolder), 'utf8') === text
      expect(same, `src/nuclides/data/${file} is not up to date: run npm run nuclides`).toBe(true)
    }
  })

  it('keep the first page small', () => {
    const size = (file: string): number => gzipSync(readFileSync(new URL(file, compiledFolder)), { level: 9 }).length
    expect(size('states.json')).toBeLessThan(60_000)
    expect(size('decay-network.json')).toBeLessThan(15_000)
  })
})

describe('raw tables', () => {
  it('are the bytes whose hashes the page of origins holds', () => {
    const page = raw('README.md')
    const files = readdirSync(rawFolder).filter((file) => /\.(txt|csv)$/.test(file))
    expect(files).toHaveLength(10)
    for (const file of files) {
      const hash = createHash('sha256')
        .update(readFileSync(new URL(file, rawFolder)))
        .digest('hex')
      expect(page, file).toContain(`${hash}  ${file}`)
      expect(page.split(`\`${file}\``).length, `${file}: origin and terms`).toBeGreaterThan(1)
    }
  })

  it('do not hold ICRP-107, whose terms forbid shipping it', () => {
    expect(readdirSync(rawFolder).filter((file) => /icrp/i.test(file))).toEqual([])
  })

  it('have sources with version, terms and citation', () => {
    expect(nuclearDataSources.map((source) => source.id)).toEqual([
      'nubase2020',
      'endfb71',
      'jeff311',
      'ame2020',
      'nist-compositions',
    ])
    const page = raw('README.md')
    for (const source of nuclearDataSources) {
      expect(source.citation).toMatch(/\(20\d\d\)|NIST/)
      expect(source.version.length * source.terms.length * source.use.length).toBeGreaterThan(0)
      expect(page).toContain(source.citation.split('; ')[0]!.slice(0, 20))
    }
  })
})
