/** Where in a deck something stands. */

/**
 * Place of a line that was read. `null` instead of a place means: made by a program, not read.
 */
export interface Place {
  /** Line of the text, from 1. */
  readonly line: number
  /** Number of the card, from 1, counted over command cards only (a card with its `&` lines is one). `null`: no card. */
  readonly card: number | null
  /** `false` inside a branch of `#if` that the definitions switch off: FLUKA never sees the line. */
  readonly active: boolean
  /** The file of an `#include` that the line came from; `null` for the deck itself. */
  readonly file: string | null
}

/** Whether FLUKA sees what stands here. What a program made is seen. */
export const isActive = (node: { readonly place: Place | null }): boolean => node.place?.active ?? true

/** "line 12", "card 5, line 12", "line 3 of beam.inc"; empty for what was not read. */
export function placeText(place: Place | null): string {
  if (place === null) return ''
  const line = place.file === null ? `line ${place.line}` : `line ${place.line} of ${place.file}`
  return place.card === null ? line : `card ${place.card}, ${line}`
}
