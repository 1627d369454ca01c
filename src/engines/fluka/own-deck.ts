/**
 * The deck of a user's template for one task. It may say everything its own way but for one thing: residual nuclei of the
 * target layers are scored as in the deck that is written from the parameters, because they are the result.
 */

import type { Setup } from '#simulation/document.ts'
import type { RoutineFile } from '#simulation/routines.ts'
import type { DeckManifest, ExpectedYields } from './compose/manifest.ts'
import { UNITS } from './compose/manifest.ts'
import { nameIn, numberIn, what } from './deck/card.ts'
import { activeCards, type Deck } from './deck/deck.ts'
import { problemText } from './deck/deck-problem.ts'
import { checkDeckTemplate, type DeckTask, fillDeckTemplate } from './deck/template.ts'
import { definedRoutines, missingRoutines } from './deck/user-routines.ts'

export type OwnDeck = { readonly ok: true; readonly text: string; readonly manifest: DeckManifest } | OwnDeckFault

export interface OwnDeckFault {
  readonly ok: false
  /** `FLUKA_ROUTINE_MISSING`: the deck calls code that nobody brings; everything else is the template's text. */
  readonly code: 'FLUKA_TEMPLATE_WRONG' | 'FLUKA_ROUTINE_MISSING'
  readonly problems: readonly OwnDeckProblem[]
}

export interface OwnDeckProblem {
  /** A sentence with its place. */
  readonly message: string
  /** Line of the filled deck, or of the template where it cannot be filled; `null` where there is none. */
  readonly line: number | null
}

const wrong = (problems: readonly OwnDeckProblem[]): OwnDeckFault => ({
  ok: false,
  code: 'FLUKA_TEMPLATE_WRONG',
  problems: problems.map(({ message, line }) => ({ message, line })),
})

/** A template as far as a deck is made of it. */
export interface TemplateParts {
  readonly text: string
  readonly routines?: readonly RoutineFile[] | undefined
}

/**
 * @param written manifest of the deck that is written from the parameters. Where that needs the routine of the wobbled beam,
 *   a SOURCE for which the template brings no routine is taken to mean that one.
 */
export function ownDeck({ text, routines = [] }: TemplateParts, task: DeckTask, written: DeckManifest): OwnDeck {
  const filled = fillDeckTemplate(text, task)
  if (!filled.ok) return wrong(filled.problems)
  const { deck } = filled.read
  const problems = missingYields(deck, written)
  if (problems.length > 0) return wrong(problems.map((message) => ({ message, line: null })))
  const calls = missingRoutines(deck, routines, written.routine === null ? [] : ['SOURCE'])
  if (calls.length > 0) {
    const problems = calls.map((one) => ({ message: problemText(one), line: one.place?.line ?? null }))
    return { ok: false, code: 'FLUKA_ROUTINE_MISSING', problems }
  }
  const title =
    deck.nodes
      .find((node) => node.kind === 'title')
      ?.text.slice(0, 80)
      .trimEnd() ?? ''
  const hasSource = activeCards(deck).some(({ command }) => command === 'SOURCE')
  const ownSource = definedRoutines(routines).has('SOURCE')
  const units = written.units.filter(({ unit }) => unit === UNITS.yields)
  return {
    ok: true,
    text: filled.text,
    manifest: { ...written, title, units, routine: hasSource && !ownSource ? written.routine : null },
  }
}

/** The template for a task as an example, before there is one. */
export function triedOwnDeck(template: TemplateParts, setup: Setup, written: DeckManifest): OwnDeck {
  const problems = checkDeckTemplate(template.text, setup)
  if (problems.length > 0) return wrong(problems)
  return ownDeck(template, { seed: 1, primaries: 1, title: 'check', point: 0, setup }, written)
}

/** Cards of the unit of the yields must be those of the written deck, in its order and no others. */
function missingYields(deck: Deck, written: DeckManifest): readonly string[] {
  const wanted = written.units.find(({ unit }) => unit === UNITS.yields)?.detectors as readonly ExpectedYields[]
  const found = activeCards(deck).filter(
    (card) => card.command === 'RESNUCLE' && numberIn(what(card, 2)) === -UNITS.yields,
  )
  if (found.length !== wanted.length) {
    return [
      `Unit ${UNITS.yields} must hold ${wanted.length} RESNUCLE detectors, one for each target layer (${wanted.map(({ name }) => name).join(', ')}); the template has ${found.length}.`,
    ]
  }
  return found.flatMap((card, index) => {
    const { name, region, zMax, mMax, layer } = wanted[index]!
    const here = [card.sdum, nameIn(what(card, 5)), ...[1, 3, 4, 6].map((field) => numberIn(what(card, field)))]
    const asked = [name, region, 3, zMax, mMax, 1]
    return asked.every((value, i) => value === here[i])
      ? []
      : [
          `RESNUCLE detector ${index + 1} of unit ${UNITS.yields} scores layer ${layer} and must have WHAT(1) = 3, WHAT(3) = ${zMax}, WHAT(4) = ${mMax}, region ${region}, volume 1 and the name ${name}.`,
        ]
  })
}
