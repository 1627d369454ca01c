/**
 * Whether the residual nuclei of a user's own deck are the result: nuclei of each target layer per primary, all of them, in
 * the file that is read. Found before anything runs, with card and line; a run would tell it only after hours, or not at all.
 */

import type { DeckManifest, DeckUnit, ExpectedYields } from './compose/manifest.ts'
import { UNITS } from './compose/manifest.ts'
import { scoringCards } from './compose/scoring-cards.ts'
import { alterations } from './deck/altered-scores.ts'
import { type Card, numberIn, what } from './deck/card.ts'
import { activeCards, type Deck } from './deck/deck.ts'
import { placeText } from './deck/place.ts'
import { type DeckTemplateProblem, deckTemplateProblem } from './deck/template.ts'
import { cardsOfUnit, isSame } from './own-scores.ts'

const UNIT = UNITS.yields

/** What is wrong with the residual nuclei of a deck, given the manifest of the one that is written from the parameters. */
export function yieldsProblems(deck: Deck, written: DeckManifest): readonly DeckTemplateProblem[] {
  const asked = written.units.find(({ unit }) => unit === UNIT)
  if (!asked) return []
  const cards = activeCards(deck)
  const inFile = cardsOfUnit(cards, UNIT)
  const others = inFile.filter((card) => card.command !== 'RESNUCLE' || (numberIn(what(card, 2)) ?? 0) > 0)
  const found = inFile.filter((card) => !others.includes(card))
  return [
    ...others.map(intruder),
    ...cards
      .filter((card) => card.command === 'OPEN' && Math.abs(numberIn(what(card, 1)) ?? 0) === UNIT)
      .map(elsewhere),
    ...(others.length === 0 ? differences(found, asked) : []),
    ...found.flatMap((card) => altered(cards, card)),
  ]
}

const intruder = (card: Card): DeckTemplateProblem =>
  deckTemplateProblem(
    'DECK_YIELDS_DIFFER',
    card.command === 'RESNUCLE'
      ? `It writes text to unit ${UNIT}, which is read as a binary file. Write -${UNIT}.`
      : `It writes to unit ${UNIT}, which holds the residual nuclei of the target layers and nothing else. Give it a unit of its own.`,
    card,
  )

const elsewhere = (card: Card): DeckTemplateProblem =>
  deckTemplateProblem(
    'DECK_YIELDS_DIFFER',
    `It gives unit ${UNIT} a file of another name; residual nuclei are looked for under FLUKA's own. Take the card out.`,
    card,
  )

function differences(found: readonly Card[], asked: DeckUnit): readonly DeckTemplateProblem[] {
  const detectors = asked.detectors as readonly ExpectedYields[]
  if (found.length !== detectors.length) {
    const names = detectors.map(({ name }) => name).join(', ')
    return [
      deckTemplateProblem(
        'DECK_YIELDS_DIFFER',
        `Unit ${UNIT} must hold ${detectors.length} RESNUCLE detectors, one for each target layer (${names}); the template has ${found.length}.`,
      ),
    ]
  }
  const wanted = scoringCards([asked])
  return found.flatMap((card, index) => {
    const { name, region, zMax, mMax, layer } = detectors[index]!
    if (isSame(card, wanted[index]!)) return []
    return [
      deckTemplateProblem(
        'DECK_YIELDS_DIFFER',
        `RESNUCLE detector ${index + 1} of unit ${UNIT} scores layer ${layer} and must have WHAT(1) = 3, WHAT(3) = ${zMax}, WHAT(4) = ${mMax}, region ${region}, volume 1 and the name ${name}.`,
        card,
      ),
    ]
  })
}

const altered = (cards: readonly Card[], detector: Card): readonly DeckTemplateProblem[] =>
  alterations(cards, detector).map(({ by, field, words }) =>
    deckTemplateProblem(
      'DECK_YIELDS_ALTERED',
      `${field === null ? 'It' : `WHAT(${field})`} makes the detector ${detector.sdum} (${placeText(detector.place)}) score ${words}; unit ${UNIT} must hold nuclei per primary. Take the card out, or score such a thing in a unit of its own.`,
      by,
    ),
  )
