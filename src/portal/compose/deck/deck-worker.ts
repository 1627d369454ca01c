/** Decks away from the page: composed, read back and checked by the same code that runs them, and templates filled. */

import { diffHunks, lineDiff } from '#engines/engine/line-diff.ts'
import { checkedDeck } from '#engines/fluka/check/checked-deck.ts'
import { composeDeck } from '#engines/fluka/compose/compose-deck.ts'
import { activeCards } from '#engines/fluka/deck/deck.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import { platformTemplate } from '#engines/fluka/deck/template-from-deck.ts'
import { decayOf } from '#engines/fluka/deck-of-document.ts'
import { choicesOf } from '#engines/fluka/input.ts'
import { triedOwnDeck } from '#engines/fluka/own-deck.ts'
import { remarksOn } from '#engines/fluka/scope.ts'
import { anySite } from '#engines/fluka/site.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { DeckAnswer, DeckFault, DeckQuestion } from './deck.ts'

/** A run to show: seed and primaries are each task's own. */
const SHOWN_RUN = { seed: 1, primaries: 10_000 }
/** The deck's own view says it with lines, and decay in the engine is for decks only. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set(['FLUKA_TEMPLATE_WRONG', 'FLUKA_DECAY_IN_ENGINE'])

function answerTo({ id, document, flavour, template, routines }: DeckQuestion): DeckAnswer {
  const began = performance.now()
  const answer = { id, refusals: [], deck: null, platform: null, template: null, milliseconds: 0, broken: null }
  const done = (parts: Partial<DeckAnswer>): DeckAnswer => ({
    ...answer,
    ...parts,
    milliseconds: performance.now() - began,
  })
  const setup = withoutTemplate(document)
  const refusals = remarksOn(setup, anySite(flavour)).filter(
    ({ severity, code }) => severity === 'refusal' && !SAID_OTHERWISE.has(code) && !code.startsWith('FLUKA_DECK_'),
  )
  if (refusals.length > 0) return done({ refusals: refusals.map(({ message }) => message) })
  const title = document.name === '' ? 'Isolario' : document.name
  const choices = {
    ...choicesOf(setup, { flavour }),
    decay: isDecayAsked(document) ? decayOf(document.operation) : null,
  }
  const written = checkedDeck(setup, choices, SHOWN_RUN, title)
  const platform = platformTemplate(composeDeck(setup, choices, SHOWN_RUN, title).deck)
  if (template === null) {
    const faults = written.findings.map(
      ({ severity, place, message }): DeckFault => ({ severity, line: place?.line ?? null, message }),
    )
    return done({ platform, deck: { text: written.text, cards: cardsIn(written.text), faults } })
  }
  const hunks = diffHunks(lineDiff(platform, template))
  // Where no block of the template adds or takes lines, a line of the deck is the line of the template.
  const sameLines = !/\{%/.test(template)
  const task = { ...SHOWN_RUN, title, point: 0, setup }
  const own = triedOwnDeck({ text: template, routines }, task, written.manifest)
  if (own.ok) {
    return done({
      platform,
      deck: { text: own.text, cards: cardsIn(own.text), faults: [] },
      template: { faults: [], hunks },
    })
  }
  const faults = own.problems.map(
    ({ in: where, line, message }): DeckFault => ({
      severity: 'error',
      line: where === 'template' || sameLines ? line : null,
      message: where === 'deck' && !sameLines ? `In the filled deck: ${message}` : message,
    }),
  )
  return done({ platform, template: { faults, hunks } })
}

/** Decay within FLUKA is for decks that are taken away. */
const isDecayAsked = ({ setup: { engine } }: SimulationDocument): boolean =>
  engine.id === 'fluka' && engine.decayInEngine

const cardsIn = (text: string): number => activeCards(readDeck(text).deck).length

/** The setup for the deck that is written from the parameters. */
function withoutTemplate({ setup }: SimulationDocument): SimulationDocument['setup'] {
  return setup.engine.id === 'fluka' ? { ...setup, engine: { ...setup.engine, template: null } } : setup
}

self.onmessage = ({ data }: MessageEvent<DeckQuestion>) => {
  try {
    self.postMessage(answerTo(data))
  } catch (error) {
    const broken = error instanceof Error ? error.message : String(error)
    const answer: DeckAnswer = {
      id: data.id,
      refusals: [],
      deck: null,
      platform: null,
      template: null,
      milliseconds: 0,
      broken,
    }
    self.postMessage(answer)
  }
}
