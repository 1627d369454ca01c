/** What part of the chart is seen, and how large: all arithmetic of zoom and pan, in CSS pixels, without the DOM. */

import {
  type CellPoint,
  cellOfWorld,
  type Extent,
  type ScreenPoint,
  screenPoint,
  type WorldPoint,
  worldMiddle,
  worldOfCell,
} from './layout.ts'

/** A view of the chart: screen = edge x world + offset. */
export interface View {
  /** Size of the picture, CSS pixels. */
  readonly width: number
  readonly height: number
  /** Device pixels to a CSS pixel: 1, 1.5, 2, 3 ... */
  readonly ratio: number
  /** Edge of a cell, CSS pixels: the zoom. */
  readonly edge: number
  /** Screen position of the world's origin, CSS pixels. */
  readonly offsetX: number
  readonly offsetY: number
}

/** Largest zoom: edge of a cell, CSS pixels. */
export const LARGEST_EDGE = 160

/** Room kept free around the whole chart: rulers at the left and at the bottom, labels at the ends. CSS pixels. */
export const MARGIN = { left: 44, right: 22, top: 18, bottom: 34 } as const

/** A rectangle on the screen, CSS pixels. */
export interface ScreenRect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Free room of a view of this size; a small one (320 px page) gives less away. */
function marginOf(width: number, height: number) {
  const share = Math.min(1, width / 480, height / 320)
  return {
    left: MARGIN.left * share,
    right: MARGIN.right * share,
    top: MARGIN.top * share,
    bottom: MARGIN.bottom * share,
  }
}

/** Edge of a cell, CSS pixels, at which the extent just fits into the picture: the smallest zoom. */
export function fittingEdge(width: number, height: number, extent: Extent): number {
  const margin = marginOf(width, height)
  const columns = extent.nMax - extent.nMin + 1
  const rows = extent.zMax - extent.zMin + 1
  const edge = Math.min((width - margin.left - margin.right) / columns, (height - margin.top - margin.bottom) / rows)
  return Math.min(LARGEST_EDGE, Math.max(edge, 0.25))
}

/** The view that shows an extent whole and centred. */
export function fitView(
  width: number,
  height: number,
  ratio: number,
  extent: Extent,
  largestEdge = LARGEST_EDGE,
): View {
  const margin = marginOf(width, height)
  const edge = Math.min(fittingEdge(width, height, extent), largestEdge)
  const corner = worldOfCell({ n: extent.nMin, z: extent.zMax })
  const columns = extent.nMax - extent.nMin + 1
  const rows = extent.zMax - extent.zMin + 1
  const middleX = margin.left + (width - margin.left - margin.right) / 2
  const middleY = margin.top + (height - margin.top - margin.bottom) / 2
  return {
    width,
    height,
    ratio,
    edge,
    offsetX: middleX - (corner.x + columns / 2) * edge,
    offsetY: middleY - (corner.y + rows / 2) * edge,
  }
}

export const screenOfWorld = (view: View, point: WorldPoint): ScreenPoint =>
  screenPoint(view.edge * point.x + view.offsetX, view.edge * point.y + view.offsetY)

export const worldOfScreen = (view: View, point: ScreenPoint): WorldPoint => ({
  x: (point.x - view.offsetX) / view.edge,
  y: (point.y - view.offsetY) / view.edge,
})

/** The place under a point of the screen; whether a nuclide stands there is the layout's knowledge. */
export const cellOfScreen = (view: View, point: ScreenPoint): CellPoint => cellOfWorld(worldOfScreen(view, point))

/** The place in the middle of the picture, with fractions. */
export function centreOf(view: View): CellPoint {
  const world = worldOfScreen(view, screenPoint(view.width / 2, view.height / 2))
  return { n: world.x - 0.5, z: 118.5 - world.y }
}

/**
 * Outline of a cell, snapped to device pixels: neighbours share an edge exactly and no colour bleeds across it.
 * Neighbouring cells may therefore differ by one device pixel in width.
 */
export function cellRect(view: View, cell: CellPoint): ScreenRect {
  const { x, y } = worldOfCell(cell)
  const left = snap(view.edge * x + view.offsetX, view.ratio)
  const top = snap(view.edge * y + view.offsetY, view.ratio)
  const right = snap(view.edge * (x + 1) + view.offsetX, view.ratio)
  const bottom = snap(view.edge * (y + 1) + view.offsetY, view.ratio)
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** The nearest device pixel, in CSS pixels. */
export const snap = (value: number, ratio: number): number => Math.round(value * ratio) / ratio

/** The cells that can be seen, both ends included. */
export function visibleCells(view: View): Extent {
  const upperLeft = cellOfScreen(view, screenPoint(0, 0))
  const lowerRight = cellOfScreen(view, screenPoint(view.width, view.height))
  return { nMin: upperLeft.n, nMax: lowerRight.n, zMin: lowerRight.z, zMax: upperLeft.z }
}

/**
 * Keeps a view within its limits: the edge between "everything fits" and 160 px, and the chart never out of reach.
 * A chart smaller than the picture is centred in that direction; a larger one may be pushed aside up to the middle of
 * the picture, so that every nuclide, also one at the end, can stand in the middle.
 */
export function limitView(view: View, extent: Extent): View {
  const smallest = fittingEdge(view.width, view.height, extent)
  const fit = fitView(view.width, view.height, view.ratio, extent)
  if (view.edge <= smallest * 1.0001) return fit
  const edge = Math.min(view.edge, LARGEST_EDGE)
  const centre = centreOf(view)
  const n = Math.min(Math.max(centre.n, extent.nMin), extent.nMax)
  const z = Math.min(Math.max(centre.z, extent.zMin), extent.zMax)
  // Just above the smallest zoom the chart still slides gently towards its fitting place instead of jumping there.
  const freedom = Math.min(1, (edge / smallest - 1) * 2)
  const fitCentre = centreOf(fit)
  return centredView(
    { ...view, edge },
    {
      n: freedom < 1 ? clampAround(n, fitCentre.n, (extent.nMax - extent.nMin) * 0.5 * freedom) : n,
      z: freedom < 1 ? clampAround(z, fitCentre.z, (extent.zMax - extent.zMin) * 0.5 * freedom) : z,
    },
  )
}

const clampAround = (value: number, middle: number, reach: number): number =>
  Math.min(Math.max(value, middle - reach), middle + reach)

/** The same zoom with this place in the middle. */
export function centredView(view: View, cell: CellPoint): View {
  const { x, y } = worldMiddle(cell)
  return { ...view, offsetX: view.width / 2 - x * view.edge, offsetY: view.height / 2 - y * view.edge }
}

/** Zooms by a factor; what is under `about` stays under it. Limits apply. */
export function zoomAbout(view: View, factor: number, about: ScreenPoint, extent: Extent): View {
  const smallest = fittingEdge(view.width, view.height, extent)
  const edge = Math.min(LARGEST_EDGE, Math.max(smallest, view.edge * factor))
  const real = edge / view.edge
  return limitView(
    {
      ...view,
      edge,
      offsetX: about.x - (about.x - view.offsetX) * real,
      offsetY: about.y - (about.y - view.offsetY) * real,
    },
    extent,
  )
}

/** Pushes the picture by CSS pixels. */
export const panBy = (view: View, dx: number, dy: number, extent: Extent): View =>
  limitView({ ...view, offsetX: view.offsetX + dx, offsetY: view.offsetY + dy }, extent)

/** The same part of the chart in a picture of another size or device ratio. */
export function resizeView(view: View, width: number, height: number, ratio: number, extent: Extent): View {
  const wasWhole = view.edge <= fittingEdge(view.width, view.height, extent) * 1.0001
  if (wasWhole) return fitView(width, height, ratio, extent)
  return limitView(centredView({ ...view, width, height, ratio }, centreOf(view)), extent)
}

/** Moves as little as needed to have a cell in sight, at least two cells from the border where there is room. */
export function viewShowing(view: View, cell: CellPoint, extent: Extent): View {
  const rect = cellRect(view, cell)
  const room = Math.min(2 * view.edge, view.width / 4, view.height / 4)
  const margin = marginOf(view.width, view.height)
  const dx = shortestPush(rect.x - room, rect.x + rect.width + room, margin.left, view.width)
  const dy = shortestPush(rect.y - room, rect.y + rect.height + room, 0, view.height - margin.bottom)
  return dx === 0 && dy === 0 ? view : panBy(view, dx, dy, extent)
}

function shortestPush(low: number, high: number, lowest: number, highest: number): number {
  if (low < lowest) return lowest - low
  if (high > highest) return highest - high
  return 0
}

/** Between two views, for an animation: the zoom grows geometrically, so the motion looks even. `t` from 0 to 1. */
export function viewBetween(from: View, to: View, t: number): View {
  if (t >= 1) return to
  const edge = from.edge * (to.edge / from.edge) ** t
  const a = centreOf(from)
  const b = centreOf(to)
  // While zooming, the centre travels with the zoom rather than with time; otherwise the target would swing past.
  const share =
    Math.abs(Math.log(to.edge / from.edge)) < 1e-3 ? t : (1 / edge - 1 / from.edge) / (1 / to.edge - 1 / from.edge)
  return centredView({ ...to, edge }, { n: a.n + (b.n - a.n) * share, z: a.z + (b.z - a.z) * share })
}

/** A wheel event's numbers, as the DOM gives them. */
export interface WheelMotion {
  readonly deltaX: number
  readonly deltaY: number
  /** 0 pixels, 1 lines, 2 pages. */
  readonly deltaMode: number
  /** Set by a real Ctrl key and, in every browser, by a pinch on a trackpad. */
  readonly ctrlKey: boolean
  readonly shiftKey: boolean
  /** Not in the standard, but in Chromium and Safari: 120 a notch of a mouse wheel (60 at some ratios). */
  readonly wheelDeltaY?: number
}

/** What a wheel event asks for: a zoom by a factor, or a push in CSS pixels. */
export type WheelMeaning =
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'pan'; readonly dx: number; readonly dy: number }

/** One wheel click of 100 px changes the zoom by exp(0.2), 22 %. Pinch events are small and need more. */
const ZOOM_PER_PIXEL = 0.002
const ZOOM_PER_PINCH_PIXEL = 0.01
const PIXELS_PER_LINE = 16
const PIXELS_PER_PAGE = 400
/** One event never zooms by more than a factor 2, whatever the device reports. */
const LARGEST_EXPONENT = Math.LN2

/**
 * Tells a mouse wheel (zoom) from two fingers on a trackpad (pan) and a pinch (zoom). The factor is exp(-k delta), so
 * a fast wheel and a slow one end at the same place, and lines and pages are turned into pixels first. A mouse wheel
 * comes in whole notches along one axis; where the browser does not tell notches, in large whole steps. Everything else
 * is a trackpad.
 */
export function meaningOfWheel(motion: WheelMotion): WheelMeaning {
  const unit = motion.deltaMode === 1 ? PIXELS_PER_LINE : motion.deltaMode === 2 ? PIXELS_PER_PAGE : 1
  const dx = motion.deltaX * unit
  const dy = motion.deltaY * unit
  if (motion.ctrlKey) return { kind: 'zoom', factor: boundedExp(-dy * ZOOM_PER_PINCH_PIXEL) }
  const wheelOfMouse = motion.deltaMode !== 0 || (dx === 0 && isNotched(dy, motion.wheelDeltaY))
  if (motion.shiftKey && dx === 0) return { kind: 'pan', dx: -dy, dy: 0 }
  if (wheelOfMouse) return { kind: 'zoom', factor: boundedExp(-dy * ZOOM_PER_PIXEL) }
  return { kind: 'pan', dx: -dx, dy: -dy }
}

/** Trackpads report three times their pixels, or odd numbers, where a mouse reports notches of 120 or half of it. */
const isNotched = (dy: number, wheelDelta: number | undefined): boolean =>
  wheelDelta === undefined || wheelDelta === 0
    ? Math.abs(dy) >= 50 && Number.isInteger(dy)
    : wheelDelta % 60 === 0 && wheelDelta !== -3 * dy

const boundedExp = (exponent: number): number =>
  Math.exp(Math.min(LARGEST_EXPONENT, Math.max(-LARGEST_EXPONENT, exponent)))
