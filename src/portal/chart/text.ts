/** Words and numbers short enough for a cell, and how wide they are without asking a canvas. */

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** A whole number in superscript digits. */
export function superscript(value: number): string {
  const digits = [...String(Math.abs(value))].map((digit) => SUPERSCRIPTS[Number(digit)]!).join('')
  return value < 0 ? `⁻${digits}` : digits
}

/** A share as percent with two digits: `4.2 %`, `130 %`, `0.03 %`. */
export function shortPercent(share: number): string {
  const percent = share * 100
  if (percent >= 9.95) return `${Math.round(percent)} %`
  return `${Number(percent.toPrecision(2))} %`
}

/** Widths of Helvetica and its metric twins, in thousandths of the font size. */
const NARROW = new Set([...".,:;'|!il()[]jft /·-"])
const WIDE = new Set([...'mwMW%@'])
const SMALL = new Set([...'⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵐ'])

/** Width of a text in units of its font size, never too small for Helvetica, Arial and their twins. */
export function widthInEm(text: string): number {
  let width = 0
  for (const character of text) {
    if (NARROW.has(character)) width += 0.34
    else if (SMALL.has(character)) width += 0.36
    else if (WIDE.has(character)) width += 0.89
    else if (character >= 'A' && character <= 'Z') width += 0.72
    else width += 0.58
  }
  return width
}

/** Smaller text than this is not drawn: it would be dirt. CSS pixels. */
export const SMALLEST_FONT = 5

/** The largest font size up to `wanted` with which a text fits a width, or 0 where it would be unreadable. */
export function fittingFont(text: string, width: number, wanted: number): number {
  const size = Math.min(wanted, width / Math.max(0.1, widthInEm(text)))
  // Whole and half pixels only: few different fonts draw faster, and equal texts look equal.
  const rounded = Math.floor(size * 2) / 2
  return rounded >= SMALLEST_FONT ? rounded : 0
}
