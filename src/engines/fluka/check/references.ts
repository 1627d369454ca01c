/** Check 3 of fluka.md 9.2: everything that is named exists, and the world ends in a black body that is finite. */

import { type Card, nameIn } from '../deck/card.ts'
import { activeCards, activeGeometries, type Deck } from '../deck/deck.ts'
import type { RegionTree } from '../deck/geometry.ts'
import { KNOWN_MATERIALS } from '../deck/names.ts'
import { type DeckFinding, finding, nameOf } from './deck-finding.ts'
import { bodiesOf, regionsOf } from './deck-names-check.ts'

/** Fields that name regions, by command. */
const REGION_FIELDS: Readonly<Record<string, readonly number[]>> = {
  ASSIGNMA: [2, 3],
  RESNUCLE: [5],
  USRBDX: [4, 5],
  USRTRACK: [4],
  USRCOLL: [4],
  BIASING: [4, 5],
}
/** Fields that name materials. */
const MATERIAL_FIELDS: Readonly<Record<string, readonly number[]>> = {
  ASSIGNMA: [1, 6],
  COMPOUND: [2, 4, 6],
  'LOW-MAT': [1],
  'MAT-PROP': [4, 5],
  'LAM-BIAS': [3],
}
/** Bodies that end: only these may hold the world. */
const FINITE_BODIES: ReadonlySet<string> = new Set([
  ...['SPH', 'RPP', 'BOX', 'RCC', 'REC', 'TRC', 'ELL', 'WED', 'RAW', 'ARB'],
])

export function checkReferences(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const regions = new Set(regionsOf(deck).map(({ name }) => name))
  const materials = new Set([
    ...KNOWN_MATERIALS.keys(),
    ...cards.filter(({ command }) => command === 'MATERIAL').map(({ sdum }) => sdum),
  ])
  return [
    ...cards.flatMap((card) => [
      ...unknown(card, REGION_FIELDS[card.command], regions, 'DECK_REGION_UNKNOWN', 'region'),
      ...unknown(card, MATERIAL_FIELDS[card.command], materials, 'DECK_MATERIAL_UNKNOWN', 'material'),
      ...(card.command === 'COMPOUND' && !materials.has(card.sdum)
        ? [
            finding(
              'DECK_MATERIAL_UNKNOWN',
              card,
              `A compound needs a MATERIAL card of its own with the density, and there is none for "${card.sdum}".`,
            ),
          ]
        : []),
    ]),
    ...assignments(deck, cards),
  ]
}

function unknown(
  card: Card,
  fields: readonly number[] | undefined,
  known: ReadonlySet<string>,
  code: 'DECK_REGION_UNKNOWN' | 'DECK_MATERIAL_UNKNOWN',
  kind: string,
): readonly DeckFinding[] {
  return (fields ?? []).flatMap((field) => {
    const name = nameOf(card, field)
    // Wild cards and numbers are FLUKA's business.
    if (name === null || name.startsWith('@') || known.has(name)) return []
    return [finding(code, card, `It names the ${kind} ${name}, which does not exist.`, field)]
  })
}

/** Materials of regions, by the last ASSIGNMA that speaks of each; only for decks that name them. */
function assignments(deck: Deck, cards: readonly Card[]): readonly DeckFinding[] {
  const regions = regionsOf(deck)
  const assigned = new Map<string, string>()
  for (const card of cards) {
    if (card.command !== 'ASSIGNMA') continue
    const [material, first, last] = [1, 2, 3].map((field) => nameIn(card.whats[field - 1] ?? { kind: 'blank' }))
    if (!first) return []
    const from = regions.findIndex(({ name }) => name === first)
    const to = last === '@LASTREG' ? regions.length - 1 : last ? regions.findIndex(({ name }) => name === last) : from
    for (const region of regions.slice(from, to + 1)) assigned.set(region.name, material ?? '')
  }
  const bare = regions.filter(({ name }) => !assigned.has(name))
  const black = regions.filter(({ name }) => assigned.get(name) === 'BLCKHOLE')
  return [
    ...bare.map(({ name, place }) =>
      finding('DECK_REGION_WITHOUT_MATERIAL', place, `Region ${name} has no material: no ASSIGNMA speaks of it.`),
    ),
    ...(black.length === 0 && activeGeometries(deck).length > 0
      ? [
          finding(
            'DECK_NO_BLACK_BODY',
            null,
            'No region has the material BLCKHOLE; the outermost one must end every track.',
          ),
        ]
      : []),
    // Several regions may be black; the outermost of them must have an end.
    ...(black.some(({ points }) => endsSomewhere(points, deck))
      ? []
      : black.slice(0, 1).map(({ name, place }) => infinite(name, place))),
  ]
}

const infinite = (name: string, place: DeckFinding['place']): DeckFinding =>
  finding(
    'DECK_WORLD_INFINITE',
    place,
    `Region ${name}, the black body, is not inside a finite body; put it into a sphere (SPH) or a box (RPP).`,
  )

/** Whether the points of a tree lie inside some finite body. */
function endsSomewhere(points: RegionTree, deck: Deck): boolean {
  const finite = new Set(bodiesOf(deck).flatMap(({ code, name }) => (FINITE_BODIES.has(code) ? [name] : [])))
  const walk = (tree: RegionTree): boolean => {
    switch (tree.kind) {
      case 'body':
        return finite.has(tree.name)
      case 'not':
        return false
      case 'and':
        return tree.of.some(walk)
      case 'or':
        return tree.of.every(walk)
    }
  }
  return walk(points)
}
