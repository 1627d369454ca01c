/** From where the chart is looked at, and how it gets from one view to the next. */

import type { Zai } from '#nuclides/nuclide.ts'
import { cellOf, type Extent, type ScreenPoint } from './layout.ts'
import type { ChartState } from './state-url.ts'
import {
  centredView,
  centreOf,
  fittingEdge,
  fitView,
  limitView,
  panBy,
  resizeView,
  type View,
  viewBetween,
  viewShowing,
  zoomAbout,
} from './view.ts'

const ANIMATION_MS = 280

export class Camera {
  readonly #window: Window
  readonly #extentOf: () => Extent
  readonly #onMove: () => void
  #view: View = { width: 0, height: 0, ratio: 1, edge: 1, offsetX: 0, offsetY: 0 }
  /** A place asked for before the host had a size. */
  #pending: ChartState['camera']
  #animation = 0

  /**
   * @param place where it looks at first; `null` for the whole chart
   * @param extentOf of the occupied part of the chart, as it is now
   * @param onMove told after every change of the view
   */
  constructor(window: Window, place: ChartState['camera'], extentOf: () => Extent, onMove: () => void) {
    this.#window = window
    this.#pending = place
    this.#extentOf = extentOf
    this.#onMove = onMove
  }

  get view(): View {
    return this.#view
  }

  /** False while the host has no size (a closed tab of the page): there is no view to go from. */
  get isReady(): boolean {
    return this.#view.width > 0
  }

  /** As a link says it; `null` for the whole chart. */
  place(): ChartState['camera'] {
    if (!this.isReady) return this.#pending
    const isWhole = this.#view.edge <= this.smallestEdge() * 1.0001
    return isWhole ? null : { centre: centreOf(this.#view), edge: this.#view.edge }
  }

  /** Edge of a cell, CSS pixels, at which everything fits. */
  smallestEdge(): number {
    return fittingEdge(this.#view.width, this.#view.height, this.#extentOf())
  }

  /** @returns whether anything is another size than before */
  resize({ width, height, ratio }: Pick<View, 'width' | 'height' | 'ratio'>): boolean {
    const before = this.#view
    if (before.width === width && before.height === height && before.ratio === ratio) return false
    if (this.isReady) {
      this.#view = resizeView(before, width, height, ratio, this.#extentOf())
    } else {
      this.#view = { ...before, width, height, ratio }
      this.#view = this.#viewOf(this.#pending)
    }
    return true
  }

  goToPlace(place: ChartState['camera'], animated: boolean): void {
    if (this.isReady) this.#goTo(this.#viewOf(place), animated)
    else this.#pending = place
  }

  /** By a gesture: at once. */
  follow(edge: number, offsetX: number, offsetY: number): void {
    this.#set({ ...this.#view, edge, offsetX, offsetY })
  }

  /** Within the limits, for a gesture that has not happened yet. */
  limited(edge: number, offsetX: number, offsetY: number): View {
    return limitView({ ...this.#view, edge, offsetX, offsetY }, this.#extentOf())
  }

  zoom(factor: number, about: ScreenPoint, animated: boolean): void {
    this.#goTo(zoomAbout(this.#view, factor, about, this.#extentOf()), animated)
  }

  pan(dx: number, dy: number): void {
    this.#goTo(panBy(this.#view, dx, dy, this.#extentOf()), false)
  }

  showWhole(): void {
    this.#goTo(this.#viewOf(null), true)
  }

  /** Brings a nuclide into sight, in cells of this size at least. */
  show(zai: Zai, smallestEdge = 0): void {
    if (!this.isReady) return
    const cell = cellOf(zai)
    if (this.#view.edge < smallestEdge) {
      this.#goTo(limitView(centredView({ ...this.#view, edge: smallestEdge }, cell), this.#extentOf()), true)
    } else {
      const view = viewShowing(this.#view, cell, this.#extentOf())
      if (view !== this.#view) this.#goTo(view, true)
    }
  }

  showAll(zais: readonly Zai[]): void {
    const cells = zais.map(cellOf)
    const around = {
      nMin: Math.min(...cells.map(({ n }) => n)) - 1,
      nMax: Math.max(...cells.map(({ n }) => n)) + 1,
      zMin: Math.min(...cells.map(({ z }) => z)) - 1,
      zMax: Math.max(...cells.map(({ z }) => z)) + 1,
    }
    const { width, height, ratio } = this.#view
    this.#goTo(limitView(fitView(width, height, ratio, around, 60), this.#extentOf()), true)
  }

  /** Ends a motion where it is. */
  stop(): void {
    this.#window.cancelAnimationFrame(this.#animation)
  }

  #set(view: View): void {
    this.#view = view
    this.#onMove()
  }

  #viewOf(place: ChartState['camera']): View {
    const { width, height, ratio } = this.#view
    if (!place) return fitView(width, height, ratio, this.#extentOf())
    return limitView(centredView({ ...this.#view, edge: place.edge }, place.centre), this.#extentOf())
  }

  #goTo(target: View, animated: boolean): void {
    if (!this.isReady) return
    this.stop()
    if (!animated || this.#window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#set(target)
      return
    }
    const from = this.#view
    const start = this.#window.performance.now()
    const frame = (now: number): void => {
      const t = Math.min(1, (now - start) / ANIMATION_MS)
      // Ease in and out: a motion that starts and ends at rest is easier to follow.
      this.#set(viewBetween(from, target, t * t * (3 - 2 * t)))
      if (t < 1) this.#animation = this.#window.requestAnimationFrame(frame)
    }
    this.#animation = this.#window.requestAnimationFrame(frame)
  }
}
