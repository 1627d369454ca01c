/** The words in the cells. What is written follows the size of a cell; nothing is ever written over its edge. */

import { DETAIL, hollowWidth, PRIMORDIAL_SHARE, stripeHeights, stripeRect, type VisibleRects } from './cell-geometry.ts'
import type { Scene, SceneCell } from './scene.ts'
import type { ChartStyle } from './style.ts'
import type { Surface, TextAlign } from './surface.ts'
import { fittingFont, widthInEm } from './text.ts'
import type { View } from './view.ts'

/** Words are collected by font before they are drawn: changing the font of a canvas is its slowest setter. */
class TextBatch {
  readonly #byFont = new Map<string, { text: string; x: number; y: number; ink: string; align: TextAlign }[]>()
  readonly #family: string

  constructor(family: string) {
    this.#family = family
  }

  add(text: string, x: number, y: number, size: number, ink: string, bold = false, align: TextAlign = 'center') {
    if (size <= 0 || text === '') return
    const font = `${bold ? '600 ' : ''}${size}px ${this.#family}`
    const list = this.#byFont.get(font)
    const entry = { text, x, y, ink, align }
    if (list) list.push(entry)
    else this.#byFont.set(font, [entry])
  }

  draw(surface: Surface): void {
    surface.textBaseline = 'middle'
    let align: TextAlign = 'center'
    surface.textAlign = align
    let ink = ''
    for (const [font, entries] of this.#byFont) {
      surface.font = font
      for (const entry of entries) {
        if (entry.align !== align) surface.textAlign = align = entry.align
        if (entry.ink !== ink) surface.fillStyle = ink = entry.ink
        surface.fillText(entry.text, entry.x, entry.y)
      }
    }
  }
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Draws the words of all visible cells. */
export function drawTexts(surface: Surface, view: View, scene: Scene, visible: VisibleRects, style: ChartStyle): void {
  if (view.edge < DETAIL.massNumber) return
  const batch = new TextBatch(style.font)
  for (const i of visible.cells) {
    const cell = scene.cells[i]!
    const stripes = stripeHeights(view.edge, cell.stripes.length)
    const border = cell.fill.hollow ? hollowWidth(view) : 0
    const box = {
      x: visible.x[i]! + border,
      y: visible.y[i]! + border,
      width: visible.width[i]! - 2 * border,
      height: visible.height[i]! - stripes.all - 2 * border,
    }
    const inks = inksOf(cell, style)
    if (view.edge < DETAIL.symbol) writeMass(batch, view, cell, box, inks)
    else if (view.edge < DETAIL.value) writeSymbol(batch, view, cell, box, inks)
    else if (view.edge < DETAIL.lines) writeValue(batch, view, cell, box, inks)
    else writeLines(batch, view, cell, box, inks)
    if (view.edge >= DETAIL.everything) {
      cell.stripes.forEach((stripe, s) => {
        const rect = stripeRect(view, visible, i, s, cell.stripes.length)
        const text = stripe.value === '' ? stripe.label : `${stripe.label}  ${stripe.value}`
        const size = fittingFont(text, rect.width - 8, Math.min(13, rect.height * 0.68))
        batch.add(text, rect.x + rect.width / 2, rect.y + rect.height / 2 + 0.5, size, stripe.fill.ink)
      })
    }
  }
  batch.draw(surface)
}

/** Text colour in the upper and in the lower half; they differ where nature's black half lies above. */
interface Inks {
  readonly upper: string
  readonly lower: string
}

function inksOf(cell: SceneCell, { theme }: ChartStyle): Inks {
  const lower = cell.faded ? theme.belowFloorLine : cell.fill.ink
  return { upper: cell.primordial ? '#ffffff' : lower, lower }
}

function writeMass(batch: TextBatch, view: View, cell: SceneCell, box: Box, inks: Inks): void {
  const text = String(cell.a)
  const size = fittingFont(text, box.width - 0.5, view.edge * 0.5)
  // On a half-black cell the number stands in the lower half, where it can be read.
  const y = cell.primordial ? box.y + box.height * 0.76 : box.y + box.height / 2
  batch.add(text, box.x + box.width / 2, y, cell.primordial ? Math.min(size, box.height * 0.5) : size, inks.lower)
}

function writeSymbol(batch: TextBatch, view: View, cell: SceneCell, box: Box, inks: Inks): void {
  const middle = box.x + box.width / 2
  const mass = String(cell.a)
  const massSize = fittingFont(mass, box.width - 3, Math.min(view.edge * 0.34, box.height * 0.42))
  const upper = box.y + box.height * 0.28
  batch.add(mass, middle, box.y + box.height * 0.72, massSize, inks.lower)
  const wanted = Math.min(view.edge * 0.4, box.height * 0.5)
  if (cell.letter === '') {
    batch.add(cell.symbol, middle, upper, fittingFont(cell.symbol, box.width - 2, wanted), inks.upper, isBold(cell))
    return
  }
  // The letter of the decay family stands beside the symbol: the second cue beside the colour.
  const em = widthInEm(cell.symbol) + 0.1 + widthInEm(cell.letter) * LETTER_SCALE
  const size = Math.floor(Math.min(wanted * 0.9, (box.width - 3) / em) * 2) / 2
  const letterSize = Math.max(5, Math.floor(size * LETTER_SCALE * 2) / 2)
  batch.add(cell.symbol, box.x + 1.5, upper, size, inks.upper, isBold(cell), 'left')
  batch.add(cell.letter, box.x + box.width - 1.5, upper, letterSize, inks.upper, false, 'right')
}

/** The letter of the decay family goes before the half-life until the modes themselves are written. */
const lettered = ({ letter }: SceneCell, text: string): string => (letter === '' ? text : `${letter} ${text}`)

/** Size of the letter of the decay family against the symbol. */
const LETTER_SCALE = 0.78

/** Names of what was made, or has data, are bold; empty cells stay quiet. */
const isBold = (cell: SceneCell): boolean => cell.fill.line === null && cell.fill.hatching === null && !cell.faded

/** Mass number raised before the symbol, as physicists write it. Returns nothing; centred on `middle`. */
function writeHeading(batch: TextBatch, cell: SceneCell, middle: number, y: number, size: number, ink: string): void {
  const massSize = Math.max(5, Math.floor(size * 0.62 * 2) / 2)
  const mass = String(cell.a)
  const massWidth = widthInEm(mass) * massSize
  const symbolWidth = widthInEm(cell.symbol) * size
  const left = middle - (massWidth + symbolWidth) / 2
  batch.add(mass, left + massWidth, y - size * 0.24, massSize, ink, false, 'right')
  batch.add(cell.symbol, left + massWidth + size * 0.06, y, size, ink, isBold(cell), 'left')
}

function headingSize(cell: SceneCell, width: number, wanted: number): number {
  const em = widthInEm(cell.symbol) + widthInEm(String(cell.a)) * 0.62
  return Math.floor(Math.min(wanted, width / em) * 2) / 2
}

function writeValue(batch: TextBatch, view: View, cell: SceneCell, box: Box, inks: Inks): void {
  const middle = box.x + box.width / 2
  // The dotted corner needs its place on both sides, so that the name stays in the middle.
  const reserved = cell.uncertain ? 14 : 6
  const size = headingSize(cell, box.width - reserved, Math.min(view.edge * 0.34, box.height * 0.42))
  // A page of equal upper limits says nothing at this size; the empty cell does. From 60 px on the limit is written.
  const isEmpty = cell.condition === 'zero' && cell.fill.line !== null
  writeHeading(batch, cell, middle, box.y + box.height * (isEmpty ? 0.54 : 0.31), size, inks.upper)
  if (isEmpty) return
  const wanted = Math.min(view.edge * 0.21, box.height * 0.3)
  const text = lettered(cell, cell.primaryShort)
  batch.add(text, middle, box.y + box.height * 0.72, fittingFont(text, box.width - 4, wanted), inks.lower)
}

function writeLines(batch: TextBatch, view: View, cell: SceneCell, box: Box, inks: Inks): void {
  const middle = box.x + box.width / 2
  const everything = view.edge >= DETAIL.everything
  const size = headingSize(cell, box.width - 8, Math.min(34, view.edge * (everything ? 0.2 : 0.25)))
  const headingHeight = cell.primordial ? box.height * PRIMORDIAL_SHARE : size * 1.45
  const top = Math.max(headingHeight, size * 1.3) + view.edge * 0.02
  writeHeading(batch, cell, middle, box.y + Math.max(size * 0.82, headingHeight / 2 + size * 0.1), size, inks.upper)
  // Equal words have equal size in every cell: what does not fit is left out from the end, not shrunk.
  const wanted = Math.min(15, view.edge * (everything ? 0.105 : 0.135))
  const room = box.height - top - view.edge * 0.02
  const lines = [
    everything ? cell.primary : lettered(cell, cell.primary),
    ...cell.secondary,
    ...(everything ? cell.detail : []),
  ]
    .filter((line) => line !== '')
    .slice(0, Math.max(1, Math.floor(room / (wanted * 1.12))))
  const pitch = Math.min(wanted * 1.4, room / Math.max(1, lines.length))
  lines.forEach((line, i) => {
    const bold = i === 0 && isBold(cell)
    batch.add(line, middle, box.y + top + pitch * (i + 0.5), fittingFont(line, box.width - 6, wanted), inks.lower, bold)
  })
}
