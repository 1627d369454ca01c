/**
 * What each card means and what each of its fields means, in our own words: the one place for `inspect`, for the help beside
 * the deck in the portal, and for the words of problems. Facts: FLUKA manual (cards by name); differences between the two
 * lines of FLUKA as far as decks of both show them.
 */

import type { Flavour } from '../flavour.ts'
import { OTHER_COMMANDS } from './card-help-others.ts'
import { CARDS, type CardEntry } from './card-help-table.ts'

/** What a field takes: a number only, a number or a name, or nothing. */
export type Takes = 'number' | 'number-or-name' | 'nothing'

export interface WhatHelp {
  readonly meaning: string
  readonly takes: Takes
  /** `GeV`, `cm`; empty for names and pure numbers. */
  readonly unit: string
}

export interface CardHelp {
  readonly command: string
  /** What the card is for, in a sentence. */
  readonly purpose: string
  /** WHAT(1) first; twelve for cards with an `&` line. Empty: the fields are not described here. */
  readonly whats: readonly WhatHelp[]
  /** What the text field is for; empty: nothing. */
  readonly sdum: string
  /** What is different in one of the two lines of FLUKA; empty: nothing that is known. */
  readonly flavourNote: string
}

/** All commands that are known, those of the geometry included. */
export const COMMANDS: ReadonlySet<string> = new Set([...Object.keys(CARDS), ...Object.keys(OTHER_COMMANDS)])

/**
 * Help for a card. `sdum` chooses the meaning where it decides (PHYSICS, BEAMPOS, MAT-PROP); `flavour` chooses where the two
 * lines of FLUKA differ. `undefined`: no such command is known.
 */
export function cardHelp(command: string, sdum = '', flavour?: Flavour): CardHelp | undefined {
  const other = OTHER_COMMANDS[command]
  if (other !== undefined) return { command, purpose: other, whats: [], sdum: '', flavourNote: '' }
  const entry: CardEntry | undefined = CARDS[command]
  if (entry === undefined) return undefined
  const word = sdum.slice(0, 8).toUpperCase()
  const variant = entry.bySdum?.[word]
  const own = flavour === undefined ? undefined : (variant?.byFlavour ?? entry.byFlavour)?.[flavour]
  return {
    command,
    purpose: variant?.purpose ?? entry.purpose,
    whats: own?.whats ?? variant?.whats ?? entry.whats,
    sdum: entry.sdum ?? '',
    flavourNote: own?.note ?? variant?.flavourNote ?? entry.flavourNote ?? '',
  }
}
