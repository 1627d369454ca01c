import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Zai, zaiOf } from '#nuclides/nuclide.ts'
import type { Rate, Residual, ResultDocument } from '#results/document.ts'
import { asText, RecordingSurface } from '#test/portal/recording-surface.ts'
import { spesResults } from '#test/portal/spes-results.ts'
import type { Fill } from './cell-fill.ts'
import { chartData } from './chart-data.ts'
import { contrast } from './contrast.ts'
import { draw, drawScene } from './draw.ts'
import { RULER, RULERS_FROM_EDGE } from './draw-grid.ts'
import { NO_OVERLAY } from './draw-overlay.ts'
import { pick } from './hit-test.ts'
import { screenPoint } from './layout.ts'
import { nubaseAtlas } from './nubase-atlas.ts'
import { buildScene, type Scene } from './scene.ts'
import { CHART_MODES, type ChartSettings, DEFAULT_SETTINGS } from './settings.ts'
import { CHART_FONT, type ChartStyle } from './style.ts'
import { SVG_HATCH } from './svg-surface.ts'
import { DARK, LIGHT, type Theme } from './theme.ts'
import { centredView, limitView, type View } from './view.ts'

const atlas = nubaseAtlas()
const { estimate, sampled } = spesResults(2e6)

const styleOf = (theme: Theme): ChartStyle => ({ theme, font: CHART_FONT, hatch: SVG_HATCH })
const sceneOf = (settings: Partial<ChartSettings>, result: ResultDocument | null = sampled, theme = LIGHT): Scene =>
  buildScene(atlas, chartData(atlas, result), { ...DEFAULT_SETTINGS, ...settings }, theme)

/** A view with this place in the middle, free of limits. */
const viewAt = (n: number, z: number, edge: number, width: number, height: number, ratio = 2): View =>
  centredView({ width, height, ratio, edge, offsetX: 0, offsetY: 0 }, { n, z })

const factors = { perSecond: 1e15, perMicrocoulomb: 6.24e12 }

/** A rate of 100 counts with 10 % error, or a limit where the mean is `null`. */
const rate = (perPrimary: number | null, more: Partial<Rate> = {}): Rate => ({
  perPrimary,
  perSecond: perPrimary === null ? null : perPrimary * factors.perSecond,
  perMicrocoulomb: perPrimary === null ? null : perPrimary * factors.perMicrocoulomb,
  counts: perPrimary === null ? 0 : 100,
  statisticalErrorKind: 'sampled',
  statisticalError: perPrimary === null ? null : perPrimary * 0.1,
  interval68: null,
  limit95: perPrimary === null ? 3e-6 : null,
  model: null,
  ...more,
})

const residual = (z: number, a: number, m: number, state: Residual['state'], one: Rate): Residual => ({
  nuclide: '',
  z,
  a,
  m,
  state,
  inNubase: true,
  independent: one,
  cumulative: one,
})

/** A result whose numbers belong to this test: a model that learns must not change reviewed pictures. */
const fixed: ResultDocument = {
  ...sampled,
  coverage: { boxes: [{ zMin: 40, zMax: 50, aMin: 60, aMax: 140 }], isomers: 'not-resolved' },
  residuals: [
    residual(46, 110, 0, 'scored', rate(1e-3)),
    residual(46, 111, 0, 'scored', rate(3e-5, { statisticalError: 1.2e-5 })),
    residual(47, 110, 0, 'scored', rate(1e-13)),
    residual(47, 111, 0, 'scored', rate(2e-4, { model: { class: 'C', factor: 1.5 } })),
    residual(47, 112, 0, 'scored', rate(5e-7, { counts: 1, statisticalError: 5e-7 })),
    residual(48, 112, 0, 'zero', rate(null)),
    residual(48, 113, 0, 'zero', rate(null)),
  ],
}

describe('the drawing at fixed views', () => {
  const edges = [4, 8, 16, 26, 46, 70, 120]
  for (const edge of edges) {
    it(`half-lives around 111Ag at ${edge} px are as reviewed`, async () => {
      const surface = new RecordingSurface()
      const view = viewAt(64, 47, edge, edge * 2 + 60, edge * 2 + 30)
      const overlay = { ...NO_OVERLAY, selected: zaiOf(47, 111), marked: [zaiOf(47, 111)] }
      draw(surface, view, { scene: sceneOf({}, fixed), overlay }, styleOf(LIGHT))
      await expect(asText(surface.drawn)).toMatchFileSnapshot(`testdata/half-life-${edge}.txt`)
    })
    it(`particles around 111Ag at ${edge} px in the dark theme are as reviewed`, async () => {
      const surface = new RecordingSurface()
      const view = viewAt(64, 47, edge, edge * 2 + 60, edge * 2 + 30)
      drawScene(surface, view, sceneOf({ mode: 'particles' }, fixed, DARK), styleOf(DARK))
      await expect(asText(surface.drawn)).toMatchFileSnapshot(`testdata/particles-${edge}.txt`)
    })
  }

  it('writes more as the cells grow', () => {
    const textsAt = (edge: number): string[] => {
      const surface = new RecordingSurface()
      drawScene(surface, viewAt(64, 47, edge, edge * 1.5 + 92, edge * 1.5 + 40), sceneOf({}), styleOf(LIGHT))
      return surface.texts()
    }
    expect(textsAt(4)).toEqual([])
    expect(textsAt(16)).toContain('111')
    expect(textsAt(16)).not.toContain('Ag')
    expect(textsAt(26)).toEqual(expect.arrayContaining(['111', 'Ag']))
    expect(textsAt(26)).not.toContain('7.43 d')
    expect(textsAt(46)).toContain('7.43 d')
    expect(textsAt(70)).toContain('7.433 d')
    expect(textsAt(70).some((text) => text.startsWith('±'))).toBe(true)
    expect(textsAt(120)).toEqual(expect.arrayContaining(['β⁻ 100 %', 'm  64.8 s']))
  })

  it('changes nothing it was given and draws the same twice', () => {
    const scene = sceneOf({ mode: 'decay' })
    const once = new RecordingSurface()
    const again = new RecordingSurface()
    const view = viewAt(64, 47, 30, 400, 300)
    drawScene(once, view, scene, styleOf(LIGHT))
    drawScene(again, view, scene, styleOf(LIGHT))
    expect(again.drawn).toEqual(once.drawn)
    expect(once.drawn.length).toBeGreaterThan(100)
  })
})

describe('picking', () => {
  it('finds every cell and every stripe where it was drawn, at 20 random views and the ratios 1, 1.5, 2, 3', () => {
    const scene = paintedBy(sceneOf({}, null))
    const random = fc.sample(
      fc.record({ n: fc.integer({ min: 0, max: 1750 }), zoom: fc.integer({ min: 0, max: 1000 }) }),
      { seed: 42, numRuns: 20 },
    )
    let looked = 0
    let stripes = 0
    for (const ratio of [1, 1.5, 2, 3]) {
      for (const { n, zoom } of random) {
        const edge = 3 * (150 / 3) ** (zoom / 1000)
        const view = limitView(viewAt(n / 10, n * 0.065, edge, 900, 600, ratio), scene.scene.layout.extent)
        const surface = new RecordingSurface()
        drawScene(surface, view, scene.scene, styleOf(LIGHT))
        // The last rectangle of a colour is the one that is seen: stripes lie on their cell.
        for (const one of surface.drawn) {
          const zai = one.kind === 'rect' ? scene.owner.get(one.paint) : undefined
          if (one.kind !== 'rect' || zai === undefined) continue
          const isStripe = zai % 10 !== 0
          for (const [u, v] of isStripe ? STRIPE_POINTS : CELL_POINTS) {
            const x = one.x + one.width * u
            const y = one.y + one.height * v
            if (!isSeen(view, x, y)) continue
            const picked = pick(view, scene.scene, screenPoint(x, y))?.zai
            if (picked !== zai)
              expect.fail(`${zai} is drawn at ${x}, ${y} (${edge} px, ratio ${ratio}), picked is ${picked}`)
            looked += 1
            if (isStripe) stripes += 1
          }
        }
      }
    }
    expect(looked).toBeGreaterThan(50_000)
    expect(stripes).toBeGreaterThan(100)
  })

  it('finds nothing on paper and on the rulers', () => {
    const scene = sceneOf({}, null)
    const view = viewAt(64, 47, 40, 900, 600)
    expect(pick(view, scene, screenPoint(10, 300))).toBeNull()
    expect(pick(view, scene, screenPoint(450, 595))).toBeNull()
    expect(pick(viewAt(150, 10, 40, 900, 600), scene, screenPoint(450, 300))).toBeNull()
    expect(pick(view, scene, screenPoint(-1, 300))).toBeNull()
    expect(pick(view, scene, screenPoint(450, 295))).toMatchObject({ zai: zaiOf(47, 111) })
  })
})

/** Near the corners and in the middle; of a cell only the upper half, which no stripe covers. */
const CELL_POINTS = [
  [0.04, 0.04],
  [0.96, 0.04],
  [0.5, 0.3],
  [0.04, 0.5],
  [0.96, 0.5],
] as const
const STRIPE_POINTS = [
  [0.05, 0.5],
  [0.5, 0.5],
  [0.95, 0.5],
] as const

function isSeen(view: View, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= view.width || y >= view.height) return false
  return view.edge < RULERS_FROM_EDGE || (x >= RULER.width && y < view.height - RULER.height)
}

/** The same scene with a colour for every cell and stripe, so that a drawn rectangle tells whose it is. */
function paintedBy(scene: Scene): { scene: Scene; owner: Map<string, Zai> } {
  const owner = new Map<string, Zai>()
  const own = (zai: Zai): Fill => {
    const colour = `#${(owner.size + 0x100000).toString(16)}`
    owner.set(colour, zai)
    return { colour, hatching: null, line: null, hollow: false, ink: '#000000' }
  }
  const cells = scene.cells.map((cell) => ({
    ...cell,
    fill: own(cell.zai),
    stripes: cell.stripes.map((stripe) => ({ ...stripe, fill: own(stripe.zai) })),
  }))
  return { scene: { ...scene, cells }, owner }
}

describe('the states of a cell', () => {
  const result: ResultDocument = {
    ...sampled,
    coverage: { boxes: [{ zMin: 40, zMax: 50, aMin: 60, aMax: 140 }], isomers: 'not-resolved' },
    residuals: [
      residual(47, 111, 0, 'scored', rate(1e-3)),
      residual(47, 112, 0, 'scored', rate(1e-13)),
      residual(47, 113, 0, 'scored', rate(1e-3, { statisticalError: 0.5e-3, counts: 4 })),
      residual(47, 114, 0, 'scored', rate(1e-3, { statisticalError: 1e-3, counts: 1 })),
      residual(47, 139, 0, 'scored', rate(1e-3)),
    ],
  }
  const scene = sceneOf({ mode: 'particles' }, result)
  const cellAt = (z: number, a: number) => scene.cells.find((cell) => cell.z === z && cell.a === a)!
  const STATES = {
    'above the floor': [47, 111],
    'below the floor': [47, 112],
    'nothing counted': [47, 109],
    'not scored': [60, 144],
    'estimated only': [45, 88],
    'not in NUBASE2020': [47, 139],
    'error above the limit': [47, 113],
    'not a fact': [47, 114],
  } as const

  it('are what they are meant to be', () => {
    expect(cellAt(47, 111).condition).toBe('above-floor')
    expect(cellAt(47, 112).condition).toBe('below-floor')
    expect(cellAt(47, 109).condition).toBe('zero')
    expect(cellAt(60, 144).condition).toBe('not-scored')
    expect(cellAt(47, 139).foreign).toBe(true)
    expect(cellAt(47, 113).uncertain).toBe(true)
    expect(cellAt(47, 114).fill.hollow).toBe(true)
    const isomer = cellAt(47, 111).stripes[0]!
    expect(isomer.condition).toBe('isomer-not-resolved')
    expect(isomer.fill.hatching).toBe('isomer-not-resolved')
  })

  for (const edge of [6, 8, 16, 26, 46, 70, 120]) {
    it(`all look different at ${edge} px, whatever is written in them`, () => {
      const pictures = Object.entries(STATES).map(([name, [z, a]]) => {
        const cell = cellAt(z, a)
        // Words and isomers differ anyway; the ground alone must do. The place does not matter.
        const bare = {
          ...cell,
          primary: '',
          primaryShort: '',
          secondary: [],
          detail: [],
          stripes: [],
          symbol: 'X',
          a: 1,
          n: 0,
          z: 100,
        }
        const alone: Scene = {
          ...scene,
          cells: [bare],
          order: Uint16Array.of(0),
          layout: {
            ...scene.layout,
            extent: { nMin: 0, nMax: 0, zMin: 100, zMax: 100 },
            row: () => [],
            column: () => [],
          },
        }
        const surface = new RecordingSurface()
        drawScene(surface, viewAt(0, 100, edge, edge + 2, edge + 2), alone, styleOf(LIGHT))
        return [name, asText(surface.drawn.filter(({ kind }) => kind !== 'text'))] as const
      })
      const by = new Map<string, string>()
      for (const [name, picture] of pictures) {
        expect(by.get(picture), `${name} looks like this one`).toBeUndefined()
        by.set(picture, name)
      }
      expect(by.size).toBe(8)
    })
  }

  it('never drops what was made, and draws no cell for what was only looked for', () => {
    const looked = { ...result, residuals: [residual(47, 139, 0, 'zero', rate(null))] }
    expect(sceneOf({ mode: 'particles' }, looked).cells.some((cell) => cell.foreign)).toBe(false)
    const isomer = { ...result, residuals: [residual(47, 111, 5, 'scored', rate(1e-3))] }
    expect(
      sceneOf({ mode: 'particles' }, isomer)
        .cells.find(({ zai }) => zai === zaiOf(47, 111))!
        .stripes.map(({ label }) => label),
    ).toContain('m5')
  })

  it('keeps empty and zero beam apart from an error', () => {
    const dark = {
      ...result,
      currentMicroampere: 0,
      residuals: [residual(47, 111, 0, 'scored', { ...rate(1e-3), perSecond: 0 })],
    }
    expect(() => sceneOf({ mode: 'particles' }, dark)).not.toThrow()
    expect(sceneOf({ mode: 'particles' }, { ...result, residuals: [] }).limits).toBeNull()
  })
})

describe('words on cells', () => {
  it('have a contrast of at least 4.5 : 1 in every mode and theme', () => {
    let looked = 0
    for (const theme of [LIGHT, DARK]) {
      for (const mode of CHART_MODES) {
        for (const result of [null, estimate, sampled]) {
          for (const cell of sceneOf({ mode }, result, theme).cells) {
            for (const { fill } of [cell, ...cell.stripes]) {
              const ratio = contrast(fill.colour, fill.ink)
              if (ratio < 4.5)
                expect.fail(`${theme.name} ${mode} ${cell.zai}: ${fill.ink} on ${fill.colour} is ${ratio}`)
              looked += 1
            }
          }
        }
      }
    }
    expect(looked).toBeGreaterThan(100_000)
  })

  it('fade with a filter and keep the cell', () => {
    const scene = sceneOf({ mode: 'half-life', onlyScored: true })
    const faded = scene.cells.filter(({ faded }) => faded).length
    expect(faded).toBeGreaterThan(2000)
    expect(scene.cells.length).toBe(sceneOf({}).cells.length)
    const better = sceneOf({ mode: 'particles', largestError: 0.1 })
    for (const cell of better.cells) if (!cell.faded) expect(cell.condition).toBe('above-floor')
    const long = sceneOf({ shortestHalfLife: 3600 }, null)
    expect(long.cells.find(({ zai }) => zai === zaiOf(47, 111))!.faded).toBe(false)
    expect(long.cells.find(({ zai }) => zai === zaiOf(47, 114))!.faded).toBe(true)
  })
})
