/** A surface that writes SVG: the same drawing as on the screen, with text as text. */

import {
  HATCH_LINES,
  HATCH_PERIOD,
  HATCHINGS,
  type Hatching,
  type Paint,
  type Surface,
  type TextAlign,
  type TextBaseline,
} from './surface.ts'
import type { Theme } from './theme.ts'

/** Paints by which the drawing asks for a hatching on an SVG surface. */
export const SVG_HATCH: Readonly<Record<Hatching, string>> = {
  'not-scored': 'url(#hatch-not-scored)',
  unknown: 'url(#hatch-unknown)',
  'isomer-not-resolved': 'url(#hatch-isomer-not-resolved)',
}

const number = (value: number): string => String(Math.round(value * 100) / 100)

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

/** Colour of the hatching's lines in a theme. */
export function hatchInk(hatching: Hatching, theme: Theme): string {
  if (hatching === 'not-scored') return theme.hatchLine
  return hatching === 'unknown' ? theme.unknownLine : theme.unresolvedLine
}

/** Collects what is drawn on it; `text()` gives the elements, `hatchings()` the patterns they refer to. */
export class SvgSurface implements Surface {
  fillStyle: Paint = '#000'
  strokeStyle: Paint = '#000'
  lineWidth = 1
  font = '10px sans-serif'
  textAlign: TextAlign = 'start'
  textBaseline: TextBaseline = 'alphabetic'
  readonly #elements: string[] = []
  #path = ''
  #rects = ''
  #rectFill = ''
  #dash: number[] = []
  #dx = 0
  #dy = 0

  fillRect(x: number, y: number, width: number, height: number): void {
    if (width <= 0 || height <= 0) return
    const fill = String(this.fillStyle)
    if (fill !== this.#rectFill) {
      this.#endRects()
      this.#rectFill = fill
    }
    // Cells of one colour follow each other: one path holds them all and the file stays small.
    this.#rects += `M${number(x + this.#dx)} ${number(y + this.#dy)}h${number(width)}v${number(height)}h${number(-width)}z`
  }

  beginPath(): void {
    this.#path = ''
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${number(x + this.#dx)} ${number(y + this.#dy)}`
  }

  lineTo(x: number, y: number): void {
    this.#path += `L${number(x + this.#dx)} ${number(y + this.#dy)}`
  }

  closePath(): void {
    this.#path += 'z'
  }

  fill(): void {
    this.#add(`<path fill="${this.fillStyle}" d="${this.#path}"/>`)
  }

  stroke(): void {
    const dash = this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash.map(number).join(' ')}"` : ''
    this.#add(
      `<path fill="none" stroke="${this.strokeStyle}" stroke-width="${number(this.lineWidth)}"${dash} d="${this.#path}"/>`,
    )
  }

  setLineDash(segments: number[]): void {
    this.#dash = segments
  }

  fillText(text: string, x: number, y: number): void {
    const match = /^(?:(\d+) )?([\d.]+)px (.+)$/.exec(this.font)
    const [, weight, size = '10', family = 'sans-serif'] = match ?? []
    const anchor = this.textAlign === 'center' ? 'middle' : this.textAlign === 'right' ? 'end' : 'start'
    // `dominant-baseline` is not understood by every program; a third of the size below the middle is the same line.
    const baseline = y + this.#dy + (this.textBaseline === 'middle' ? Number(size) * 0.35 : 0)
    this.#add(
      `<text x="${number(x + this.#dx)}" y="${number(baseline)}" font-size="${size}"${weight ? ` font-weight="${weight}"` : ''}` +
        ` font-family="${escaped(family)}" text-anchor="${anchor}" fill="${this.fillStyle}">${escaped(text)}</text>`,
    )
  }

  translate(x: number, y: number): void {
    this.#dx += x
    this.#dy += y
  }

  /** All elements drawn so far. */
  text(): string {
    this.#endRects()
    return this.#elements.join('\n')
  }

  #add(element: string): void {
    this.#endRects()
    this.#elements.push(element)
  }

  #endRects(): void {
    if (this.#rects !== '') this.#elements.push(`<path fill="${this.#rectFill}" d="${this.#rects}"/>`)
    this.#rects = ''
  }
}

/** The patterns that {@link SVG_HATCH} refers to. */
export function svgHatchings(theme: Theme): string {
  const p = HATCH_PERIOD
  const lines = {
    rising: `M-1 1L1 -1M0 ${p}L${p} 0M${p - 1} ${p + 1}L${p + 1} ${p - 1}`,
    falling: `M-1 ${p - 1}L1 ${p + 1}M0 0L${p} ${p}M${p - 1} -1L${p + 1} 1`,
    upright: `M${p / 2} 0V${p}`,
  }
  return HATCHINGS.map(
    (hatching) =>
      `<pattern id="hatch-${hatching}" width="${p}" height="${p}" patternUnits="userSpaceOnUse">` +
      `<path d="${lines[HATCH_LINES[hatching]]}" stroke="${hatchInk(hatching, theme)}" stroke-width="1" fill="none"/></pattern>`,
  ).join('')
}
