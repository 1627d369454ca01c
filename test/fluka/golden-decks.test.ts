/** The decks in testdata/fluka/decks: letter by letter what the composer writes, and what parsers that are not ours read. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { checkDeck } from '#engines/fluka/check/check-deck.ts'
import { bodiesOf, regionsOf } from '#engines/fluka/check/deck-names-check.ts'
import { nameIn, numberIn, what } from '#engines/fluka/deck/card.ts'
import { activeCards } from '#engines/fluka/deck/deck.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import { presets } from '#simulation/presets.ts'
import { describeWith, PYG4OMETRY } from '../needs.ts'
import { GOLDEN_DECKS, GOLDEN_FOLDER, goldenDeck } from './golden-decks.ts'

const fileOf = (name: string): string => path.join(GOLDEN_FOLDER, `${name}.inp`)
const textOf = (name: string): string => readFileSync(fileOf(name), 'utf8')

describe('golden decks', () => {
  it('are there for every preset and both lines of FLUKA, and no others', () => {
    expect(GOLDEN_DECKS.length).toBe(2 * (presets().length + 1))
    const files = readdirSync(GOLDEN_FOLDER).filter((file) => file.endsWith('.inp'))
    expect(files.sort()).toEqual(GOLDEN_DECKS.map(({ name }) => `${name}.inp`).sort())
  })

  it.each(GOLDEN_DECKS.map((deck) => [deck.name, deck] as const))(
    '%s is what is written, and faultless',
    (name, deck) => {
      const { text, findings } = goldenDeck(deck)
      expect(findings).toEqual([])
      // After a change that is meant: node bin/run.mjs tools/write-golden-decks.ts
      expect(text).toBe(textOf(name))
      // As if somebody had uploaded it.
      const read = readDeck(text)
      expect([...read.problems, ...checkDeck(text, read.deck)]).toEqual([])
    },
  )
})

interface Parsed {
  readonly file: string
  readonly bodies: Readonly<Record<string, string>>
  readonly regions: readonly string[]
  readonly materials: Readonly<Record<string, string>>
  readonly assigned: Readonly<Record<string, string>>
  readonly geometry?: {
    readonly volumes: Readonly<Record<string, number>>
    readonly overlaps: readonly (readonly [string, string, number])[]
    readonly pairs: number
  }
}

const parseDecks = async (python: string, args: readonly string[]): Promise<readonly Parsed[]> => {
  const script = path.join(import.meta.dirname, 'parse_decks.py')
  const { stdout } = await promisify(execFile)(python, [script, ...args], { maxBuffer: 2 ** 24 })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Parsed)
}

/** The same geometry in several decks is looked at once. */
const distinctGeometries = (): readonly string[] => {
  const seen = new Map<string, string>()
  for (const { name } of GOLDEN_DECKS) {
    const text = textOf(name)
    const block = text.slice(text.indexOf('GEOBEGIN'), text.indexOf('GEOEND'))
    if (!seen.has(block)) seen.set(block, name)
  }
  return [...seen.values()]
}

/** Meshes have 16 sides: what a prism of 16 sides fills of its cylinder. */
const OF_CYLINDER = (16 / (2 * Math.PI)) * Math.sin((2 * Math.PI) / 16)
const MM3_PER_CM3 = 1000
const MINUTES = 60_000

describeWith(PYG4OMETRY, 'golden decks, read by pyg4ometry', (python) => {
  it('have the bodies, regions, materials and assignments that we read', { timeout: 5 * MINUTES }, async () => {
    const parsed = await parseDecks(
      python,
      GOLDEN_DECKS.map(({ name }) => fileOf(name)),
    )
    let compared = 0
    for (const one of parsed) {
      const { deck } = readDeck(readFileSync(one.file, 'utf8'))
      const cards = activeCards(deck)
      const bodies = bodiesOf(deck).map(({ name, code }) => [name, code] as const)
      expect(Object.entries(one.bodies).sort(), one.file).toEqual(bodies.toSorted())
      expect(one.regions, one.file).toEqual(regionsOf(deck).map(({ name }) => name))
      const ours = cards.filter(({ command }) => command === 'MATERIAL').map(({ sdum }) => sdum)
      const compounds = new Set(cards.filter(({ command }) => command === 'COMPOUND').map(({ sdum }) => sdum))
      const theirs = Object.entries(one.materials).filter(([, kind]) => kind !== 'BuiltIn')
      expect(theirs.sort(), one.file).toEqual(
        ours.map((name) => [name, compounds.has(name) ? 'Compound' : 'Material'] as const).toSorted(),
      )
      const assigned = cards.flatMap((card) =>
        card.command === 'ASSIGNMA' ? [[nameIn(what(card, 2))!, nameIn(what(card, 1))!] as const] : [],
      )
      expect(Object.entries(one.assigned).sort(), one.file).toEqual(assigned.toSorted())
      compared += bodies.length + one.regions.length + theirs.length + assigned.length
    }
    expect(parsed.length).toBe(GOLDEN_DECKS.length)
    expect(compared).toBeGreaterThan(400)
  })

  it('have no overlap and no gap, and layers of the right volume', { timeout: 15 * MINUTES }, async () => {
    const names = distinctGeometries()
    const parsed = await parseDecks(python, ['--geometry', ...names.map(fileOf)])
    expect(parsed.length).toBe(names.length)
    for (const { file, geometry } of parsed) {
      const { volumes, overlaps, pairs } = geometry!
      expect(overlaps, file).toEqual([])
      // Each layer is looked at against the vacuum and the black body, and these against each other.
      expect(pairs, file).toBeGreaterThanOrEqual(2 * Object.keys(volumes).length - 3)
      // The black body is a shell from R to 10 R: 999 times what is in it.
      const { BLKBODY: shell, ...rest } = volumes
      const filled = Object.values(rest).reduce((sum, volume) => sum + volume, 0)
      expect(filled / (shell! / 999), file).toBeCloseTo(1, 9)
      const { deck } = readDeck(readFileSync(file, 'utf8'))
      for (const { code, name, parameters } of bodiesOf(deck)) {
        if (code !== 'RCC') continue
        const [height, radius] = [numberIn(parameters[5]!)!, numberIn(parameters[6]!)!]
        const expected = MM3_PER_CM3 * Math.PI * radius ** 2 * height * OF_CYLINDER
        expect(volumes[name.toUpperCase()]! / expected, `${file} ${name}`).toBeCloseTo(1, 9)
      }
    }
  })

  it('would not hide a disc that reaches into another one', { timeout: 5 * MINUTES }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'isolario-deck-'))
    try {
      const file = path.join(folder, 'overlap.inp')
      const text = textOf('spes-uc4.cern4')
      const broken = text.replace(/^(RCC disc2 .*) 0\.08 2\.$/m, '$1 2.08 2.')
      expect(broken).not.toBe(text)
      writeFileSync(file, broken)
      const [found] = await parseDecks(python, ['--geometry', file])
      expect(found!.geometry!.overlaps.map(([first, second]) => [first, second])).toEqual([['DISC2', 'DISC3']])
      const read = readDeck(broken)
      expect(checkDeck(broken, read.deck).map(({ code }) => code)).toContain('DECK_GEOMETRY_OVERLAP')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
