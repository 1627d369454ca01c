/** The canvas of a map, with pointer and keyboard: one cell is in hand, and its numbers stand below. */

import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import type { Cells } from '#protocol/distribution-cells.ts'
import { significant } from '../words/amounts.ts'
import style from './distributions.module.css'
import { drawMap } from './draw-map.ts'
import { frameOf, type Outline, projected } from './map-layout.ts'
import type { MapScale } from './map-scale.ts'
import { type ShownUnit, valueInWords } from './quantities.ts'

interface HeatMapProps {
  readonly label: string
  readonly view: Cells
  /** In the unit that is shown. */
  readonly painted: ArrayLike<number>
  readonly scale: MapScale | null
  readonly scaleUnit: string
  readonly outlines: readonly Outline[]
  readonly unit: ShownUnit
  /** Numbers of another slice stand until those of this one are here. */
  readonly isOld: boolean
}

interface Cell {
  readonly column: number
  readonly row: number
}

const HEIGHT = 400
/** Of a plane across the beam, which is about as high as it is wide. */
const TALL = 520

export function HeatMap({ label, view, painted, scale, scaleUnit, outlines, unit, isOld }: HeatMapProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useComputedColorScheme('light')
  const [cell, setCell] = useState<Cell | null>(null)
  const { head } = view
  const columns = head.axes[0]!.edges.length - 1
  const rows = head.axes[1]!.edges.length - 1
  const held = cell && cell.column < columns && cell.row < rows ? cell : null
  const isAcross = head.axes[0]!.name === 'x'
  const height = width < 560 ? 300 : isAcross ? TALL : HEIGHT

  useEffect(() => {
    const element = canvas.current
    if (!element || width < 100) return
    const ratio = window.devicePixelRatio
    element.width = Math.round(width * ratio)
    element.height = Math.round(height * ratio)
    const ctx = element.getContext('2d')!
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
    const frame = frameOf(width, height, head)
    drawMap(ctx, { frame, head, values: painted, scale, unit: scaleUnit, outlines, cell: held, theme, heading: [] })
  }, [width, height, head, painted, scale, scaleUnit, outlines, held, theme])

  const onPointer = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const { cellAt } = projected(frameOf(width, height, head), head.axes[0]!, head.axes[1]!)
    const found = cellAt(event.clientX - box.left, event.clientY - box.top)
    setCell((before) => (same(before, found) ? before : found))
  }
  const onKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (event.key === 'Escape') setCell(null)
    if (!step) return
    event.preventDefault()
    const far = event.shiftKey ? 10 : 1
    setCell((before) => {
      if (!before) return { column: Math.floor(columns / 2), row: Math.floor(rows / 2) }
      return {
        column: Math.min(columns - 1, Math.max(0, before.column + far * step[0])),
        row: Math.min(rows - 1, Math.max(0, before.row + far * step[1])),
      }
    })
  }
  return (
    <figure className={style.map} data-old={isOld || undefined}>
      <div ref={ref}>
        <canvas
          ref={canvas}
          style={{ width: '100%', height }}
          tabIndex={0}
          role="img"
          aria-label={`${label}. Arrow keys move from bin to bin; the table below has the same numbers.`}
          onPointerMove={onPointer}
          onPointerDown={onPointer}
          onPointerLeave={() => setCell(null)}
          onKeyDown={onKey}
        />
      </div>
      <figcaption className={style.reading} aria-live="polite">
        {held
          ? `${inWords(view, held, columns, unit)}${layerAt(view, held, outlines)}`
          : `${columns} × ${rows} bins. Point at one, or walk with the arrow keys.`}
      </figcaption>
    </figure>
  )
}

/** Which layers a bin meets, as the end of a sentence. */
function layerAt({ head }: Cells, { column, row }: Cell, outlines: readonly Outline[]): string {
  const [h, v] = [head.axes[0]!.edges, head.axes[1]!.edges]
  const met = outlines.filter(
    ({ kind, from, to }) =>
      kind === 'box' && from[0] < h[column + 1]! && to[0] > h[column]! && from[1] < v[row + 1]! && to[1] > v[row]!,
  )
  return met.length === 0 ? '' : `; meets ${met.map(({ name }) => name).join(', ')}`
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

const same = (a: Cell | null, b: Cell | null): boolean => a === b || (a?.column === b?.column && a?.row === b?.row)

function inWords({ head, values, errors }: Cells, { column, row }: Cell, columns: number, unit: ShownUnit): string {
  const place = ([index, bin]: readonly [number, number]) => {
    const { name, unit: of, edges } = head.axes[index]!
    return `${name === 'phi' ? 'φ' : name} ${significant(edges[bin]!, 4)} to ${significant(edges[bin + 1]!, 4)} ${of}`
  }
  const at = column + columns * row
  return `${place([0, column])}, ${place([1, row])}: ${valueInWords(values[at]!, errors[at]!, unit)}`
}
