/** Everything that can be found wrong with a deck without FLUKA: the ten checks of fluka.md 9.2, all problems at once. */

import type { ComposedDeck } from '../compose/compose-deck.ts'
import { activeGeometries, type Deck } from '../deck/deck.ts'
import type { WrittenDeck } from '../deck/write-deck.ts'
import { checkOrder } from './card-order.ts'
import { checkDecay } from './decay-scores.ts'
import type { DeckFinding } from './deck-finding.ts'
import { checkNames } from './deck-names-check.ts'
import { checkGeometry } from './geometry-check.ts'
import { checkReferences } from './references.ts'
import { checkResidualRange, checkResiduals, type HeaviestNucleus } from './residual-nuclei.ts'
import { checkSameAsAsked } from './same-as-asked.ts'
import { checkUnits } from './scoring-units.ts'
import { checkLines, checkLosses } from './written-text.ts'

/**
 * Checks a deck of unknown origin: an uploaded one, an expert's template after it was filled in.
 *
 * @param text as it is; @param deck what the reader made of it. The reader's own problems are not repeated.
 */
export function checkDeck(text: string, deck: Deck): readonly DeckFinding[] {
  return [
    ...checkLines(text),
    ...checkRules(deck),
    ...activeGeometries(deck).flatMap((geometry) => checkGeometry(geometry)),
  ]
}

/**
 * Checks a deck that Isolario composed and wrote, against what was asked for.
 *
 * @param read what the reader made of the written text.
 */
export function checkComposedDeck(
  composed: ComposedDeck,
  written: WrittenDeck,
  read: Deck,
  heaviest: HeaviestNucleus,
): readonly DeckFinding[] {
  return [
    ...checkLines(written.text),
    ...checkLosses(written.losses),
    ...checkRules(read),
    ...checkResidualRange(composed.manifest, heaviest),
    ...activeGeometries(read).flatMap((geometry) => checkGeometry(geometry, { stack: composed.stack })),
    ...checkSameAsAsked(composed.deck, read),
  ]
}

export const checkRules = (deck: Deck): readonly DeckFinding[] => [
  ...checkNames(deck),
  ...checkReferences(deck),
  ...checkUnits(deck),
  ...checkOrder(deck),
  ...checkDecay(deck),
  ...checkResiduals(deck),
]
