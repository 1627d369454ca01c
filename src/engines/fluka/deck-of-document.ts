/** The deck of a simulation for somebody who takes it away: with one run's seed and primaries, whatever FLUKA runs it. */

import { particlesPerSecond } from '#quantities/conversions.ts'
import type { Microamperes } from '#quantities/units.ts'
import type { Operation, Setup, SimulationDocument } from '#simulation/document.ts'
import { engineSchema } from '#simulation/engine-choice.ts'
import { routinesOf } from '#simulation/routines.ts'
import { checkedDeck } from './check/checked-deck.ts'
import type { DeckFinding } from './check/deck-finding.ts'
import type { DeckChoices, DeckNote, DeckRun } from './compose/compose-deck.ts'
import type { DecayRequest } from './compose/decay-cards.ts'
import type { Flavour } from './flavour.ts'
import { ownDeck } from './own-deck.ts'
import { refusalsOf } from './scope.ts'

export interface TakenDeck {
  readonly text: string
  /** Source routine that the deck needs, compiled at the site; `null` where FLUKA as it comes is enough. */
  readonly routine: string | null
  readonly notes: readonly DeckNote[]
  readonly findings: readonly DeckFinding[]
}

export type DeckOfDocument =
  | { readonly ok: true; readonly deck: TakenDeck }
  /** What FLUKA cannot be told, by parameter. */
  | { readonly ok: false; readonly refusals: readonly DeckNote[] }

const SECONDS_PER_DAY = 86_400
const SECONDS_PER_HOUR = 3600

/**
 * @param document from a checked text; for another engine than FLUKA it is taken with what FLUKA does by default. Of a scan
 *   the setup as it stands is written.
 */
export function deckOfDocument(document: SimulationDocument, flavour: Flavour, run: DeckRun): DeckOfDocument {
  const setup = forFluka(document.setup)
  const refusals = refusalsOf(setup).filter(({ code }) => code !== 'FLUKA_DECAY_IN_ENGINE')
  if (refusals.length > 0) return { ok: false, refusals }
  const title = document.name === '' ? 'Isolario' : document.name
  const deck = checkedDeck(setup, choicesFor(setup, document.operation, flavour), run, title)
  const { manifest, notes, findings, text } = deck
  const template = setup.engine.id === 'fluka' ? setup.engine.template : null
  if (template === null) return { ok: true, deck: { text, routine: manifest.routine, notes, findings } }
  const own = ownDeck(template, { ...run, title, point: 0, setup }, manifest)
  if (own.ok) {
    const deck = { text: own.text, routine: own.manifest.routine, notes: routineNotes(setup), findings: [] }
    return { ok: true, deck }
  }
  return { ok: false, refusals: own.problems.map(({ message }) => ({ path: 'setup.engine.template.text', message })) }
}

/** The deck alone does not run what its template brings. */
function routineNotes(setup: Setup): readonly DeckNote[] {
  const names = routinesOf(setup).map(({ name }) => name)
  if (names.length === 0) return []
  const message = `The template brings the user routines ${names.join(', ')}: this deck needs an executable of FLUKA that was linked with them.`
  return [{ path: 'setup.engine.template.routines', message }]
}

const forFluka = (setup: Setup): Setup =>
  setup.engine.id === 'fluka' ? setup : { ...setup, engine: engineSchema.parse({ id: 'fluka' }) }

function choicesFor({ engine }: Setup, operation: Operation, flavour: Flavour): DeckChoices {
  if (engine.id !== 'fluka') throw new Error(`A setup for the engine ${engine.id} was given to FLUKA.`)
  const { transportIons, interactionBias, decayInEngine } = engine
  return { flavour, transportIons, interactionBias, decay: decayInEngine ? decayOf(operation) : null }
}

/** At the end of irradiation, and after the cooling that was asked for. The mean current: FLUKA's beam has no duty cycle. */
function decayOf({ currentMicroampere, dutyCycle, irradiationDays, coolingHours }: Operation): DecayRequest {
  return {
    irradiationSeconds: irradiationDays * SECONDS_PER_DAY,
    primariesPerSecond: particlesPerSecond((currentMicroampere * dutyCycle) as Microamperes),
    coolingSeconds: coolingHours === 0 ? [0] : [0, coolingHours * SECONDS_PER_HOUR],
  }
}
