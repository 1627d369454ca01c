/**
 * The chart on a page: two canvases, gestures, keyboard, a live region, and nothing else. It knows no framework; a page
 * gives it a host element, results and choices, and hears of selection, hover and state.
 */

import { select as d3Select } from 'd3-selection'
import { type D3ZoomEvent, zoom as d3Zoom, ZoomTransform, zoomIdentity } from 'd3-zoom'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import { type SearchResult, searchNuclides } from '#nuclides/search.ts'
import type { ResultDocument } from '#results/document.ts'
import type { Atlas } from './atlas.ts'
import { chainArrows } from './chain.ts'
import { type ChartData, chartData } from './chart-data.ts'
import {
  announcement,
  type CellDescription,
  describeCell,
  describeTooltip,
  groundOf,
  type TooltipContent,
} from './describe-cell.ts'
import { drawScene } from './draw.ts'
import { type ChainArrow, drawOverlay, type Overlay } from './draw-overlay.ts'
import { exportPng, type PngScale } from './export-png.ts'
import { exportSvg, legendSvg } from './export-svg.ts'
import { hatchPatterns } from './hatch-pattern.ts'
import { pick } from './hit-test.ts'
import { actionOfKey, type ChartAction, nearestCell, neighbour, nextMode, rowEnd } from './keyboard.ts'
import { type CellPoint, type Extent, type ScreenPoint, screenPoint, worldMiddle } from './layout.ts'
import { type Legend, legendOf } from './legend.ts'
import type { Caption } from './picture.ts'
import { buildScene, type Scene } from './scene.ts'
import { type ChartSettings, MODE_LABELS, meanOf, rateOf } from './settings.ts'
import { type ChartState, DEFAULT_STATE } from './state-url.ts'
import { CHART_FONT, type ChartStyle } from './style.ts'
import { type ThemeName, themeOf } from './theme.ts'
import {
  centredView,
  centreOf,
  fittingEdge,
  fitView,
  LARGEST_EDGE,
  limitView,
  meaningOfWheel,
  panBy,
  resizeView,
  screenOfWorld,
  type View,
  viewBetween,
  viewShowing,
  zoomAbout,
} from './view.ts'

/** What lies under the pointer, and where. */
export interface ChartHover {
  readonly zai: Zai
  readonly content: TooltipContent
  /** Middle of the upper edge of the cell, CSS pixels from the host's upper left corner: where a tooltip points to. */
  readonly at: ScreenPoint
  /** Edge of the cell, CSS pixels: how far a tooltip must stand off when it goes below. */
  readonly edge: number
}

/** What a search found; `states` holds the hits, shown on the chart. */
export type ChartSearchOutcome =
  | { readonly kind: 'found'; readonly zais: readonly Zai[]; readonly note: string | null }
  | { readonly kind: 'refused'; readonly reason: string }

export interface ChartOptions {
  readonly atlas: Atlas
  readonly result?: ResultDocument | null
  readonly theme?: ThemeName
  readonly state?: ChartState
  /** Nuclides that always carry their name; 111Ag by default. */
  readonly marked?: readonly Zai[]
  /** Name of the chart for a screen reader. */
  readonly label?: string
  /** A nuclide was chosen (click, keyboard, search), or `null` where the selection was given up. */
  readonly onSelect?: (zai: Zai | null) => void
  readonly onHover?: (hover: ChartHover | null) => void
  /** Mode, limits, view, selection or filters changed; at most once a frame. */
  readonly onState?: (state: ChartState) => void
  /** A key asks the page for something: its search field, its panel, its table, or the way back. */
  readonly onRequest?: (request: 'search' | 'panel' | 'table' | 'back') => void
}

export interface Chart {
  /** Shows another result, or the same one with more statistics. Selection, view and choices stay. */
  setData(result: ResultDocument | null): void
  setTheme(theme: ThemeName): void
  /** Changes some of the choices: mode, yield, limits, floor, colour map, filters. */
  setStyle(settings: Partial<ChartSettings>): void
  /** Goes to a place, or to the whole chart with `null`. */
  setView(camera: ChartState['camera'], animated?: boolean): void
  /** Takes over everything a link says. */
  setState(state: ChartState): void
  setMarked(marked: readonly Zai[]): void
  /** Selects a state and brings it into sight; `null` gives the selection up. */
  select(zai: Zai | null): void
  /** Finds nuclides and shows them. A single hit is selected. Gamma lines are loaded when an energy is asked for. */
  search(text: string): Promise<ChartSearchOutcome>
  clearSearch(): void
  /** Arrows of the decay chain of a state; `null` takes them away. */
  showChain(zai: Zai | null, direction?: 'forward' | 'backward'): void
  zoomBy(factor: number): void
  resetView(): void
  /** Brings everything that was produced into the picture. */
  showProduced(): void
  exportPng(caption: Caption, scale: PngScale): Promise<Blob>
  /** `visible` exports what is seen, `whole` the whole chart with 24 px cells. */
  exportSvg(caption: Caption, part: 'visible' | 'whole'): string
  state(): ChartState
  /** Colour limits and floor in use: for the fields of a form while they follow the data. */
  limits(): { readonly min: number; readonly max: number; readonly floor: number } | null
  legend(): Legend
  /** Sets the colour limits to what was scored, in whole decades: all of the colour map is used, and it is locked. */
  fitLimits(): void
  /** The legend as an SVG element. */
  legendSvg(width: number): string
  describe(zai: Zai): CellDescription
  focus(): void
  /** Number of frames drawn and time of the last one, ms: for benchmarks. */
  statistics(): { readonly frames: number; readonly lastSceneMs: number; readonly lastBuildMs: number }
  destroy(): void
}

/** Factor of one press of + or -. */
const KEY_ZOOM = 1.35
/** Share of the picture that Shift + arrow moves. */
const KEY_PAN_SHARE = 0.15
const DOUBLE_CLICK_ZOOM = 2
const ANIMATION_MS = 280
/** A cell that a search jumps to is at least this large, CSS pixels: its name can be read. */
const SEARCH_EDGE = 34
/** Cells of an exported whole chart, CSS pixels: symbol and mass number are written. */
const WHOLE_EXPORT_EDGE = 24
const MOST_DEVICE_PIXELS_RATIO = 4

const AG_111 = zaiOf(47, 111)

/** Mounts a chart on a host element. The host keeps its own size; the chart fills it and follows it. */
export function createChart(host: HTMLElement, options: ChartOptions): Chart {
  return new CanvasChart(host, options)
}

class CanvasChart implements Chart {
  readonly #host: HTMLElement
  readonly #options: ChartOptions
  readonly #atlas: Atlas
  readonly #sceneCanvas: HTMLCanvasElement
  readonly #overlayCanvas: HTMLCanvasElement
  readonly #live: HTMLElement
  readonly #window: Window & typeof globalThis
  readonly #abort = new AbortController()
  readonly #resizeObserver: ResizeObserver
  readonly #zoom = d3Zoom<HTMLCanvasElement, unknown>()

  #data: ChartData
  #settings: ChartSettings
  #scene: Scene | null = null
  #style: ChartStyle
  #themeName: ThemeName
  #view: View
  /** A camera asked for before the host had a size. */
  #pendingCamera: ChartState['camera'] = null
  #overlay: Overlay
  #pointer: ScreenPoint | null = null
  #frame = 0
  #animation = 0
  #sceneDirty = true
  #overlayDirty = true
  #stateDirty = false
  #ratioQuery: MediaQueryList | null = null
  #frames = 0
  #lastSceneMs = 0
  #lastBuildMs = 0
  #pinchScale = 1

  constructor(host: HTMLElement, options: ChartOptions) {
    const document = host.ownerDocument
    this.#host = host
    this.#options = options
    this.#atlas = options.atlas
    this.#window = document.defaultView!
    this.#themeName = options.theme ?? 'light'
    const state = options.state ?? DEFAULT_STATE
    this.#settings = state.settings
    this.#pendingCamera = state.camera
    this.#data = chartData(options.atlas, options.result ?? null)
    this.#overlay = {
      selected: state.selected,
      hovered: null,
      hits: [],
      marked: options.marked ?? [AG_111],
      arrows: [],
      focused: false,
    }
    this.#view = { width: 0, height: 0, ratio: 1, edge: 1, offsetX: 0, offsetY: 0 }
    this.#style = this.#makeStyle()

    if (this.#window.getComputedStyle(host).position === 'static') host.style.position = 'relative'
    this.#sceneCanvas = canvasIn(host)
    this.#sceneCanvas.setAttribute('aria-hidden', 'true')
    this.#overlayCanvas = canvasIn(host)
    this.#overlayCanvas.tabIndex = 0
    this.#overlayCanvas.style.touchAction = 'none'
    this.#overlayCanvas.style.outline = 'none'
    this.#overlayCanvas.style.cursor = 'crosshair'
    // Without this role a screen reader keeps the arrow keys for itself.
    this.#overlayCanvas.setAttribute('role', 'application')
    this.#overlayCanvas.setAttribute('aria-roledescription', 'chart of nuclides')
    this.#overlayCanvas.setAttribute(
      'aria-label',
      `${options.label ?? 'Chart of nuclides'}. Arrow keys select nuclides; T goes to the table with the same rows.`,
    )
    this.#live = liveRegionIn(host)

    this.#resizeObserver = new this.#window.ResizeObserver(() => this.#measure())
    this.#resizeObserver.observe(host)
    this.#watchRatio()
    this.#listen()
    this.#measure()
  }

  // --- what the page asks for -------------------------------------------------------------------------------------

  setData(result: ResultDocument | null): void {
    this.#data = chartData(this.#atlas, result)
    this.#changed({ scene: true })
  }

  setTheme(theme: ThemeName): void {
    if (theme === this.#themeName) return
    this.#themeName = theme
    this.#style = this.#makeStyle()
    this.#changed({ scene: true })
  }

  setStyle(settings: Partial<ChartSettings>): void {
    this.#settings = { ...this.#settings, ...settings }
    this.#changed({ scene: true, state: true })
  }

  setView(camera: ChartState['camera'], animated = false): void {
    if (this.#view.width === 0) {
      this.#pendingCamera = camera
      return
    }
    this.#goTo(this.#viewOfCamera(camera), animated)
  }

  setState(state: ChartState): void {
    this.#settings = state.settings
    this.#overlay = { ...this.#overlay, selected: state.selected }
    this.setView(state.camera)
    this.#changed({ scene: true, state: true })
  }

  setMarked(marked: readonly Zai[]): void {
    this.#overlay = { ...this.#overlay, marked }
    this.#changed({ overlay: true })
  }

  select(zai: Zai | null): void {
    this.#select(zai, { report: false })
    if (zai !== null) this.#show(zai)
  }

  async search(text: string): Promise<ChartSearchOutcome> {
    let found: SearchResult = searchNuclides(text)
    if (found.kind === 'needs-gamma-lines') {
      // The table of lines is larger than the chart; only who asks for an energy pays for it.
      const { gammaLines } = await import('#nuclides/gamma-lines.ts')
      found = searchNuclides(text, gammaLines)
    }
    if (found.kind === 'refused') {
      this.clearSearch()
      return found
    }
    if (found.kind === 'needs-gamma-lines') return { kind: 'refused', reason: 'the table of gamma lines is missing' }
    const zais =
      found.kind === 'states'
        ? found.states.map(({ zai }) => zai)
        : [...new Set(found.hits.map(({ state }) => state.zai))]
    const note = found.kind === 'states' ? found.note : gammaNote(found.energy, found.tolerance, zais.length)
    this.#overlay = { ...this.#overlay, hits: zais }
    this.#changed({ overlay: true })
    if (zais.length === 1) {
      this.#select(zais[0]!, { report: true })
      this.#show(zais[0]!, SEARCH_EDGE)
    } else if (zais.length > 1) {
      this.#showAll(zais)
      this.#announce(`${zais.length} nuclides found`)
    }
    return zais.length === 0
      ? { kind: 'refused', reason: note ?? 'no nuclide of NUBASE2020 meets this' }
      : { kind: 'found', zais, note }
  }

  clearSearch(): void {
    if (this.#overlay.hits.length === 0) return
    this.#overlay = { ...this.#overlay, hits: [] }
    this.#changed({ overlay: true })
  }

  showChain(zai: Zai | null, direction: 'forward' | 'backward' = 'forward'): void {
    const arrows: readonly ChainArrow[] = zai === null ? [] : chainArrows(this.#atlas, zai, direction)
    this.#overlay = { ...this.#overlay, arrows }
    this.#changed({ overlay: true })
  }

  zoomBy(factor: number): void {
    this.#goTo(zoomAbout(this.#view, factor, this.#anchor(), this.#extent()), true)
  }

  resetView(): void {
    this.#goTo(this.#wholeView(), true)
  }

  showProduced(): void {
    const produced = this.#currentScene().cells.filter(({ condition }) => condition === 'above-floor')
    if (produced.length === 0) this.resetView()
    else this.#showAll(produced.map(({ zai }) => zai))
  }

  exportPng(caption: Caption, scale: PngScale): Promise<Blob> {
    const data = { scene: this.#currentScene(), overlay: this.#exportOverlay() }
    return exportPng(this.#host.ownerDocument, this.#view, data, this.#style.theme, caption, scale)
  }

  exportSvg(caption: Caption, part: 'visible' | 'whole'): string {
    const data = { scene: this.#currentScene(), overlay: this.#exportOverlay() }
    return exportSvg(part === 'visible' ? this.#view : this.#exportView(), data, this.#style.theme, CHART_FONT, caption)
  }

  state(): ChartState {
    const whole = this.#isWhole()
    return {
      settings: this.#settings,
      selected: this.#overlay.selected,
      camera:
        this.#view.width === 0
          ? this.#pendingCamera
          : whole
            ? null
            : { centre: centreOf(this.#view), edge: this.#view.edge },
    }
  }

  limits(): { readonly min: number; readonly max: number; readonly floor: number } | null {
    const { limits, floor } = this.#currentScene()
    return limits && { ...limits, floor: floor ?? limits.min }
  }

  fitLimits(): void {
    const values = (this.#data.result?.residuals ?? [])
      .map((residual) => meanOf(rateOf(residual, this.#settings.yield), this.#settings.per) ?? 0)
      .filter((value) => value > 0)
    if (values.length === 0) return
    const min = 10 ** Math.floor(Math.log10(Math.min(...values)))
    const max = 10 ** Math.ceil(Math.log10(Math.max(...values)))
    this.setStyle({ limits: { min, max: max > min ? max : min * 10 } })
  }

  legend(): Legend {
    return legendOf(this.#currentScene(), this.#style.theme)
  }

  legendSvg(width: number): string {
    return legendSvg(this.#currentScene(), this.#style.theme, CHART_FONT, width)
  }

  describe(zai: Zai): CellDescription {
    return describeCell(this.#atlas, this.#data, zai, this.#settings, this.#currentScene().floor)
  }

  focus(): void {
    this.#overlayCanvas.focus({ preventScroll: true })
  }

  statistics(): { readonly frames: number; readonly lastSceneMs: number; readonly lastBuildMs: number } {
    return { frames: this.#frames, lastSceneMs: this.#lastSceneMs, lastBuildMs: this.#lastBuildMs }
  }

  destroy(): void {
    this.#abort.abort()
    this.#resizeObserver.disconnect()
    this.#window.cancelAnimationFrame(this.#frame)
    this.#window.cancelAnimationFrame(this.#animation)
    d3Select(this.#overlayCanvas).on('.zoom', null)
    this.#sceneCanvas.remove()
    this.#overlayCanvas.remove()
    this.#live.remove()
  }

  // --- size, ratio, frames ----------------------------------------------------------------------------------------

  #makeStyle(): ChartStyle {
    const theme = themeOf(this.#themeName)
    return { theme, font: CHART_FONT, hatch: hatchPatterns(this.#host.ownerDocument, theme, this.#ratio()) }
  }

  #ratio(): number {
    return Math.min(MOST_DEVICE_PIXELS_RATIO, this.#window.devicePixelRatio || 1)
  }

  /** The ratio changes with page zoom and when a window moves to another screen; it is never read only once. */
  #watchRatio(): void {
    const query = this.#window.matchMedia(`(resolution: ${this.#window.devicePixelRatio}dppx)`)
    this.#ratioQuery = query
    const changed = (): void => {
      if (this.#ratioQuery !== query || this.#abort.signal.aborted) return
      this.#watchRatio()
      this.#measure()
    }
    query.addEventListener('change', changed, { once: true, signal: this.#abort.signal })
  }

  #measure(): void {
    const width = this.#host.clientWidth
    const height = this.#host.clientHeight
    const ratio = this.#ratio()
    if (width === 0 || height === 0) return
    const before = this.#view
    if (before.width === width && before.height === height && before.ratio === ratio) return
    if (before.width === 0) {
      this.#view = { ...fitView(width, height, ratio, this.#extent()) }
      if (this.#pendingCamera) this.#view = this.#viewOfCamera(this.#pendingCamera)
      else if (this.#overlay.selected !== null) this.#view = limitView(this.#view, this.#extent())
    } else {
      this.#view = resizeView(before, width, height, ratio, this.#extent())
    }
    if (before.ratio !== ratio || before.width === 0) this.#style = this.#makeStyle()
    for (const canvas of [this.#sceneCanvas, this.#overlayCanvas]) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    this.#zoom.scaleExtent([fittingEdge(width, height, this.#extent()), LARGEST_EDGE])
    this.#tellZoom()
    // Setting the size of a canvas empties it; drawing in the same turn leaves no blank frame between.
    this.#sceneDirty = true
    this.#overlayDirty = true
    this.#draw()
  }

  #changed(what: { scene?: boolean; overlay?: boolean; view?: boolean; state?: boolean }): void {
    if (what.scene) this.#scene = null
    if (what.scene || what.view) {
      this.#sceneDirty = true
      this.#overlayDirty = true
    }
    if (what.overlay) this.#overlayDirty = true
    if (what.state || what.view) this.#stateDirty = true
    if (this.#frame === 0 && !this.#abort.signal.aborted) {
      this.#frame = this.#window.requestAnimationFrame(() => {
        this.#frame = 0
        this.#draw()
      })
    }
  }

  #currentScene(): Scene {
    if (!this.#scene) {
      const start = this.#window.performance.now()
      this.#scene = buildScene(this.#atlas, this.#data, this.#settings, this.#style.theme)
      this.#lastBuildMs = this.#window.performance.now() - start
    }
    return this.#scene
  }

  #draw(): void {
    if (this.#view.width === 0 || this.#abort.signal.aborted) return
    const scene = this.#currentScene()
    const { ratio, width, height } = this.#view
    if (this.#sceneDirty) {
      this.#sceneDirty = false
      const start = this.#window.performance.now()
      const context = this.#sceneCanvas.getContext('2d', { alpha: false })
      if (context) {
        context.setTransform(ratio, 0, 0, ratio, 0, 0)
        drawScene(context, this.#view, scene, this.#style)
      }
      this.#frames += 1
      this.#lastSceneMs = this.#window.performance.now() - start
    }
    if (this.#overlayDirty) {
      this.#overlayDirty = false
      const context = this.#overlayCanvas.getContext('2d')
      if (context) {
        context.setTransform(ratio, 0, 0, ratio, 0, 0)
        context.clearRect(0, 0, width, height)
        drawOverlay(context, this.#view, this.#overlay, this.#style)
      }
    }
    if (this.#stateDirty) {
      this.#stateDirty = false
      this.#options.onState?.(this.state())
    }
  }

  // --- views ------------------------------------------------------------------------------------------------------

  #extent(): Extent {
    return this.#data.layout.extent
  }

  #wholeView(): View {
    const { width, height, ratio } = this.#view
    return fitView(width, height, ratio, this.#extent())
  }

  #isWhole(): boolean {
    return this.#view.edge <= fittingEdge(this.#view.width, this.#view.height, this.#extent()) * 1.0001
  }

  #viewOfCamera(camera: ChartState['camera']): View {
    if (!camera) return this.#wholeView()
    return limitView(centredView({ ...this.#view, edge: camera.edge }, camera.centre), this.#extent())
  }

  #exportView(): View {
    const { nMin, nMax, zMin, zMax } = this.#extent()
    // A margin for labels on every side; the cells then have exactly the wanted size.
    const width = Math.round((nMax - nMin + 1) * WHOLE_EXPORT_EDGE + 160)
    const height = Math.round((zMax - zMin + 1) * WHOLE_EXPORT_EDGE + 120)
    return fitView(width, height, 1, this.#extent(), WHOLE_EXPORT_EDGE)
  }

  #exportOverlay(): Overlay {
    return { ...this.#overlay, hovered: null, selected: null, focused: false }
  }

  #setView(view: View): void {
    this.#view = view
    this.#tellZoom()
    this.#changed({ view: true })
  }

  /** Gestures go on from here: d3-zoom keeps its own copy of the view on the element. */
  #tellZoom(): void {
    const { edge, offsetX, offsetY } = this.#view
    d3Select(this.#overlayCanvas).property('__zoom', new ZoomTransform(edge, offsetX, offsetY))
  }

  #goTo(target: View, animated: boolean): void {
    // A host without a size (a closed tab of the page) has no view to go from; it gets one when it is measured.
    if (this.#view.width === 0) return
    this.#window.cancelAnimationFrame(this.#animation)
    const quiet = this.#window.matchMedia('(prefers-reduced-motion: reduce)').matches
    if (!animated || quiet) {
      this.#setView(target)
      return
    }
    const from = this.#view
    const start = this.#window.performance.now()
    const frame = (now: number): void => {
      const t = Math.min(1, (now - start) / ANIMATION_MS)
      // Ease in and out: a motion that starts and ends at rest is easier to follow.
      this.#setView(viewBetween(from, target, t * t * (3 - 2 * t)))
      if (t < 1) this.#animation = this.#window.requestAnimationFrame(frame)
    }
    this.#animation = this.#window.requestAnimationFrame(frame)
  }

  #anchor(): ScreenPoint {
    const { selected } = this.#overlay
    if (selected !== null) {
      const at = screenOfWorld(this.#view, worldMiddle(cellOf(selected)))
      if (at.x >= 0 && at.x <= this.#view.width && at.y >= 0 && at.y <= this.#view.height) return at
    }
    return screenPoint(this.#view.width / 2, this.#view.height / 2)
  }

  #show(zai: Zai, smallestEdge = 0): void {
    if (this.#view.width === 0) return
    const cell = cellOf(zai)
    if (this.#view.edge < smallestEdge) {
      this.#goTo(limitView(centredView({ ...this.#view, edge: smallestEdge }, cell), this.#extent()), true)
    } else {
      const view = viewShowing(this.#view, cell, this.#extent())
      if (view !== this.#view) this.#goTo(view, true)
    }
  }

  #showAll(zais: readonly Zai[]): void {
    const cells = zais.map(cellOf)
    const around = {
      nMin: Math.min(...cells.map(({ n }) => n)) - 1,
      nMax: Math.max(...cells.map(({ n }) => n)) + 1,
      zMin: Math.min(...cells.map(({ z }) => z)) - 1,
      zMax: Math.max(...cells.map(({ z }) => z)) + 1,
    }
    const { width, height, ratio } = this.#view
    this.#goTo(limitView(fitView(width, height, ratio, around, 60), this.#extent()), true)
  }

  // --- pointer ----------------------------------------------------------------------------------------------------

  #listen(): void {
    const canvas = this.#overlayCanvas
    const { signal } = this.#abort
    this.#zoom
      // The wheel has its own reading (mouse, trackpad, pinch), and the double click its own animation.
      .filter((event: Event) => event.type !== 'wheel' && event.type !== 'dblclick' && !(event as MouseEvent).button)
      .clickDistance(4)
      .constrain((transform) => {
        const view = limitView(
          { ...this.#view, edge: transform.k, offsetX: transform.x, offsetY: transform.y },
          this.#extent(),
        )
        return zoomIdentity.translate(view.offsetX, view.offsetY).scale(view.edge)
      })
      .on('start', () => this.#window.cancelAnimationFrame(this.#animation))
      .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        if (!event.sourceEvent) return
        this.#view = { ...this.#view, edge: event.transform.k, offsetX: event.transform.x, offsetY: event.transform.y }
        this.#hover(null)
        this.#changed({ view: true })
      })
    d3Select(canvas).call(this.#zoom)

    canvas.addEventListener('wheel', (event) => this.#onWheel(event), { signal, passive: false })
    canvas.addEventListener('dblclick', (event) => this.#onDoubleClick(event), { signal })
    canvas.addEventListener('pointermove', (event) => this.#onPointerMove(event), { signal })
    canvas.addEventListener('pointerleave', () => this.#hover(null), { signal })
    canvas.addEventListener('click', (event) => this.#onClick(event), { signal })
    canvas.addEventListener('keydown', (event) => this.#onKey(event), { signal })
    canvas.addEventListener('focus', () => this.#onFocus(true), { signal })
    canvas.addEventListener('blur', () => this.#onFocus(false), { signal })
    // Safari tells a pinch on a trackpad by events of its own.
    canvas.addEventListener('gesturestart', (event) => this.#onGesture(event, true), { signal, passive: false })
    canvas.addEventListener('gesturechange', (event) => this.#onGesture(event, false), { signal, passive: false })
  }

  #pointOf(event: MouseEvent): ScreenPoint {
    const box = this.#overlayCanvas.getBoundingClientRect()
    return screenPoint(event.clientX - box.left, event.clientY - box.top)
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault()
    this.#window.cancelAnimationFrame(this.#animation)
    const meaning = meaningOfWheel(event)
    const view =
      meaning.kind === 'zoom'
        ? zoomAbout(this.#view, meaning.factor, this.#pointOf(event), this.#extent())
        : panBy(this.#view, meaning.dx, meaning.dy, this.#extent())
    this.#setView(view)
    this.#hover(this.#pointOf(event))
  }

  #onGesture(event: Event, first: boolean): void {
    event.preventDefault()
    const { scale } = event as Event & { readonly scale: number }
    if (!first && scale > 0) {
      const at = this.#pointer ?? this.#anchor()
      this.#setView(zoomAbout(this.#view, scale / this.#pinchScale, at, this.#extent()))
    }
    this.#pinchScale = first ? 1 : scale
  }

  #onDoubleClick(event: MouseEvent): void {
    const factor = event.shiftKey ? 1 / DOUBLE_CLICK_ZOOM : DOUBLE_CLICK_ZOOM
    this.#goTo(zoomAbout(this.#view, factor, this.#pointOf(event), this.#extent()), true)
  }

  #onPointerMove(event: PointerEvent): void {
    if (event.buttons !== 0 || event.pointerType === 'touch') return
    this.#hover(this.#pointOf(event))
  }

  #hover(point: ScreenPoint | null): void {
    this.#pointer = point
    const hit = point ? pick(this.#view, this.#currentScene(), point) : null
    const cell = hit ? groundOf(hit.zai) : null
    const before = this.#overlay.hovered
    if (cell !== before) {
      this.#overlay = { ...this.#overlay, hovered: cell }
      this.#changed({ overlay: true })
    }
    if (!hit) {
      if (before !== null) this.#options.onHover?.(null)
      return
    }
    if (cell === before && hit.zai === this.#lastHovered) return
    this.#lastHovered = hit.zai
    const middle = screenOfWorld(this.#view, worldMiddle(cellOf(hit.zai)))
    this.#options.onHover?.({
      zai: hit.zai,
      content: describeTooltip(this.#atlas, this.#data, hit.zai, this.#settings, this.#currentScene().floor),
      at: screenPoint(middle.x, middle.y - this.#view.edge / 2),
      edge: this.#view.edge,
    })
  }

  #lastHovered: Zai | null = null

  #onClick(event: MouseEvent): void {
    const hit = pick(this.#view, this.#currentScene(), this.#pointOf(event))
    this.#select(hit?.zai ?? null, { report: true })
  }

  // --- selection and keyboard -------------------------------------------------------------------------------------

  #select(zai: Zai | null, { report }: { report: boolean }): void {
    if (zai === this.#overlay.selected) return
    this.#overlay = { ...this.#overlay, selected: zai }
    this.#changed({ overlay: true, state: true })
    if (zai !== null) {
      this.#announce(announcement(this.#atlas, this.#data, zai, this.#settings, this.#currentScene().floor))
    }
    if (report) this.#options.onSelect?.(zai)
  }

  #announce(sentence: string): void {
    this.#live.textContent = sentence
  }

  #onFocus(focused: boolean): void {
    this.#overlay = { ...this.#overlay, focused }
    this.#changed({ overlay: true })
  }

  #onKey(event: KeyboardEvent): void {
    const action = actionOfKey(event)
    if (!action) return
    event.preventDefault()
    this.#act(action)
  }

  #act(action: ChartAction): void {
    const layout = this.#data.layout
    switch (action.kind) {
      case 'move': {
        const at = this.#overlay.selected === null ? null : cellOf(this.#overlay.selected)
        // The first arrow takes what lies in the middle; only then there is something to go on from.
        const next = at ? neighbour(layout, at, action.direction) : nearestCell(layout, centreOf(this.#view))
        if (next) this.#selectCell(next)
        return
      }
      case 'row-end': {
        const at = this.#overlay.selected === null ? null : cellOf(this.#overlay.selected)
        if (at) this.#selectCell(rowEnd(layout, at, action.end))
        return
      }
      case 'pan': {
        const step = Math.min(this.#view.width, this.#view.height) * KEY_PAN_SHARE
        const dx = action.direction === 'left' ? step : action.direction === 'right' ? -step : 0
        const dy = action.direction === 'up' ? step : action.direction === 'down' ? -step : 0
        this.#goTo(panBy(this.#view, dx, dy, this.#extent()), false)
        return
      }
      case 'zoom':
        this.zoomBy(action.inwards ? KEY_ZOOM : 1 / KEY_ZOOM)
        return
      case 'reset':
        this.resetView()
        return
      case 'mode': {
        const mode = nextMode(this.#settings.mode, action.step)
        this.setStyle({ mode })
        this.#announce(`Coloured by ${MODE_LABELS[mode].toLowerCase()}`)
        return
      }
      case 'back':
        this.clearSearch()
        this.showChain(null)
        this.#options.onRequest?.('back')
        return
      case 'search':
      case 'panel':
      case 'table':
        this.#options.onRequest?.(action.kind)
        return
    }
  }

  #selectCell(cell: CellPoint): void {
    const zai = zaiOf(cell.z, cell.z + cell.n)
    this.#select(zai, { report: true })
    this.#show(zai)
  }
}

/** Place of the cell that holds a state. */
function cellOf(zai: Zai): CellPoint {
  const z = Math.floor(zai / 10_000)
  return { n: Math.floor((zai % 10_000) / 10) - z, z }
}

const gammaNote = (energy: number, tolerance: number, count: number): string =>
  count === 0
    ? `no gamma line within ${tolerance} keV of ${energy} keV`
    : `gamma lines within ${tolerance} keV of ${energy} keV, strongest first`

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
