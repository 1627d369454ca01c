/** What helps to find one's way: magic lines, the elements at the ends of their rows, rulers along the edges. */

import { elementSymbol } from '#nuclides/elements.ts'
import { DETAIL } from './cell-geometry.ts'
import { MAGIC_NUMBERS, worldOfCell } from './layout.ts'
import type { Scene } from './scene.ts'
import type { ChartStyle } from './style.ts'
import type { Surface, TextAlign } from './surface.ts'
import { widthInEm } from './text.ts'
import { screenOfWorld, snap, type View, visibleCells } from './view.ts'

/** Width of the ruler at the left and height of the one below, CSS pixels. */
export const RULER = { width: 46, height: 20 } as const

/** Rulers appear where the ends of the rows are usually out of sight. */
export const RULERS_FROM_EDGE = 18

/** Magic lines reach this many cells beyond the last nuclide. */
const OVERHANG = 1.2

/** Magic lines and row labels. */
export function drawGrid(surface: Surface, view: View, scene: Scene, style: ChartStyle): void {
  if (view.edge < DETAIL.gaps) return
  const columns = drawMagicLines(surface, view, scene, style)
  if (view.edge < RULERS_FROM_EDGE) drawRowLabels(surface, view, scene, style, columns)
}

/** What a pair of upright magic lines and its label cover, CSS pixels. */
interface Taken {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Draws the magic lines and their labels; returns what the upright ones cover. */
function drawMagicLines(surface: Surface, view: View, scene: Scene, style: ChartStyle): Taken[] {
  const { layout } = scene
  surface.strokeStyle = style.theme.magicLine
  surface.lineWidth = Math.min(2, Math.max(0.75, view.edge * 0.05))
  surface.setLineDash([])
  surface.beginPath()
  const taken: Taken[] = []
  const labels: { text: string; x: number; y: number; align: TextAlign }[] = []
  for (const magic of MAGIC_NUMBERS) {
    const column = layout.column(magic)
    if (column.length > 0) {
      const top = screenOfWorld(view, worldOfCell({ n: magic, z: column.at(-1)! })).y - OVERHANG * view.edge
      const bottom = screenOfWorld(view, worldOfCell({ n: magic, z: column[0]! - 1 })).y + OVERHANG * view.edge
      for (const n of [magic, magic + 1]) {
        const x = onPixel(screenOfWorld(view, worldOfCell({ n, z: 0 })).x, view)
        line(surface, x, top, x, bottom)
      }
      const x = screenOfWorld(view, { x: magic + 0.5, y: 0 }).x
      labels.push({ text: `N = ${magic}`, x, y: bottom + 9, align: 'center' })
      const half = view.edge / 2 + 2
      taken.push({ left: x - half, right: x + half, top, bottom })
      taken.push({ left: x - 22, right: x + 22, top: bottom, bottom: bottom + 16 })
    }
    const row = layout.row(magic)
    if (row.length > 0) {
      const left = screenOfWorld(view, worldOfCell({ n: row[0]!, z: magic })).x - OVERHANG * view.edge
      const right = screenOfWorld(view, worldOfCell({ n: row.at(-1)! + 1, z: magic })).x + OVERHANG * view.edge
      for (const z of [magic, magic - 1]) {
        const y = onPixel(screenOfWorld(view, worldOfCell({ n: 0, z })).y, view)
        line(surface, left, y, right, y)
      }
      // The label stands beyond the element's symbol at the left end of its row.
      const y = screenOfWorld(view, worldOfCell({ n: 0, z: magic })).y + view.edge / 2
      labels.push({ text: `Z = ${magic}`, x: left - 28, y, align: 'right' })
    }
  }
  surface.stroke()
  surface.fillStyle = style.theme.softInk
  surface.font = `${Math.min(13, Math.max(10, view.edge * 0.8))}px ${style.font}`
  surface.textBaseline = 'middle'
  for (const { text, x, y, align } of labels) {
    if (x < -40 || x > view.width + 40 || y < -20 || y > view.height + 20) continue
    surface.textAlign = align
    surface.fillText(text, x, y)
  }
  return taken
}

/** A line of one pixel is sharp only where it covers a pixel. */
const onPixel = (value: number, view: View): number => snap(value, view.ratio)

function line(surface: Surface, x1: number, y1: number, x2: number, y2: number): void {
  surface.moveTo(x1, y1)
  surface.lineTo(x2, y2)
}

/** Elements at both ends of their rows; where rows are closer than the letters are high, every second or third. */
function drawRowLabels(surface: Surface, view: View, scene: Scene, style: ChartStyle, taken: readonly Taken[]): void {
  const size = Math.min(12, Math.max(8, view.edge * 0.78))
  const step = Math.ceil((size * 1.02) / view.edge)
  const { zMin, zMax } = visibleCells(view)
  surface.fillStyle = style.theme.softInk
  surface.font = `${Math.round(size * 2) / 2}px ${style.font}`
  surface.textBaseline = 'middle'
  // A label that would lie on a magic line or its name is left out: the rows above and below have theirs.
  const isFree = (left: number, right: number, y: number): boolean =>
    taken.every((box) => right < box.left || left > box.right || y + size / 2 < box.top || y - size / 2 > box.bottom)
  for (let z = Math.max(zMin, scene.layout.extent.zMin); z <= Math.min(zMax, scene.layout.extent.zMax); z++) {
    const magic = MAGIC_NUMBERS.includes(z)
    const beside = MAGIC_NUMBERS.some((number) => number !== z && Math.abs(number - z) < step)
    if (!magic && (z % step !== 0 || beside)) continue
    const row = scene.layout.row(z)
    if (row.length === 0) continue
    const text = symbolOf(z)
    const width = widthInEm(text) * size
    const y = screenOfWorld(view, worldOfCell({ n: 0, z })).y + view.edge / 2
    const away = (magic ? OVERHANG * view.edge : 0) + 4
    const left = screenOfWorld(view, worldOfCell({ n: row[0]!, z })).x - away
    const right = screenOfWorld(view, worldOfCell({ n: row.at(-1)! + 1, z })).x + away
    surface.textAlign = 'right'
    if (left > 0 && left - width < view.width && isFree(left - width, left, y)) surface.fillText(text, left, y)
    surface.textAlign = 'left'
    if (right < view.width && right + width > 0 && isFree(right, right + width, y)) surface.fillText(text, right, y)
  }
}

/** An element's symbol; beyond the named ones its charge number. */
function symbolOf(z: number): string {
  return z <= 118 ? elementSymbol(z) : String(z)
}

/** Rulers: elements with Z at the left, neutron numbers below; magic numbers stand out. */
export function drawRulers(surface: Surface, view: View, scene: Scene, style: ChartStyle): void {
  if (view.edge < RULERS_FROM_EDGE) return
  const { theme } = style
  const { nMin, nMax, zMin, zMax } = visibleCells(view)
  const { extent } = scene.layout
  surface.fillStyle = theme.plate
  surface.fillRect(0, 0, RULER.width, view.height)
  surface.fillRect(RULER.width, view.height - RULER.height, view.width - RULER.width, RULER.height)
  surface.fillStyle = theme.zeroLine
  surface.fillRect(RULER.width, 0, 1 / view.ratio, view.height - RULER.height)
  surface.fillRect(RULER.width, view.height - RULER.height, view.width - RULER.width, 1 / view.ratio)
  surface.textBaseline = 'middle'
  for (let z = Math.max(zMin, extent.zMin); z <= Math.min(zMax, extent.zMax); z++) {
    const y = screenOfWorld(view, worldOfCell({ n: 0, z })).y + view.edge / 2
    if (y < 0 || y > view.height - RULER.height) continue
    drawRulerElement(surface, view, z, y, style, MAGIC_NUMBERS.includes(z) ? theme.ink : theme.softInk)
  }
  const step = [1, 2, 5, 10].find((candidate) => candidate * view.edge >= 26) ?? 10
  surface.textAlign = 'center'
  for (let n = Math.max(nMin, extent.nMin); n <= Math.min(nMax, extent.nMax); n++) {
    const x = screenOfWorld(view, { x: n + 0.5, y: 0 }).x
    if (x < RULER.width || x > view.width) continue
    const magic = MAGIC_NUMBERS.includes(n)
    if (n % step !== 0 && !(magic && view.edge >= 20)) continue
    drawRulerNeutrons(surface, view, n, x, style, magic ? theme.ink : theme.softInk, magic)
  }
  surface.fillStyle = theme.plate
  surface.fillRect(0, view.height - RULER.height, RULER.width, RULER.height)
  surface.fillStyle = theme.softInk
  surface.font = `10px ${style.font}`
  surface.textAlign = 'center'
  surface.fillText('Z \\ N', RULER.width / 2, view.height - RULER.height / 2)
}

/** One entry of the ruler at the left: `Ag 47`. */
export function drawRulerElement(
  surface: Surface,
  view: View,
  z: number,
  y: number,
  style: ChartStyle,
  ink: string,
): void {
  const size = Math.min(12, Math.max(9, view.edge * 0.5))
  surface.fillStyle = ink
  surface.font = `600 ${size}px ${style.font}`
  surface.textAlign = 'left'
  surface.fillText(symbolOf(z), 4, y)
  surface.font = `${size - 2}px ${style.font}`
  surface.textAlign = 'right'
  surface.fillText(String(z), RULER.width - 4, y)
}

/** One entry of the ruler below: the neutron number. */
export function drawRulerNeutrons(
  surface: Surface,
  view: View,
  n: number,
  x: number,
  style: ChartStyle,
  ink: string,
  bold: boolean,
): void {
  surface.fillStyle = ink
  surface.font = `${bold ? '600 ' : ''}11px ${style.font}`
  surface.textAlign = 'center'
  surface.fillText(String(n), x, view.height - RULER.height / 2)
}
