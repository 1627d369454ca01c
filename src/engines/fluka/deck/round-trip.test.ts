/** Any deck of the model is written, read, and is the same; damaged text is read without harm. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Card, card, type WhatValue } from './card.ts'
import { COMMANDS } from './card-help.ts'
import { comments, type DeckNode, title } from './deck.ts'
import {
  allOf,
  anyOf,
  BODY_PARAMETERS,
  type BodyCode,
  body,
  type Geometry,
  geometry,
  inside,
  outside,
  type RegionTree,
  region,
} from './geometry.ts'
import { readDeck } from './read-deck.ts'
import { canonicalLines } from './same-deck.ts'
import { writeDeck } from './write-deck.ts'

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,7}$/u).filter((text) => text !== 'OR' && text !== 'END')
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e80, max: 1e80 }).map((value) => {
  return Math.abs(value) < 1e-80 ? 0 : value
})
const what = fc.oneof(
  { weight: 2, arbitrary: fc.constant<WhatValue>(null) },
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.integer({ min: -1e6, max: 1e6 }) },
  { weight: 1, arbitrary: name },
  { weight: 1, arbitrary: fc.constantFrom('@LASTREG', '@ALLREGS', 'E+&E-', '136-XE', '-WATER') },
)
/** Commands without a line or block of their own below them. */
const commands = [...COMMANDS].filter(
  (one) => !['TITLE', 'FREE', 'FIXED', 'OPEN', 'GEOBEGIN', 'GEOEND', 'GLOBAL', 'STOP'].includes(one),
)
const cards: fc.Arbitrary<Card> = fc
  .tuple(
    fc.constantFrom(...commands),
    fc.array(what, { maxLength: 18 }),
    fc.oneof(fc.constant(''), fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.+-]{0,9}$/u)),
  )
  .map(([command, whats, sdum]) => card(command, whats, sdum))

const bodies = fc
  .constantFrom(...(Object.keys(BODY_PARAMETERS) as BodyCode[]))
  .chain((code) =>
    fc
      .tuple(name, fc.array(number, { minLength: BODY_PARAMETERS[code], maxLength: BODY_PARAMETERS[code] }))
      .map(([called, parameters]) => body(code, called, parameters)),
  )

const tree: fc.Arbitrary<RegionTree> = fc.letrec<{ tree: RegionTree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    name.map(inside),
    name.map((one) => outside(one)),
    tie('tree').map((one) => outside(one)),
    fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((all) => allOf(...all)),
    fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((all) => anyOf(...all)),
  ),
})).tree

const blocks = fc
  .record({
    title: fc.string({ maxLength: 80 }),
    bodies: fc.array(bodies, { minLength: 1, maxLength: 6 }),
    regions: fc.array(
      fc
        .tuple(name, tree, fc.integer({ min: 1, max: 999 }))
        .map(([called, points, near]) => region(called, points, near)),
      { minLength: 1, maxLength: 6 },
    ),
    volumes: fc.option(fc.array(number, { minLength: 1, maxLength: 9 }), { nil: undefined }),
  })
  .map((parts) =>
    geometry({
      title: parts.title,
      bodies: parts.bodies,
      regions: parts.regions,
      ...(parts.volumes === undefined ? {} : { volumes: parts.volumes }),
      begin: card('GEOBEGIN', [], 'COMBNAME'),
      end: card('GEOEND'),
    }),
  )

const nodes: fc.Arbitrary<DeckNode[]> = fc
  .tuple(
    fc.string({ unit: 'binary' }),
    fc.array(
      fc.oneof(
        cards,
        fc.string().map((text) => comments(text)),
      ),
      { maxLength: 12 },
    ),
    blocks,
  )
  .map(([words, some, block]) => [title(words), ...some.flat(), block, card('STOP')])

describe('a deck that was written', () => {
  it('is read back equivalent, to the last bit of every number when nothing may be lost', () => {
    fc.assert(
      fc.property(nodes, (made) => {
        const { text, losses } = writeDeck({ nodes: made }, { tolerance: 0 })
        const lines = text.split('\n')
        expect(lines.filter((line) => line.length > 80)).toEqual([])
        const { deck } = readDeck(text)
        if (losses.length === 0) expect(canonicalLines(deck)).toEqual(canonicalLines({ nodes: made }))
        // What is lost even so is told with the value that a reader gets.
        expect(writeDeck(deck, { tolerance: 0 }).text).toBe(text)
      }),
      { numRuns: 150 },
    )
  })

  it('has each number within the tolerance, or as a loss that names card, field and both values', () => {
    fc.assert(
      fc.property(fc.array(cards, { minLength: 1, maxLength: 8 }), (made) => {
        const { text, losses } = writeDeck({ nodes: made })
        const read = readDeck(`${text}STOP\n`).deck.nodes.filter((node) => node.kind === 'card')
        made.forEach((one, node) => {
          one.whats.forEach((field, index) => {
            if (field.kind !== 'number') return
            const back = read[node]?.whats[index]
            expect(back?.kind).toBe('number')
            const value = back?.kind === 'number' ? back.value : Number.NaN
            const loss = losses.find((entry) => entry.node === node && entry.what === index + 1)
            expect(value).toBe(loss?.written ?? field.value)
            if (loss !== undefined) expect(loss.requested).toBe(field.value)
          })
        })
      }),
      { numRuns: 150 },
    )
  })
})

/** A number that ten columns hold exactly. */
const short = fc.integer({ min: -99_999, max: 99_999 }).map((value) => value / 100)
const numbered = fc
  .tuple(
    fc.array(
      fc
        .constantFrom(...(Object.keys(BODY_PARAMETERS) as BodyCode[]))
        .chain((code) =>
          fc
            .array(short, { minLength: BODY_PARAMETERS[code], maxLength: BODY_PARAMETERS[code] })
            .map((list) => ({ code, list })),
        ),
      { minLength: 1, maxLength: 12 },
    ),
    fc.array(
      fc.array(fc.array(fc.tuple(fc.boolean(), fc.nat(11)), { minLength: 1, maxLength: 12 }), {
        minLength: 1,
        maxLength: 4,
      }),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([made, regions]): Geometry => {
    const names = made.map((_, index) => String(index + 1))
    const term = ([negative, at]: [boolean, number]) => {
      const one = inside(names[at % names.length] ?? '1')
      return negative ? outside(one) : one
    }
    return {
      kind: 'geometry',
      begin: card('GEOBEGIN', [], 'COMBINAT'),
      form: 'numbers',
      volumeFlag: 0,
      debugFlag: 0,
      title: 'by number',
      bodies: made.map(({ code, list }, index) => ({ ...body(code, 'x', list), name: names[index] ?? '' })),
      regions: regions.map((zones, index) =>
        region(`R${index + 1}`, anyOf(...zones.map((zone) => allOf(...zone.map(term)))), 5),
      ),
      afterRegions: [],
      end: card('GEOEND'),
      place: null,
    }
  })

describe('the old forms', () => {
  it('of the geometry, in columns and by number, are written and read back the same', () => {
    fc.assert(
      fc.property(numbered, (block) => {
        const made = [block, card('STOP')]
        const { text, losses } = writeDeck({ nodes: made })
        expect(losses).toEqual([])
        const { deck, problems } = readDeck(text)
        expect(problems).toEqual([])
        expect(canonicalLines(deck)).toEqual(canonicalLines({ nodes: made }))
      }),
    )
  })

  it('of a deck in free form is written in columns, and GLOBAL says so', () => {
    const free = readDeck(
      'GLOBAL                                          2.        1.\nBEAM, -0.04, , , 1.5, , , PROTON\nSTOP\n',
    )
    const { text } = writeDeck(free.deck)
    expect(text.split('\n').slice(0, 2)).toEqual([
      'GLOBAL                                          1.        1.',
      'BEAM           -0.04                           1.5                    PROTON',
    ])
    expect(canonicalLines(readDeck(text).deck)).toEqual(canonicalLines(free.deck))
  })
})

describe('any text', () => {
  it('is read without a crash, and what was read can be written and read again', () => {
    const pieces = fc.constantFrom(
      ...[
        'GEOBEGIN',
        'GEOEND',
        'END',
        'TITLE',
        'FREE',
        'FIXED',
        '#if A',
        '#else',
        '#endif',
        '#define A 1',
        'STOP',
        '&',
      ],
      ...[
        'SPH a 0 0 0 1',
        'A 5 +a',
        'A 5 +(a',
        '$start_translat 1 2 3',
        '!@what.1=2',
        'USRBIN',
        'OPEN',
        '\t',
        '      ',
        '* x',
      ],
      ...[
        'GLOBAL                                          2.        1.',
        'GEOBEGIN                         COMBINAT',
        '  RPP    1',
      ],
    )
    const line = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const text = lines.map((parts) => parts.join(' ')).join('\n')
        const { deck, problems } = readDeck(text)
        for (const problem of problems) expect(problem.message).not.toBe('')
        expect(() => readDeck(writeDeck(deck).text)).not.toThrow()
      }),
      { numRuns: 250 },
    )
  })
})
