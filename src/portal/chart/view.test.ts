import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildLayout, cellOfWorld, type Extent, screenPoint, worldOfCell } from './layout.ts'
import {
  cellOfScreen,
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
  viewBetween,
  viewShowing,
  type WheelMotion,
  worldOfScreen,
  zoomAbout,
} from './view.ts'

const CHART: Extent = { nMin: 0, nMax: 177, zMin: 0, zMax: 118 }
const sizes = fc.record({ width: fc.integer({ min: 320, max: 2560 }), height: fc.integer({ min: 240, max: 1440 }) })
const ratios = fc.constantFrom(1, 1.5, 2, 3)
const cells = fc.record({ n: fc.integer({ min: 0, max: 177 }), z: fc.integer({ min: 0, max: 118 }) })
const views = fc
  .tuple(sizes, ratios, cells, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([{ width, height }, ratio, cell, zoom]) => {
    const smallest = fittingEdge(width, height, CHART)
    const edge = smallest * (LARGEST_EDGE / smallest) ** zoom
    return limitView(centredView({ width, height, ratio, edge, offsetX: 0, offsetY: 0 }, cell), CHART)
  })

describe('frames', () => {
  it('lead back to where they came from', () => {
    fc.assert(
      fc.property(views, cells, (view, cell) => {
        expect(cellOfWorld(worldOfCell(cell))).toEqual(cell)
        const world = worldOfCell(cell)
        const back = worldOfScreen(view, screenOfWorld(view, world))
        expect(back.x).toBeCloseTo(world.x, 8)
        expect(back.y).toBeCloseTo(world.y, 8)
      }),
    )
  })
})

describe('limits of a view', () => {
  it('fit the whole chart into any size, with room for labels', () => {
    fc.assert(
      fc.property(sizes, ({ width, height }) => {
        const view = fitView(width, height, 2, CHART)
        const upper = screenOfWorld(view, worldOfCell({ n: 0, z: 118 }))
        const lower = screenOfWorld(view, worldOfCell({ n: 178, z: -1 }))
        expect(upper.x).toBeGreaterThanOrEqual(0)
        expect(upper.y).toBeGreaterThanOrEqual(0)
        expect(lower.x).toBeLessThanOrEqual(width)
        expect(lower.y).toBeLessThanOrEqual(height)
      }),
    )
  })

  it('hold for every zoom and push, and doing it twice changes nothing', () => {
    fc.assert(
      fc.property(
        views,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.integer({ min: -5000, max: 5000 }),
        (view, factor, push) => {
          const moved = panBy(zoomAbout(view, factor, screenPoint(10, 10), CHART), push, -push, CHART)
          expect(moved.edge).toBeLessThanOrEqual(LARGEST_EDGE)
          expect(moved.edge).toBeGreaterThanOrEqual(fittingEdge(view.width, view.height, CHART) * 0.999)
          const centre = centreOf(moved)
          expect(centre.n).toBeGreaterThan(-1)
          expect(centre.n).toBeLessThan(178)
          const again = limitView(moved, CHART)
          expect(again.offsetX).toBeCloseTo(moved.offsetX, 6)
          expect(again.offsetY).toBeCloseTo(moved.offsetY, 6)
        },
      ),
    )
  })

  it('keep the nuclide under the pointer where the limits leave room', () => {
    const view = centredView({ width: 1600, height: 900, ratio: 2, edge: 20, offsetX: 0, offsetY: 0 }, { n: 64, z: 47 })
    const pointer = screenPoint(1000, 300)
    const before = worldOfScreen(view, pointer)
    const after = worldOfScreen(zoomAbout(view, 2, pointer, CHART), pointer)
    expect(after.x).toBeCloseTo(before.x, 8)
    expect(after.y).toBeCloseTo(before.y, 8)
  })

  it('come back to the same view after zooming in and out a thousand times', () => {
    const start = centredView(
      { width: 1600, height: 900, ratio: 2, edge: 20, offsetX: 0, offsetY: 0 },
      { n: 64, z: 47 },
    )
    let view = start
    for (let i = 0; i < 1000; i++) view = zoomAbout(view, i % 2 === 0 ? 1.3 : 1 / 1.3, screenPoint(800, 450), CHART)
    expect(view.edge).toBeCloseTo(start.edge, 6)
    expect(view.offsetX).toBeCloseTo(start.offsetX, 4)
  })

  it('show the same part after a change of size', () => {
    fc.assert(
      fc.property(views, sizes, (view, { width, height }) => {
        const resized = resizeView(view, width, height, 1, CHART)
        if (
          view.edge > fittingEdge(view.width, view.height, CHART) * 1.6 &&
          view.edge > fittingEdge(width, height, CHART) * 1.6
        ) {
          expect(centreOf(resized).n).toBeCloseTo(centreOf(view).n, 4)
          expect(resized.edge).toBe(view.edge)
        }
        expect([resized.width, resized.height]).toEqual([width, height])
      }),
    )
  })

  it('bring any cell into sight', () => {
    fc.assert(
      fc.property(views, cells, (view, cell) => {
        const shown = viewShowing(view, cell, CHART)
        const middle = screenOfWorld(shown, { x: cell.n + 0.5, y: 118.5 - cell.z })
        expect(cellOfScreen(shown, middle)).toEqual(cell)
        expect(middle.x).toBeGreaterThan(0)
        expect(middle.x).toBeLessThan(shown.width)
        expect(middle.y).toBeGreaterThan(0)
        expect(middle.y).toBeLessThan(shown.height)
      }),
    )
  })

  it('lead from one view to another without a jump', () => {
    const from = fitView(1600, 900, 2, CHART)
    const to = limitView(centredView({ ...from, edge: 100 }, { n: 64, z: 47 }), CHART)
    expect(viewBetween(from, to, 1)).toBe(to)
    expect(viewBetween(from, to, 0).edge).toBeCloseTo(from.edge)
    const steps = Array.from({ length: 101 }, (_, i) => viewBetween(from, to, i / 100))
    for (let i = 1; i < steps.length; i++) {
      expect(steps[i]!.edge).toBeGreaterThan(steps[i - 1]!.edge)
      expect(Math.abs(centreOf(steps[i]!).n - centreOf(steps[i - 1]!).n)).toBeLessThan(3)
    }
  })
})

describe('wheel events', () => {
  const motion = (more: Partial<WheelMotion>): WheelMotion => ({
    deltaX: 0,
    deltaY: 0,
    deltaMode: 0,
    ctrlKey: false,
    shiftKey: false,
    ...more,
  })

  it('of a mouse zoom by exp(-k delta): up and down end where they began', () => {
    const inwards = meaningOfWheel(motion({ deltaY: -120 }))
    const outwards = meaningOfWheel(motion({ deltaY: 120 }))
    expect(inwards).toMatchObject({ kind: 'zoom' })
    expect(inwards.kind === 'zoom' && outwards.kind === 'zoom' && inwards.factor * outwards.factor).toBeCloseTo(1, 12)
    const half = meaningOfWheel(motion({ deltaY: -60 }))
    expect(half.kind === 'zoom' && inwards.kind === 'zoom' && half.factor ** 2 / inwards.factor).toBeCloseTo(1, 12)
  })

  it('of two fingers on a trackpad push, of a pinch zoom', () => {
    expect(meaningOfWheel(motion({ deltaX: 3, deltaY: 7 }))).toEqual({ kind: 'pan', dx: -3, dy: -7 })
    expect(meaningOfWheel(motion({ deltaY: 4.37 }))).toMatchObject({ kind: 'pan' })
    const pinch = meaningOfWheel(motion({ deltaY: -5, ctrlKey: true }))
    expect(pinch.kind === 'zoom' && pinch.factor).toBeGreaterThan(1)
    expect(meaningOfWheel(motion({ deltaY: 100, shiftKey: true }))).toMatchObject({ kind: 'pan', dx: -100 })
  })

  it('of a mouse are known by their notches at any page zoom', () => {
    expect(meaningOfWheel(motion({ deltaY: -33.3, wheelDeltaY: 120 }))).toMatchObject({ kind: 'zoom' })
    expect(meaningOfWheel(motion({ deltaY: -80, wheelDeltaY: 240 }))).toMatchObject({ kind: 'pan' })
    expect(meaningOfWheel(motion({ deltaY: 4, wheelDeltaY: -12 }))).toMatchObject({ kind: 'pan' })
  })

  it('in lines and pages are turned into pixels, and no event flings the view away', () => {
    const lines = meaningOfWheel(motion({ deltaY: -3, deltaMode: 1 }))
    expect(lines.kind === 'zoom' && lines.factor).toBeCloseTo(Math.exp(0.002 * 48), 12)
    const page = meaningOfWheel(motion({ deltaY: -100, deltaMode: 2 }))
    expect(page.kind === 'zoom' && page.factor).toBeCloseTo(2, 12)
  })
})

describe('layout', () => {
  it('finds each cell by its place, and nothing elsewhere', () => {
    const layout = buildLayout([
      { n: 64, z: 47 },
      { n: 60, z: 47 },
      { n: 64, z: 46 },
    ])
    expect(layout.indexAt(64, 47)).toBe(0)
    expect(layout.indexAt(61, 47)).toBe(-1)
    expect(layout.indexAt(-3, 47)).toBe(-1)
    expect(layout.row(47)).toEqual([60, 64])
    expect(layout.column(64)).toEqual([46, 47])
    expect(layout.row(12)).toEqual([])
    expect(buildLayout([]).indexAt(0, 0)).toBe(-1)
  })
})
