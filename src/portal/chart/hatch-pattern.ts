/** Hatchings as canvas patterns: one small tile each, sharp at the device ratio. Needs the DOM. */

import { HATCH_LINES, HATCH_PERIOD, HATCHINGS, type Hatching, type Paint } from './surface.ts'
import { hatchInk } from './svg-surface.ts'
import type { Theme } from './theme.ts'

/** Patterns for a canvas that draws in CSS pixels under `setTransform(ratio, ...)`. */
export function hatchPatterns(document: Document, theme: Theme, ratio: number): Readonly<Record<Hatching, Paint>> {
  const paints = HATCHINGS.map((hatching) => [hatching, hatchPattern(document, hatching, theme, ratio)] as const)
  return Object.fromEntries(paints) as Record<Hatching, Paint>
}

function hatchPattern(document: Document, hatching: Hatching, theme: Theme, ratio: number): Paint {
  // The tile has whole device pixels; the pattern's own scale brings it back to exactly one period.
  const size = Math.round(HATCH_PERIOD * ratio)
  const tile = document.createElement('canvas')
  tile.width = size
  tile.height = size
  const context = tile.getContext('2d')
  const ink = hatchInk(hatching, theme)
  if (!context) return ink
  context.strokeStyle = ink
  context.lineWidth = Math.max(1, Math.round(ratio))
  context.beginPath()
  if (HATCH_LINES[hatching] === 'upright') {
    context.moveTo(size / 2, 0)
    context.lineTo(size / 2, size)
  } else {
    const rising = HATCH_LINES[hatching] === 'rising'
    // Three strokes: the corners of the tile belong to the lines of its neighbours.
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift - 2, rising ? size + 2 : -2)
      context.lineTo(shift + size + 2, rising ? -2 : size + 2)
    }
  }
  context.stroke()
  const pattern = context.createPattern(tile, 'repeat')
  if (!pattern) return ink
  pattern.setTransform(new DOMMatrix().scale(HATCH_PERIOD / size))
  return pattern
}
