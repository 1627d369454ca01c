/** Decks away from the page: composed, read back and checked by the same code that runs them, and templates filled. */

import { diffHunks, lineDiff } from '#engines/engine/line-diff.ts'
import { checkedDeck } from '#engines/fluka/check/checked-deck.ts'
import { composeDeck } from '#engines/fluka/compose/compose-deck.ts'
import type { DecayRequest } from '#engines/fluka/compose/decay-cards.ts'
import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import { activeCards } from '#engines/fluka/deck/deck.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import { checkDeckTemplate } from '#engines/fluka/deck/template.ts'
import { platformTemplate } from '#engines/fluka/deck/template-from-deck.ts'
import { flavourLabel } from '#engines/fluka/flavour.ts'
import { choicesOf } from '#engines/fluka/input.ts'
import { ownDeck } from '#engines/fluka/own-deck.ts'
import { remarksOn } from '#engines/fluka/scope.ts'
import { particlesPerSecond } from '#quantities/conversions.ts'
import type { Microamperes } from '#quantities/units.ts'
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
  const site = {
    flavour,
    version: '',
    label: flavourLabel[flavour],
    standIn: false,
    routines: new Set([WOBBLED_ROUTINE.name]),
    program: null,
  }
  const refusals = remarksOn(setup, site).filter(
    ({ severity, code }) => severity === 'refusal' && !SAID_OTHERWISE.has(code) && !code.startsWith('FLUKA_DECK_'),
  )
  if (refusals.length > 0) return done({ refusals: refusals.map(({ message }) => message) })
  const title = document.name === '' ? 'Isolario' : document.name
  const choices = { ...choicesOf(setup, { flavour }), decay: decayOf(document) }
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
  const faults = checkDeckTemplate(template, setup).map(
    ({ in: where, line, message }): DeckFault => ({
      severity: 'error',
      line: where === 'template' || sameLines ? line : null,
      message: where === 'deck' && !sameLines ? `In the filled deck: ${message}` : message,
    }),
  )
  if (faults.length > 0) return done({ platform, template: { faults, hunks } })
  const own = ownDeck({ text: template, routines }, { ...SHOWN_RUN, title, point: 0, setup }, written.manifest)
  return own.ok
    ? done({
        platform,
        deck: { text: own.text, cards: cardsIn(own.text), faults: [] },
        template: { faults: [], hunks },
      })
    : done({
        platform,
        template: {
          faults: own.problems.map(
            ({ message, line }): DeckFault => ({ severity: 'error', line: sameLines ? line : null, message }),
          ),
          hunks,
        },
      })
}

/** Decay within FLUKA, where it is asked for: at the end of irradiation and after cooling. */
function decayOf({ setup: { engine }, operation }: SimulationDocument): DecayRequest | null {
  if (engine.id !== 'fluka' || !engine.decayInEngine) return null
  const cooling = operation.coolingHours * 3600
  return {
    irradiationSeconds: operation.irradiationDays * 86_400,
    primariesPerSecond: particlesPerSecond(operation.currentMicroampere as Microamperes),
    coolingSeconds: cooling > 0 ? [0, cooling] : [0],
  }
}

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
