/** What moves over the scene: named marks, search hits, decay arrows, hover and selection. Drawn on its own canvas. */

import { nuclideLabel } from '#nuclides/names.ts'
import { nuclideOfZai, type Zai } from '#nuclides/nuclide.ts'
import { innerRect } from './cell-geometry.ts'
import { drawRulerElement, drawRulerNeutrons, RULER, RULERS_FROM_EDGE } from './draw-grid.ts'
import { screenPoint, worldMiddle } from './layout.ts'
import type { ChartStyle } from './style.ts'
import type { Surface } from './surface.ts'
import { widthInEm } from './text.ts'
import { type ScreenRect, screenOfWorld, type View } from './view.ts'

/** An arrow of a decay chain between two cells. */
export interface ChainArrow {
  readonly from: Zai
  readonly to: Zai
  /** Share of the decays, 0 to 1: the width of the arrow. */
  readonly share: number
}

export interface Overlay {
  readonly selected: Zai | null
  readonly hovered: Zai | null
  readonly hits: readonly Zai[]
  /** Nuclides that always carry their name, for example 111Ag. */
  readonly marked: readonly Zai[]
  readonly arrows: readonly ChainArrow[]
  /** True while the canvas has the keyboard: the selection then shows it. */
  readonly focused: boolean
}

export const NO_OVERLAY: Overlay = {
  selected: null,
  hovered: null,
  hits: [],
  marked: [],
  arrows: [],
  focused: false,
}

/** Draws the overlay; the caller has cleared the canvas. */
export function drawOverlay(surface: Surface, view: View, overlay: Overlay, style: ChartStyle): void {
  const { theme } = style
  for (const zai of overlay.hits) {
    const rect = rectOf(view, zai)
    if (isSeen(view, rect)) ring(surface, rect, view, theme.searchHit, theme.accentEdge, ringWidth(view))
  }
  drawArrows(surface, view, overlay.arrows, style)
  if (overlay.hovered !== null) {
    ring(surface, rectOf(view, overlay.hovered), view, theme.ink, theme.paper, ringWidth(view) * 0.7)
    highlightRulers(surface, view, overlay.hovered, style, theme.ink)
  }
  if (overlay.selected !== null) {
    const width = ringWidth(view) * (overlay.focused ? 1.3 : 1)
    ring(surface, rectOf(view, overlay.selected), view, theme.accent, theme.accentEdge, width)
    highlightRulers(surface, view, overlay.selected, style, theme.accent)
  }
  for (const zai of overlay.marked) drawName(surface, view, zai, style)
  if (overlay.selected !== null && view.edge < 22 && !overlay.marked.includes(overlay.selected)) {
    drawName(surface, view, overlay.selected, style)
  }
}

/** Room that the rulers take, CSS pixels. */
function framed(view: View): { left: number; bottom: number } {
  return view.edge < RULERS_FROM_EDGE
    ? { left: 0, bottom: view.height }
    : { left: RULER.width, bottom: view.height - RULER.height }
}

function rectOf(view: View, zai: Zai): ScreenRect {
  const { z, a } = nuclideOfZai(zai)
  return innerRect(view, a - z, z)
}

const isSeen = (view: View, rect: ScreenRect): boolean =>
  rect.x + rect.width > framed(view).left &&
  rect.x < view.width &&
  rect.y + rect.height > 0 &&
  rect.y < framed(view).bottom

const ringWidth = (view: View): number => Math.min(4, Math.max(1.5, view.edge * 0.08))

/** A ring around a cell: the colour outside, an edge inside that parts it from any ground. */
function ring(surface: Surface, rect: ScreenRect, view: View, colour: string, edge: string, width: number): void {
  if (!isSeen(view, rect)) return
  const grow = Math.max(0, 5 - Math.min(rect.width, rect.height)) / 2
  const x = rect.x - grow
  const y = rect.y - grow
  const w = rect.width + 2 * grow
  const h = rect.height + 2 * grow
  surface.setLineDash([])
  surface.strokeStyle = edge
  surface.lineWidth = 1
  outline(surface, x + 0.5, y + 0.5, w - 1, h - 1)
  surface.strokeStyle = colour
  surface.lineWidth = width
  outline(surface, x - width / 2, y - width / 2, w + width, h + width)
}

function outline(surface: Surface, x: number, y: number, width: number, height: number): void {
  surface.beginPath()
  surface.moveTo(x, y)
  surface.lineTo(x + width, y)
  surface.lineTo(x + width, y + height)
  surface.lineTo(x, y + height)
  surface.closePath()
  surface.stroke()
}

function highlightRulers(surface: Surface, view: View, zai: Zai, style: ChartStyle, ink: string): void {
  if (view.edge < RULERS_FROM_EDGE) return
  const { z, a } = nuclideOfZai(zai)
  const middle = screenOfWorld(view, worldMiddle({ n: a - z, z }))
  surface.textBaseline = 'middle'
  if (middle.y > 0 && middle.y < view.height - RULER.height) {
    surface.fillStyle = style.theme.plate
    surface.fillRect(0, middle.y - 8, RULER.width - 1, 16)
    drawRulerElement(surface, view, z, middle.y, style, ink)
  }
  if (middle.x > RULER.width && middle.x < view.width) {
    surface.fillStyle = style.theme.plate
    surface.fillRect(middle.x - 13, view.height - RULER.height + 1, 26, RULER.height - 1)
    drawRulerNeutrons(surface, view, a - z, middle.x, style, ink, true)
  }
}

/** Name on a plate with a line to its cell; it stands towards the proton-rich side, where few cells are covered. */
function drawName(surface: Surface, view: View, zai: Zai, style: ChartStyle): void {
  const rect = rectOf(view, zai)
  if (!isSeen(view, rect)) return
  const { theme } = style
  ring(surface, rect, view, theme.accent, theme.accentEdge, ringWidth(view) * 0.8)
  // From 22 px on the cell carries its own name.
  if (view.edge >= 22) return
  const size = 13
  const text = nuclideLabel(nuclideOfZai(zai))
  const width = widthInEm(text) * size + 12
  const height = size + 9
  const lead = Math.max(26, view.edge * 3.2)
  const anchor = screenPoint(rect.x + rect.width / 2, rect.y + rect.height / 2)
  const place = namePlace(view, anchor, width, height, lead)
  surface.strokeStyle = theme.accent
  surface.lineWidth = 1.25
  surface.setLineDash([])
  surface.beginPath()
  surface.moveTo(rect.x + (place.right ? rect.width : 0), rect.y + (place.below ? rect.height : 0))
  surface.lineTo(place.x + (place.right ? 0 : width), place.y + (place.below ? 0 : height))
  surface.stroke()
  surface.fillStyle = theme.paper
  surface.fillRect(place.x, place.y, width, height)
  outline(surface, place.x, place.y, width, height)
  surface.fillStyle = theme.ink
  surface.font = `600 ${size}px ${style.font}`
  surface.textAlign = 'center'
  surface.textBaseline = 'middle'
  surface.fillText(text, place.x + width / 2, place.y + height / 2 + 0.5)
}

function namePlace(view: View, anchor: { x: number; y: number }, width: number, height: number, lead: number) {
  const right = anchor.x - lead - width < 0
  const below = anchor.y - lead - height < 0
  return {
    right,
    below,
    x: right ? Math.min(anchor.x + lead, view.width - width) : anchor.x - lead - width,
    y: below ? anchor.y + lead : anchor.y - lead - height,
  }
}

/** Arrows of a decay chain, from middle to middle, as wide as their share. */
function drawArrows(surface: Surface, view: View, arrows: readonly ChainArrow[], style: ChartStyle): void {
  for (const { from, to, share } of arrows) {
    const a = middleOf(view, from)
    const b = middleOf(view, to)
    const length = Math.hypot(b.x - a.x, b.y - a.y)
    if (length < 1) continue
    const ux = (b.x - a.x) / length
    const uy = (b.y - a.y) / length
    const back = Math.min(view.edge * 0.28, length * 0.3)
    const width = Math.max(1, Math.min(6, view.edge * 0.12) * Math.sqrt(share))
    const head = Math.max(4, width * 2.2)
    const start = { x: a.x + ux * back, y: a.y + uy * back }
    const tip = { x: b.x - ux * back, y: b.y - uy * back }
    const neck = { x: tip.x - ux * head, y: tip.y - uy * head }
    for (const [colour, extra] of [
      [style.theme.accentEdge, 2],
      [style.theme.accent, 0],
    ] as const) {
      surface.setLineDash([])
      surface.strokeStyle = colour
      surface.fillStyle = colour
      surface.lineWidth = width + extra
      surface.beginPath()
      surface.moveTo(start.x, start.y)
      surface.lineTo(neck.x, neck.y)
      surface.stroke()
      const side = head * 0.55 + extra / 2
      surface.beginPath()
      surface.moveTo(tip.x + (ux * extra) / 2, tip.y + (uy * extra) / 2)
      surface.lineTo(neck.x - uy * side, neck.y + ux * side)
      surface.lineTo(neck.x + uy * side, neck.y - ux * side)
      surface.closePath()
      surface.fill()
    }
  }
}

function middleOf(view: View, zai: Zai): { x: number; y: number } {
  const { z, a } = nuclideOfZai(zai)
  return screenOfWorld(view, worldMiddle({ n: a - z, z }))
}
