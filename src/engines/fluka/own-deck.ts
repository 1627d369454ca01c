/**
 * The deck of a user's template for one task. It may say everything its own way but for one thing: residual nuclei of the
 * target layers are scored as in the deck that is written from the parameters, because they are the result.
 */

import type { Setup } from '#simulation/document.ts'
import type { DeckManifest, ExpectedYields } from './compose/manifest.ts'
import { UNITS } from './compose/manifest.ts'
import { WOBBLED_ROUTINE } from './compose/source-routine.ts'
import { nameIn, numberIn, what } from './deck/card.ts'
import { activeCards, type Deck } from './deck/deck.ts'
import { checkDeckTemplate, type DeckTask, fillDeckTemplate } from './deck/template.ts'

export type OwnDeck =
  | { readonly ok: true; readonly text: string; readonly manifest: DeckManifest }
  /** Sentences with their places. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** @param written manifest of the deck that is written from the parameters */
export function ownDeck(template: string, task: DeckTask, written: DeckManifest): OwnDeck {
  const filled = fillDeckTemplate(template, task)
  if (!filled.ok) return { ok: false, problems: filled.problems.map(({ message }) => message) }
  const { deck } = filled.read
  const problems = missingYields(deck, written)
  if (problems.length > 0) return { ok: false, problems }
  const title =
    deck.nodes
      .find((node) => node.kind === 'title')
      ?.text.slice(0, 80)
      .trimEnd() ?? ''
  const hasSource = activeCards(deck).some(({ command }) => command === 'SOURCE')
  const units = written.units.filter(({ unit }) => unit === UNITS.yields)
  return {
    ok: true,
    text: filled.text,
    manifest: { ...written, title, units, routine: hasSource ? WOBBLED_ROUTINE.name : null },
  }
}

/** What is wrong with a template before there is a task. */
export function ownDeckProblems(template: string, setup: Setup, written: DeckManifest): readonly string[] {
  const problems = checkDeckTemplate(template, setup).map(({ message }) => message)
  if (problems.length > 0) return problems
  const own = ownDeck(template, { seed: 1, primaries: 1, title: 'check', point: 0, setup }, written)
  return own.ok ? [] : own.problems
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
