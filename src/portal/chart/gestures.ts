/** Mouse, trackpad and fingers: what moves the camera, and what points at a cell. */

import { select as d3Select } from 'd3-selection'
import { type D3ZoomEvent, zoom as d3Zoom, ZoomTransform, zoomIdentity } from 'd3-zoom'
import type { Camera } from './camera.ts'
import { type ScreenPoint, screenPoint } from './layout.ts'
import { LARGEST_EDGE, meaningOfWheel } from './view.ts'

const DOUBLE_CLICK_ZOOM = 2

export interface GestureListeners {
  /** The pointer is here, or nowhere on the chart. */
  readonly onHover: (point: ScreenPoint | null) => void
  readonly onClick: (point: ScreenPoint) => void
  /** What a pinch without a pointer zooms about. */
  readonly anchor: () => ScreenPoint
}

export class Gestures {
  readonly #canvas: HTMLCanvasElement
  readonly #camera: Camera
  readonly #listeners: GestureListeners
  readonly #zoom = d3Zoom<HTMLCanvasElement, unknown>()
  #pointer: ScreenPoint | null = null
  #pinchScale = 1

  /** @param signal ends the listening */
  constructor(canvas: HTMLCanvasElement, camera: Camera, listeners: GestureListeners, signal: AbortSignal) {
    this.#canvas = canvas
    this.#camera = camera
    this.#listeners = listeners
    this.#zoom
      // The wheel has its own reading (mouse, trackpad, pinch), and the double click its own animation.
      .filter((event: Event) => event.type !== 'wheel' && event.type !== 'dblclick' && !(event as MouseEvent).button)
      .clickDistance(4)
      .constrain((transform) => {
        const view = camera.limited(transform.k, transform.x, transform.y)
        return zoomIdentity.translate(view.offsetX, view.offsetY).scale(view.edge)
      })
      .on('start', () => camera.stop())
      .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        if (!event.sourceEvent) return
        camera.follow(event.transform.k, event.transform.x, event.transform.y)
        this.#hover(null)
      })
    d3Select(canvas).call(this.#zoom)
    canvas.addEventListener('wheel', (event) => this.#onWheel(event), { signal, passive: false })
    canvas.addEventListener('dblclick', (event) => this.#onDoubleClick(event), { signal })
    canvas.addEventListener('pointermove', (event) => this.#onPointerMove(event), { signal })
    canvas.addEventListener('pointerleave', () => this.#hover(null), { signal })
    canvas.addEventListener('click', (event) => listeners.onClick(this.#pointOf(event)), { signal })
    // Safari tells a pinch on a trackpad by events of its own.
    canvas.addEventListener('gesturestart', (event) => this.#onGesture(event, true), { signal, passive: false })
    canvas.addEventListener('gesturechange', (event) => this.#onGesture(event, false), { signal, passive: false })
    signal.addEventListener('abort', () => d3Select(canvas).on('.zoom', null), { once: true })
  }

  /** The next gesture goes on from where the camera is: d3-zoom keeps a copy of its own on the element. */
  goOnFromCamera(): void {
    const { edge, offsetX, offsetY } = this.#camera.view
    this.#zoom.scaleExtent([this.#camera.smallestEdge(), LARGEST_EDGE])
    d3Select(this.#canvas).property('__zoom', new ZoomTransform(edge, offsetX, offsetY))
  }

  #pointOf(event: MouseEvent): ScreenPoint {
    const box = this.#canvas.getBoundingClientRect()
    return screenPoint(event.clientX - box.left, event.clientY - box.top)
  }

  #hover(point: ScreenPoint | null): void {
    this.#pointer = point
    this.#listeners.onHover(point)
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault()
    const meaning = meaningOfWheel(event)
    if (meaning.kind === 'zoom') this.#camera.zoom(meaning.factor, this.#pointOf(event), false)
    else this.#camera.pan(meaning.dx, meaning.dy)
    this.#hover(this.#pointOf(event))
  }

  #onGesture(event: Event, first: boolean): void {
    event.preventDefault()
    const { scale } = event as Event & { readonly scale: number }
    if (!first && scale > 0) {
      this.#camera.zoom(scale / this.#pinchScale, this.#pointer ?? this.#listeners.anchor(), false)
    }
    this.#pinchScale = first ? 1 : scale
  }

  #onDoubleClick(event: MouseEvent): void {
    const factor = event.shiftKey ? 1 / DOUBLE_CLICK_ZOOM : DOUBLE_CLICK_ZOOM
    this.#camera.zoom(factor, this.#pointOf(event), true)
  }

  #onPointerMove(event: PointerEvent): void {
    if (event.buttons !== 0 || event.pointerType === 'touch') return
    this.#hover(this.#pointOf(event))
  }
}
