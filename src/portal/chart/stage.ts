/** The elements of a chart on its host: two canvases above each other, and words that are read out. */

const MOST_DEVICE_PIXELS_RATIO = 4

/** CSS pixels, and device pixels in one of them. */
export interface StageSize {
  readonly width: number
  readonly height: number
  readonly ratio: number
}

export class Stage {
  readonly sceneCanvas: HTMLCanvasElement
  /** Above the scene; it has the keyboard and hears all gestures. */
  readonly overlayCanvas: HTMLCanvasElement
  readonly window: Window & typeof globalThis
  readonly #host: HTMLElement
  readonly #live: HTMLElement
  readonly #onSize: (size: StageSize) => void
  readonly #abort = new AbortController()
  readonly #resizeObserver: ResizeObserver
  #ratioQuery: MediaQueryList | null = null

  /**
   * @param label name of the chart for a screen reader
   * @param onSize told of every change of size or ratio while there is something to see
   */
  constructor(host: HTMLElement, label: string, onSize: (size: StageSize) => void) {
    this.#host = host
    this.#onSize = onSize
    this.window = host.ownerDocument.defaultView!
    if (this.window.getComputedStyle(host).position === 'static') host.style.position = 'relative'
    this.sceneCanvas = canvasIn(host)
    this.sceneCanvas.setAttribute('aria-hidden', 'true')
    this.overlayCanvas = canvasIn(host)
    this.overlayCanvas.tabIndex = 0
    this.overlayCanvas.style.touchAction = 'none'
    this.overlayCanvas.style.outline = 'none'
    this.overlayCanvas.style.cursor = 'crosshair'
    // Without this role a screen reader keeps the arrow keys for itself.
    this.overlayCanvas.setAttribute('role', 'application')
    this.overlayCanvas.setAttribute('aria-roledescription', 'chart of nuclides')
    this.overlayCanvas.setAttribute(
      'aria-label',
      `${label}. Arrow keys select nuclides; T goes to the table with the same rows.`,
    )
    this.#live = liveRegionIn(host)
    this.#resizeObserver = new this.window.ResizeObserver(() => this.measure())
    this.#resizeObserver.observe(host)
    this.#watchRatio()
  }

  get document(): Document {
    return this.#host.ownerDocument
  }

  /** Aborted when the chart is taken away. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get ratio(): number {
    return Math.min(MOST_DEVICE_PIXELS_RATIO, this.window.devicePixelRatio || 1)
  }

  measure(): void {
    const { clientWidth: width, clientHeight: height } = this.#host
    if (width > 0 && height > 0) this.#onSize({ width, height, ratio: this.ratio })
  }

  /** Setting the size of a canvas empties it: draw in the same turn, and no blank frame is seen. */
  resizeCanvases({ width, height, ratio }: StageSize): void {
    for (const canvas of [this.sceneCanvas, this.overlayCanvas]) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
  }

  announce(sentence: string): void {
    this.#live.textContent = sentence
  }

  destroy(): void {
    this.#abort.abort()
    this.#resizeObserver.disconnect()
    this.sceneCanvas.remove()
    this.overlayCanvas.remove()
    this.#live.remove()
  }

  /** The ratio changes with page zoom and when a window moves to another screen; it is never read only once. */
  #watchRatio(): void {
    const query = this.window.matchMedia(`(resolution: ${this.window.devicePixelRatio}dppx)`)
    this.#ratioQuery = query
    const changed = (): void => {
      if (this.#ratioQuery !== query || this.signal.aborted) return
      this.#watchRatio()
      this.measure()
    }
    query.addEventListener('change', changed, { once: true, signal: this.signal })
  }
}

function canvasIn(host: HTMLElement): HTMLCanvasElement {
  const canvas = host.ownerDocument.createElement('canvas')
  // Out of the flow: however the canvas is sized, the page around it does not move.
  Object.assign(canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%', display: 'block' })
  host.append(canvas)
  return canvas
}

function liveRegionIn(host: HTMLElement): HTMLElement {
  const region = host.ownerDocument.createElement('div')
  region.setAttribute('aria-live', 'polite')
  region.setAttribute('role', 'status')
  // Read out, not seen.
  Object.assign(region.style, {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  })
  host.append(region)
  return region
}
