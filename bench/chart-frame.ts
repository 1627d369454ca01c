/** A frame of the chart of nuclides in a real Chromium without a GPU: 1600 x 900 CSS pixels at the device ratio 2. */

import { CHROMIUM } from '#test/needs.ts'
import { bundleChart, firstLoadBytes, openStage } from '#test/portal/chart-stage.ts'
import { spesResults } from '#test/portal/spes-results.ts'
import type { Benchmark, Measurement } from './measurement.ts'

const KILOBYTE = 1000

/** Views by their edge in CSS pixels; `0` is the whole chart with all 3,558 ground states. */
const SCENES: readonly { readonly name: string; readonly query: string; readonly budgetMs?: number }[] = [
  { name: 'frame, all 3,558 ground states by half-life', query: '', budgetMs: 8 },
  { name: 'frame, all 3,558 ground states by particles', query: 'mode=particles', budgetMs: 8 },
  { name: 'frame, 20 px cells with mass numbers', query: 'mode=particles&n=64&z=47&zoom=20' },
  { name: 'frame, 45 px cells with two lines', query: 'mode=particles&n=64&z=47&zoom=45' },
  { name: 'frame, 90 px cells with all lines', query: 'mode=particles&n=64&z=47&zoom=90' },
]

interface Timing {
  readonly frame: number
  readonly high: number
}

export const benchmark: Benchmark = {
  name: 'chart-frame',
  unavailable: () => (CHROMIUM.find() === undefined ? `No Chromium. ${CHROMIUM.how}` : null),
  async run(): Promise<readonly Measurement[]> {
    const bundle = await bundleChart()
    const stage = await openStage(CHROMIUM.find()!, { bundle })
    try {
      const { sampled } = spesResults(2e7)
      await stage.page.evaluate(`window.result = ${JSON.stringify(sampled)}`)
      const measurements: Measurement[] = []
      for (const { name, query, budgetMs } of SCENES) {
        const { frame, high } = await stage.page.evaluate<Timing>(FRAME_TIMES.replace('QUERY', query))
        measurements.push({
          name,
          value: frame,
          unit: 'ms',
          ...(budgetMs === undefined ? {} : { budget: { limit: budgetMs, kind: 'at most' as const } }),
          how: `1600 x 900 at ratio 2, no GPU; median of 60 draws, one pixel read back each; 95 % below ${high.toFixed(1)} ms`,
        })
      }
      const { first, mode, hover } = await stage.page.evaluate<{ first: number; mode: number; hover: number }>(
        OTHER_TIMES,
      )
      const atMost = (limit: number) => ({ limit, kind: 'at most' as const })
      measurements.push(
        {
          name: 'first drawing after data',
          value: first,
          unit: 'ms',
          budget: atMost(200),
          how: 'mount and draw, warm page',
        },
        { name: 'change of mode', value: mode, unit: 'ms', budget: atMost(50), how: 'scene and frame, median of 20' },
        { name: 'hover', value: hover, unit: 'ms', budget: atMost(4), how: 'pick, words and overlay, median of 100' },
        {
          name: 'code and data',
          value: firstLoadBytes(bundle) / KILOBYTE,
          unit: 'kB gzipped',
          budget: atMost(150),
          how: 'what a page with a chart loads at once, gamma lines apart',
        },
      )
      return measurements
    } finally {
      await stage.close()
    }
  },
}

/** Frames are drawn through the door (a step of zoom in and out) and forced by reading one pixel back. */
const FRAME_TIMES = `(async () => {
  mount({ result: window.result, state: door.stateFromQuery('QUERY') })
  await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))
  const canvas = document.querySelector('canvas')
  const context = canvas.getContext('2d')
  const times = []
  for (let i = 0; i < 75; i++) {
    const host = document.getElementById('host')
    const before = chart.statistics().frames
    chart.setMarked([471110])
    const overlay = document.querySelectorAll('canvas')[1]
    overlay.dispatchEvent(new WheelEvent('wheel', { deltaX: i % 2 ? 3 : -3, deltaY: i % 2 ? 2 : -2, clientX: 700, clientY: 400, cancelable: true }))
    await new Promise((r) => requestAnimationFrame(r))
    const start = performance.now()
    context.getImageData(0, 0, 1, 1)
    const raster = performance.now() - start
    if (chart.statistics().frames > before && i >= 15) times.push(chart.statistics().lastSceneMs + raster)
  }
  times.sort((a, b) => a - b)
  if (times.length < 30) throw new Error('too few frames were drawn: ' + times.length)
  return { frame: times[times.length >> 1], high: times[Math.floor(times.length * 0.95)] }
})()`

const OTHER_TIMES = `(async () => {
  const tick = () => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1]
  const start = performance.now()
  mount({ result: window.result, state: door.stateFromQuery('mode=particles') })
  document.querySelector('canvas').getContext('2d').getImageData(0, 0, 1, 1)
  const first = performance.now() - start
  const modes = []
  for (let i = 0; i < 20; i++) {
    chart.setStyle({ mode: i % 2 ? 'particles' : 'half-life' })
    await tick()
    modes.push(chart.statistics().lastBuildMs + chart.statistics().lastSceneMs)
  }
  chart.setView({ centre: { n: 64, z: 47 }, edge: 40 })
  await tick()
  const overlay = document.querySelectorAll('canvas')[1]
  const hovers = []
  for (let i = 0; i < 100; i++) {
    const begin = performance.now()
    overlay.dispatchEvent(new PointerEvent('pointermove', { clientX: 400 + i * 7, clientY: 300 + (i % 7) * 40 }))
    hovers.push(performance.now() - begin)
    await new Promise((r) => requestAnimationFrame(r))
  }
  return { first, mode: median(modes), hover: median(hovers) }
})()`
