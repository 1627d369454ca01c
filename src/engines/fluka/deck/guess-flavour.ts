/** Which of the two lines of FLUKA a deck was written for: what in it only one of them knows. */

import type { Flavour } from '../flavour.ts'
import { type Card, numberIn, what } from './card.ts'
import { placeText } from './place.ts'

export interface FlavourReason {
  readonly flavour: Flavour
  readonly reason: string
}

export interface FlavourGuess {
  /** `null`: nothing in the deck tells, or it holds signs of both. Most decks run in both. */
  readonly flavour: Flavour | null
  readonly reasons: readonly FlavourReason[]
}

/** Cards that only FLUKA 4 knows: from memory, not compared with its manual, so a guess says that it is one. */
const CERN_ONLY = new Set(['MGNCREAT', 'MGNDATA', 'CRYSTAL'])
/** Text fields of PHYSICS and PHOTONUC that only FLUKA of INFN knows: met in its decks, not in the manual of FLUKA 4. */
const INFN_ONLY: Readonly<Partial<Record<string, readonly string[]>>> = {
  PHYSICS: ['ISOMERS', 'INFLDCAY'],
  PHOTONUC: ['ELECTNUC'],
}

/** `cards`: those that FLUKA sees. */
export function guessFlavour(cards: readonly Card[]): FlavourGuess {
  const reasons = cards.flatMap((card): FlavourReason[] => {
    const at = card.place === null ? '' : ` (${placeText(card.place)})`
    if (CERN_ONLY.has(card.command)) {
      return [{ flavour: 'cern4', reason: `${card.command} exists in FLUKA 4 (CERN) only${at}` }]
    }
    if (INFN_ONLY[card.command]?.includes(card.sdum.slice(0, 8))) {
      return [{ flavour: 'infn', reason: `${card.command} ${card.sdum} exists in FLUKA (INFN) only${at}` }]
    }
    return card.command === 'LOW-PWXS' ? lowPwxs(card, at) : []
  })
  const flavours = new Set(reasons.map((one) => one.flavour))
  const [only, ...others] = flavours
  return { flavour: only !== undefined && others.length === 0 ? only : null, reasons }
}

/** The card means different things: INFN switches on by 1, CERN off by -1 and names a bound form in WHAT(2). */
function lowPwxs(card: Card, at: string): FlavourReason[] {
  const first = numberIn(what(card, 1))
  const bound = what(card, 2).kind === 'name'
  if (first === -1 || bound) {
    const why = bound ? 'WHAT(2) names a bound form' : 'WHAT(1) = -1 switches it off'
    return [{ flavour: 'cern4', reason: `LOW-PWXS as FLUKA 4 (CERN) has it: ${why}${at}` }]
  }
  if (first !== null && first > 0) {
    return [{ flavour: 'infn', reason: `LOW-PWXS as FLUKA (INFN) has it: WHAT(1) = ${first} switches it on${at}` }]
  }
  return []
}
