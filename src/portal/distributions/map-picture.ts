/** A map as a picture to take away: drawn anew, larger, with what it is of above it. */

import type { Cells } from '#protocol/distribution-cells.ts'
import { drawMap } from './draw-map.ts'
import { frameOf, type Outline } from './map-layout.ts'
import type { MapScale } from './map-scale.ts'

export interface PictureRequest {
  readonly view: Cells
  readonly painted: ArrayLike<number>
  readonly scale: MapScale | null
  readonly outlines: readonly Outline[]
  readonly theme: 'light' | 'dark'
  readonly unit: string
  readonly name: string
  readonly heading: readonly string[]
}

const WIDTH = 1000
const HEIGHT = 520
const PIXELS = 2

export function saveMapPicture({ view, painted, scale, outlines, theme, unit, name, heading }: PictureRequest): void {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH * PIXELS
  canvas.height = HEIGHT * PIXELS
  const ctx = canvas.getContext('2d')!
  ctx.scale(PIXELS, PIXELS)
  const frame = frameOf(WIDTH, HEIGHT, view.head, 54)
  drawMap(ctx, { frame, head: view.head, values: painted, scale, unit, outlines, cell: null, theme, heading })
  canvas.toBlob((blob) => {
    if (!blob) return
    const link = document.createElement('a')
    link.href = URL.createObjectURL(blob)
    link.download = `${name}.png`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }, 'image/png')
}
