/** A surface that keeps what is drawn on it: pictures become text that can be compared and reviewed. */

import type { Paint, Surface, TextAlign, TextBaseline } from '#portal/chart/surface.ts'

export type Drawn =
  | {
      readonly kind: 'rect'
      readonly paint: string
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
    }
  | {
      readonly kind: 'fill' | 'stroke'
      readonly paint: string
      readonly line: number
      readonly points: readonly (readonly [number, number])[]
    }
  | {
      readonly kind: 'text'
      readonly paint: string
      readonly text: string
      readonly x: number
      readonly y: number
      readonly font: string
      readonly align: string
    }

export class RecordingSurface implements Surface {
  fillStyle: Paint = '#000'
  strokeStyle: Paint = '#000'
  lineWidth = 1
  font = ''
  textAlign: TextAlign = 'start'
  textBaseline: TextBaseline = 'alphabetic'
  readonly drawn: Drawn[] = []
  #points: [number, number][] = []
  #dx = 0
  #dy = 0

  fillRect(x: number, y: number, width: number, height: number): void {
    this.drawn.push({ kind: 'rect', paint: String(this.fillStyle), x: x + this.#dx, y: y + this.#dy, width, height })
  }

  beginPath(): void {
    this.#points = []
  }

  moveTo(x: number, y: number): void {
    this.#points.push([x + this.#dx, y + this.#dy])
  }

  lineTo(x: number, y: number): void {
    this.#points.push([x + this.#dx, y + this.#dy])
  }

  closePath(): void {}

  fill(): void {
    this.drawn.push({ kind: 'fill', paint: String(this.fillStyle), line: 0, points: this.#points })
  }

  stroke(): void {
    this.drawn.push({ kind: 'stroke', paint: String(this.strokeStyle), line: this.lineWidth, points: this.#points })
  }

  setLineDash(): void {}

  fillText(text: string, x: number, y: number): void {
    const { font, textAlign } = this
    const paint = String(this.fillStyle)
    this.drawn.push({ kind: 'text', paint, text, x: x + this.#dx, y: y + this.#dy, font, align: textAlign })
  }

  translate(x: number, y: number): void {
    this.#dx += x
    this.#dy += y
  }

  texts(): string[] {
    return this.drawn.flatMap((one) => (one.kind === 'text' ? [one.text] : []))
  }
}

const two = (value: number): string => String(Math.round(value * 100) / 100)

/** One line for every call, for a file that people review. */
export function asText(drawn: readonly Drawn[]): string {
  const lines = drawn.map((one) => {
    switch (one.kind) {
      case 'rect':
        return `rect ${one.paint} ${two(one.x)},${two(one.y)} ${two(one.width)}x${two(one.height)}`
      case 'text':
        return `text ${one.paint} "${one.text}" ${two(one.x)},${two(one.y)} ${one.align} ${one.font.replace(/"Helv.*$/, 'Helvetica')}`
      default:
        return `${one.kind} ${one.paint} ${two(one.line)} ${one.points.map(([x, y]) => `${two(x)},${two(y)}`).join(' ')}`
    }
  })
  return `${lines.join('\n')}\n`
}
