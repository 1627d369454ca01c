/**
 * The chart on a page: two canvases, gestures, keyboard, a live region, and nothing else. It knows no framework; a page
 * gives it a host element, results and choices, and hears of selection, hover and state.
 */

import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { ResultDocument } from '#results/document.ts'
import type { Atlas } from './atlas.ts'
import { Camera } from './camera.ts'
import type { ColourLimits } from './cell-fill.ts'
import { chainArrows } from './chain.ts'
import type { Chart, ChartOptions, ChartSearchOutcome } from './chart-contract.ts'
import { type ChartData, chartData } from './chart-data.ts'
import { announcement, type CellDescription, describeCell, describeTooltip, groundOf } from './describe-cell.ts'
import { drawScene } from './draw.ts'
import { type ChainArrow, drawOverlay, type Overlay } from './draw-overlay.ts'
import { exportPng, type PngScale } from './export-png.ts'
import { exportSvg, legendSvg, wholeChartView } from './export-svg.ts'
import { findNuclides } from './find-nuclides.ts'
import { Gestures } from './gestures.ts'
import { hatchPatterns } from './hatch-pattern.ts'
import { pick } from './hit-test.ts'
import { actionOfKey, type ChartAction, nearestCell, neighbour, nextMode, rowEnd } from './keyboard.ts'
import { type CellPoint, cellOf, type Extent, type ScreenPoint, screenPoint, worldMiddle } from './layout.ts'
import { type Legend, legendOf } from './legend.ts'
import type { Caption } from './picture.ts'
import { buildScene, type Scene } from './scene.ts'
import { type ChartSettings, MODE_LABELS, meanOf, rateOf } from './settings.ts'
import { Stage, type StageSize } from './stage.ts'
import { type ChartState, DEFAULT_STATE } from './state-url.ts'
import { CHART_FONT, type ChartStyle } from './style.ts'
import { type ThemeName, themeOf } from './theme.ts'
import { centreOf, screenOfWorld } from './view.ts'

/** Factor of one press of + or -. */
const KEY_ZOOM = 1.35
/** Share of the picture that Shift + arrow moves. */
const KEY_PAN_SHARE = 0.15
/** A cell that a search jumps to is at least this large, CSS pixels: its name can be read. */
const SEARCH_EDGE = 34

const AG_111 = zaiOf(47, 111)

/** Mounts a chart on a host element. The host keeps its own size; the chart fills it and follows it. */
export function createChart(host: HTMLElement, options: ChartOptions): Chart {
  return new CanvasChart(host, options)
}

class CanvasChart implements Chart {
  readonly #options: ChartOptions
  readonly #atlas: Atlas
  readonly #stage: Stage
  readonly #camera: Camera
  readonly #gestures: Gestures

  #data: ChartData
  #settings: ChartSettings
  #scene: Scene | null = null
  #style: ChartStyle
  #themeName: ThemeName
  #overlay: Overlay
  #lastHovered: Zai | null = null
  #frame = 0
  #sceneDirty = true
  #overlayDirty = true
  #stateDirty = false
  #frames = 0
  #lastSceneMs = 0
  #lastBuildMs = 0

  constructor(host: HTMLElement, options: ChartOptions) {
    this.#options = options
    this.#atlas = options.atlas
    this.#themeName = options.theme ?? 'light'
    const state = options.state ?? DEFAULT_STATE
    this.#settings = state.settings
    this.#data = chartData(options.atlas, options.result ?? null)
    this.#overlay = {
      selected: state.selected,
      hovered: null,
      hits: [],
      marked: options.marked ?? [AG_111],
      arrows: [],
      focused: false,
    }
    this.#stage = new Stage(host, options.label ?? 'Chart of nuclides', (size) => this.#onSize(size))
    const { overlayCanvas, signal, window } = this.#stage
    this.#style = this.#makeStyle()
    this.#camera = new Camera(
      window,
      state.camera,
      () => this.#extent(),
      () => {
        this.#gestures.goOnFromCamera()
        this.#changed({ view: true })
      },
    )
    const listeners = {
      onHover: (point: ScreenPoint | null) => this.#hover(point),
      onClick: (point: ScreenPoint) => this.#onClick(point),
      anchor: () => this.#anchor(),
    }
    this.#gestures = new Gestures(overlayCanvas, this.#camera, listeners, signal)
    overlayCanvas.addEventListener('keydown', (event) => this.#onKey(event), { signal })
    overlayCanvas.addEventListener('focus', () => this.#onFocus(true), { signal })
    overlayCanvas.addEventListener('blur', () => this.#onFocus(false), { signal })
    this.#stage.measure()
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
    this.#camera.goToPlace(camera, animated)
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
    if (zai !== null) this.#camera.show(zai)
  }

  async search(text: string): Promise<ChartSearchOutcome> {
    const outcome = await findNuclides(text)
    if (outcome.kind === 'refused') {
      this.clearSearch()
      return outcome
    }
    const { zais } = outcome
    this.#overlay = { ...this.#overlay, hits: zais }
    this.#changed({ overlay: true })
    if (zais.length === 1) {
      this.#select(zais[0]!, { report: true })
      this.#camera.show(zais[0]!, SEARCH_EDGE)
    } else {
      this.#camera.showAll(zais)
      this.#stage.announce(`${zais.length} nuclides found`)
    }
    return outcome
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
    this.#camera.zoom(factor, this.#anchor(), true)
  }

  resetView(): void {
    this.#camera.showWhole()
  }

  showProduced(): void {
    const produced = this.#currentScene().cells.filter(({ condition }) => condition === 'above-floor')
    if (produced.length === 0) this.resetView()
    else this.#camera.showAll(produced.map(({ zai }) => zai))
  }

  exportPng(caption: Caption, scale: PngScale): Promise<Blob> {
    const data = { scene: this.#currentScene(), overlay: this.#exportOverlay() }
    return exportPng(this.#stage.document, this.#camera.view, data, this.#style.theme, caption, scale)
  }

  exportSvg(caption: Caption, part: 'visible' | 'whole'): string {
    const data = { scene: this.#currentScene(), overlay: this.#exportOverlay() }
    const view = part === 'visible' ? this.#camera.view : wholeChartView(this.#extent())
    return exportSvg(view, data, this.#style.theme, CHART_FONT, caption)
  }

  state(): ChartState {
    return { settings: this.#settings, selected: this.#overlay.selected, camera: this.#camera.place() }
  }

  limits(): (ColourLimits & { readonly floor: number }) | null {
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
    this.#stage.overlayCanvas.focus({ preventScroll: true })
  }

  statistics(): { readonly frames: number; readonly lastSceneMs: number; readonly lastBuildMs: number } {
    return { frames: this.#frames, lastSceneMs: this.#lastSceneMs, lastBuildMs: this.#lastBuildMs }
  }

  destroy(): void {
    this.#stage.window.cancelAnimationFrame(this.#frame)
    this.#camera.stop()
    this.#stage.destroy()
  }

  // --- size, ratio, frames ----------------------------------------------------------------------------------------

  #makeStyle(): ChartStyle {
    const theme = themeOf(this.#themeName)
    return { theme, font: CHART_FONT, hatch: hatchPatterns(this.#stage.document, theme, this.#stage.ratio) }
  }

  #onSize(size: StageSize): void {
    const before = this.#camera.view
    if (!this.#camera.resize(size)) return
    if (before.ratio !== size.ratio || before.width === 0) this.#style = this.#makeStyle()
    this.#stage.resizeCanvases(size)
    this.#gestures.goOnFromCamera()
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
    if (this.#frame === 0 && !this.#stage.signal.aborted) {
      this.#frame = this.#stage.window.requestAnimationFrame(() => {
        this.#frame = 0
        this.#draw()
      })
    }
  }

  #currentScene(): Scene {
    if (!this.#scene) {
      const start = this.#stage.window.performance.now()
      this.#scene = buildScene(this.#atlas, this.#data, this.#settings, this.#style.theme)
      this.#lastBuildMs = this.#stage.window.performance.now() - start
    }
    return this.#scene
  }

  #draw(): void {
    if (!this.#camera.isReady || this.#stage.signal.aborted) return
    const scene = this.#currentScene()
    const { ratio, width, height } = this.#camera.view
    if (this.#sceneDirty) {
      this.#sceneDirty = false
      const start = this.#stage.window.performance.now()
      const context = this.#stage.sceneCanvas.getContext('2d', { alpha: false })
      if (context) {
        context.setTransform(ratio, 0, 0, ratio, 0, 0)
        drawScene(context, this.#camera.view, scene, this.#style)
      }
      this.#frames += 1
      this.#lastSceneMs = this.#stage.window.performance.now() - start
    }
    if (this.#overlayDirty) {
      this.#overlayDirty = false
      const context = this.#stage.overlayCanvas.getContext('2d')
      if (context) {
        context.setTransform(ratio, 0, 0, ratio, 0, 0)
        context.clearRect(0, 0, width, height)
        drawOverlay(context, this.#camera.view, this.#overlay, this.#style)
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

  #exportOverlay(): Overlay {
    return { ...this.#overlay, hovered: null, selected: null, focused: false }
  }

  #anchor(): ScreenPoint {
    const { selected } = this.#overlay
    if (selected !== null) {
      const at = screenOfWorld(this.#camera.view, worldMiddle(cellOf(selected)))
      if (at.x >= 0 && at.x <= this.#camera.view.width && at.y >= 0 && at.y <= this.#camera.view.height) return at
    }
    return screenPoint(this.#camera.view.width / 2, this.#camera.view.height / 2)
  }

  // --- pointer ----------------------------------------------------------------------------------------------------

  #hover(point: ScreenPoint | null): void {
    const hit = point ? pick(this.#camera.view, this.#currentScene(), point) : null
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
    const middle = screenOfWorld(this.#camera.view, worldMiddle(cellOf(hit.zai)))
    this.#options.onHover?.({
      zai: hit.zai,
      content: describeTooltip(this.#atlas, this.#data, hit.zai, this.#settings, this.#currentScene().floor),
      at: screenPoint(middle.x, middle.y - this.#camera.view.edge / 2),
      edge: this.#camera.view.edge,
    })
  }

  #onClick(point: ScreenPoint): void {
    const hit = pick(this.#camera.view, this.#currentScene(), point)
    this.#select(hit?.zai ?? null, { report: true })
  }

  // --- selection and keyboard -------------------------------------------------------------------------------------

  #select(zai: Zai | null, { report }: { report: boolean }): void {
    if (zai === this.#overlay.selected) return
    this.#overlay = { ...this.#overlay, selected: zai }
    this.#changed({ overlay: true, state: true })
    if (zai !== null) {
      this.#stage.announce(announcement(this.#atlas, this.#data, zai, this.#settings, this.#currentScene().floor))
    }
    if (report) this.#options.onSelect?.(zai)
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
        const next = at ? neighbour(layout, at, action.direction) : nearestCell(layout, centreOf(this.#camera.view))
        if (next) this.#selectCell(next)
        return
      }
      case 'row-end': {
        const at = this.#overlay.selected === null ? null : cellOf(this.#overlay.selected)
        if (at) this.#selectCell(rowEnd(layout, at, action.end))
        return
      }
      case 'pan': {
        const step = Math.min(this.#camera.view.width, this.#camera.view.height) * KEY_PAN_SHARE
        const dx = action.direction === 'left' ? step : action.direction === 'right' ? -step : 0
        const dy = action.direction === 'up' ? step : action.direction === 'down' ? -step : 0
        this.#camera.pan(dx, dy)
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
        this.#stage.announce(`Coloured by ${MODE_LABELS[mode].toLowerCase()}`)
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
    this.#camera.show(zai)
  }
}
