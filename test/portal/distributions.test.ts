/** Maps and spectra in a real browser: live, hovered, walked with keys, taken away, and honest when there is nothing. */

import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { presets } from '#simulation/presets.ts'
import { type Bench, ended, startBench, TOKEN } from '#test/journeys/control-bench.ts'
import { CHROMIUM, CHROMIUM_FLAGS, describeWith } from '#test/needs.ts'
import { createEngines } from '#test/programs/toy-engines.ts'
import { builtPortal, NARROW, overflowOf, WIDE } from './portal-stage.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** A folder for pictures to look at by eye. */
const SHOTS = process.env['ISOLARIO_TEST_PICTURES']

/** The service, its workers and the browser share this process's two cores with all other suites. */
const PATIENCE_MS = 60_000

/** The toy under the name of the engine that documents choose; the pages of nuclides read the real one's identity. */
const toy = { ...createEngines()[0]!, identity: { ...builtinEngine.identity, label: 'Toy', standIn: true } } as Engine

const SCORING = {
  meshes: [
    { name: 'heat', zBins: 160, rBins: 20 },
    { name: 'flux', quantity: 'neutron-fluence', geometry: 'xyz', xBins: 24, yBins: 24, zBins: 60 },
  ],
  spectra: [
    { name: 'behind1', layer: 'disc1', energyBins: 24 },
    { name: 'behind7', layer: 'disc7', energyBins: 30 },
    { name: 'inside', layer: 'disc1', estimator: 'track-length', energyBins: 20 },
  ],
}

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

describeWith(CHROMIUM, 'maps and spectra', (executable) => {
  let bench: Bench
  let browser: Browser
  let id = ''

  const submit = async (scoring: object | undefined, primaries = 400_000, name = 'Maps of the stack') => {
    const spes = presets()[0]!.document
    const setup = scoring ? { ...spes.setup, scoring } : spes.setup
    const job = {
      ...spes.job,
      goal: { kind: 'primaries', primaries },
      historiesPerTask: primaries / 20,
      batchHistories: primaries / 20,
    }
    return (await bench.client.call('submit', { body: { ...spes, name, setup, job } })).id
  }
  const open = async (
    address: string,
    size: { width: number; height: number } = WIDE,
    colours: 'light' | 'dark' = 'light',
  ) => {
    const context = await browser.newContext({ viewport: size, colorScheme: colours, reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(`${bench.url}/?token=${TOKEN}`)
    await page.goto(`${bench.url}${address}`)
    return { page, errors }
  }
  const shot = async (page: Page, name: string) => {
    if (!SHOTS) return
    mkdirSync(SHOTS, { recursive: true })
    await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true })
  }
  const reading = (page: Page) => page.locator('figcaption').textContent()

  beforeAll(async () => {
    bench = await startBench({ engines: [toy], staticFolder: builtPortal() })
    browser = await chromium.launch({ executablePath: executable, args: [...CHROMIUM_FLAGS] })
    id = await submit(SCORING)
    await ended(bench, id)
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await bench?.done()
  })

  it.each([
    ['light', WIDE],
    ['dark', WIDE],
    ['light', NARROW],
    ['dark', NARROW],
  ] as const)('stand on the page in %s, %o, without overflow and for everybody', async (colours, size) => {
    const { page, errors } = await open(`/simulations/${id}?tab=maps`, size, colours)
    await page.getByText('160 × 20 bins').waitFor()
    await page.locator('.u-over').waitFor()
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    await page.evaluate(AXE)
    const { violations } = (await page.evaluate('axe.run(document)')) as {
      violations: { id: string; nodes: { html: string }[] }[]
    }
    expect(violations.map((one) => `${one.id}: ${one.nodes.map(({ html }) => html).join('; ')}`)).toEqual([])
    expect(errors).toEqual([])
    await shot(page, `maps-${colours}-${size.width}`)
  })

  it('a bin is read by pointing at it and by walking with the keys, with its error', async () => {
    const { page } = await open(`/simulations/${id}?tab=maps`)
    await page.getByText('160 × 20 bins').waitFor()
    const canvas = page.locator('canvas[role=img]')
    const box = (await canvas.boundingBox())!
    await page.mouse.move(box.x + 100, box.y + box.height - 60)
    await expect
      .poll(() => reading(page), { timeout: PATIENCE_MS })
      .toMatch(/^z .* mm, r 0 to .* mm: .*(MeV\/cm³ per primary ± .* %|nothing scored)/)
    await canvas.focus()
    await page.keyboard.press('Escape')
    await page.keyboard.press('ArrowRight')
    const before = await reading(page)
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => reading(page), { timeout: PATIENCE_MS }).not.toBe(before)
    await page.getByText('at 200 µA').click()
    await expect.poll(() => page.getByText('W/cm³ at 200 µA').count(), { timeout: PATIENCE_MS }).toBeGreaterThan(0)
    await shot(page, 'maps-read')
  })

  it('a box is cut in planes and at bins, coloured by its errors, and has its numbers as a table', async () => {
    const { page } = await open(`/simulations/${id}?tab=maps`)
    await page.getByRole('combobox', { name: 'Map' }).selectOption('flux')
    await page.getByText('60 × 24 bins').waitFor()
    await page.getByText('mean over y.').waitFor()
    await page.getByRole('combobox', { name: 'y', exact: true }).selectOption('cut')
    await page.getByText('at y 0 to 1.875 mm').waitFor()
    await page.getByRole('combobox', { name: 'Plane' }).selectOption('2')
    await page.getByText('24 × 24 bins').waitFor()
    await page.getByLabel('What the colours tell').getByText('error').click()
    await shot(page, 'maps-plane')
    await page.getByText('The numbers as a table').click()
    await expect.poll(() => page.locator('details[open] tbody tr').count(), { timeout: PATIENCE_MS }).toBe(24)
  })

  it('picture and tables are taken away', async () => {
    const { page } = await open(`/simulations/${id}?tab=maps`)
    await page.getByText('160 × 20 bins').waitFor()
    const pictures = page.getByRole('button', { name: 'Picture, PNG' })
    for (const [button, name] of [
      [pictures.nth(0), /heat\.png$/],
      [page.getByRole('link', { name: 'This map, CSV' }), /heat\.csv$/],
      [page.getByRole('link', { name: 'All bins, CSV' }), /heat\.csv$/],
      [pictures.nth(1), /behind1-behind7-inside\.png$/],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
      expect(download.suggestedFilename()).toMatch(name)
      const bytes = readFileSync(await download.path())
      expect(bytes.length).toBeGreaterThan(1000)
      if (SHOTS && name.source.includes('png')) await download.saveAs(path.join(SHOTS, download.suggestedFilename()))
    }
  })

  it('it sharpens while the simulation runs', async () => {
    const letGo = bench.cluster.holdAt(4)
    const running = await submit(SCORING, 200_000, 'Running')
    const { page } = await open(`/simulations/${running}?tab=maps`)
    await page.getByText('160 × 20 bins').waitFor()
    const early = await page.getByText(/histories\./).textContent()
    expect(early).not.toContain('200\u202f000')
    letGo()
    bench.cluster.gate = null
    await page.getByText('200\u202f000 histories.').waitFor()
    await page.getByText('the spread of 20 batches').waitFor()
  })

  it('says that nothing was asked for, that an engine does not score, and what went wrong', async () => {
    const plain = await submit(undefined, 20_000, 'Plain')
    await ended(bench, plain)
    const { page } = await open(`/simulations/${plain}`)
    await page.getByRole('tab', { name: 'Layers' }).waitFor()
    expect(await page.getByRole('tab', { name: 'Maps and spectra' }).count()).toBe(0)
    await page.goto(`${bench.url}/simulations/${plain}?tab=maps`)
    await page.getByText('asks for no maps and no spectra').waitFor()

    await page.route('**/distributions?*', (route) =>
      route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify({
          point: 0,
          primaries: 1000,
          currentMicroampere: 200,
          items: [],
          missing: [{ name: 'heat', kind: 'mesh', reason: 'The engine "builtin" did not score heat.' }],
        }),
      }),
    )
    await page.goto(`${bench.url}/simulations/${id}?tab=maps`)
    await page.getByText('did not score heat').waitFor()
    await shot(page, 'maps-missing')
    await page.unrouteAll()
    await page.route('**/cells?*', (route) => route.abort())
    await page.goto(`${bench.url}/simulations/${id}?tab=maps`)
    await page.getByText('The service does not answer').first().waitFor()
    await shot(page, 'maps-error')
  })
})
