/** Check 2 of fluka.md 9.2: names. */

import { activeCards, activeGeometries, type Deck } from '../deck/deck.ts'
import type { Body, Region } from '../deck/geometry.ts'
import { BODY_NAME, DETECTOR_NAME, KNOWN_MATERIALS, MATERIAL_NAME, REGION_NAME } from '../deck/names.ts'
import { isActive, placeText } from '../deck/place.ts'
import { type DeckFinding, type FoundAt, finding } from './deck-finding.ts'

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

/** Decks that people run have `136-XE` and the like. */
const ANY_MATERIAL_NAME = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,7}$/u

interface Named {
  readonly name: string
  readonly at: FoundAt
  /** For people: `RCC disc1`, `region DISC1`; empty where the card says it. */
  readonly where: string
}

export function checkNames(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const materials: readonly Named[] = cards
    .filter(({ command }) => command === 'MATERIAL')
    .map((card) => ({ name: card.sdum, at: card, where: '' }))
  const detectors: readonly Named[] = cards
    .filter(({ command }) => DETECTOR_COMMANDS.has(command))
    .map((card) => ({ name: card.sdum, at: card, where: '' }))
  // In columns bodies and regions are numbers.
  const named = activeGeometries(deck).every(({ form }) => form === 'names')
  const bodies = bodiesOf(deck).map(({ name, place, code }) => ({ name, at: place, where: `${code} ${name}` }))
  const regions = regionsOf(deck).map(({ name, place }) => ({ name, at: place, where: `Region ${name}` }))
  return [
    ...checkKind('body', named ? bodies : [], BODY_NAME, 'up to 8 letters and digits, a letter first'),
    ...checkKind('region', named ? regions : [], REGION_NAME, 'up to 8 letters and digits, a letter first'),
    ...checkKind('material', materials, ANY_MATERIAL_NAME, 'up to 8 characters'),
    ...checkKind('detector', detectors, DETECTOR_NAME, 'up to 10 characters, a letter first, no "&"'),
    ...materials.flatMap(({ name, at }) =>
      ANY_MATERIAL_NAME.test(name) && !MATERIAL_NAME.test(name)
        ? [finding('DECK_NAME_UNUSUAL', at, `It has the name "${name}"; in the mode with names a letter comes first.`)]
        : [],
    ),
    ...materials.flatMap(({ name, at }) =>
      KNOWN_MATERIALS.has(name)
        ? [finding('DECK_NAME_RESERVED', at, `It defines ${name} anew, which FLUKA knows already.`)]
        : [],
    ),
  ]
}

function checkKind(kind: string, named: readonly Named[], pattern: RegExp, rule: string): readonly DeckFinding[] {
  const seen = new Map<string, Named>()
  return named.flatMap((one): DeckFinding[] => {
    if (!pattern.test(one.name)) {
      const name = one.name === '' ? 'no name' : `the name "${one.name}"`
      return [finding('DECK_NAME_INVALID', one.at, `${one.where || 'It'} has ${name}; a ${kind} has ${rule}.`)]
    }
    const before = seen.get(one.name)
    // Of bodies and regions the reader tells it.
    if (before && one.where === '') {
      return [
        finding(
          'DECK_NAME_TWICE',
          one.at,
          `It has the name ${one.name} of another ${kind}${placeOf(before)}. Give it another one.`,
        ),
      ]
    }
    seen.set(one.name, one)
    return []
  })
}

function placeOf({ at }: Named): string {
  const place = at && 'kind' in at ? at.place : at
  const text = placeText(place)
  return text === '' ? '' : ` (${text})`
}
