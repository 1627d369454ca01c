/**
 * What the drawing needs of a canvas, and nothing more: the same drawing goes to the screen, into a PNG, into an SVG
 * and into the record of a test.
 */

/** Colour, or a pattern made once by the owner of the canvas. The drawing itself needs no DOM, so neither do its types. */
export type Paint = string | object

export type TextAlign = 'left' | 'right' | 'center' | 'start' | 'end'
export type TextBaseline = 'top' | 'hanging' | 'middle' | 'alphabetic' | 'ideographic' | 'bottom'

export interface Surface {
  fillStyle: Paint
  strokeStyle: Paint
  lineWidth: number
  font: string
  textAlign: TextAlign
  textBaseline: TextBaseline
  fillRect(x: number, y: number, width: number, height: number): void
  beginPath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  closePath(): void
  fill(): void
  stroke(): void
  setLineDash(segments: number[]): void
  fillText(text: string, x: number, y: number): void
  translate(x: number, y: number): void
}

/** The three hatchings: they must be told apart from each other, also without colour. */
export const HATCHINGS = ['not-scored', 'unknown', 'isomer-not-resolved'] as const
export type Hatching = (typeof HATCHINGS)[number]

/** Period of every hatching, CSS pixels. */
export const HATCH_PERIOD = 6

/** Direction of the lines: rising, falling, upright. */
export const HATCH_LINES: Readonly<Record<Hatching, 'rising' | 'falling' | 'upright'>> = {
  'not-scored': 'rising',
  unknown: 'falling',
  'isomer-not-resolved': 'upright',
}
