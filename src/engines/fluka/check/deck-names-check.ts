/** Check 2 of fluka.md 9.2: names. */

import { PREDEFINED_MATERIALS } from '../compose/deck-materials.ts'
import { activeCards, activeGeometries, type Deck } from '../deck/deck.ts'
import type { Body, Region } from '../deck/geometry.ts'
import { BODY_NAME, DETECTOR_NAME, MATERIAL_NAME, REGION_NAME } from '../deck/names.ts'
import { isActive, type Place } from '../deck/place.ts'
import { cardText, type DeckFinding, error, warning } from './deck-finding.ts'

/** Commands whose SDUM is the name of a detector. */
export const DETECTOR_COMMANDS: ReadonlySet<string> = new Set([
  'RESNUCLE',
  'USRBIN',
  'USRBDX',
  'USRTRACK',
  'USRCOLL',
  'USRYIELD',
  'DETECT',
  'EVENTBIN',
])

export const bodiesOf = (deck: Deck): readonly Body[] =>
  activeGeometries(deck).flatMap(({ bodies }) => bodies.filter((item) => item.kind === 'body').filter(isActive))

export const regionsOf = (deck: Deck): readonly Region[] =>
  activeGeometries(deck).flatMap(({ regions }) => regions.filter((item) => item.kind === 'region').filter(isActive))

interface Named {
  readonly name: string
  readonly place: Place | null
  readonly where: string
}

export function checkNames(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const materials: readonly Named[] = cards
    .filter(({ command }) => command === 'MATERIAL')
    .map((card) => ({ name: card.sdum, place: card.place, where: cardText(card) }))
  const detectors: readonly Named[] = cards
    .filter(({ command }) => DETECTOR_COMMANDS.has(command))
    .map((card) => ({ name: card.sdum, place: card.place, where: cardText(card) }))
  const bodies = bodiesOf(deck).map(({ name, place, code }) => ({ name, place, where: `${code} ${name}` }))
  const regions = regionsOf(deck).map(({ name, place }) => ({ name, place, where: `region ${name}` }))
  return [
    ...checkKind('body', bodies, BODY_NAME, 'up to 8 letters and digits, a letter first'),
    ...checkKind('region', regions, REGION_NAME, 'up to 8 letters and digits, a letter first'),
    ...checkKind('material', materials, MATERIAL_NAME, 'up to 8 characters, a letter first'),
    ...checkKind('detector', detectors, DETECTOR_NAME, 'up to 10 characters, a letter first, no "&"'),
    ...materials.flatMap(({ name, place, where }) =>
      PREDEFINED_MATERIALS.includes(name)
        ? [warning('DECK_NAME_RESERVED', place, `${where} redefines ${name}, which FLUKA knows already.`)]
        : [],
    ),
  ]
}

function checkKind(kind: string, named: readonly Named[], pattern: RegExp, rule: string): readonly DeckFinding[] {
  const seen = new Map<string, Named>()
  return named.flatMap((one): DeckFinding[] => {
    if (!pattern.test(one.name)) {
      const name = one.name === '' ? 'no name' : `the name "${one.name}"`
      return [error('DECK_NAME_INVALID', one.place, `${one.where} has ${name}; a ${kind} has ${rule}.`)]
    }
    const before = seen.get(one.name)
    if (before) {
      return [
        error(
          'DECK_NAME_TWICE',
          one.place,
          `${one.where} has the name of another ${kind} (${before.where}). Give it another one.`,
        ),
      ]
    }
    seen.set(one.name, one)
    return []
  })
}
