/** Cards of FLUKA's input as typed values. Source of the form: FLUKA manual, "The FLUKA input file". */

import { DeckTextError } from './deck-text-error.ts'
import { NAME_IN_FIELD } from './names.ts'
import type { Place } from './place.ts'
import { oneLine } from './printable.ts'

/** One numerical or named field of a card. */
export type What =
  | { readonly kind: 'blank' }
  | { readonly kind: 'number'; readonly value: number }
  /** A particle, material, region or detector by name, or a wild card such as `@LASTREG`. */
  | { readonly kind: 'name'; readonly name: string }
  /** `$NAME` or `-$NAME` of a `#define`; `value` is what the definitions make of it, `null` when they make nothing. */
  | { readonly kind: 'variable'; readonly text: string; readonly value: number | null }
  /** What is neither number nor name; the reader has named it as a problem, the writer puts it back as it was. */
  | { readonly kind: 'unreadable'; readonly text: string }

export const BLANK: What = { kind: 'blank' }

/** A command with its fields. `&` lines are joined: a USRBIN has twelve fields. */
export interface Card {
  readonly kind: 'card'
  /** The eight letters that count, in capitals: `RANDOMIZ`, `ASSIGNMA`. */
  readonly command: string
  /** WHAT(1) is `whats[0]`; six for each line of the card. */
  readonly whats: readonly What[]
  /** The text field: columns 71 to 78, for names of detectors to 80. */
  readonly sdum: string
  /** Lines below the card that belong to it: the file of an OPEN. Empty for all other cards. */
  readonly below: readonly string[]
  /** flair's formulas behind numbers (`!@what.4=-beam_sigma*fwhm`), by WHAT number. FLUKA ignores them. */
  readonly formulas: ReadonlyMap<number, string>
  /** What follows `!` on the card. */
  readonly remark: string | null
  readonly place: Place | null
}

/** What {@link card} takes for a field: a number, a name, or nothing. */
export type WhatValue = number | string | null | undefined

/** Letters of a command that count. */
export const COMMAND_LENGTH = 8
/** Longest SDUM: detectors may have ten characters, everything else has eight. */
export const SDUM_LENGTH = 10
/** Fields on one line. */
export const WHATS_PER_LINE = 6

/**
 * A card made by a program. Blank fields at the end may be left out.
 *
 * @throws {DeckTextError} when a name or SDUM could not stand in its columns: names come from {@link ./names.ts}.
 */
export function card(
  command: string,
  whats: readonly WhatValue[] = [],
  sdum = '',
  more: { readonly remark?: string; readonly below?: readonly string[] } = {},
): Card {
  if (!/^[A-Z][A-Z0-9-]{0,7}$/u.test(command)) {
    throw new DeckTextError(`"${oneLine(command)}" is no command: up to ${COMMAND_LENGTH} capitals, digits and "-".`)
  }
  if (!/^[\x21-\x7e]{0,10}$/u.test(sdum) || /[&!,;:\\]/u.test(sdum)) {
    throw new DeckTextError(
      `${command}: "${oneLine(sdum)}" cannot be its text field (SDUM): up to 10 visible characters.`,
    )
  }
  return {
    kind: 'card',
    command,
    whats: filledUp(whats.map((value, index) => whatOf(value, command, index + 1))),
    sdum,
    below: (more.below ?? []).map(oneLine),
    formulas: new Map(),
    remark: more.remark === undefined ? null : oneLine(more.remark),
    place: null,
  }
}

function whatOf(value: WhatValue, command: string, number: number): What {
  if (value === null || value === undefined || value === '') return BLANK
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new DeckTextError(`${command}: WHAT(${number}) is ${value}, which is no number.`)
    return { kind: 'number', value }
  }
  if (!NAME_IN_FIELD.test(value)) {
    throw new DeckTextError(`${command}: "${oneLine(value)}" cannot be a name in WHAT(${number}).`)
  }
  return { kind: 'name', name: value }
}

/** Fields up to a multiple of six, so that whole lines are compared and written. */
export function filledUp(whats: readonly What[]): What[] {
  const lines = Math.max(1, Math.ceil(whats.length / WHATS_PER_LINE))
  return Array.from({ length: lines * WHATS_PER_LINE }, (_, index) => whats[index] ?? BLANK)
}

/** WHAT(`number`) of a card, counted from 1 over its lines; blank beyond the last. */
export const what = (of: Card, number: number): What => of.whats[number - 1] ?? BLANK

/** The value of a numerical field: `null` for blank, a name, an undefined variable or what cannot be read. */
export const numberIn = (field: What): number | null =>
  field.kind === 'number' || field.kind === 'variable' ? field.value : null

/** The name in a field, `null` for anything else. */
export const nameIn = (field: What): string | null => (field.kind === 'name' ? field.name : null)

/** A field as a person wrote it. */
export function whatText(field: What): string {
  switch (field.kind) {
    case 'blank':
      return ''
    case 'number':
      return String(field.value)
    case 'name':
      return field.name
    case 'variable':
    case 'unreadable':
      return field.text
  }
}
