/** Every page: reachable for everybody, without overflow, honest when something is wrong. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { presets } from '#simulation/presets.ts'
import { CHROMIUM, describeWith } from '#test/needs.ts'
import { freePort } from '#test/servers/free-ports.ts'
import { eventually, NARROW, openPortal, overflowOf, type PortalStage, WIDE } from './portal-stage.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const FIRST_PAGE_KILOBYTES = 250

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

describeWith(CHROMIUM, 'the pages of the portal', (executable) => {
  let stage: PortalStage
  let id = ''
  let scanned = ''

  const submit = (name: string, job: object) => {
    const spes = presets()[0]!.document
    return stage.product.client().call('submit', {
      body: { ...spes, name, job: { ...spes.job, ...job } },
      headers: { 'idempotency-key': name.replaceAll(' ', '-').padEnd(20, 'x') },
    })
  }

  beforeAll(async () => {
    stage = await openPortal(executable, ['--no-example', '--port', String(await freePort())])
    const client = stage.product.client()
    const isDone = async (one: string) => (await client.call('show', { params: { id: one } })).state === 'done'
    const goal = { kind: 'primaries', primaries: 1_000_000 }
    id = (await submit('plain', { goal })).id
    scanned = (await submit('scan', { goal, scan: { parameter: 'setup.beam.energyMeV', values: [35, 40, 45] } })).id
    for (const one of [id, scanned]) await vi.waitUntil(() => isDone(one), { timeout: 40_000, interval: 100 })
  }, 90_000)
  afterEach(() => stage.closePages())
  afterAll(() => stage?.close())

  const addresses = (): Readonly<Record<string, { readonly path: string; readonly ready: string }>> => ({
    list: { path: '/', ready: 'scan' },
    new: { path: '/new', ready: 'Most produced' },
    chart: { path: `/simulations/${id}`, ready: 'Shows' },
    table: { path: `/simulations/${id}?tab=table`, ready: 'Shows' },
    layers: { path: `/simulations/${id}?tab=layers`, ready: 'disc7' },
    scan: { path: `/simulations/${scanned}?tab=scan`, ready: 'Fissions / primary' },
    tasks: { path: `/simulations/${id}?tab=tasks`, ready: 'First history' },
    logs: { path: `/simulations/${id}?tab=logs`, ready: 'log' },
    provenance: { path: `/simulations/${id}?tab=provenance`, ready: 'Setup digest' },
    missing: { path: '/nonsense', ready: 'There is no page' },
    gone: { path: '/simulations/abcd-efgh', ready: 'There is no such simulation' },
  })

  it.each([
    ['light', WIDE],
    ['dark', WIDE],
    ['light', NARROW],
    ['dark', NARROW],
  ] as const)(
    'pass the accessibility rules and fit the window: %s, %o',
    async (colours, size) => {
      const { page, errors } = await stage.open({ colours, size })
      const found: string[] = []
      for (const [name, { path, ready }] of Object.entries(addresses())) {
        await page.goto(stage.origin + path)
        // On a narrow page some columns are not shown; their words are still in the document.
        await page.getByText(ready).first().waitFor({ state: 'attached' })
        expect(await overflowOf(page), `${name} overflows`).toBeLessThanOrEqual(0)
        await page.evaluate(AXE)
        const violations = (await page.evaluate(
          `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((r) => r.violations)`,
        )) as Violation[]
        const words = violations.map(
          (one) =>
            `${one.id}: ${one.help}\n  ${one.nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`).join('\n  ')}`,
        )
        found.push(...words.map((one) => `${name}: ${one}`))
      }
      expect(found).toEqual([])
      expect(errors).toEqual([])
    },
    90_000,
  )

  it('fit a window of 320 pixels', async () => {
    const { page } = await stage.open({ size: { width: 320, height: 640 } })
    for (const [name, { path, ready }] of Object.entries(addresses())) {
      await page.goto(stage.origin + path)
      await page.getByText(ready).first().waitFor({ state: 'attached' })
      expect(await overflowOf(page), `${name} overflows`).toBeLessThanOrEqual(0)
    }
  }, 60_000)

  it(`need less than ${FIRST_PAGE_KILOBYTES} kB for the first page, as it comes over the wire`, async () => {
    const { page } = await stage.open({ headers: { 'accept-encoding': 'gzip' } })
    await page.getByText('scan').first().waitFor()
    const files = (await page.evaluate(
      `performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
        .filter((one) => !one.name.includes('/api/'))
        .map((one) => ({ name: new URL(one.name).pathname, bytes: one.encodedBodySize, atMs: Math.round(one.startTime) }))`,
    )) as { readonly name: string; readonly bytes: number; readonly atMs: number }[]
    const bytes = files.reduce((sum, one) => sum + one.bytes, 0)
    process.stdout.write(`first page: ${(bytes / 1000).toFixed(1)} kB over the wire\n`)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes, JSON.stringify(files)).toBeLessThan(FIRST_PAGE_KILOBYTES * 1000)
  })

  it('are worked by keyboard: search, move, open, and from the chart to the table and back', async () => {
    const { page } = await stage.open()
    await page.getByText('plain', { exact: true }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('plain')
    await eventually(() => page.getByRole('row').count()).toBe(2)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/simulations/${id}`))
    await page.getByText(/^Shows/).waitFor()
    const chart = page.getByRole('application')
    await chart.focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { name: /¹¹²Ag/ }).waitFor()
    await page.keyboard.press('t')
    await eventually(() => page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Nuclides')
    await page.keyboard.press('Escape')
    await eventually(() => page.evaluate('document.activeElement.getAttribute("role")')).toBe('application')
  })

  it('name all problems at once, in the summary and beside their fields', async () => {
    const { page } = await stage.open()
    await page.goto(`${stage.origin}/new`)
    await page.getByLabel('Energy', { exact: true }).fill('forty')
    await page.getByLabel('disc3: Thickness').fill('-1')
    await page.getByText('2 problems to mend before it can run').waitFor()
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)
    const energy = page.locator('[data-path="setup.beam.energyMeV"]')
    expect(await energy.textContent()).toContain('1 to 1500')
    await page
      .getByRole('button', { name: /thickness/i })
      .first()
      .click()
    expect(await page.evaluate('document.activeElement.closest("[data-path]").dataset.path')).toBe(
      'setup.target.layers.3.thicknessMm',
    )
    await page.getByLabel('disc3: Thickness').fill('0.8')
    await page.getByLabel('Energy', { exact: true }).fill('0.04 GeV')
    await eventually(() => page.getByRole('button', { name: 'Run', exact: true }).isEnabled()).toBe(true)
  })

  it('edit the same document as a form, as JSON, from a file and from a link', async () => {
    const { page } = await stage.open()
    await page.goto(`${stage.origin}/new?preset=spes-uc4&beam-energy=45`)
    const energy = page.getByLabel('Energy', { exact: true })
    await eventually(() => energy.inputValue()).toBe('45')
    await page.getByText('JSON', { exact: true }).click()
    const text = page.getByLabel('Simulation document as JSON')
    await text.fill((await text.inputValue()).replace('"energyMeV": 45', '"energyMeV": 50'))
    await page.getByText('Form', { exact: true }).click()
    expect(await energy.inputValue()).toBe('50')
    await page.getByText('JSON', { exact: true }).click()
    await text.fill('{ "isolario": 1, ')
    await page.getByText(/Line 1, column/).waitFor()
    await page.getByText('Form', { exact: true }).click()
    const document = { ...presets()[0]!.document, name: 'from a file' }
    await page.getByLabel('Simulation document', { exact: true }).setInputFiles({
      name: 'input.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(document)),
    })
    await eventually(() => page.getByLabel('Name', { exact: true }).first().inputValue()).toBe('from a file')
    await page.getByLabel('Simulation document', { exact: true }).setInputFiles({
      name: 'picture.png',
      mimeType: 'image/png',
      buffer: Buffer.from('not JSON'),
    })
    await page.getByText('The file or link could not be used').waitFor()
  })

  it('refuse a link with an unknown chart parameter in words', async () => {
    const { page } = await stage.open()
    await page.goto(`${stage.origin}/simulations/${id}?colour=red`)
    await page
      .getByRole('alert')
      .getByText(/"colour"/)
      .waitFor()
  })

  it('ask whoever is not signed in to open the printed address', async () => {
    const { page } = await stage.open({ signedIn: false })
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
  })

  it('share one event stream between the tabs of a browser, and all tabs hear of a change', async () => {
    const { page } = await stage.open()
    await page.getByText('live', { exact: true }).waitFor()
    const second = await page.context().newPage()
    let streams = 0
    for (const one of [page, second])
      one.on('request', (request) => (streams += request.url().endsWith('/events') ? 1 : 0))
    await page.reload()
    await page.getByText('live', { exact: true }).waitFor()
    await second.goto(stage.origin)
    await second.getByText('live', { exact: true }).waitFor()
    expect(streams).toBe(1)
    await submit('for both tabs', { goal: { kind: 'primaries', primaries: 1000 } })
    for (const one of [page, second]) await one.getByText('for both tabs', { exact: true }).waitFor()
    // The tab that listens is closed: the other takes over.
    await page.close()
    await submit('for one tab', { goal: { kind: 'primaries', primaries: 1000 } })
    await second.getByText('for one tab', { exact: true }).waitFor()
    expect(streams).toBe(2)
  })

  it('stay quick with ten thousand tasks', async () => {
    const job = { goal: { kind: 'primaries', primaries: 10_000_000 }, batchHistories: 1000, historiesPerTask: 1000 }
    const many = await submit('ten thousand tasks', job)
    const { page } = await stage.open()
    await page.goto(`${stage.origin}/simulations/${many.id}?tab=tasks`)
    const grid = page.getByRole('grid', { name: 'Tasks' })
    // The sentence of the state may name them as well.
    await page
      .getByText(/10.000 tasks/)
      .first()
      .waitFor()
    await grid.focus()
    const began = Date.now()
    await page.keyboard.press('End')
    await page.getByRole('gridcell', { name: /^9.999$/ }).waitFor({ timeout: 30_000 })
    const took = Date.now() - began
    process.stdout.write(`last of 10,000 tasks on the screen after ${took} ms, while they run\n`)
    expect(await page.getByRole('row').count()).toBeLessThan(120)
    await stage.product
      .client()
      .call('stop', { params: { id: many.id } })
      .catch(() => undefined)
  }, 60_000)

  it('go to the last task although the key is pressed before the first page of tasks is here', async () => {
    const goal = { kind: 'primaries', primaries: 1_000_000 }
    const some = await submit('a thousand tasks', { goal, batchHistories: 1000, historiesPerTask: 1000 })
    const { page } = await stage.open()
    let answer = () => {}
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route('**/tasks?*', async (route) => {
      await asked
      await route.continue()
    })
    await page.goto(`${stage.origin}/simulations/${some.id}?tab=tasks`)
    await page.getByRole('grid', { name: 'Tasks' }).focus()
    await page.keyboard.press('End')
    answer()
    await page.getByRole('gridcell', { name: /^999$/ }).waitFor()
  })

  it('say when the service is gone, and go on by themselves when it is back', async () => {
    const { page } = await stage.open()
    await page.getByText('live', { exact: true }).waitFor()
    await stage.product.kill()
    await page.getByText('not connected').waitFor()
    expect(await page.getByText('plain', { exact: true }).isVisible()).toBe(true)
    await stage.product.start()
    await page.getByText('live', { exact: true }).waitFor()
    await submit('after the break', { goal: { kind: 'primaries', primaries: 1000 } })
    await page.getByText('after the break', { exact: true }).waitFor()
  }, 60_000)
})
