/** The chart in a real Chromium: what only a browser can show. Pictures are looked at by people: tools/chart-gallery.ts. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { CHROMIUM, describeWith } from '#test/needs.ts'
import { bundleChart, type ChartBundle, firstLoadBytes, openStage, type Stage } from './chart-stage.ts'
import { spesResults } from './spes-results.ts'

const AG_111 = 471_110

describeWith(CHROMIUM, 'the chart of nuclides in a browser', (executable) => {
  let stage: Stage
  let bundle: ChartBundle
  const { sampled } = spesResults(2e6)
  const SAMPLED = JSON.stringify(sampled)

  beforeAll(async () => {
    bundle = await bundleChart()
    stage = await openStage(executable, { width: 1000, height: 600, ratio: 2, bundle })
    await stage.page.evaluate(`window.result = ${SAMPLED}`)
  })
  afterAll(() => stage?.close())

  const run = <T>(code: string): Promise<T> => stage.page.evaluate(`(async () => { ${code} })()`) as Promise<T>
  const frame = 'await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));'
  const mount = (options = ''): Promise<unknown> => run(`mount({ result: window.result, ${options} }); ${frame}`)
  const heard = <T>(kind: string): Promise<T[]> =>
    run(`return heard.filter(([kind]) => kind === '${kind}').map(([, value]) => value)`)

  it('is smaller than 150 kB gzipped, data included', () => {
    const kilobytes = firstLoadBytes(bundle) / 1000
    process.stdout.write(`chart code and data: ${kilobytes.toFixed(1)} kB gzipped\n`)
    expect(kilobytes).toBeLessThan(150)
    expect(kilobytes).toBeGreaterThan(30)
  })

  it('draws, at the device ratio, without moving the page', async () => {
    const where = 'return document.getElementById("after").getBoundingClientRect().top'
    const before = await run<number>(where)
    await mount()
    const { sizes, colours } = await run<{ sizes: number[][]; colours: number }>(`
      const canvases = [...document.querySelectorAll('canvas')]
      const { data } = canvases[0].getContext('2d').getImageData(0, 0, canvases[0].width, canvases[0].height)
      const colours = new Set(new Uint32Array(data.buffer))
      return { sizes: canvases.map((c) => [c.width, c.height]), colours: colours.size }`)
    expect(sizes).toEqual([
      [2000, 1200],
      [2000, 1200],
    ])
    expect(colours).toBeGreaterThan(30)
    expect(await run<number>(where)).toBe(before)
  })

  it('tells what lies under the pointer and selects it on a click', async () => {
    await mount("state: door.stateFromQuery('n=64&z=47&zoom=40&mode=particles')")
    const box = (await stage.page.locator('#host').boundingBox())!
    await stage.page.mouse.move(box.x + 500, box.y + 295)
    await run(frame)
    const hovers = await heard<{ zai: number; content: { title: string } } | null>('hover')
    expect(hovers.at(-1)).toMatchObject({ zai: AG_111, content: { title: 'silver-111' } })
    await stage.page.mouse.click(box.x + 500, box.y + 295)
    await run(frame)
    expect(await heard('select')).toEqual([AG_111])
    const live = await stage.page.locator('[role=status]').textContent()
    expect(live).toMatch(/^silver 111, half-life 7\.433 days/)
    await stage.page.mouse.move(0, 0)
    expect((await heard('hover')).at(-1)).toBeNull()
  })

  it('is dragged, zoomed by wheel about the pointer, pushed by trackpad; a drag does not select', async () => {
    await mount("state: door.stateFromQuery('n=64&z=47&zoom=40')")
    const box = (await stage.page.locator('#host').boundingBox())!
    await stage.page.mouse.move(box.x + 500, box.y + 300)
    await stage.page.mouse.down()
    await stage.page.mouse.move(box.x + 400, box.y + 340, { steps: 4 })
    await stage.page.mouse.up()
    await run(frame)
    let camera = await run<{ centre: { n: number; z: number }; edge: number }>('return chart.state().camera')
    expect(camera.centre.n).toBeCloseTo(66.5, 1)
    expect(camera.centre.z).toBeCloseTo(48, 1)
    expect(await heard('select')).toEqual([])
    const under = `return (() => { const c = chart.state().camera; return c.centre.n + (700 - 500) / c.edge })()`
    await stage.page.mouse.move(box.x + 700, box.y + 300)
    const before = await run<number>(under)
    await stage.page.mouse.wheel(0, -120)
    await run(frame)
    expect(await run<number>(under)).toBeCloseTo(before, 1)
    camera = await run('return chart.state().camera')
    // How many pixels a notch is depends on the device ratio; that it zooms and how far at most does not.
    expect(camera.edge).toBeGreaterThan(42)
    expect(camera.edge).toBeLessThan(52)
    await stage.page.mouse.wheel(13, 7)
    await run(frame)
    const pushed = await run<{ centre: { n: number }; edge: number }>('return chart.state().camera')
    expect(pushed.edge).toBe(camera.edge)
    expect(pushed.centre.n).toBeGreaterThan(camera.centre.n + 5 / camera.edge)
    expect(pushed.centre.n).toBeLessThan(camera.centre.n + 14 / camera.edge)
  })

  it('is worked by the keyboard alone', async () => {
    await mount("state: door.stateFromQuery('sel=Ag-111&n=64&z=47&zoom=40')")
    await stage.page.keyboard.press('Tab')
    for (let i = 0; i < 5; i++) {
      if (await run<boolean>("return document.activeElement.tagName === 'CANVAS'")) break
      await stage.page.keyboard.press('Tab')
    }
    for (const key of ['ArrowRight', 'ArrowUp', 'Home', 'End', ']', '/', 'Enter', 't', 'Escape']) {
      await stage.page.keyboard.press(key)
    }
    await run(frame)
    const names = (await heard<number>('select')).map((zai) => zai)
    expect(names.slice(0, 2)).toEqual([471_120, 481_130])
    expect(names.length).toBe(4)
    expect(await heard('request')).toEqual(['search', 'panel', 'table', 'back'])
    expect(await run('return chart.state().settings.mode')).toBe('particles')
    await stage.page.keyboard.press('0')
    await run(frame)
    expect(await run('return chart.state().camera')).toBeNull()
  })

  it('finds nuclides, loads gamma lines only when asked for, and refuses with a reason', async () => {
    await mount()
    expect(await run("return chart.search('^111Ag')")).toMatchObject({ kind: 'found', zais: [AG_111] })
    expect(await run('return chart.state().selected')).toBe(AG_111)
    expect(await run('return chart.state().camera.edge')).toBeGreaterThanOrEqual(22)
    const many = await run<{ zais: number[] }>("return chart.search('A=111')")
    expect(many.zais.length).toBeGreaterThan(10)
    expect(await run("return chart.search('Ag-1111')")).toMatchObject({ kind: 'refused' })
    expect(await run<{ zais: number[] }>("return chart.search('342.1 keV')")).toMatchObject({ kind: 'found' })
    expect((await run<{ zais: number[] }>("return chart.search('342.1 keV')")).zais).toContain(AG_111)
  })

  it('keeps selection, view and choices when data, mode and theme change', async () => {
    await mount("state: door.stateFromQuery('sel=Ag-111&n=64&z=47&zoom=40')")
    const before = await run<{ camera: unknown; selected: number }>('return chart.state()')
    const after = await run<{ camera: unknown; selected: number }>(`
      chart.setData(null); chart.setStyle({ mode: 'decay' }); chart.setTheme('dark'); chart.setData(window.result)
      ${frame} return chart.state()`)
    expect(after.camera).toEqual(before.camera)
    expect(after.selected).toBe(before.selected)
  })

  it('exports PNG at 1, 2 and 4 pixels and SVG that a browser can read', async () => {
    await mount("state: door.stateFromQuery('mode=particles')")
    const caption = `{ title: 'SPES', run: '42', histories: 2e6, estimate: false, nuclearData: 'NUBASE2020', circumstances: '' }`
    for (const scale of [1, 2, 4]) {
      const size = await run<number[]>(`
        const blob = await chart.exportPng(${caption}, ${scale})
        const image = await createImageBitmap(blob)
        return [image.width, image.height, blob.size]`)
      expect(size[0]).toBe(1000 * scale)
      expect(size[2]).toBeGreaterThan(10_000)
    }
    const svg = await run<{ texts: string[]; errors: number; whole: number }>(`
      const parse = (text) => new DOMParser().parseFromString(text, 'image/svg+xml')
      const visible = parse(chart.exportSvg(${caption}, 'visible'))
      const whole = parse(chart.exportSvg(${caption}, 'whole'))
      return { texts: [...visible.querySelectorAll('text')].map((t) => t.textContent),
        errors: visible.querySelectorAll('parsererror').length + whole.querySelectorAll('parsererror').length,
        whole: [...whole.querySelectorAll('text')].filter((t) => t.textContent === '111').length }`)
    expect(svg.errors).toBe(0)
    expect(svg.texts).toContain('SPES')
    expect(svg.texts.some((text) => text.includes('run 42') && text.includes('2,000,000 histories'))).toBe(true)
    expect(svg.whole).toBeGreaterThan(10)
  })

  it('follows the size of its host and stays where it was', async () => {
    await mount("state: door.stateFromQuery('n=64&z=47&zoom=40')")
    const state = await run<{ camera: { centre: { n: number }; edge: number } }>(`
      const host = document.getElementById('host'); host.style.width = '320px'; host.style.height = '400px'
      await new Promise((r) => setTimeout(r, 50)); ${frame}
      const state = chart.state(); const canvas = document.querySelector('canvas')
      state.pixels = [canvas.width, canvas.height]
      host.style.width = '1000px'; host.style.height = '600px'; await new Promise((r) => setTimeout(r, 50))
      return state`)
    expect(state).toMatchObject({ pixels: [640, 800] })
    expect(state.camera.centre.n).toBeCloseTo(64, 3)
    expect(state.camera.edge).toBe(40)
  })

  it('uses no more memory after 1,000 zooms, and leaves nothing behind', async () => {
    await mount()
    const session = await stage.page.context().newCDPSession(stage.page)
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage')
      return ((await session.send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize
    }
    const zooms = (count: number): Promise<unknown> =>
      run(`const canvas = document.querySelectorAll('canvas')[1]
        for (let i = 0; i < ${count}; i++) {
          canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: i % 2 ? 100 : -100, clientX: 300 + i % 400, clientY: 300, cancelable: true }))
          if (i % 50 === 0) { ${frame} }
        } ${frame}`)
    await zooms(200)
    const before = await heap()
    await zooms(1000)
    const grown = (await heap()) - before
    process.stdout.write(`heap after 1,000 zooms: ${(grown / 1e6).toFixed(2)} MB more\n`)
    expect(grown).toBeLessThan(1.5e6)
    await run('chart.destroy()')
    expect(await run("return document.getElementById('host').children.length")).toBe(0)
    await run('window.chart = undefined')
  })
})
