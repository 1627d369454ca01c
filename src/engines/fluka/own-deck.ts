/**
 * The deck of a user's template for one task. It may say everything its own way but for one thing: residual nuclei of the
 * target layers are scored as in the deck that is written from the parameters, because they are the result. Everything that
 * is told of the deck is told of the one that runs, never of the one that the parameters would have made.
 */

import type { Setup } from '#simulation/document.ts'
import type { DeckManifest } from './compose/manifest.ts'
import { UNITS } from './compose/manifest.ts'
import { WOBBLED_ROUTINE } from './compose/source-routine.ts'
import { biasingCards } from './deck/biasing-cards.ts'
import { type Card, numberIn, what } from './deck/card.ts'
import { activeCards } from './deck/deck.ts'
import { placeText } from './deck/place.ts'
import { checkDeckTemplate, type DeckTask, type DeckTemplateProblem, fillDeckTemplate } from './deck/template.ts'
import { ownScores } from './own-scores.ts'
import { yieldsProblems } from './own-yields.ts'

export type OwnDeck =
  | {
      readonly ok: true
      readonly text: string
      /** Of this deck. */
      readonly manifest: DeckManifest
      readonly says: OwnDeckFacts
    }
  | { readonly ok: false; readonly problems: readonly DeckTemplateProblem[] }

/** What somebody who asked with parameters must know of a deck that does not come from them. */
export interface OwnDeckFacts {
  /** Cards that bias, with their places. */
  readonly biasing: readonly string[]
  /** RADDECAY cards of semi-analogue decay, with their places. */
  readonly decaying: readonly string[]
  /** True where ions are followed through matter (IONTRANS). */
  readonly movesIons: boolean
  /** Meshes and spectra of the parameters that this deck does not score as they ask. */
  readonly unscored: readonly string[]
}

/** @param written manifest of the deck that is written from the parameters */
export function ownDeck(template: string, task: DeckTask, written: DeckManifest): OwnDeck {
  const filled = fillDeckTemplate(template, task)
  if (!filled.ok) return filled
  const { deck } = filled.read
  const problems = yieldsProblems(deck, written)
  if (problems.length > 0) return { ok: false, problems }
  const title =
    deck.nodes
      .find((node) => node.kind === 'title')
      ?.text.slice(0, 80)
      .trimEnd() ?? ''
  const cards = activeCards(deck)
  const hasSource = cards.some(({ command }) => command === 'SOURCE')
  const scores = ownScores(deck, task.setup, written.units)
  const biasing = biasingCards(deck)
  return {
    ok: true,
    text: filled.text,
    manifest: {
      flavour: written.flavour,
      title,
      units: [...written.units.filter(({ unit }) => unit === UNITS.yields), ...scores.kept],
      biased: biasing.length > 0,
      routine: hasSource ? WOBBLED_ROUTINE.name : null,
    },
    says: {
      biasing: biasing.map(named),
      decaying: cards.filter((card) => card.command === 'RADDECAY' && (numberIn(what(card, 1)) ?? 0) > 1).map(named),
      movesIons: movesIons(cards),
      unscored: scores.missing,
    },
  }
}

/** `LAM-BIAS INEALL (card 41, line 58)` */
const named = (card: Card): string => `${`${card.command} ${card.sdum}`.trim()} (${placeText(card.place)})`

/** By default ions stay where they are born; the last card that says something holds. Source: FLUKA manual, IONTRANS. */
function movesIons(cards: readonly Card[]): boolean {
  const last = cards.findLast((card) => card.command === 'IONTRANS' && what(card, 1).kind !== 'blank')
  return last !== undefined && numberIn(what(last, 1)) !== 0
}

/** A template before there is a task: filled for one that nobody runs. What is wrong with it stands in its problems. */
export function checkedOwnDeck(template: string, setup: Setup, written: DeckManifest): OwnDeck {
  const problems = checkDeckTemplate(template, setup)
  if (problems.length > 0) return { ok: false, problems }
  return ownDeck(template, { seed: 1, primaries: 1, title: 'check', point: 0, setup }, written)
}
