/** Check 7 of fluka.md 9.2: residual nuclei need their physics, and a table wide enough. */

import type { DeckManifest } from '../compose/manifest.ts'
import { RESNUCLEI_K } from '../compose/residual-range.ts'
import { activeCards, type Deck } from '../deck/deck.ts'
import { type DeckFinding, fieldText, finding, numberOf } from './deck-finding.ts'

/** PHYSICS EVAPORAT WHAT(1): evaporation with heavy fragments. */
const HEAVY_FRAGMENTS = 3

export function checkResiduals(deck: Deck): readonly DeckFinding[] {
  const cards = activeCards(deck)
  const scores = cards.filter(({ command }) => command === 'RESNUCLE')
  if (scores.length === 0) return []
  const physics = (sdum: string) => cards.filter((card) => card.command === 'PHYSICS' && card.sdum === sdum).at(-1)
  const evaporation = physics('EVAPORAT')
  const coalescence = physics('COALESCE')
  const found: DeckFinding[] = []
  if (!evaporation) {
    found.push(
      finding(
        'DECK_RESIDUALS_WITHOUT_MODEL',
        scores[0]!,
        `It scores residual nuclei; FLUKA needs PHYSICS 3. EVAPORAT for them, and the deck has none.`,
      ),
    )
  } else if (numberOf(evaporation, 1) !== HEAVY_FRAGMENTS) {
    found.push(
      finding(
        'DECK_RESIDUALS_WITHOUT_MODEL',
        evaporation,
        `It is ${fieldText(evaporation, 1)}; residual nuclei need plain 3., evaporation with heavy fragments. Other codes are taken without any message and change the result.`,
        1,
      ),
    )
  }
  if (!coalescence || (numberOf(coalescence, 1) ?? 0) <= 0) {
    found.push(
      finding(
        'DECK_RESIDUALS_WITHOUT_MODEL',
        coalescence ?? scores[0]!,
        `Residual nuclei need PHYSICS 1. COALESCE; the deck has ${coalescence ? fieldText(coalescence, 1) : 'none'}.`,
      ),
    )
  }
  return found
}

/** What the layers of a target hold, for the width of the table. */
export interface HeaviestNucleus {
  readonly z: number
  /** Largest N - Z of an isotope. */
  readonly excess: number
}

/** A nucleon or two may be taken up before a nucleus is left. */
const TAKEN_UP = 2

/** Whether the tables of a manifest hold every nucleus that the heaviest one of the target can become. */
export function checkResidualRange(manifest: DeckManifest, heaviest: HeaviestNucleus): readonly DeckFinding[] {
  return manifest.units
    .flatMap(({ detectors }) => detectors)
    .flatMap((detector) => {
      if (detector.kind !== 'yields') return []
      const excess = detector.mMax + RESNUCLEI_K
      if (detector.zMax >= heaviest.z + TAKEN_UP && excess >= heaviest.excess + TAKEN_UP) return []
      return [
        finding(
          'DECK_RESIDUALS_TOO_NARROW',
          null,
          `The detector ${detector.name} holds Z up to ${detector.zMax} and N - Z up to ${excess}; the target has Z = ${heaviest.z} and N - Z = ${heaviest.excess}, and ${TAKEN_UP} more are needed.`,
        ),
      ]
    })
}
