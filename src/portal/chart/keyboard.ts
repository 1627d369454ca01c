/** What each key does on the chart (specification of the chart, 3.6), and which nuclide an arrow reaches. */

import type { CellPoint, Layout } from './layout.ts'
import { CHART_MODES, type ChartMode } from './settings.ts'

export type Direction = 'left' | 'right' | 'up' | 'down'

export type ChartAction =
  /** To the next nuclide that exists in this direction. */
  | { readonly kind: 'move'; readonly direction: Direction }
  /** Pushes the view. */
  | { readonly kind: 'pan'; readonly direction: Direction }
  | { readonly kind: 'zoom'; readonly inwards: boolean }
  | { readonly kind: 'reset' }
  | { readonly kind: 'mode'; readonly step: 1 | -1 }
  /** To the lightest or heaviest known isotope of the selected element. */
  | { readonly kind: 'row-end'; readonly end: 'first' | 'last' }
  /** For the page: the search field, the panel, the table; and back from there. */
  | { readonly kind: 'search' }
  | { readonly kind: 'panel' }
  | { readonly kind: 'table' }
  | { readonly kind: 'back' }

/** A key press, as the DOM gives it. */
export interface KeyPress {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
}

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

const KEYS: Readonly<Record<string, ChartAction>> = {
  '+': { kind: 'zoom', inwards: true },
  // The same key without Shift on many keyboards.
  '=': { kind: 'zoom', inwards: true },
  '-': { kind: 'zoom', inwards: false },
  _: { kind: 'zoom', inwards: false },
  '0': { kind: 'reset' },
  '[': { kind: 'mode', step: -1 },
  ']': { kind: 'mode', step: 1 },
  '/': { kind: 'search' },
  Enter: { kind: 'panel' },
  t: { kind: 'table' },
  T: { kind: 'table' },
  Escape: { kind: 'back' },
  Home: { kind: 'row-end', end: 'first' },
  End: { kind: 'row-end', end: 'last' },
}

/** The keys in words, for a help page. */
export const KEY_HELP: readonly (readonly [keys: string, meaning: string])[] = [
  ['Arrows', 'select the next nuclide (along N, along Z)'],
  ['Shift + arrows', 'move the view'],
  ['+ and -', 'zoom about the selected nuclide'],
  ['0', 'show the whole chart'],
  ['[ and ]', 'previous and next mode of colouring'],
  ['/', 'search'],
  ['Enter', 'open the panel of the selected nuclide'],
  ['T', 'go to the table with the same rows'],
  ['Esc', 'back'],
  ['Home and End', 'lightest and heaviest known isotope'],
  ['Tab', 'leave the chart'],
]

/** The action of a key press, or `null` for keys that belong to the browser and the page (Tab and all shortcuts). */
export function actionOfKey(press: KeyPress): ChartAction | null {
  if (press.ctrlKey || press.altKey || press.metaKey) return null
  const direction = Object.hasOwn(ARROWS, press.key) ? ARROWS[press.key] : undefined
  if (direction) return { kind: press.shiftKey ? 'pan' : 'move', direction }
  return Object.hasOwn(KEYS, press.key) ? KEYS[press.key]! : null
}

/**
 * The next existing nuclide in a direction: left and right along N (isotopes), up and down along Z (isotones); gaps are
 * jumped over. At the end the place stays the same.
 */
export function neighbour(layout: Layout, from: CellPoint, direction: Direction): CellPoint {
  if (direction === 'left' || direction === 'right') {
    const n = nextIn(layout.row(from.z), from.n, direction === 'right')
    return n === undefined ? from : { n, z: from.z }
  }
  const z = nextIn(layout.column(from.n), from.z, direction === 'up')
  return z === undefined ? from : { n: from.n, z }
}

/** The first or last isotope of the row; the same place where the row is empty. */
export function rowEnd(layout: Layout, from: CellPoint, end: 'first' | 'last'): CellPoint {
  const row = layout.row(from.z)
  const n = end === 'first' ? row[0] : row.at(-1)
  return n === undefined ? from : { n, z: from.z }
}

function nextIn(ascending: readonly number[], from: number, upwards: boolean): number | undefined {
  return upwards ? ascending.find((value) => value > from) : ascending.findLast((value) => value < from)
}

/** The nuclide nearest to a place, which may have fractions; `null` on an empty chart. */
export function nearestCell(layout: Layout, place: CellPoint): CellPoint | null {
  let best: CellPoint | null = null
  let distance = Infinity
  for (let z = layout.extent.zMin; z <= layout.extent.zMax; z++) {
    for (const n of layout.row(z)) {
      const d = (n - place.n) ** 2 + (z - place.z) ** 2
      if (d < distance) {
        distance = d
        best = { n, z }
      }
    }
  }
  return best
}

/** The mode a step further, round and round. */
export function nextMode(mode: ChartMode, step: 1 | -1): ChartMode {
  const count = CHART_MODES.length
  return CHART_MODES[(CHART_MODES.indexOf(mode) + step + count) % count]!
}
