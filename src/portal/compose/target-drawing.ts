/**
 * The target as a drawing: side view along the beam, one scale for both directions, so that a disc of 0.8 mm looks as
 * thin as it is. Geometry in, rectangles and paths in CSS pixels out; no DOM.
 */

import type { BeamShape, Layer } from '#simulation/document.ts'
import { placeLayers } from '#simulation/geometry.ts'

export interface DrawnLayer {
  readonly index: number
  readonly name: string
  readonly role: Layer['role']
  readonly x: number
  readonly width: number
  readonly y: number
  readonly height: number
  /** True where the layer is thinner than the thinnest line, so its drawn width is more than to scale. */
  readonly widened: boolean
  /** Middle of the label, or `null` where there is no room for one. */
  readonly labelX: number | null
}

export interface Tick {
  readonly x: number
  readonly label: string
}

export interface TargetDrawing {
  readonly width: number
  readonly height: number
  /** CSS pixels per millimetre, the same in both directions. */
  readonly scale: number
  readonly axisY: number
  readonly layers: readonly DrawnLayer[]
  /** Outline of the beam up to where the protons stop, or to the right border. */
  readonly beam: { readonly path: string; readonly axis: string; readonly halfHeight: number }
  /** Where the protons stop: position and the layer; `null` when they come out, or when it is not known. */
  readonly stop: { readonly x: number; readonly layer: string } | null
  /** Millimetres along the beam from the front of the first layer. */
  readonly ticks: readonly Tick[]
}

/** Where the protons stop, as the estimate tells: the first layer that they do not leave. */
export interface StopPoint {
  readonly layer: string
  /** Depth into the layer, 0 to 1; 0.5 where only the layer is known. */
  readonly fraction: number
}

const BEAM_IN = 62
const MARGIN_RIGHT = 24
const MARGIN_TOP = 10
const LABELS = 18
const AXIS = 26
const THINNEST = 1.25
const SMALLEST_LABEL_STEP = 38

/**
 * Half height of the beam in millimetres, seen from the side: radius of a flat beam, two vertical standard deviations of
 * a Gaussian (it holds 95 %), the wobbling circle and two standard deviations of a wobbled one; 0 for a pencil beam.
 */
export function beamHalfHeightMm(shape: BeamShape): number {
  switch (shape.kind) {
    case 'pencil':
      return 0
    case 'flat':
      return shape.radiusMm
    case 'gaussian':
      return 2 * shape.sigmaYMm
    case 'wobbled':
      return shape.wobbleRadiusMm + 2 * shape.sigmaMm
  }
}

/**
 * Draws the stack into a box.
 * @param width of the box, CSS pixels; the drawing uses less height than `maxHeight` when the stack is long.
 */
export function drawTarget(
  layers: readonly Layer[],
  shape: BeamShape,
  stop: StopPoint | null,
  width: number,
  maxHeight: number,
): TargetDrawing {
  const placed = placeLayers(layers)
  const lengthMm = Math.max(placed.at(-1)?.backMm ?? 0, 1e-6)
  const halfBeamMm = beamHalfHeightMm(shape)
  const tallestMm = Math.max(...layers.map((layer) => layer.diameterMm), 2 * halfBeamMm, 1e-3)
  const roomX = Math.max(1, width - BEAM_IN - MARGIN_RIGHT)
  const roomY = Math.max(1, maxHeight - MARGIN_TOP - LABELS - AXIS)
  const scale = Math.min(roomX / lengthMm, roomY / tallestMm)
  const height = tallestMm * scale + MARGIN_TOP + LABELS + AXIS
  const axisY = MARGIN_TOP + LABELS + (tallestMm * scale) / 2
  // A stack shorter than the box stands in its middle.
  const left = BEAM_IN + Math.max(0, (roomX - lengthMm * scale) / 2)

  let lastLabel = Number.NEGATIVE_INFINITY
  const drawn = placed.map((one, index): DrawnLayer => {
    const exact = (one.backMm - one.frontMm) * scale
    const drawnWidth = Math.max(THINNEST, exact)
    const x = left + one.frontMm * scale - (drawnWidth - exact) / 2
    const middle = x + drawnWidth / 2
    const hasRoom = middle - lastLabel >= Math.max(SMALLEST_LABEL_STEP, one.layer.name.length * 6.2)
    if (hasRoom) lastLabel = middle
    return {
      index,
      name: one.layer.name,
      role: one.layer.role,
      x,
      width: drawnWidth,
      y: axisY - (one.layer.diameterMm * scale) / 2,
      height: one.layer.diameterMm * scale,
      widened: exact < THINNEST,
      labelX: hasRoom ? middle : null,
    }
  })

  const stopping = stop ? placed.find((one) => one.layer.name === stop.layer) : undefined
  const stopX =
    stop && stopping ? left + (stopping.frontMm + (stopping.backMm - stopping.frontMm) * stop.fraction) * scale : null
  const endX = stopX ?? width
  const half = Math.max(0.75, halfBeamMm * scale)
  const top = round(axisY - half)
  const bottom = round(axisY + half)
  return {
    width,
    height,
    scale,
    axisY,
    layers: drawn,
    beam: {
      path: `M0 ${top}H${round(endX)}V${bottom}H0Z`,
      axis: `M0 ${round(axisY)}H${round(endX)}`,
      halfHeight: half,
    },
    stop: stopX !== null && stop ? { x: stopX, layer: stop.layer } : null,
    ticks: ticksAlong(lengthMm, scale, left),
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

/** Round steps of 1, 2 or 5 times a power of ten, at least 48 pixels apart. */
function ticksAlong(lengthMm: number, scale: number, left: number): readonly Tick[] {
  const wanted = 48 / scale
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= wanted * 0.999)!
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const count = Math.floor(lengthMm / step + 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => ({
    x: left + index * step * scale,
    label: (index * step).toFixed(decimals),
  }))
}
