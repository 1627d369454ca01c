import { describe, expect, it } from 'vitest'
import { presets } from '#simulation/presets.ts'
import { composeDeck, type DeckChoices } from '../compose/compose-deck.ts'
import { type Card, card } from '../deck/card.ts'
import type { Deck, DeckNode } from '../deck/deck.ts'
import { allOf, body, type Geometry, inside, outside, region } from '../deck/geometry.ts'
import { FLAVOURS } from '../flavour.ts'
import { checkRules } from './check-deck.ts'
import { checkGeometry } from './geometry-check.ts'
import { checkSameAsAsked } from './same-as-asked.ts'

const PLAIN: DeckChoices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null }
const ALL: DeckChoices = {
  flavour: 'infn',
  transportIons: true,
  interactionBias: 20,
  decay: { irradiationSeconds: 432_000, primariesPerSecond: 1.2483e15, coolingSeconds: [0, 3600, 86_400] },
}
const RUN = { seed: 123_456_789, primaries: 100_000 }

const composed = (choices: DeckChoices = PLAIN, id = 'spes-uc4') =>
  composeDeck(presets().find((one) => one.id === id)!.document.setup, choices, RUN, 'SPES')

const geometryOf = (deck: Deck): Geometry => deck.nodes.find((node) => node.kind === 'geometry')!

/** The deck with its nodes changed one by one. */
const changed = (deck: Deck, change: (node: DeckNode) => DeckNode | readonly DeckNode[]): Deck => ({
  nodes: deck.nodes.flatMap(change),
})

const withCards = (deck: Deck, command: string, change: (card: Card, index: number) => readonly DeckNode[]): Deck => {
  let index = 0
  return changed(deck, (node) => (node.kind === 'card' && node.command === command ? change(node, index++) : [node]))
}

const codes = (deck: Deck): readonly string[] => [...new Set(checkRules(deck).map(({ code }) => code))]

describe('checks of a deck', () => {
  it.each(FLAVOURS)('find nothing in any preset for %s, with everything asked for', (flavour) => {
    for (const { id } of presets()) {
      for (const choices of [PLAIN, ALL]) {
        const { deck, stack } = composed({ ...choices, flavour }, id)
        expect([...checkRules(deck), ...checkGeometry(geometryOf(deck), { stack })], id).toEqual([])
        expect(checkSameAsAsked(deck, deck)).toEqual([])
      }
    }
  })

  const { deck } = composed(ALL)
  const rename = (from: string, to: string) => (one: Card) => [
    {
      ...one,
      whats: one.whats.map((what) => (what.kind === 'name' && what.name === from ? { ...what, name: to } : what)),
    },
  ]
  const at = (number: number, value: number) => (one: Card) => [
    {
      ...one,
      whats: one.whats.map((what, index) => (index === number - 1 ? { kind: 'number' as const, value } : what)),
    },
  ]
  const first = (change: (one: Card) => readonly DeckNode[]) => (one: Card, index: number) =>
    index === 0 ? change(one) : [one]
  const sdum = (text: string) => (one: Card) => [{ ...one, sdum: text }]

  /** One mistake each, and the code that must be among those found. */
  const MISTAKES: readonly (readonly [string, Deck, string])[] = [
    ['a region that does not exist', withCards(deck, 'ASSIGNMA', rename('DISC3', 'DISC8')), 'DECK_REGION_UNKNOWN'],
    ['a score in no region', withCards(deck, 'RESNUCLE', first(rename('DISC1', 'DISC9'))), 'DECK_REGION_UNKNOWN'],
    ['a material that does not exist', withCards(deck, 'ASSIGNMA', rename('UC4', 'UC5')), 'DECK_MATERIAL_UNKNOWN'],
    ['a component that does not exist', withCards(deck, 'COMPOUND', rename('U238', 'U239')), 'DECK_MATERIAL_UNKNOWN'],
    [
      'a compound without MATERIAL',
      withCards(deck, 'MATERIAL', (one) => (one.sdum === 'UC4' ? [] : [one])),
      'DECK_MATERIAL_UNKNOWN',
    ],
    [
      'a region without material',
      withCards(
        deck,
        'ASSIGNMA',
        first(() => []),
      ),
      'DECK_REGION_WITHOUT_MATERIAL',
    ],
    ['no black body', withCards(deck, 'ASSIGNMA', rename('BLCKHOLE', 'VACUUM')), 'DECK_NO_BLACK_BODY'],
    [
      'two materials of one name',
      withCards(
        deck,
        'MATERIAL',
        first((one) => [one, one]),
      ),
      'DECK_NAME_TWICE',
    ],
    ['a material with a number first', withCards(deck, 'MATERIAL', first(sdum('238-U'))), 'DECK_NAME_UNUSUAL'],
    ['a material without name', withCards(deck, 'MATERIAL', first(sdum(''))), 'DECK_NAME_INVALID'],
    ['a detector without name', withCards(deck, 'RESNUCLE', first(sdum(''))), 'DECK_NAME_INVALID'],
    ['two detectors of one name', withCards(deck, 'RESNUCLE', sdum('SAME')), 'DECK_NAME_TWICE'],
    ['a unit of FLUKA', withCards(deck, 'RESNUCLE', first(at(2, -15))), 'DECK_UNIT_RESERVED'],
    ['a text file', withCards(deck, 'RESNUCLE', at(2, 25)), 'DECK_UNIT_TEXT'],
    ['decay and yields in one file', withCards(deck, 'RESNUCLE', at(2, -25)), 'DECK_UNIT_SHARED'],
    ['no seed', withCards(deck, 'RANDOMIZ', () => [card('RANDOMIZ', [1])]), 'DECK_SEED_MISSING'],
    ['a seed out of range', withCards(deck, 'RANDOMIZ', at(2, 900_000_000)), 'DECK_SEED_RANGE'],
    ['no START', withCards(deck, 'START', () => []), 'DECK_CARD_MISSING'],
    ['two beams', withCards(deck, 'BEAM', (one) => [one, one]), 'DECK_CARD_TWICE'],
    ['broken primaries', withCards(deck, 'START', at(1, 0.5)), 'DECK_PRIMARIES'],
    ['no geometry', changed(deck, (node) => (node.kind === 'geometry' ? [] : [node])), 'DECK_CARD_MISSING'],
    [
      'defaults after the beam',
      withCards(
        withCards(deck, 'DEFAULTS', () => []),
        'BEAMPOS',
        (one) => [one, card('DEFAULTS', [], 'PRECISIO')],
      ),
      'DECK_ORDER',
    ],
    [
      'seed after START',
      withCards(
        withCards(deck, 'RANDOMIZ', () => []),
        'STOP',
        (one) => [card('RANDOMIZ', [1, 5]), one],
      ),
      'DECK_ORDER',
    ],
    ['no RADDECAY', withCards(deck, 'RADDECAY', () => []), 'DECK_DECAY_INCOMPLETE'],
    ['no IRRPROFI', withCards(deck, 'IRRPROFI', () => []), 'DECK_DECAY_INCOMPLETE'],
    ['no DCYTIMES', withCards(deck, 'DCYTIMES', () => []), 'DECK_DECAY_INCOMPLETE'],
    ['a cooling time too many', withCards(deck, 'DCYSCORE', first(at(1, 4))), 'DECK_DECAY_TIME_UNKNOWN'],
    ['a decay score of nothing', withCards(deck, 'DCYSCORE', first(rename('A1T1', 'A9T1'))), 'DECK_DETECTOR_UNKNOWN'],
    [
      'no evaporation',
      withCards(deck, 'PHYSICS', (one) => (one.sdum === 'EVAPORAT' ? [] : [one])),
      'DECK_RESIDUALS_WITHOUT_MODEL',
    ],
    ['evaporation without fragments', withCards(deck, 'PHYSICS', first(at(1, 2))), 'DECK_RESIDUALS_WITHOUT_MODEL'],
    [
      'the code that hides the model',
      withCards(deck, 'PHYSICS', first(at(1, 240_000))),
      'DECK_RESIDUALS_WITHOUT_MODEL',
    ],
    [
      'no coalescence',
      withCards(deck, 'PHYSICS', (one) => (one.sdum === 'COALESCE' ? [] : [one])),
      'DECK_RESIDUALS_WITHOUT_MODEL',
    ],
  ]

  it.each(MISTAKES)('find %s', (_name, broken, code) => {
    expect(codes(broken)).toContain(code)
  })

  it('find every single change of a field', () => {
    let tried = 0
    for (const [place, node] of deck.nodes.entries()) {
      if (node.kind !== 'card') continue
      for (const [index, what] of node.whats.entries()) {
        const value = what.kind === 'number' ? what.value * 1.001 + (what.value === 0 ? 0.1 : 0) : 7
        const whats = node.whats.map((one, other) => (other === index ? { kind: 'number' as const, value } : one))
        const broken: Deck = { nodes: deck.nodes.map((one, other) => (other === place ? { ...node, whats } : one)) }
        const found = checkSameAsAsked(deck, broken)
        expect(
          found.map(({ code }) => code),
          `${node.command} WHAT(${index + 1})`,
        ).toEqual(['DECK_DIFFERS'])
        expect(found[0]!.message).toContain(`WHAT(${index + 1})`)
        tried++
      }
    }
    expect(tried).toBeGreaterThan(400)
  })

  it('find a card that is missing, one too many and one in another place', () => {
    const without = withCards(
      deck,
      'COMPOUND',
      first(() => []),
    )
    expect(checkSameAsAsked(deck, without)[0]?.message).toMatch(/stands where COMPOUND .* should be/)
    expect(checkSameAsAsked(without, deck)).not.toEqual([])
    const cut = { nodes: deck.nodes.slice(0, -1) }
    expect(checkSameAsAsked(deck, cut)[0]?.message).toMatch(/STOP was asked for and is not in the deck/)
  })
})

describe('what is right in decks of others', () => {
  const { deck } = composed(ALL)
  const found = (changed: Deck) => checkRules(changed).map(({ code }) => code)

  it('decay scores of a range in steps', () => {
    // Every third detector, from the first of a cooling time: the detectors between them are not those of this card.
    const names = ['P1', 'Q1', 'P2', 'Q2']
    const cards = names.map((name, index) =>
      card('USRBIN', [11, 'ENERGY', index % 2 ? -71 : -70, 1, 0, 1, 0, 0, 0, 1, 1, 1], name),
    )
    const scored = card('DCYSCORE', [1, null, null, 'P1', 'P2', 2], 'USRBIN')
    const wider = withCards(deck, 'RANDOMIZ', (one) => [...cards, scored, one])
    expect(found(wider)).toEqual([])
    const unstepped = card('DCYSCORE', [1, null, null, 'P1', 'P2'], 'USRBIN')
    expect(found(withCards(deck, 'RANDOMIZ', (one) => [...cards, unstepped, one]))).toEqual(['DECK_UNIT_SHARED'])
  })

  it('a black body without end is a warning', () => {
    const endless = changed(deck, (node) =>
      node.kind !== 'geometry'
        ? [node]
        : [
            {
              ...node,
              regions: node.regions.map((item) =>
                item.kind === 'region' && item.name === 'BLKBODY' ? region('BLKBODY', outside('void')) : item,
              ),
            },
          ],
    )
    expect(checkRules(endless).map(({ code, severity }) => [code, severity])).toEqual([
      ['DECK_WORLD_INFINITE', 'warning'],
    ])
  })
})

describe('the geometry, point by point', () => {
  const { deck, stack } = composed()
  const sound = geometryOf(deck)
  const withBody = (name: string, change: (parameters: readonly number[]) => readonly number[]): Geometry => ({
    ...sound,
    bodies: sound.bodies.map((item) => {
      if (item.kind !== 'body' || item.name !== name) return item
      return body(item.code, name, change(item.parameters.map((what) => (what.kind === 'number' ? what.value : 0))))
    }),
  })
  const found = (geometry: Geometry) => checkGeometry(geometry, { stack }).map(({ code }) => code)

  it('finds a disc that reaches into the next one', () => {
    expect(found(withBody('disc1', (p) => p.with(5, 2)))).toContain('DECK_GEOMETRY_OVERLAP')
  })

  it('finds a region that was left out of the vacuum', () => {
    const broken: Geometry = {
      ...sound,
      regions: sound.regions.map((item) =>
        item.kind === 'region' && item.name === 'VOID'
          ? region(
              'VOID',
              allOf(inside('void'), ...stack.layers.slice(1).map(({ region }) => outside(region.toLowerCase()))),
            )
          : item,
      ),
    }
    expect(found(broken)).toContain('DECK_GEOMETRY_OVERLAP')
  })

  it('finds a hole', () => {
    const broken: Geometry = {
      ...sound,
      regions: sound.regions.filter((item) => item.kind !== 'region' || item.name !== 'DUMP3'),
    }
    expect(found(broken)).toContain('DECK_GEOMETRY_GAP')
  })

  it('finds a disc of another thickness, radius or place', () => {
    expect(found(withBody('disc4', (p) => p.with(5, 0.1)))).toEqual(['DECK_VOLUME_DIFFERS'])
    expect(found(withBody('disc4', (p) => p.with(6, 1.8)))).toEqual(['DECK_VOLUME_DIFFERS'])
    expect(found(withBody('disc4', (p) => p.with(2, 6.2)))).toEqual(['DECK_VOLUME_DIFFERS'])
  })

  it('says when it cannot tell', () => {
    const wedge: Geometry = { ...sound, bodies: [...sound.bodies, body('WED', 'wedge', new Array(12).fill(1))] }
    expect(found(wedge)).toEqual(['DECK_GEOMETRY_NOT_EVALUATED'])
  })
})
