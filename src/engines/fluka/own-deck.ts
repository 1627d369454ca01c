/**
 * The deck of a user's template for one task. It may say everything its own way but for one thing: residual nuclei of the
 * target layers are scored as in the deck that is written from the parameters, because they are the result. Everything that
 * is told of the deck is told of the one that runs, never of the one that the parameters would have made.
 */

import type { RoutineFile } from '#simulation/routines.ts'
import type { DeckManifest } from './compose/manifest.ts'
import { UNITS } from './compose/manifest.ts'
import { biasingCards } from './deck/biasing-cards.ts'
import { type Card, numberIn, what } from './deck/card.ts'
import { activeCards } from './deck/deck.ts'
import { placeText } from './deck/place.ts'
import {
  checkDeckTemplate,
  type DeckTask,
  type DeckTemplateProblem,
  fillDeckTemplate,
  ofFilledDeck,
} from './deck/template.ts'
import { definedRoutines, missingRoutines } from './deck/user-routines.ts'
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
  | OwnDeckFault

export interface OwnDeckFault {
  readonly ok: false
  /** `FLUKA_ROUTINE_MISSING`: the deck calls code that nobody brings; everything else is the template's text. */
  readonly code: 'FLUKA_TEMPLATE_WRONG' | 'FLUKA_ROUTINE_MISSING'
  readonly problems: readonly DeckTemplateProblem[]
}

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

/** A template as far as a deck is made of it. */
export interface TemplateParts {
  readonly text: string
  readonly routines?: readonly RoutineFile[] | undefined
}

const wrong = (problems: readonly DeckTemplateProblem[]): OwnDeckFault => ({
  ok: false,
  code: 'FLUKA_TEMPLATE_WRONG',
  problems,
})

/**
 * @param written manifest of the deck that is written from the parameters. Where that needs the routine of the wobbled beam,
 *   a SOURCE for which the template brings no routine is taken to mean that one.
 */
export function ownDeck({ text, routines = [] }: TemplateParts, task: DeckTask, written: DeckManifest): OwnDeck {
  const filled = fillDeckTemplate(text, task)
  if (!filled.ok) return wrong(filled.problems)
  const { deck } = filled.read
  const problems = yieldsProblems(deck, written)
  if (problems.length > 0) return wrong(problems)
  const calls = missingRoutines(deck, routines, written.routine === null ? [] : ['SOURCE'])
  if (calls.length > 0) {
    const problems = calls.map((one) => ofFilledDeck('DECK_ROUTINE_MISSING', one))
    return { ok: false, code: 'FLUKA_ROUTINE_MISSING', problems }
  }
  const title =
    deck.nodes
      .find((node) => node.kind === 'title')
      ?.text.slice(0, 80)
      .trimEnd() ?? ''
  const cards = activeCards(deck)
  const hasSource = cards.some(({ command }) => command === 'SOURCE')
  const ownSource = definedRoutines(routines).has('SOURCE')
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
      routine: hasSource && !ownSource ? written.routine : null,
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

/** The template for a task as an example, before there is one. What is wrong with it stands in its problems. */
export function triedOwnDeck(template: TemplateParts, task: DeckTask, written: DeckManifest): OwnDeck {
  const problems = checkDeckTemplate(template.text, task.setup)
  return problems.length > 0 ? wrong(problems) : ownDeck(template, task, written)
}
